//! How agencies travel: the class of their city, their base, what lies inside.

use calendar::Date;
use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Connection, Row, Transaction, params};
use scoring::TravelProfile;

use super::words::{invalid, json, read_json};
use super::{Moved, phones, price_again};
use crate::core::Core;
use crate::error::CoreError;
use crate::people::find_agency;
use crate::sql::column;

const ADD: &str = "INSERT INTO travel_profiles (agency, effective_from, json, made_by, made_at) \
     VALUES (?1, ?2, ?3, ?4, ?5)";
const OF_AGENCY: &str = "SELECT effective_from, json, made_by, made_at FROM travel_profiles \
     WHERE agency = ?1 ORDER BY effective_from, id";
/// Of all agencies where none is named: what an agency's own rules leave as it was
/// comes out as it was.
const PRICED_SINCE: &str = "SELECT trip FROM travel_prices WHERE (?1 IS NULL OR agency = ?1) AND day >= ?2";
/// Places inside a city, at most.
const INSIDE_MAX: usize = 1_000;

/// How an agency travels from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    /// The first day.
    pub effective_from: Date,
    /// How.
    pub profile: TravelProfile,
    /// Who entered it; nobody at the command line.
    pub made_by: Option<UserId>,
    /// When.
    pub made_at: Instant,
}

/// Every profile of an agency, by the day from which it holds.
///
/// # Errors
///
/// When the store fails.
pub fn list_profiles(connection: &Connection, agency: AgencyId) -> Result<Vec<ProfileRow>, CoreError> {
    let mut statement = connection.prepare_cached(OF_AGENCY)?;
    let rows = statement.query_map([agency.as_bytes()], |row: &Row<'_>| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, column(row, 2)?, column(row, 3)?))
    })?;
    rows.map(|row| {
        let (day, text, made_by, made_at) = row?;
        let effective_from = parse_day("effective_from", &day)?;
        Ok(ProfileRow { effective_from, profile: read_json(&text)?, made_by, made_at })
    })
    .collect()
}

/// How an agency travels on a day; the documented default where nobody said it.
pub(super) fn on(
    connection: &Connection,
    agency: Option<AgencyId>,
    day: Date,
) -> Result<TravelProfile, CoreError> {
    let Some(agency) = agency else { return Ok(TravelProfile::default()) };
    let rows = list_profiles(connection, agency)?;
    let held = rows.into_iter().rev().find(|row| row.effective_from <= day);
    Ok(held.map_or_else(TravelProfile::default, |row| row.profile))
}

/// Says how an agency travels from a day on. Trips of that time are priced again.
///
/// # Errors
///
/// When the agency is unknown or a position is not on the globe.
pub async fn set_profile(
    core: &Core,
    by: Option<UserId>,
    agency: AgencyId,
    effective_from: Date,
    profile: TravelProfile,
) -> Result<(), CoreError> {
    let now = core.now();
    let set = move |tx: &Transaction<'_>| {
        add_profile(tx, by, agency, (effective_from, &profile), now)?;
        Ok::<_, CoreError>(crate::log::newest(tx)?.0)
    };
    let position = core.store().write(set).await?;
    core.announce(position);
    Ok(())
}

/// [`set_profile`] inside a transaction.
///
/// # Errors
///
/// As `set_profile`.
pub fn add_profile(
    tx: &Transaction<'_>,
    by: Option<UserId>,
    agency: AgencyId,
    (effective_from, profile): (Date, &TravelProfile),
    now: Instant,
) -> Result<(), CoreError> {
    find_agency(tx, agency).map_err(|_absent| invalid("agency", "there is no such agency"))?;
    if profile.base.is_some_and(|base| !base.is_valid()) {
        return Err(invalid("base", "the position is not on the globe"));
    }
    if profile.inside.len() > INSIDE_MAX {
        return Err(invalid("inside", format!("at most {INSIDE_MAX} places")));
    }
    if let Some(at) = profile.inside.iter().position(|place| place.folded().0.is_empty()) {
        return Err(invalid(format!("inside.{at}.city"), "a place needs a city"));
    }
    tx.prepare_cached(ADD)?.execute(params![
        agency.as_bytes(),
        effective_from.to_string(),
        json(profile)?,
        by.as_ref().map(UserId::as_bytes),
        now.millis(),
    ])?;
    phones::publish_profile(tx, agency, now)?;
    price_again(tx, &priced_since(tx, Some(agency), effective_from)?, now)
}

/// The trips from a day on, of an agency or of all.
pub(super) fn priced_since(
    connection: &Connection,
    agency: Option<AgencyId>,
    day: Date,
) -> Result<Moved, CoreError> {
    let mut statement = connection.prepare_cached(PRICED_SINCE)?;
    let agency = agency.as_ref().map(AgencyId::as_bytes);
    let rows = statement.query_map((agency, day.to_string()), |row| column::<DocId>(row, 0))?;
    Ok(Moved(rows.collect::<Result<_, _>>()?))
}

/// A day such as `2026-11-21`.
pub(super) fn parse_day(path: &str, text: &str) -> Result<Date, CoreError> {
    text.trim().parse().map_err(|_bad: jiff::Error| invalid(path, "a day such as 2026-11-21"))
}
