//! What whoever gives a job to a technician should know: that he is away that day, does not
//! work there, or does not know the product. It warns and stops nobody.

use calendar::{Date, Zone};
use domain::{DocId, Instant, UserId, fold_search_text};
use rusqlite::{Connection, OptionalExtension};
use wire::FieldProblem;

use super::staff::{StaffCard, show_staff};
use crate::error::CoreError;
use crate::sql::column;

const JOB: &str = "SELECT technician, city, zone, model, window_start, window_end FROM jobs \
     WHERE doc = ?1 AND technician IS NOT NULL";
const PRODUCTS: &str = "SELECT DISTINCT folded FROM skills";

/// What a job asks of its technician.
struct Asked {
    technician: UserId,
    city: Option<String>,
    zone: Option<String>,
    model: Option<String>,
    days: (Date, Date),
}

/// Whatever speaks against the technician of a job; nothing where he has none. The days are
/// those of the promised window, or today. Who has no areas works anywhere, and a product
/// that nobody has as a skill needs none.
///
/// # Errors
///
/// When the store fails.
pub fn planning_warnings(
    connection: &Connection,
    job: DocId,
    now: Instant,
) -> Result<Vec<FieldProblem>, CoreError> {
    let Some(asked) = asked(connection, job, now)? else { return Ok(Vec::new()) };
    let card = show_staff(connection, asked.technician, asked.days.0)?;
    let mut all: Vec<FieldProblem> = away(&card, asked.days).into_iter().collect();
    all.extend(elsewhere(&card, asked.city.as_deref(), asked.zone.as_deref()));
    all.extend(unskilled(connection, &card, asked.model.as_deref())?);
    Ok(all)
}

fn asked(connection: &Connection, job: DocId, now: Instant) -> Result<Option<Asked>, CoreError> {
    let found = connection.prepare_cached(JOB)?.query_row([job.as_bytes()], |row| {
        let (start, end): (Option<Instant>, Option<Instant>) = (column(row, 4)?, column(row, 5)?);
        let (first, last) = (start.or(end).unwrap_or(now), end.or(start).unwrap_or(now));
        let zone = Zone::organisation();
        Ok(Asked {
            technician: column(row, 0)?,
            city: row.get(1)?,
            zone: row.get(2)?,
            model: row.get(3)?,
            days: (zone.date(first), zone.date(last)),
        })
    });
    Ok(found.optional()?)
}

fn away(card: &StaffCard, (first, last): (Date, Date)) -> Option<FieldProblem> {
    let leave =
        card.leave.iter().map(|row| &row.leave).find(|leave| leave.from <= last && first <= leave.to)?;
    let message = format!("the technician is on leave from {} to {}", leave.from, leave.to);
    Some(FieldProblem::coded("technician", "planning.on_leave", &message))
}

fn elsewhere(card: &StaffCard, city: Option<&str>, zone: Option<&str>) -> Option<FieldProblem> {
    let same = |one: &str, other: &str| fold_search_text(one) == fold_search_text(other);
    let city = city.filter(|city| !city.trim().is_empty())?;
    let zone = zone.filter(|zone| !zone.trim().is_empty());
    let covers = |area: &super::staff::Area| {
        same(&area.city, city) && (area.zone.is_empty() || zone.is_none_or(|zone| same(&area.zone, zone)))
    };
    if card.areas.is_empty() || card.areas.iter().any(covers) {
        return None;
    }
    Some(FieldProblem::coded("technician", "planning.area", "the technician does not work in this area"))
}

fn unskilled(
    connection: &Connection,
    card: &StaffCard,
    model: Option<&str>,
) -> Result<Option<FieldProblem>, CoreError> {
    let Some(model) = model.map(fold_search_text).filter(|model| !model.trim().is_empty()) else {
        return Ok(None);
    };
    if card.skills.iter().any(|skill| model.starts_with(&fold_search_text(&skill.product))) {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(PRODUCTS)?;
    let products = statement.query_map([], |row| row.get::<_, String>(0))?;
    let products: Vec<String> = products.collect::<Result<_, _>>()?;
    let is_known = products.iter().any(|product| model.starts_with(product.as_str()));
    let message = "the technician is not known to have the skill for this product";
    Ok(is_known.then(|| FieldProblem::coded("technician", "planning.skill", message)))
}
