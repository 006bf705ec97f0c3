//! What to send next: a state machine over the outbox and the cursor.

use std::collections::{BTreeMap, BTreeSet};

use domain::limits::{SYNC_PAGE_BYTES, SYNC_PUSH_CHANGES_MAX};
use domain::{ChangeHash, DocId, DocKind, Instant};
use rusqlite::Connection;
use wire::{Bytes, Hash, Offer, PROTOCOL_VERSION, Push, SyncRequest};

use crate::store::error::Result;
use crate::store::{acks, feed, offers, outbox};

/// Acknowledgements of one request, 34 bytes each.
const ACKS_MAX: u32 = 1_000;
/// Offers of one request.
const OFFERS_MAX: u32 = 50;
/// How many rows of the outbox are looked at together.
const OUTBOX_ROWS: u32 = 256;

/// One run of exchanges.
#[derive(Debug)]
pub(crate) struct SyncSession {
    page_bytes: u32,
    next: Next,
    /// Sent in this run; each change goes once, unless the server asks.
    sent: BTreeSet<ChangeHash>,
    /// Changes before which the server asked for others in this run.
    needed: BTreeSet<ChangeHash>,
    /// Changes that the server asked for, with what waits for them.
    asked: Vec<Asked>,
    in_flight: InFlight,
}

/// Whether there is a reason to send another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The first always goes: it asks what is new.
    First,
    /// The server has more to give.
    Page,
    /// Only if there is something to push.
    IfUnsent,
}

/// A document's changes that the server asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) doc: DocId,
    pub(crate) kind: DocKind,
    pub(crate) changes: Vec<Vec<u8>>,
}

/// What the request that was sent last carried.
#[derive(Debug, Default, Clone)]
pub(crate) struct InFlight {
    pub(crate) acknowledged: Vec<ChangeHash>,
    pub(crate) offered: Vec<i64>,
    pub(crate) pushed: u64,
    /// Whether it asked for everything.
    pub(crate) cold: bool,
}

impl SyncSession {
    pub(crate) fn new(page_bytes: u32) -> Self {
        Self {
            page_bytes,
            next: Next::First,
            sent: BTreeSet::new(),
            needed: BTreeSet::new(),
            asked: Vec::new(),
            in_flight: InFlight::default(),
        }
    }

    /// The next request, with about so many bytes of changes at most; none when
    /// there is nothing more to do.
    pub(crate) fn next_request(
        &mut self,
        connection: &Connection,
        now: Instant,
        push_bytes: usize,
    ) -> Result<Option<SyncRequest>> {
        let mut pushes = Pushes { bytes_max: push_bytes, ..Pushes::default() };
        for asked in std::mem::take(&mut self.asked) {
            for change in asked.changes {
                pushes.add(asked.doc, asked.kind, change);
            }
        }
        self.add_unsent(connection, &mut pushes)?;
        if self.next == Next::IfUnsent && pushes.count == 0 {
            return Ok(None);
        }
        let feed = feed::read(connection)?;
        let acknowledged = acks::first(connection, ACKS_MAX)?;
        let offers = offers::unsent(connection, OFFERS_MAX)?;
        self.in_flight = InFlight {
            acknowledged: acknowledged.clone(),
            offered: offers.iter().map(|offer| offer.entry).collect(),
            pushed: pushes.count as u64,
            cold: feed.cursor.is_none(),
        };
        Ok(Some(SyncRequest {
            version: PROTOCOL_VERSION,
            epoch: feed.epoch,
            cursor: feed.cursor,
            budget: (self.page_bytes as usize != SYNC_PAGE_BYTES).then_some(self.page_bytes),
            pushes: list(pushes.into_list()),
            acknowledged: list(acknowledged.into_iter().map(Hash).collect()),
            offers: list(offers.into_iter().map(offer).collect()),
            client_time: Some(now),
        }))
    }

    /// Adds what waits in the outbox and was not sent in this run, oldest first,
    /// so that each document's changes stay in causal order.
    fn add_unsent(&mut self, connection: &Connection, pushes: &mut Pushes) -> Result<()> {
        let mut after = 0;
        loop {
            let unsent = outbox::unsent_after(connection, after, OUTBOX_ROWS)?;
            let Some(last) = unsent.last() else { return Ok(()) };
            after = last.id;
            for change in unsent {
                if self.sent.contains(&change.hash) {
                    continue;
                }
                if pushes.is_full() {
                    return Ok(());
                }
                self.sent.insert(change.hash);
                pushes.add(change.doc, change.kind, change.change);
            }
        }
    }

    /// What the request that is being answered carried.
    pub(crate) fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    /// Notes what an answer that is written down asks for.
    pub(crate) fn answered(&mut self, more: bool, asked: Vec<Asked>) {
        self.next = if more { Next::Page } else { Next::IfUnsent };
        self.asked = asked;
    }

    /// Whether the server asks for the first time in this run what a change
    /// builds on.
    pub(crate) fn first_need_of(&mut self, change: ChangeHash) -> bool {
        self.needed.insert(change)
    }
}

fn list<T>(items: Vec<T>) -> Option<Vec<T>> {
    if items.is_empty() { None } else { Some(items) }
}

fn offer(offer: offers::UnsentOffer) -> Offer {
    Offer {
        doc: offer.doc,
        kind: offer.kind,
        hash: Hash(offer.hash),
        command: offer.command,
        remark: offer.remark,
        at: Some(offer.at),
    }
}

/// The pushes of one request, by document.
#[derive(Debug, Default)]
struct Pushes {
    by_doc: BTreeMap<DocId, Push>,
    bytes_max: usize,
    bytes: usize,
    count: usize,
}

impl Pushes {
    fn is_full(&self) -> bool {
        self.bytes >= self.bytes_max || self.count >= SYNC_PUSH_CHANGES_MAX
    }

    fn add(&mut self, doc: DocId, kind: DocKind, change: Vec<u8>) {
        self.bytes += change.len();
        self.count += 1;
        let push = self.by_doc.entry(doc).or_insert_with(|| Push { doc, kind, changes: Vec::new() });
        push.changes.push(Bytes(change));
    }

    fn into_list(self) -> Vec<Push> {
        self.by_doc.into_values().collect()
    }
}
