//! What to send next: a state machine over the outbox and the cursor.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::limits::SYNC_PUSH_CHANGES_MAX;
use domain::{ChangeHash, DocId, DocKind, Instant};
use rusqlite::Connection;
use wire::{Bytes, ErrorCode, Hash, Offer, PROTOCOL_VERSION, Push, SyncRequest};

use super::page_size::PageSize;
use super::repair::{RepairRun, Step};
use super::verdicts::Need;
use crate::store::error::Result;
use crate::store::feed::Feed;
use crate::store::{acks, documents, feed, offers, outbox};

/// Acknowledgements of one request, 34 bytes each: more than one request can push, so that
/// verdicts do not pile up at the server faster than they are put away.
const ACKS_MAX: u32 = 4_000;
const _: () = assert!(ACKS_MAX as usize > SYNC_PUSH_CHANGES_MAX);
/// Offers of one request.
const OFFERS_MAX: u32 = 50;
/// How many rows of the outbox are looked at together.
const OUTBOX_ROWS: u32 = 256;
/// How often a document is compared in one run because the server lacks what a change
/// builds on. The first time may be a comparison of everything, which leaves out what
/// came without the server's word.
const COMPARED_FOR_ONE_MAX: u32 = 2;
/// What the phone holds is compared with what the server holds once a week.
const REPAIR_EVERY_MS: i64 = 7 * domain::DAY_MS;

/// One run of exchanges.
#[derive(Debug)]
pub(crate) struct SyncSession {
    page_size: PageSize,
    next: Next,
    /// Sent in this run; each change goes once, unless the server asks.
    sent: BTreeSet<ChangeHash>,
    /// Changes of which the server lacked in this run what comes before, and how often.
    needed: BTreeMap<ChangeHash, u32>,
    /// Documents of which the server lacks something, to be compared.
    lacking: BTreeSet<DocId>,
    in_flight: InFlight,
    /// The comparison under way.
    run: Option<RepairRun>,
    /// The key of this run's fingerprints.
    repair_key: [u8; 16],
    /// Whether this run has compared everything already.
    compared: Compared,
    /// How answers did not fit their questions.
    mismatches: BTreeSet<Mismatch>,
    /// Why the server gives nothing any more, if it does not.
    barred: Option<ErrorCode>,
}

/// How an answer does not fit the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mismatch {
    /// It says nothing of what was to be compared.
    NotCompared,
    /// It compares what was not asked for.
    Compared,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    NotYet,
    Once,
}

/// What the request that was sent last carried.
#[derive(Debug, Default, Clone)]
pub(crate) struct InFlight {
    pub(crate) acknowledged: Vec<ChangeHash>,
    pub(crate) pushed: u64,
    /// Changes of others that were given back to the server.
    pub(crate) returned: BTreeSet<ChangeHash>,
    /// Whether it asked for everything.
    pub(crate) cold: bool,
}

impl SyncSession {
    /// The key is that of the fingerprints, if anything has to be compared.
    pub(crate) fn new(page_bytes: u32, repair_key: [u8; 16]) -> Self {
        Self {
            page_size: PageSize::at_most(page_bytes),
            next: Next::First,
            sent: BTreeSet::new(),
            needed: BTreeMap::new(),
            lacking: BTreeSet::new(),
            in_flight: InFlight::default(),
            run: None,
            repair_key,
            compared: Compared::NotYet,
            mismatches: BTreeSet::new(),
            barred: None,
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
        let feed = feed::read(connection)?;
        if feed.cursor.is_none() && feed.repair_due && self.barred.is_none() {
            self.begin_repair(connection)?;
        }
        if self.run.is_none() && !self.lacking.is_empty() && self.barred.is_none() {
            self.run = Some(RepairRun::of(self.repair_key, std::mem::take(&mut self.lacking)));
        }
        if self.run.is_some() {
            return self.repair_request(connection, feed, now).map(Some);
        }
        let mut pushes = Pushes { bytes_max: push_bytes, ..Pushes::default() };
        self.add_unsent(connection, &mut pushes)?;
        if self.barred.is_some() && pushes.count == 0 && offers::unsent(connection, 1)?.is_empty() {
            return Ok(None);
        }
        if self.next == Next::IfUnsent && pushes.count == 0 && self.barred.is_none() {
            if feed.repair_due || is_over(feed.repaired_at, now) {
                self.begin_repair(connection)?;
            }
            return match self.run {
                Some(_) => self.repair_request(connection, feed, now).map(Some),
                None => Ok(None),
            };
        }
        let acknowledged = acks::first(connection, ACKS_MAX)?;
        let offers = offers::unsent(connection, OFFERS_MAX)?;
        self.in_flight = InFlight {
            acknowledged: acknowledged.clone(),
            pushed: pushes.count as u64,
            returned: BTreeSet::new(),
            cold: feed.cursor.is_none(),
        };
        Ok(Some(SyncRequest {
            version: PROTOCOL_VERSION,
            epoch: feed.epoch,
            budget: self.page_size.budget(feed.cursor.is_none()),
            cursor: feed.cursor,
            pushes: list(pushes.into_list()),
            acknowledged: list(acknowledged.into_iter().map(Hash).collect()),
            offers: list(offers.into_iter().map(offer).collect()),
            client_time: Some(now),
            backed_up: (feed.backed_up > 0).then_some(feed.backed_up),
            ..SyncRequest::default()
        }))
    }

    /// Begins to compare, once in a run, and only if there is something to compare.
    fn begin_repair(&mut self, connection: &Connection) -> Result<()> {
        if self.compared == Compared::NotYet && !documents::all(connection)?.is_empty() {
            self.run = Some(RepairRun::begin(connection, self.repair_key)?);
            self.lacking.clear();
        }
        self.compared = Compared::Once;
        Ok(())
    }

    /// The next request of the comparison. What waits in the outbox waits on: it may
    /// build on what is given back.
    fn repair_request(&mut self, connection: &Connection, feed: Feed, now: Instant) -> Result<SyncRequest> {
        let step = match &mut self.run {
            Some(run) => run.step(connection)?,
            None => Step::default(),
        };
        let acknowledged = acks::first(connection, ACKS_MAX)?;
        self.in_flight = InFlight {
            acknowledged: acknowledged.clone(),
            pushed: step.hashes.len() as u64,
            returned: step.hashes.iter().copied().collect(),
            cold: feed.cursor.is_none(),
        };
        self.sent.extend(step.hashes);
        Ok(SyncRequest {
            version: PROTOCOL_VERSION,
            epoch: feed.epoch,
            cursor: feed.cursor,
            budget: self.page_size.budget(false),
            acknowledged: list(acknowledged.into_iter().map(Hash).collect()),
            client_time: Some(now),
            repair: Some(step.repair),
            returns: list(step.returns),
            owners: list(step.owners),
            backed_up: (feed.backed_up > 0).then_some(feed.backed_up),
            ..SyncRequest::default()
        })
    }

    /// Whether an answer that does not fit the question may be one to an earlier; the same
    /// is asked again then, once for each way. A server that knows no comparison answers so
    /// each time.
    pub(crate) fn asks_again(&mut self, mismatch: Mismatch) -> bool {
        self.mismatches.insert(mismatch)
    }

    /// Takes the comparison out while its answer is written down.
    pub(crate) fn take_run(&mut self) -> Option<RepairRun> {
        self.run.take()
    }

    /// Goes on with it, unless it is done.
    pub(crate) fn go_on_with(&mut self, run: Option<RepairRun>) {
        self.run = run.filter(|run| !run.is_done());
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

    /// Takes note of an answer's size and of how long it took.
    pub(crate) fn measure(&mut self, body_bytes: usize, took: Duration) {
        self.page_size.measure(body_bytes, took);
    }

    /// Notes what an answer that is written down asks for.
    pub(crate) fn answered(&mut self, more: bool) {
        self.next = if more { Next::Page } else { Next::IfUnsent };
    }

    /// Notes that the server takes edits for the office to decide on and gives
    /// nothing: the phone or its person is barred.
    pub(crate) fn note_barred(&mut self, why: Option<&str>) {
        if let Some(why) = why {
            self.barred = Some(ErrorCode::from_name(why).unwrap_or(ErrorCode::DeviceRevoked));
        }
    }

    /// Why the server gives nothing any more.
    pub(crate) const fn barred(&self) -> Option<ErrorCode> {
        self.barred
    }

    /// Notes that the server lacks what a change builds on: the document is compared,
    /// and the change goes again behind what is given back.
    pub(crate) fn lacks(&mut self, need: Need) {
        let times = self.needed.entry(need.change).or_default();
        *times += 1;
        if *times <= COMPARED_FOR_ONE_MAX {
            self.lacking.insert(need.doc);
            self.sent.remove(&need.change);
        }
    }
}

/// Whether the last comparison is so long ago that another is due.
fn is_over(repaired_at: Option<Instant>, now: Instant) -> bool {
    repaired_at.is_none_or(|at| now.millis().saturating_sub(at.millis()) >= REPAIR_EVERY_MS)
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
