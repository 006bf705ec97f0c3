//! Takes in one answer of the server: verdicts, documents, reference rows and
//! the cursor behind them, all in one transaction. A cut before its commit
//! leaves everything as it was, and the same answer may come again.

mod documents;
mod effects;
mod twins;

use domain::{Instant, Stamp};
use wire::{Renewal, SyncResponse};

use super::prepare::{Prepared, prepare};
use super::repair::RepairRun;
use super::session::{InFlight, Mismatch, SyncSession};
use super::verdicts::{self, Need};
use super::{SyncReport, cold};
use crate::client::Core;
use crate::store::cache::DocumentCache;
use crate::store::error::Result;
use crate::store::writing::Writing;
use crate::store::{acks, blob_rows, feed, offers, receipts, session};
use crate::{ClientError, ClientEvent, ClockOffset};
use documents::Documents;
use effects::Effects;

/// When a request went, and how long its answer took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    pub(crate) sent_at: Stamp,
    pub(crate) round_trip_ms: i64,
}

/// What an answer came to, once it is written down.
#[derive(Debug, Default)]
pub(crate) struct TakenIn {
    pub(crate) report: SyncReport,
    pub(crate) events: Vec<ClientEvent>,
    pub(crate) total: Option<u64>,
}

/// A round trip longer than this measures the network, not the clock.
const ROUND_TRIP_MS_MAX: i64 = 10_000;

impl Core {
    /// Writes an answer down and tells the session what it asks for.
    pub(crate) fn take_in(
        &self,
        session: &mut SyncSession,
        mut response: SyncResponse,
        timing: Timing,
    ) -> std::result::Result<TakenIn, ClientError> {
        let packed = response.documents.take();
        let events = prepare(response.events.take().unwrap_or_default(), packed.as_deref())?;
        let now = self.clock.now().at;
        let in_flight = session.in_flight().clone();
        // A server that knows no comparison answered as if none had been asked for. An answer
        // to one that was not asked for now is of an earlier request: it has no page of the
        // feed, and its cursor lies behind what was never told.
        let asked_to_compare = session.take_run();
        let mismatch = match (&asked_to_compare, &response.repair) {
            (Some(_), None) => Some(Mismatch::NotCompared),
            (None, Some(_)) => Some(Mismatch::Compared),
            _ => None,
        };
        if let Some(mismatch) = mismatch
            && response.barred.is_none()
            && session.asks_again(mismatch)
        {
            session.go_on_with(asked_to_compare);
            return Ok(TakenIn::default());
        }
        let is_unanswered = mismatch == Some(Mismatch::NotCompared);
        let mut run = asked_to_compare.filter(|_| !is_unanswered);
        let (effects, needs, more) = self.store.write(self.ids(), |transaction, cache| {
            let page = Page { transaction, now, in_flight: &in_flight, response: &response, timing };
            if is_unanswered {
                feed::repaired(transaction, now)?;
            }
            page.write(events, cache, run.as_mut())
        })?;
        session.go_on_with(run);
        session.answered(more);
        needs.into_iter().for_each(|need| session.lacks(need));
        session.note_barred(response.barred.as_deref());
        Ok(effects.taken_in(response.total.map(u64::from)))
    }
}

/// One answer, being written.
struct Page<'a> {
    transaction: &'a Writing<'a>,
    now: Instant,
    in_flight: &'a InFlight,
    response: &'a SyncResponse,
    timing: Timing,
}

impl Page<'_> {
    fn write(
        &self,
        events: Vec<Prepared>,
        cache: &mut DocumentCache,
        run: Option<&mut RepairRun>,
    ) -> Result<(Effects, Vec<Need>, bool)> {
        let transaction = self.transaction;
        for owner in self.response.owners.as_deref().unwrap_or_default() {
            receipts::set_owner(transaction, owner)?;
        }
        acks::remove(transaction, &self.in_flight.acknowledged)?;
        for hash in self.response.kept.iter().flatten() {
            offers::kept(transaction, hash.0)?;
        }
        let cold_pull = self.begin_cold_pull()?;
        let verdicts = self.response.verdicts.as_deref().unwrap_or_default();
        let settled = verdicts::settle(transaction, verdicts, &self.in_flight.returned, self.now)?;
        let mut effects = Effects::of(&settled);
        let needs = settled.needs.clone();
        let mut documents = Documents { page: self, cold_pull, effects: &mut effects, cache };
        let complete = documents.write(settled, events)?;
        twins::recognise(transaction, &mut effects, self.now)?;
        self.write_reference(&mut effects)?;
        let more = match (run, &self.response.repair) {
            _ if self.response.barred.is_some() => false,
            (Some(run), Some(answer)) => {
                let offered = run.take(transaction, answer, &self.response.cursor, self.now)?;
                effects.report.offered_again += offered;
                !run.is_done() || run.has_moved_cursor()
            }
            (None, Some(_)) => false,
            _ if self.response.void == Some(true) => {
                feed::void_cursor(transaction)?;
                feed::set_repair_due(transaction)?;
                blob_rows::offer_again(transaction)?;
                true
            }
            _ => self.move_cursor(complete, &mut effects)?,
        };
        if let Some(position) = self.response.backed_up {
            feed::set_backed_up(transaction, position)?;
        }
        self.write_clock_and_token()?;
        Ok((effects, needs, more))
    }

    /// Notes that the server began a pull from the start, because it was asked
    /// to, or because the cursor was of another epoch or chain.
    fn begin_cold_pull(&self) -> Result<i64> {
        let feed = feed::read(self.transaction)?;
        let foreign =
            self.response.epoch.is_some() && feed.epoch.is_some() && self.response.epoch != feed.epoch;
        let voided = !feed.cold_running && self.response.total.is_some();
        if let Some(epoch) = &self.response.epoch {
            feed::set_epoch(self.transaction, epoch)?;
        }
        let tells_nothing = self.response.void == Some(true) || self.response.barred.is_some();
        if self.response.repair.is_some() || tells_nothing {
            return Ok(feed.cold_pull);
        }
        if foreign || voided {
            blob_rows::offer_again(self.transaction)?;
        }
        if self.in_flight.cold || foreign || voided {
            feed::begin_cold_pull(self.transaction, self.now)?;
            return Ok(feed.cold_pull + 1);
        }
        Ok(feed.cold_pull)
    }

    fn write_reference(&self, effects: &mut Effects) -> Result<()> {
        use crate::store::reference;
        for row in self.response.reference.as_deref().unwrap_or_default() {
            let Ok(id) = <[u8; 16]>::try_from(row.id.as_slice()) else { continue };
            match &row.json {
                Some(json) => reference::write(self.transaction, &row.kind, &id, json)?,
                None => reference::remove(self.transaction, &row.kind, &id)?,
            }
            effects.reference(&row.kind);
        }
        Ok(())
    }

    /// Moves the cursor behind the page; voids it if something is missing that
    /// only a fresh pull can bring. Tells whether there is more to fetch.
    fn move_cursor(&self, complete: Complete, effects: &mut Effects) -> Result<bool> {
        if complete == Complete::No {
            feed::void_cursor(self.transaction)?;
            feed::set_repair_due(self.transaction)?;
            return Ok(true);
        }
        feed::set_cursor(self.transaction, &self.response.cursor, self.now)?;
        let more = self.response.more.unwrap_or(false);
        let feed = feed::read(self.transaction)?;
        if !more && feed.cold_running {
            effects.report.offered_again += cold::end(self.transaction, feed.cold_pull)?;
        }
        Ok(more)
    }

    fn write_clock_and_token(&self) -> Result<()> {
        if let Some(server_time) = self.response.server_time
            && self.timing.round_trip_ms <= ROUND_TRIP_MS_MAX
        {
            feed::set_clock_offset(self.transaction, clock_offset(server_time, self.timing))?;
        }
        if let Some(Renewal { access_token, expires_at }) = &self.response.renewal {
            session::renew_access(self.transaction, access_token, *expires_at)?;
        }
        Ok(())
    }

    /// The class under which this phone writes.
    fn actor_class(&self) -> Result<domain::ActorClass> {
        let person = session::read(self.transaction)?.ok_or(ClientError::NotSignedIn)?;
        Ok(person.role.actor_class())
    }
}

/// Whether every document of a page could be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Complete {
    Yes,
    No,
}

/// The server's clock less the device's, taken as if the answer had been
/// written in the middle of the round trip.
fn clock_offset(server_time: Instant, timing: Timing) -> ClockOffset {
    let middle = timing.sent_at.at.plus_millis(timing.round_trip_ms / 2);
    ClockOffset {
        offset_ms: server_time.millis().saturating_sub(middle.millis()),
        round_trip_ms: timing.round_trip_ms,
        measured_at: timing.sent_at.at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_measured_from_the_middle_of_the_round_trip() {
        let sent_at = Stamp { at: Instant::from_millis(1_000), offset_minutes: 0 };
        let offset = clock_offset(Instant::from_millis(4_100), Timing { sent_at, round_trip_ms: 200 });
        assert_eq!((offset.offset_ms, offset.round_trip_ms), (3_000, 200));
    }
}
