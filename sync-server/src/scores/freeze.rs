//! Publishing months by themselves: each is frozen on its day, what changes after
//! that becomes a version, and it is final once its time has come.

use domain::{AgencyId, Instant};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::months::agencies_in;
use super::period::MonthKey;
use super::rules::rules_of;
use super::{norm, ratings, record};
use crate::core::Core;
use crate::error::CoreError;
use crate::sql::column;
use crate::timer::DueWork;

const CHANGED: &str = "SELECT agency, month FROM score_changes ORDER BY month, agency LIMIT 1";
const SETTLED: &str = "DELETE FROM score_changes WHERE agency = ?1 AND month = ?2";
const NOTE: &str = "INSERT OR IGNORE INTO score_changes (agency, month) VALUES (?1, ?2)";
const TO_FREEZE: &str = "SELECT min(month) FROM month_facts \
     WHERE month > coalesce((SELECT max(month) FROM frozen_months), 0)";
const FREEZE: &str = "INSERT INTO frozen_months (month, frozen_at) VALUES (?1, ?2)";
const NEXT_STAGE: &str = "SELECT settle_at, agency, month FROM score_records WHERE settle_at IS NOT NULL \
     ORDER BY settle_at, agency, month LIMIT 1";

/// The work of publishing.
#[derive(Debug)]
pub(crate) struct FreezesMonths;

impl DueWork for FreezesMonths {
    fn name(&self) -> &'static str {
        "publishing scores"
    }

    fn next_due(&self, connection: &Connection) -> Result<Option<Instant>, CoreError> {
        Ok(next(connection)?.map(|piece| piece.due()))
    }

    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>> {
        core.store().write(move |tx| run_one(tx, now)).boxed()
    }
}

/// What has to be done next.
enum Piece {
    /// A published month has changed.
    Changed(AgencyId, MonthKey),
    /// A month is to be frozen.
    Freeze(MonthKey, Instant),
    /// A record's stage changes by itself.
    Stage(AgencyId, MonthKey, Instant),
    /// A month has begun whose prior is to be written down.
    Prior(Instant),
}

impl Piece {
    const fn due(&self) -> Instant {
        match self {
            Self::Changed(..) => Instant::from_millis(0),
            Self::Freeze(_, at) | Self::Stage(_, _, at) | Self::Prior(at) => *at,
        }
    }
}

fn next(connection: &Connection) -> Result<Option<Piece>, CoreError> {
    let changed = connection
        .prepare_cached(CHANGED)?
        .query_row([], |row| Ok(Piece::Changed(column(row, 0)?, MonthKey(row.get(1)?))))
        .optional()?;
    if changed.is_some() {
        return Ok(changed);
    }
    let month: Option<i32> = connection.prepare_cached(TO_FREEZE)?.query_row([], |row| row.get(0))?;
    let freeze = match month.map(MonthKey) {
        Some(month) => {
            let frozen_at = record::dates(month, &*rules_of(connection, month)?).frozen_at;
            Some(Piece::Freeze(month, frozen_at))
        }
        None => None,
    };
    let stage = connection
        .prepare_cached(NEXT_STAGE)?
        .query_row([], |row| Ok(Piece::Stage(column(row, 1)?, MonthKey(row.get(2)?), column(row, 0)?)))
        .optional()?;
    let prior = ratings::next_prior(connection)?.map(Piece::Prior);
    Ok(freeze.into_iter().chain(stage).chain(prior).min_by_key(Piece::due))
}

fn run_one(tx: &Transaction<'_>, now: Instant) -> Result<(), CoreError> {
    match next(tx)?.filter(|piece| piece.due() <= now) {
        Some(Piece::Changed(agency, month)) => {
            record::settle(tx, agency, month, now)?;
            tx.prepare_cached(SETTLED)?.execute((agency.as_bytes(), month.0))?;
        }
        Some(Piece::Stage(agency, month, _)) => record::settle(tx, agency, month, now)?,
        Some(Piece::Freeze(month, _)) => freeze(tx, month, now)?,
        Some(Piece::Prior(_)) => ratings::keep_prior(tx, now)?,
        None => {}
    }
    Ok(())
}

/// Freezes the norm of a month and hands its agencies over, to be published one by
/// one: what comes between them is noted as a change of a month that is frozen.
fn freeze(tx: &Transaction<'_>, month: MonthKey, now: Instant) -> Result<(), CoreError> {
    norm::freeze(tx, month)?;
    tx.prepare_cached(FREEZE)?.execute((month.0, now.millis()))?;
    for agency in agencies_in(tx, month)? {
        tx.prepare_cached(NOTE)?.execute((agency.as_bytes(), month.0))?;
    }
    Ok(())
}
