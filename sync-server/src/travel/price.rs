//! The price of each trip by itself: the same function as on the phone, with what
//! only the server knows.

use std::collections::BTreeSet;

use calendar::{Date, Month, MonthSystem, Zone};
use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use scoring::{JobScene, Repeat, Tariff, TripPrice, TripScene, TripTravel, price_trip};
use sha2::{Digest, Sha256};

use super::distances;
use super::facts;
use super::profiles;
use super::tariffs::Rules;
use super::words::json;
use crate::error::CoreError;
use crate::sql::column;

const TRIP: &str = "SELECT technician, received_at, updated_at FROM trips WHERE doc = ?1";
const AGENCY_NOW: &str = "SELECT agency FROM users WHERE id = ?1";
/// Who was paid for it keeps it.
const AGENCY_PAID: &str = "SELECT agency FROM travel_statement_lines JOIN travel_statements \
     ON travel_statements.id = statement WHERE trip = ?1 ORDER BY statement LIMIT 1";
const BEFORE: &str = "SELECT technician, month FROM travel_prices WHERE trip = ?1";
const WRITE: &str = "INSERT INTO travel_prices \
     (trip, technician, agency, started_at, day, month, has_caps, basis, price) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (trip) DO UPDATE SET \
     technician = excluded.technician, agency = excluded.agency, started_at = excluded.started_at, \
     day = excluded.day, month = excluded.month, has_caps = excluded.has_caps, basis = excluded.basis, \
     price = excluded.price";

/// A technician's month, and the trips of it that were priced anew.
#[derive(Debug, Default)]
pub(super) struct Priced {
    pub(super) months: BTreeSet<(UserId, String)>,
    pub(super) trips: BTreeSet<DocId>,
}

/// The row of a trip.
#[derive(Debug, Clone, Copy)]
pub(super) struct TripRow {
    pub(super) technician: UserId,
    pub(super) received_at: Instant,
    pub(super) updated_at: Instant,
}

/// A trip's price with the circumstances that it was found in.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) row: TripRow,
    pub(super) agency: Option<AgencyId>,
    pub(super) started_at: Instant,
    pub(super) day: Date,
    pub(super) facts: TripTravel,
    pub(super) tariff: Tariff,
    pub(super) price: TripPrice,
}

/// Prices trips and writes it down; tells which months that concerns.
pub(super) fn write(
    tx: &Transaction<'_>,
    rules: &mut Rules,
    trips: &BTreeSet<DocId>,
) -> Result<Priced, CoreError> {
    let mut priced = Priced::default();
    for trip in trips {
        let Some(found) = find(tx, rules, *trip)? else { continue };
        priced.months.extend(month_before(tx, *trip)?);
        let month = month_of(found.day);
        write_one(tx, *trip, &found, &month)?;
        priced.months.insert((found.row.technician, month));
        priced.trips.insert(*trip);
    }
    Ok(priced)
}

fn month_before(tx: &Transaction<'_>, trip: DocId) -> Result<Option<(UserId, String)>, CoreError> {
    let read = |row: &rusqlite::Row<'_>| Ok((column(row, 0)?, row.get(1)?));
    Ok(tx.prepare_cached(BEFORE)?.query_row([trip.as_bytes()], read).optional()?)
}

fn write_one(tx: &Transaction<'_>, trip: DocId, found: &Found, month: &str) -> Result<(), CoreError> {
    let price = json(&found.price)?;
    // Voiding a trip changes what is decided on, though not its price.
    let digest =
        Sha256::new().chain_update(&price).chain_update([u8::from(found.facts.void.is_some())]).finalize();
    let caps = [found.tariff.day_cap, found.tariff.month_cap, found.tariff.day_m_cap];
    tx.prepare_cached(WRITE)?.execute(params![
        trip.as_bytes(),
        found.row.technician.as_bytes(),
        found.agency.as_ref().map(AgencyId::as_bytes),
        found.started_at.millis(),
        found.day.to_string(),
        month,
        caps.iter().any(Option::is_some),
        &digest[..16],
        price,
    ])?;
    Ok(())
}

/// Prices a trip; none if there is no such trip.
pub(super) fn find(
    connection: &Connection,
    rules: &mut Rules,
    trip: DocId,
) -> Result<Option<Found>, CoreError> {
    let Some((row, facts)) = trip_row(connection, trip)?.zip(facts::trip(connection, trip)?) else {
        return Ok(None);
    };
    let agency = agency_of(connection, trip, row.technician)?;
    // A device cannot have set out after the server heard of it.
    let started_at = facts.started_at.map_or(row.received_at, |at| at.min(row.received_at));
    let local = Zone::organisation().local(started_at);
    let profile = profiles::on(connection, agency, local.date())?;
    let day = rules.day(agency, started_at);
    let shelf = rules.tariffs(connection, agency)?;
    let (tariff, held) = shelf.on(local.date(), profile.maker.as_deref(), profile.vehicle.as_deref());
    let jobs = jobs_of(connection, agency, &facts, started_at)?;
    let price = price_trip(&TripScene {
        technician: row.technician,
        trip: &facts,
        started_at,
        local,
        day,
        tariff,
        held,
        profile: &profile,
        jobs: &jobs,
        known_before: row.received_at,
    });
    let (tariff, day) = (tariff.clone(), local.date());
    Ok(Some(Found { row, agency, started_at, day, facts, tariff, price }))
}

fn trip_row(connection: &Connection, trip: DocId) -> Result<Option<TripRow>, CoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(TripRow { technician: column(row, 0)?, received_at: column(row, 1)?, updated_at: column(row, 2)? })
    };
    Ok(connection.prepare_cached(TRIP)?.query_row([trip.as_bytes()], read).optional()?)
}

/// The agency to which a statement paid the trip, else the technician's own.
fn agency_of(
    connection: &Connection,
    trip: DocId,
    technician: UserId,
) -> Result<Option<AgencyId>, CoreError> {
    let one = |sql: &str, id: &[u8; 16]| -> Result<Option<Option<AgencyId>>, CoreError> {
        Ok(connection.prepare_cached(sql)?.query_row([id], |row| column(row, 0)).optional()?)
    };
    match one(AGENCY_PAID, trip.as_bytes())? {
        Some(agency) => Ok(agency),
        None => Ok(one(AGENCY_NOW, technician.as_bytes())?.flatten()),
    }
}

fn jobs_of(
    connection: &Connection,
    agency: Option<AgencyId>,
    trip: &TripTravel,
    started_at: Instant,
) -> Result<Vec<JobScene>, CoreError> {
    let mut jobs = Vec::new();
    for job in &trip.jobs {
        let row = facts::job(connection, *job)?;
        let place = row.as_ref().and_then(|row| row.facts.place.as_ref());
        let known = place.map(|place| distances::known(connection, agency, place)).transpose()?;
        let repeat = match &row {
            Some(row) => repeat_of(connection, *job, row, started_at)?,
            None => Repeat::No,
        };
        let facts = row.map(|row| row.facts);
        jobs.push(JobScene { job: *job, facts, known: known.unwrap_or_default(), repeat });
    }
    Ok(jobs)
}

fn repeat_of(
    connection: &Connection,
    job: DocId,
    row: &facts::JobFacts,
    started_at: Instant,
) -> Result<Repeat, CoreError> {
    let others = facts::same_fault(connection, job, row)?;
    let again = others.iter().any(|earlier| row.facts.repeats(earlier));
    let is_repeat = again || row.facts.reopened(started_at);
    Ok(if is_repeat { Repeat::Yes } else { Repeat::No })
}

/// The month of a day as it is settled: `1405-08`.
pub(super) fn month_of(day: Date) -> String {
    Month::of(MonthSystem::ORGANISATION, day).map_or_else(String::new, |month| month.to_string())
}
