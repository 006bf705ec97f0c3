//! One exchange, from the request to the answer.

use std::collections::BTreeSet;

use domain::{ChangeHash, DAY_MS, DocId, Instant, limits};
use futures_util::future::join;
use futures_util::stream::{StreamExt as _, iter};
use gate::Structure;
use rusqlite::{Connection, Transaction};
use wire::{
    ErrorCode, Hash, Outcome, PROTOCOL_VERSION, PROTOCOL_VERSION_OLDEST, PROTOCOL_VERSION_RECEIPTS, Push,
    Repair, RepairAnswer, SyncRequest, SyncResponse, Verdict, Vouched,
};

use super::beforehand::{Beforehand, judge_beforehand};
use super::cursor::{ColdCursor, Cursor, Documents, Phase};
use super::packed::pack_documents;
use super::page::Page;
use super::push::{CheckedChange, CheckedPush, Pushed, admit};
use super::warm::Reach;
use super::{cold, offers, repair, returns, verdicts, warm};
use crate::core::Core;
use crate::deadlines;
use crate::error::CoreError;
use crate::evidence::heard;
use crate::log::{Snapshot, chain_at, newest, store_snapshots};
use crate::session::DeviceSession;
use crate::store::StoreError;

/// Answers one request of a phone whose session was checked. The answer is given
/// when everything that was accepted is on disk.
///
/// # Errors
///
/// When the request cannot be served as a whole: too old a version, over a
/// limit, no room on the disk. Whatever was accepted meanwhile stays; the same
/// request sent again does no harm.
pub async fn exchange(
    core: &Core,
    session: &DeviceSession,
    request: SyncRequest,
) -> Result<SyncResponse, CoreError> {
    check(&request)?;
    let now = core.now();
    core.counters().exchanges.one();
    core.note_exchanged(session.user, now);
    let at = Exchanged::at(now, request.client_time);
    let mut pushes = returns::checked(core.receipts(), &request, at.clock_offset);
    pushes.extend(request.pushes.iter().flatten().map(|push| CheckedPush::of(push, at.clock_offset)));
    let pushed: BTreeSet<ChangeHash> = pushes
        .iter()
        .flat_map(|push| &push.changes)
        .filter_map(CheckedChange::sound)
        .map(Structure::hash)
        .collect();
    let kept = offers::named(request.offers.as_deref().unwrap_or_default());
    // Queued in this order, and on disk with one commit.
    let words = keep_words(core, session, &request, at);
    let (words, admitted) = join(words, admit_all(core, session, pushes, now)).await;
    words?;
    let AllPushed { before, in_log } = admitted?;
    let question = Question {
        session: *session,
        cursor: cursor_of(core, &request),
        budget: budget_of(&request),
        pushed,
        now,
        asked: Asked::of(&request),
        vouched: returns::words_for(core.receipts(), before),
        in_log,
    };
    let (heart, heard) = (core.clone(), *session);
    let is_small = question.is_small(core);
    let answer = move |connection: &Connection| question.answer(&heart, connection);
    let answer = if is_small { core.store().read_blocking(answer) } else { core.store().read(answer).await }?;
    hand_in(core, answer.stale);
    if answer.is_awaited {
        core.store().write(move |tx| deadlines::heard(tx, &heard, now)).await?;
    }
    let mut response = answer.response;
    response.kept = kept;
    response.server_time = Some(now);
    response.epoch = (request.epoch.as_deref() != Some(&core.epoch()[..])).then(|| core.epoch().to_vec());
    Ok(response)
}

/// When an exchange is, by the server's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exchanged {
    pub(super) now: Instant,
    /// How far the device's clock is behind that, if it says what it shows.
    pub(super) clock_offset: Option<i64>,
}

impl Exchanged {
    pub(super) fn at(now: Instant, client_time: Option<Instant>) -> Self {
        let behind = |client: Instant| now.millis().saturating_sub(client.millis());
        Self { now, clock_offset: client_time.map(behind) }
    }
}

pub(super) fn check(request: &SyncRequest) -> Result<(), CoreError> {
    if request.version < PROTOCOL_VERSION_OLDEST {
        let message = format!(
            "this server speaks versions {PROTOCOL_VERSION_OLDEST} to {PROTOCOL_VERSION}, the app version {}",
            request.version
        );
        return Err(CoreError::refused(ErrorCode::UpdateApp, message));
    }
    let pushes: &[Push] = request.pushes.as_deref().unwrap_or_default();
    let returned = request.returns.iter().flatten().map(|given| given.changes.len());
    let changes: usize = pushes.iter().map(|push| push.changes.len()).chain(returned).sum();
    let documents = pushes.len() + request.returns.as_ref().map_or(0, Vec::len);
    let acknowledged = request.acknowledged.as_ref().map_or(0, Vec::len);
    if changes > limits::SYNC_PUSH_CHANGES_MAX || documents > limits::SYNC_PUSH_CHANGES_MAX {
        let message = format!("more than {} changes in one request", limits::SYNC_PUSH_CHANGES_MAX);
        return Err(CoreError::refused_at(ErrorCode::Invalid, "pushes", message));
    }
    if acknowledged > ACKNOWLEDGED_MAX {
        let message = format!("more than {ACKNOWLEDGED_MAX} acknowledgements in one request");
        return Err(CoreError::refused_at(ErrorCode::Invalid, "acknowledged", message));
    }
    returns::check(request)?;
    if let Some(repair) = &request.repair {
        repair::check(repair)?;
    }
    offers::check(request.offers.as_deref().unwrap_or_default())
}

/// Acknowledgements in one request.
const ACKNOWLEDGED_MAX: usize = 10_000;

/// Acknowledgements and offers, if there are any.
async fn keep_words(
    core: &Core,
    session: &DeviceSession,
    request: &SyncRequest,
    at: Exchanged,
) -> Result<(), CoreError> {
    let acknowledged: Vec<Hash> = request.acknowledged.clone().unwrap_or_default();
    let offered = request.offers.clone().unwrap_or_default();
    if acknowledged.is_empty() && offered.is_empty() {
        return Ok(());
    }
    let session = *session;
    core.store()
        .write(move |tx| {
            offers::keep(tx, &session, &offered, None, at)?;
            verdicts::acknowledge(tx, session.device, &acknowledged, at.now)
        })
        .await
}

/// Pushes of one request that are judged at once, where there are many.
const JUDGED_AT_ONCE: usize = 2;
/// Pushes of one request that wait at the writer, with what was found of them beforehand.
const WAITING_MAX: usize = 16;

/// Each document's push is a job of its own: they queue in order, those that wait together
/// share a commit, and one that fails takes no other with it.
async fn admit_all(
    core: &Core,
    session: &DeviceSession,
    pushes: Vec<CheckedPush>,
    now: Instant,
) -> Result<AllPushed, CoreError> {
    let changes = pushes.iter().map(|push| push.changes.len()).sum();
    let judged = iter(pushes).map(|push| judge_beforehand(core, session, push, changes, now));
    let written = judged.buffered(JUDGED_AT_ONCE).map(|judged| admit_one(core, session, judged, now));
    let mut written = std::pin::pin!(written.buffered(WAITING_MAX));
    let (mut all, mut failure) = (AllPushed::default(), None);
    while let Some(outcome) = written.next().await {
        match outcome {
            Ok(pushed) => {
                if let Some(position) = pushed.position {
                    core.announce(position);
                }
                all.before.extend(pushed.before);
                all.in_log.extend(pushed.in_log);
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(all), Err)
}

/// What became of all that a request brought.
#[derive(Debug, Default)]
struct AllPushed {
    before: Vec<Before>,
    /// Changes that are in the log.
    in_log: Vec<Verdict>,
}

/// What comes before changes of a document that were given back, and is not there.
pub(super) type Before = (DocId, Vec<ChangeHash>);

async fn admit_one(
    core: &Core,
    session: &DeviceSession,
    judged: Result<(CheckedPush, Beforehand), StoreError>,
    now: Instant,
) -> Result<Pushed, CoreError> {
    let (push, beforehand) = judged?;
    let (heart, session, doc) = (core.clone(), *session, push.doc);
    let hashes: Vec<ChangeHash> = push.changes.iter().map(CheckedChange::hash).collect();
    let outcome = core.store().write(move |tx| admit(&heart, tx, &session, (&push, beforehand), now)).await;
    match outcome {
        // The push waits in the phone's outbox; it must not keep the answer back.
        Err(CoreError::Corrupt { doc, what }) => {
            tracing::error!(%doc, what, "changes of a document cannot be judged");
            Ok(Pushed::NOTHING)
        }
        Err(CoreError::Store(StoreError::JobPanicked)) => {
            tracing::error!(%doc, "judging a push panicked; it is refused");
            core.store().write(move |tx| refuse_all(tx, &session, doc, &hashes, now)).await
        }
        outcome => outcome,
    }
}

/// What panics is refused, so that it does not come again for ever.
fn refuse_all(
    tx: &Transaction<'_>,
    session: &DeviceSession,
    doc: DocId,
    hashes: &[ChangeHash],
    now: Instant,
) -> Result<Pushed, CoreError> {
    let refused = |hash: &ChangeHash| {
        let outcome = Outcome::Refused {
            code: ErrorCode::TrialFailed.name().to_owned(),
            path: None,
            message: "the server could not work on it".to_owned(),
        };
        Verdict { doc, hash: Hash(*hash), outcome }
    };
    let told = hashes.iter().map(refused).collect();
    verdicts::keep(tx, session.device, (told, verdicts::any(tx, session.device)?), now)?;
    super::push::strike(tx, session.device, 1, now)?;
    Ok(Pushed::NOTHING)
}

/// A cursor of another epoch is none.
fn cursor_of(core: &Core, request: &SyncRequest) -> Option<Cursor> {
    let same_epoch = request.epoch.as_deref() == Some(&core.epoch()[..]);
    request.cursor.as_deref().filter(|_| same_epoch).and_then(Cursor::from_bytes)
}

fn budget_of(request: &SyncRequest) -> usize {
    let asked = request.budget.and_then(|budget| usize::try_from(budget).ok());
    asked.map_or(limits::SYNC_PAGE_BYTES, |asked| asked.min(limits::SYNC_PAGE_BYTES_MAX))
}

/// What a phone wants to know.
struct Question {
    session: DeviceSession,
    cursor: Option<Cursor>,
    budget: usize,
    pushed: BTreeSet<ChangeHash>,
    now: Instant,
    asked: Asked,
    /// The word for what comes before changes that were given back.
    vouched: Vec<Vouched>,
    /// What this request brought that is in the log.
    in_log: Vec<Verdict>,
}

/// What a phone of version 2 says beside its changes.
struct Asked {
    version: u16,
    /// Whether it named a cursor, whatever that is worth.
    has_cursor: bool,
    repair: Option<Repair>,
    backed_up: Option<u64>,
}

impl Asked {
    fn of(request: &SyncRequest) -> Self {
        // Positions of another epoch say nothing.
        Self {
            version: request.version,
            has_cursor: request.cursor.is_some(),
            repair: request.repair.clone(),
            backed_up: request.backed_up,
        }
    }
}

struct Answer {
    response: SyncResponse,
    stale: Vec<Snapshot>,
    /// Whether a deadline waits for what this phone may have.
    is_awaited: bool,
}

/// Positions behind the newest at which an answer is small, whatever they hold.
const NEAR: i64 = 128;

impl Question {
    /// Whether the answer tells of what was written just now and of nothing more.
    fn is_small(&self, core: &Core) -> bool {
        let is_near = |at: i64| core.newest().saturating_sub(at) <= NEAR;
        let is_warm = matches!(self.cursor, Some(Cursor::Warm { at, .. }) if is_near(at));
        is_warm && self.asked.repair.is_none()
    }

    /// Reads the answer from one state of the store.
    fn answer(mut self, core: &Core, connection: &Connection) -> Result<Answer, CoreError> {
        let scope = self.session.user;
        let mut verdicts = verdicts::unacknowledged(connection, self.session.device)?;
        verdicts.append(&mut self.in_log);
        let mut page = Page::new(core, connection, scope, &self.pushed, self.budget);
        if self.knows_receipts() {
            page = page.with_receipts();
        }
        let mut response = self.fill(core, connection, &mut page)?;
        if self.knows_receipts() {
            response.owners = some(page.owners()?);
            response.backed_up = self.backed_up(connection)?;
            let tells = !verdicts.is_empty() || !page.events.is_empty();
            response.position = tells.then_some(newest(connection)?.0.unsigned_abs());
        }
        response.verdicts = some(verdicts);
        response.events = some(page.events);
        response.reference = some(page.reference);
        pack_documents(&mut response, self.asked.version);
        // While documents are compared, the outbox waits.
        let is_awaited = self.asked.repair.is_none() && heard::is_awaited(connection, scope)?;
        Ok(Answer { response, stale: page.stale, is_awaited })
    }

    const fn knows_receipts(&self) -> bool {
        self.asked.version >= PROTOCOL_VERSION_RECEIPTS
    }

    /// Fills the page and says where the phone stands behind it.
    fn fill(
        &self,
        core: &Core,
        connection: &Connection,
        page: &mut Page<'_>,
    ) -> Result<SyncResponse, CoreError> {
        let cursor = self.valid_cursor(connection)?;
        if let Some(repair) = &self.asked.repair {
            let vouched = some(self.vouched.clone());
            let answer = RepairAnswer { vouched, ..repair::answer(page, repair)? };
            let cursor = match cursor {
                Some(cursor) => cursor,
                None => Cursor::Cold(self.after_comparison(connection)?),
            };
            let response = SyncResponse { cursor: cursor.to_bytes(), ..SyncResponse::default() };
            return Ok(SyncResponse { repair: Some(answer), ..response });
        }
        let mut total = None;
        let (cursor, more) = match cursor {
            Some(Cursor::Warm { base, at, .. }) => fill_warm(page, base, at)?,
            Some(Cursor::Cold(cold)) => fill_cold(page, cold)?,
            None if self.asked.has_cursor && self.knows_receipts() => {
                core.counters().exchanges_cold.one();
                return Ok(SyncResponse { void: Some(true), ..SyncResponse::default() });
            }
            None => {
                core.counters().exchanges_cold.one();
                total = Some(cold::total(connection, self.session.user)?);
                fill_cold(page, self.cold_start(connection)?)?
            }
        };
        let cursor = cursor.to_bytes();
        Ok(SyncResponse { cursor, more: more.then_some(true), total, ..SyncResponse::default() })
    }

    /// How far the verified backup goes, if the phone knows otherwise.
    fn backed_up(&self, connection: &Connection) -> Result<Option<u64>, CoreError> {
        let position = crate::backup::backed_up(connection)?.unsigned_abs();
        Ok((self.asked.backed_up.unwrap_or_default() != position).then_some(position))
    }

    /// Where a phone stands whose documents were compared: it lacks the reference
    /// rows, and what came since.
    fn after_comparison(&self, connection: &Connection) -> Result<ColdCursor, CoreError> {
        let start = self.cold_start(connection)?;
        Ok(ColdCursor { phase: Phase::Accounts, documents: Documents::Compared, ..start })
    }

    /// The cursor, if this log has ever been where it says.
    fn valid_cursor(&self, connection: &Connection) -> Result<Option<Cursor>, CoreError> {
        let Some(cursor) = self.cursor else { return Ok(None) };
        let (at, chain) = cursor.checked_at();
        Ok((chain_at(connection, at)? == Some(chain)).then_some(cursor))
    }

    fn cold_start(&self, connection: &Connection) -> Result<ColdCursor, CoreError> {
        let (start, chain) = newest(connection)?;
        let day = self.now.millis().div_euclid(DAY_MS);
        let documents = Documents::Sent;
        Ok(ColdCursor { start, chain, day, phase: Phase::Today, last: None, documents })
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn fill_warm(page: &mut Page<'_>, base: i64, at: i64) -> Result<(Cursor, bool), CoreError> {
    let (base, at, more) = match warm::fill(page, base, at)? {
        Reach::End(at) => (at, at, false),
        Reach::Full(at) => (base, at, true),
    };
    let chain = chain_at(page.connection, at)?.unwrap_or_default();
    Ok((Cursor::Warm { base, at, chain }, more))
}

/// A cold phone that has everything goes on with what came since it began; all of
/// that is sent whole, since nothing says what of it the phone has, unless it was
/// compared.
fn fill_cold(page: &mut Page<'_>, cursor: ColdCursor) -> Result<(Cursor, bool), CoreError> {
    match cold::fill(page, cursor)? {
        Some(cursor) => Ok((Cursor::Cold(cursor), true)),
        None => match cursor.documents {
            Documents::Sent => fill_warm(page, 0, cursor.start),
            Documents::Compared => fill_warm(page, cursor.start, cursor.start),
        },
    }
}

/// Saved documents that this page needed and nobody had saved; nobody waits for
/// them.
fn hand_in(core: &Core, stale: Vec<Snapshot>) {
    if stale.is_empty() {
        return;
    }
    core.store().write_some_time(move |tx| store_snapshots(tx, &stale));
}
