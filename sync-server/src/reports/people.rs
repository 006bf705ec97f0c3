//! Scores, their evidence, and ratings, as tables.

use std::collections::BTreeMap;

use domain::{AgencyId, Role, UserId};
use rusqlite::Connection;
use scoring::ComponentKey;

use super::{Cell, Table};
use crate::error::CoreError;
use crate::people::{self, UserFilter};
use crate::scores::period::MonthKey;
use crate::scores::{self, code_word, measure_name, row_name};

/// Names of agencies by their ids.
pub(super) fn agency_names(connection: &Connection) -> Result<BTreeMap<AgencyId, String>, CoreError> {
    let agencies = people::list_agencies(connection).map_err(broken)?;
    Ok(agencies.into_iter().map(|agency| (agency.id, agency.name)).collect())
}

pub(super) fn broken(error: people::PeopleError) -> CoreError {
    CoreError::Outside(error.to_string())
}

pub(super) fn name_of(names: &BTreeMap<AgencyId, String>, agency: AgencyId) -> Cell {
    names.get(&agency).cloned().unwrap_or_else(|| agency.to_string()).into()
}

pub(super) fn scores(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let mut columns = vec![
        "month",
        "agency",
        "name",
        "stage",
        "score",
        "score_shown",
        "band",
        "coverage",
        "closed_jobs",
        "deduction",
        "rules_version",
    ];
    columns.extend(ComponentKey::ALL.iter().map(|key| key.name()));
    let mut table = Table::new("scores", &columns);
    let names = agency_names(connection)?;
    for line in scores::overview(connection, month, agency)? {
        let mut row: Vec<Cell> = vec![
            month.to_string().into(),
            line.agency.to_string().into(),
            name_of(&names, line.agency),
            code_word(&line.stage).into(),
            line.score.score.into(),
            line.score.score_shown.into(),
            line.score.band.map(|band| band.name()).into(),
            line.score.coverage.into(),
            line.closed_jobs.into(),
            i64::from(line.score.deduction).into(),
            line.rules_version.into(),
        ];
        for key in ComponentKey::ALL {
            let part = line.score.components.iter().find(|part| part.key == key);
            row.push(part.and_then(|part| part.result).map(|result| result.points).into());
        }
        table.rows.push(row);
    }
    Ok(table)
}

pub(super) fn evidence(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let columns = [
        "month",
        "agency",
        "row",
        "component",
        "case_type",
        "case_id",
        "job",
        "outcome",
        "value",
        "weight",
        "reason",
        "excluded_by",
        "known_at",
        "source_event_id",
    ];
    let mut table = Table::new("evidence", &columns);
    let agencies = match agency {
        Some(agency) => vec![agency],
        None => scores::agencies_in(connection, month)?,
    };
    for agency in agencies {
        for row in scores::rows(connection, agency, month, None)? {
            table.rows.push(vec![
                month.to_string().into(),
                agency.to_string().into(),
                row_name(row.measure, &row.case_id).into(),
                measure_name(row.measure).into(),
                code_word(&row.case_type).into(),
                row.case_id.clone().into(),
                row.job.map(|job| job.to_string()).into(),
                code_word(&row.outcome).into(),
                Cell::Exact(row.value.to_string()),
                Cell::Exact(row.weight.to_string()),
                row.reason.as_ref().and_then(code_word).into(),
                row.excluded_by.map(|user| user.to_string()).into(),
                row.known_at.into(),
                row.source_event_id.clone().into(),
            ]);
        }
    }
    Ok(table)
}

pub(super) fn ratings(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Table, CoreError> {
    let columns = [
        "technician",
        "name",
        "agency_name",
        "stars_shown",
        "standing",
        "surveys",
        "rating",
        "lower",
        "satisfied_share",
        "satisfied_low",
        "satisfied_high",
    ];
    let mut table = Table::new("ratings", &columns);
    let names = agency_names(connection)?;
    let filter = UserFilter { role: Some(Role::Technician), agency };
    let users = people::list_users(connection, filter).map_err(broken)?;
    let users: BTreeMap<UserId, people::UserRow> = users.into_iter().map(|user| (user.id, user)).collect();
    let (_, rated) = scores::ratings(connection, month.ends().plus_millis(-1))?;
    for technician in rated {
        let Some(user) = users.get(&technician.technician) else { continue };
        let rating = technician.rating;
        table.rows.push(vec![
            user.id.to_string().into(),
            user.display_name.clone().into(),
            user.agency.map_or(Cell::Empty, |agency| name_of(&names, agency)),
            rating.stars_shown.into(),
            code_word(&rating.standing).into(),
            rating.surveys.into(),
            rating.rating.into(),
            rating.lower.into(),
            rating.satisfied.map(|share| share.share).into(),
            rating.satisfied.map(|share| share.low).into(),
            rating.satisfied.map(|share| share.high).into(),
        ]);
    }
    Ok(table)
}
