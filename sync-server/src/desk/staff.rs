//! What people can do (R3, R92), when they are away and where they work. It warns whoever
//! plans a visit; it stops nobody.

use calendar::Date;
use desk::Act;
use domain::limits::{MEDIUM_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{Instant, UserId, fold_search_text};
use rusqlite::{Connection, Row, Transaction, params};
use wire::FieldProblem;

use super::person::Person;
use crate::core::Core;
use crate::error::CoreError;
use crate::people::find_user;
use crate::session::DeviceSession;

const SET_SKILL: &str = "INSERT INTO skills (user, product, folded, level, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (user, folded) DO UPDATE SET product = excluded.product, level = excluded.level, \
     by = excluded.by, at = excluded.at";
const DROP_SKILL: &str = "DELETE FROM skills WHERE user = ?1 AND folded = ?2";
const SKILLS: &str = "SELECT product, level FROM skills WHERE user = ?1 ORDER BY folded";
const TAKE_LEAVE: &str =
    "INSERT INTO leave (user, from_day, to_day, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const LEAVES: &str = "SELECT id, from_day, to_day, reason FROM leave \
     WHERE user = ?1 AND cancelled_at IS NULL AND to_day >= ?2 ORDER BY from_day, id";
const CLEAR_AREAS: &str = "DELETE FROM working_areas WHERE user = ?1";
const ADD_AREA: &str =
    "INSERT OR IGNORE INTO working_areas (user, city, zone, folded) VALUES (?1, ?2, ?3, ?4)";
const AREAS: &str = "SELECT city, zone FROM working_areas WHERE user = ?1 ORDER BY folded";

/// What somebody can do with a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// The product or system.
    pub product: String,
    /// 1 begins, 2 works alone, 3 teaches others; 0 takes the skill away.
    pub level: u8,
}

/// Days on which somebody is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLeave {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
    /// Why.
    pub reason: Option<String>,
}

/// Leave as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveRow {
    /// Its number.
    pub id: i64,
    /// The days.
    pub leave: NewLeave,
}

/// Where somebody works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// The city.
    pub city: String,
    /// A zone of it; empty for all.
    pub zone: String,
}

/// What is known of a person for planning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffCard {
    /// By product.
    pub skills: Vec<Skill>,
    /// Leave that has not ended.
    pub leave: Vec<LeaveRow>,
    /// By city.
    pub areas: Vec<Area>,
}

/// What is known of a person.
///
/// # Errors
///
/// `not_found`; or when the store fails.
pub fn show_staff(connection: &Connection, user: UserId, today: Date) -> Result<StaffCard, CoreError> {
    if find_user(connection, user).is_err() {
        return Err(CoreError::not_found());
    }
    let id = user.as_bytes();
    let mut statement = connection.prepare_cached(SKILLS)?;
    let skills = statement.query_map([id], |row| Ok(Skill { product: row.get(0)?, level: row.get(1)? }))?;
    let skills = skills.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(LEAVES)?;
    let leave = statement.query_map((id, today.to_string()), read_leave)?.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(AREAS)?;
    let areas = statement.query_map([id], |row| Ok(Area { city: row.get(0)?, zone: row.get(1)? }))?;
    Ok(StaffCard { skills, leave, areas: areas.collect::<Result<_, _>>()? })
}

fn read_leave(row: &Row<'_>) -> rusqlite::Result<LeaveRow> {
    let day = |index| -> rusqlite::Result<Date> {
        let text: String = row.get(index)?;
        text.parse().map_err(|error: jiff::Error| {
            rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error))
        })
    };
    Ok(LeaveRow { id: row.get(0)?, leave: NewLeave { from: day(1)?, to: day(2)?, reason: row.get(3)? } })
}

/// Changes what is known of a person, for who keeps it.
async fn change(
    core: &Core,
    session: &DeviceSession,
    user: UserId,
    work: impl FnOnce(&Transaction<'_>, &Person, Instant) -> Result<(), CoreError> + Send + 'static,
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::ManageUnits)?;
        if find_user(tx, user).is_err() {
            return Err(CoreError::not_found());
        }
        work(tx, &person, now)
    };
    core.store().write(job).await
}

/// Says how well somebody knows a product.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid` for an empty product or a level beyond 3.
pub async fn set_skill(
    core: &Core,
    session: &DeviceSession,
    user: UserId,
    skill: Skill,
) -> Result<(), CoreError> {
    let product = skill.product.trim().to_owned();
    if product.is_empty() || product.chars().count() > SHORT_TEXT_CHARS_MAX {
        return Err(one("product", "skill.product", "name the product"));
    }
    if skill.level > 3 {
        return Err(one("level", "skill.level", "0 to 3"));
    }
    change(core, session, user, move |tx, person, now| {
        let folded = fold_search_text(&product);
        if skill.level == 0 {
            tx.prepare_cached(DROP_SKILL)?.execute((user.as_bytes(), folded))?;
            return Ok(());
        }
        let by = person.user();
        tx.prepare_cached(SET_SKILL)?.execute(params![
            user.as_bytes(),
            product,
            folded,
            skill.level,
            by.as_bytes(),
            now.millis()
        ])?;
        Ok(())
    })
    .await
}

/// Enters leave.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid` when it ends before it begins.
pub async fn take_leave(
    core: &Core,
    session: &DeviceSession,
    user: UserId,
    leave: NewLeave,
) -> Result<(), CoreError> {
    if leave.to < leave.from {
        return Err(one("to", "leave.backwards", "the last day is before the first"));
    }
    if leave.reason.as_ref().is_some_and(|reason| reason.chars().count() > MEDIUM_TEXT_CHARS_MAX) {
        return Err(one("reason", "leave.reason", "it is too long"));
    }
    change(core, session, user, move |tx, person, now| {
        let by = person.user();
        tx.prepare_cached(TAKE_LEAVE)?.execute(params![
            user.as_bytes(),
            leave.from.to_string(),
            leave.to.to_string(),
            leave.reason,
            by.as_bytes(),
            now.millis()
        ])?;
        Ok(())
    })
    .await
}

/// Says where somebody works; replaces what was said before.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid` for an area without a city.
pub async fn set_areas(
    core: &Core,
    session: &DeviceSession,
    user: UserId,
    areas: Vec<Area>,
) -> Result<(), CoreError> {
    if areas.iter().any(|area| area.city.trim().is_empty()) {
        return Err(one("areas", "area.city", "name the city of each area"));
    }
    change(core, session, user, move |tx, _person, _now| {
        tx.prepare_cached(CLEAR_AREAS)?.execute([user.as_bytes()])?;
        for Area { city, zone } in &areas {
            let folded = fold_search_text(&format!("{city}\n{zone}"));
            tx.prepare_cached(ADD_AREA)?.execute((user.as_bytes(), city.trim(), zone.trim(), folded))?;
        }
        Ok(())
    })
    .await
}

fn one(path: &str, code: &str, message: &str) -> CoreError {
    CoreError::Invalid(vec![FieldProblem::coded(path, code, message)])
}
