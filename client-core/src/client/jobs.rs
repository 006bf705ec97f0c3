//! Jobs for lists and for one screen. Lists, filters, totals and search read
//! rows; only the detail loads a document.

mod list;
mod totals;

use std::collections::BTreeMap;

use domain::{DocId, DocView, Instant, JobView, Position, Status, UserId};

pub(super) use list::local_day;

use super::Client;
use super::execute::unreadable;
use crate::store::documents::{self as document_rows, SavedDocument};
use crate::store::outbox;
use crate::{ClientError, OutboxEntry, incoming};

/// Which jobs a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobScope {
    /// Everything in scope.
    #[default]
    All,
    /// Those whose promised window touches today, by the device's calendar.
    Today,
    /// Those that somebody still has to do.
    Open,
    /// Open ones whose promised window has passed.
    Overdue,
    /// Done, closed and cancelled ones.
    Over,
    /// Those that left the scope and are still on the phone.
    Left,
}

/// What a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Which jobs.
    pub scope: JobScope,
    /// Only these statuses; all if empty.
    pub statuses: Vec<Status>,
    /// Only jobs that have every word of this text somewhere.
    pub text: Option<String>,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobSort {
    /// The promised window, earliest first; jobs without one last.
    #[default]
    Window,
    /// What happened last, newest first.
    Updated,
    /// The number that people use.
    Number,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many rows to skip.
    pub offset: u32,
    /// How many rows to give; at most 500.
    pub limit: u32,
}

impl Default for Page {
    fn default() -> Self {
        Self { offset: 0, limit: 50 }
    }
}

/// A job as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub doc: DocId,
    /// Where it stands.
    pub status: Status,
    /// The number that people use; empty until the server gave one.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// The customer's name.
    pub account: String,
    /// Whom to ask for.
    pub contact: String,
    /// The number to call.
    pub phone: String,
    /// The city.
    pub city: String,
    /// The address.
    pub address: String,
    /// The device's serial number.
    pub serial: String,
    /// The device's model.
    pub model: String,
    /// How soon.
    pub priority: String,
    /// Who goes.
    pub technician: Option<UserId>,
    /// The promised window's start.
    pub window_start: Option<Instant>,
    /// The promised window's end.
    pub window_end: Option<Instant>,
    /// Where it is.
    pub position: Option<Position>,
    /// How many conflicts stand in it.
    pub conflicts: u32,
    /// How many of its edits wait for the server.
    pub unsent: u32,
    /// How many of its edits need attention.
    pub attention: u32,
}

/// What the phone holds, in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Jobs in scope.
    pub jobs: u64,
    /// Jobs in scope by status.
    pub by_status: BTreeMap<Status, u64>,
    /// Open jobs.
    pub open: u64,
    /// Jobs whose promised window touches today.
    pub today: u64,
    /// Open jobs whose promised window has passed.
    pub overdue: u64,
    /// Edits that wait for the server.
    pub unsent: u64,
    /// Edits that need attention.
    pub attention: u64,
    /// Attachments that wait to be sent.
    pub uploads: u64,
}

/// A job with what only this phone knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDetail {
    /// The job, its own unsent edits included.
    pub view: JobView,
    /// Why it left the scope; none while it is in it.
    pub left_reason: Option<String>,
    /// Its edits that wait for the server.
    pub unsent: Vec<OutboxEntry>,
    /// Its edits that need attention.
    pub attention: Vec<OutboxEntry>,
}

impl Client {
    /// One job.
    ///
    /// # Errors
    ///
    /// When it is not on this phone, or cannot be read.
    pub fn job(&self, doc: DocId) -> Result<JobDetail, ClientError> {
        let (saved, entries) = self.core.store.read(|connection| {
            let saved = document_rows::read(connection, doc)?.ok_or(ClientError::UnknownDocument(doc))?;
            Ok((saved, outbox::of_doc(connection, doc)?))
        })?;
        let view = self.core.heal(read_job(doc, &saved))?;
        let (attention, rest): (Vec<_>, Vec<_>) = entries.into_iter().partition(OutboxEntry::needs_attention);
        let unsent = rest.into_iter().filter(|entry| entry.state == crate::EntryState::Pending).collect();
        Ok(JobDetail { view, left_reason: saved.left_reason, unsent, attention })
    }
}

fn read_job(doc: DocId, saved: &SavedDocument) -> std::result::Result<JobView, ClientError> {
    let view = incoming::own(saved.kind, &saved.saved).and_then(|document| incoming::view(&document));
    match view.map_err(|error| unreadable(doc, &error))? {
        DocView::Job(view) => Ok(*view),
        DocView::Trip(_) => Err(ClientError::UnknownDocument(doc)),
    }
}
