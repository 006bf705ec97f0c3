//! A technician's month: what the caps leave of each trip.
//!
//! What was decided by a person or paid takes its part of the caps first, since it
//! stands; the others follow by when they began, then by id. So the same trips give
//! the same amounts, in whatever order they arrived.

use std::collections::BTreeMap;

use calendar::Date;
use domain::{DocId, UserId};
use rusqlite::Transaction;
use scoring::{Spent, apply_caps};

use super::claim::{self, Claimed};
use super::price::{self, Found, Priced};
use super::standing::{self, Acts, Course};
use super::tariffs::Rules;
use crate::error::CoreError;
use crate::sql::column;

const OF_MONTH: &str = "SELECT trip, has_caps, basis FROM travel_prices \
     WHERE technician = ?1 AND month = ?2 ORDER BY started_at, trip";

/// Brings the claims of months up to date; tells which changed.
pub(super) fn settle(
    tx: &Transaction<'_>,
    rules: &mut Rules,
    priced: &Priced,
) -> Result<Vec<DocId>, CoreError> {
    let mut changed = Vec::new();
    for (technician, month) in &priced.months {
        for entry in entries(tx, rules, *technician, month, priced)? {
            if claim::write(tx, &entry)? {
                changed.push(entry.trip);
            }
        }
    }
    Ok(changed)
}

struct Row {
    trip: DocId,
    has_caps: bool,
    basis: Vec<u8>,
}

/// The month's claims that may differ: all of them where a tariff has caps, else
/// those that were priced anew.
fn entries(
    tx: &Transaction<'_>,
    rules: &mut Rules,
    technician: UserId,
    month: &str,
    priced: &Priced,
) -> Result<Vec<Claimed>, CoreError> {
    let mut statement = tx.prepare_cached(OF_MONTH)?;
    let rows = statement.query_map((technician.as_bytes(), month), |row| {
        Ok(Row { trip: column(row, 0)?, has_caps: row.get(1)?, basis: row.get(2)? })
    })?;
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    let all = rows.iter().any(|row| row.has_caps);
    let mut ledger = Ledger::default();
    let mut found = Vec::new();
    for row in rows.into_iter().filter(|row| all || priced.trips.contains(&row.trip)) {
        let Some(trip) = price::find(tx, rules, row.trip)? else { continue };
        let acts = standing::acts(tx, row.trip)?;
        if let Some(amount) = acts.fixed_on(&row.basis) {
            ledger.add_fixed(trip.day, amount);
        }
        found.push((row, trip, acts));
    }
    let claimed = found.into_iter().map(|(row, trip, acts)| ledger.claim(tx, month, row, trip, acts));
    claimed.collect()
}

/// What the caps of a month have been spent on.
#[derive(Default)]
struct Ledger {
    fixed: i64,
    fixed_of_day: BTreeMap<Date, i64>,
    open: i64,
    open_of_day: BTreeMap<Date, i64>,
    metres_of_day: BTreeMap<Date, i64>,
}

impl Ledger {
    fn add_fixed(&mut self, day: Date, amount: i64) {
        self.fixed = self.fixed.saturating_add(amount);
        add(&mut self.fixed_of_day, day, amount);
    }

    fn claim(
        &mut self,
        tx: &Transaction<'_>,
        month: &str,
        row: Row,
        found: Found,
        acts: Acts,
    ) -> Result<Claimed, CoreError> {
        let day = found.day;
        let own = acts.fixed_on(&row.basis);
        let of = |map: &BTreeMap<Date, i64>| map.get(&day).copied().unwrap_or_default();
        let spent = Spent {
            day: (of(&self.fixed_of_day) - own.unwrap_or(0)).saturating_add(of(&self.open_of_day)),
            month: (self.fixed - own.unwrap_or(0)).saturating_add(self.open),
            day_m: of(&self.metres_of_day),
        };
        let capped = apply_caps(&found.tariff, &found.price.priced, &spent);
        let metres = found.price.priced.chargeable_m;
        let course = course(&found);
        let claimed = Claimed::new(tx, row.trip, (month, row.basis), found, acts, capped)?;
        if course == Course::Over {
            if own.is_none() {
                self.open = self.open.saturating_add(claimed.standing.amount);
                add(&mut self.open_of_day, day, claimed.standing.amount);
            }
            add(&mut self.metres_of_day, day, metres);
        }
        Ok(claimed)
    }
}

fn add(map: &mut BTreeMap<Date, i64>, day: Date, amount: i64) {
    let sum = map.entry(day).or_default();
    *sum = sum.saturating_add(amount);
}

/// How far the trip is.
pub(super) fn course(found: &Found) -> Course {
    match (&found.facts.void, found.facts.ended_at) {
        (Some(_), _) => Course::Void,
        (None, Some(_)) => Course::Over,
        (None, None) => Course::UnderWay,
    }
}
