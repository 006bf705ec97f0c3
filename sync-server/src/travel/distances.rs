//! The table of distances between agencies' bases and places: how far it is
//! without a map service.

use calendar::Date;
use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{AgencyId, Instant, UserId};
use rusqlite::{Connection, Row, Transaction, params};
use scoring::{DistanceOn, KnownDistances, Place};

use super::profiles::{parse_day, priced_since};
use super::words::invalid;
use super::{phones, price_again};
use crate::core::Core;
use crate::error::CoreError;
use crate::people::find_agency;
use crate::sql::column;

const ADD: &str = "INSERT INTO travel_distances \
     (agency, city, zone, folded_city, folded_zone, effective_from, one_way_m, made_by, made_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const OF_AGENCY: &str = "SELECT city, zone, effective_from, one_way_m, made_by, made_at \
     FROM travel_distances WHERE agency = ?1 ORDER BY folded_city, folded_zone, effective_from, id";
const TABLE: &str = "SELECT effective_from, one_way_m FROM travel_distances \
     WHERE agency = ?1 AND folded_city = ?2 AND folded_zone = ?3 ORDER BY effective_from, id";
const HISTORY: &str = "SELECT at, one_way_m FROM travel_decisions \
     WHERE agency IS ?1 AND folded_city = ?2 AND folded_zone = ?3 AND one_way_m IS NOT NULL ORDER BY id";
/// Lines of one import, at most.
const LINES_MAX: usize = 10_000;
/// Farther than any way on Earth.
const ONE_WAY_M_MAX: i64 = 20_000_000;

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistanceRow {
    /// To where.
    pub place: Place,
    /// The first day.
    pub effective_from: Date,
    /// Metres one way.
    pub one_way_m: i64,
    /// Who entered it; nobody at the command line.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
}

/// A line to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDistance {
    /// To where.
    pub place: Place,
    /// The first day.
    pub effective_from: Date,
    /// Metres one way.
    pub one_way_m: i64,
}

/// Reads lines of `city,zone,effective_from,one_way_m` with that heading.
///
/// # Errors
///
/// What is wrong with the first bad line, with its number; nothing is taken then.
pub fn parse_distances(csv: &[u8]) -> Result<Vec<NewDistance>, CoreError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv);
    let headings = reader.headers().map_err(|error| invalid("csv", error.to_string()))?.clone();
    if headings.iter().ne(["city", "zone", "effective_from", "one_way_m"]) {
        return Err(invalid("csv", "the first line is city,zone,effective_from,one_way_m"));
    }
    let mut lines = Vec::new();
    for (at, record) in reader.records().enumerate() {
        let number = at + 2;
        let record = record.map_err(|error| invalid(format!("line {number}"), error.to_string()))?;
        let cell = |index| record.get(index).unwrap_or_default().to_owned();
        let metres = domain::fold_search_text(&cell(3));
        let one_way_m =
            metres.parse().map_err(|_bad| invalid(format!("line {number}: one_way_m"), "whole metres"))?;
        let zone = Some(cell(1)).filter(|zone| !zone.is_empty());
        let effective_from = parse_day(&format!("line {number}: effective_from"), &cell(2))?;
        lines.push(NewDistance { place: Place { city: cell(0), zone }, effective_from, one_way_m });
    }
    Ok(lines)
}

/// Enters lines of an agency's table, all or none. Trips of that time are priced
/// again.
///
/// # Errors
///
/// When the agency is unknown, or the first line that is wrong.
pub async fn set_distances(
    core: &Core,
    by: Option<UserId>,
    agency: AgencyId,
    lines: Vec<NewDistance>,
) -> Result<usize, CoreError> {
    let now = core.now();
    let set = move |tx: &Transaction<'_>| {
        let taken = add_distances(tx, by, agency, &lines, now)?;
        Ok::<_, CoreError>((taken, crate::log::newest(tx)?.0))
    };
    let (taken, position) = core.store().write(set).await?;
    core.announce(position);
    Ok(taken)
}

/// [`set_distances`] inside a transaction.
///
/// # Errors
///
/// As `set_distances`.
pub fn add_distances(
    tx: &Transaction<'_>,
    by: Option<UserId>,
    agency: AgencyId,
    lines: &[NewDistance],
    now: Instant,
) -> Result<usize, CoreError> {
    check(lines)?;
    find_agency(tx, agency).map_err(|_absent| invalid("agency", "there is no such agency"))?;
    for line in lines {
        add(tx, by, agency, line, now)?;
    }
    let places = lines.iter().map(|line| line.place.clone()).collect();
    phones::publish_distances(tx, agency, places, now)?;
    if let Some(since) = lines.iter().map(|line| line.effective_from).min() {
        price_again(tx, &priced_since(tx, Some(agency), since)?, now)?;
    }
    Ok(lines.len())
}

fn check(lines: &[NewDistance]) -> Result<(), CoreError> {
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(invalid("distances", format!("1 to {LINES_MAX} lines")));
    }
    for (at, line) in lines.iter().enumerate() {
        let (city, zone) = line.place.folded();
        if city.is_empty() {
            return Err(invalid(format!("distances.{at}.city"), "a place needs a city"));
        }
        let long = |text: &str| text.chars().nth(SHORT_TEXT_CHARS_MAX).is_some();
        if long(&city) || long(&zone) {
            let message = format!("at most {SHORT_TEXT_CHARS_MAX} characters");
            return Err(invalid(format!("distances.{at}"), message));
        }
        if !(0..=ONE_WAY_M_MAX).contains(&line.one_way_m) {
            let message = format!("0 to {ONE_WAY_M_MAX} metres");
            return Err(invalid(format!("distances.{at}.one_way_m"), message));
        }
    }
    Ok(())
}

fn add(
    tx: &Transaction<'_>,
    by: Option<UserId>,
    agency: AgencyId,
    line: &NewDistance,
    now: Instant,
) -> Result<(), CoreError> {
    let (city, zone) = line.place.folded();
    tx.prepare_cached(ADD)?.execute(params![
        agency.as_bytes(),
        line.place.city.trim(),
        line.place.zone.as_deref().unwrap_or_default().trim(),
        city,
        zone,
        line.effective_from.to_string(),
        line.one_way_m,
        by.as_ref().map(UserId::as_bytes),
        now.millis(),
    ])?;
    Ok(())
}

/// An agency's table.
///
/// # Errors
///
/// When the store fails.
pub fn list_distances(connection: &Connection, agency: AgencyId) -> Result<Vec<DistanceRow>, CoreError> {
    let mut statement = connection.prepare_cached(OF_AGENCY)?;
    let rows = statement.query_map([agency.as_bytes()], |row: &Row<'_>| {
        let zone: String = row.get(1)?;
        let place = Place { city: row.get(0)?, zone: Some(zone).filter(|zone| !zone.is_empty()) };
        Ok((place, row.get::<_, String>(2)?, row.get(3)?, column(row, 4)?, column(row, 5)?))
    })?;
    rows.map(|row| {
        let (place, day, one_way_m, made_by, made_at) = row?;
        let effective_from = parse_day("effective_from", &day)?;
        Ok(DistanceRow { place, effective_from, one_way_m, made_by, made_at })
    })
    .collect()
}

/// What is known of the way to a place: to its zone, then to its city.
pub(super) fn known(
    connection: &Connection,
    agency: Option<AgencyId>,
    place: &Place,
) -> Result<Vec<KnownDistances>, CoreError> {
    let city = Place { zone: None, ..place.clone() };
    let places = [place].into_iter().chain(place.zone.is_some().then_some(&city));
    places.map(|place| known_exactly(connection, agency, place)).collect()
}

/// What is known of the way to just this place.
pub(super) fn known_exactly(
    connection: &Connection,
    agency: Option<AgencyId>,
    place: &Place,
) -> Result<KnownDistances, CoreError> {
    let (city, zone) = place.folded();
    let agency = agency.as_ref().map(AgencyId::as_bytes);
    let mut statement = connection.prepare_cached(TABLE)?;
    let rows = statement
        .query_map((agency, &city, &zone), |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    let mut table = Vec::new();
    for row in rows {
        let (day, one_way_m) = row?;
        table.push(DistanceOn { from: parse_day("effective_from", &day)?, one_way_m });
    }
    let mut statement = connection.prepare_cached(HISTORY)?;
    let rows = statement.query_map((agency, &city, &zone), |row| Ok((column(row, 0)?, row.get(1)?)))?;
    Ok(KnownDistances { table, history: rows.collect::<Result<_, _>>()? })
}
