//! Lists of jobs, and what the phone holds in figures.

use client_core::domain::{DocId, Instant, Position, UserId};
use client_core::{JobFilter, JobRow, JobScope, Page, Totals};

use super::words::JobStatus;

/// Which jobs a list shows.
#[uniffi::remote(Record)]
pub struct JobFilter {
    /// Which jobs.
    pub scope: JobScope,
    /// Only these statuses; all if empty.
    #[uniffi(default)]
    pub statuses: Vec<JobStatus>,
    /// Only jobs that have every word of this text somewhere.
    #[uniffi(default)]
    pub text: Option<String>,
}

/// Which part of a list.
#[uniffi::remote(Record)]
pub struct Page {
    /// How many rows to skip.
    #[uniffi(default = 0)]
    pub offset: u32,
    /// How many rows to give; at most 500.
    #[uniffi(default = 50)]
    pub limit: u32,
}

/// A job as a list shows it.
#[uniffi::remote(Record)]
pub struct JobRow {
    /// Its id.
    pub doc: DocId,
    /// Where it stands.
    pub status: JobStatus,
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

/// How many jobs are in a status.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StatusCount {
    /// The status.
    pub status: JobStatus,
    /// How many.
    pub jobs: u64,
}

/// What the phone holds, in figures.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Tally {
    /// Jobs in scope.
    pub jobs: u64,
    /// Jobs in scope by status.
    pub by_status: Vec<StatusCount>,
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

impl From<Totals> for Tally {
    fn from(totals: Totals) -> Self {
        let Totals { jobs, by_status, open, today, overdue, unsent, attention, uploads } = totals;
        let by_status = by_status.into_iter().map(|(status, jobs)| StatusCount { status, jobs }).collect();
        Self { jobs, by_status, open, today, overdue, unsent, attention, uploads }
    }
}
