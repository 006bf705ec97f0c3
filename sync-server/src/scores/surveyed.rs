//! Completed surveys as scores take them.

use domain::{AgencyId, DocId, Instant, UserId, Uuid};
use rusqlite::{Connection, Row};
use scoring::{SurveyFacts, SurveyFate, SurveyScore, Trillionths, select_surveys};

use super::gather::{Placed, place};
use crate::error::CoreError;
use crate::sql::{column, unknown_word};

/// The columns that [`read`] takes.
const COLUMNS: &str = "surveys.id, surveys.job, surveys.closed_at, surveys.technicians, surveys.completed_at, \
     surveys.score_units, surveys.answered_weight, surveys.asked_weight, surveys.fate, surveys.annulled_by, \
     surveys.agency, surveys.agency_units";

/// A completed survey, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Surveyed {
    pub(super) facts: SurveyFacts,
    pub(super) agency: Option<AgencyId>,
    /// The mean of the questions about the representative, if any was answered.
    about_agency: Option<Trillionths>,
}

impl Surveyed {
    /// What the survey is worth for the representative: technician and agency weigh
    /// alike where the customer spoke of both.
    fn for_agency(&self) -> SurveyFacts {
        let mut facts = self.facts.clone();
        if let (Some(technician), Some(agency)) = (facts.score.score, self.about_agency) {
            facts.score.score = Some(Trillionths::from_units((technician + agency).units().div_euclid(2)));
        }
        facts
    }
}

/// The evidence of a job's survey.
pub(super) fn of_job(connection: &Connection, job: DocId, found: &mut Vec<Placed>) -> Result<(), CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM surveys WHERE job = ?1 AND completed_at IS NOT NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    for survey in statement.query_map([job.as_bytes()], read)? {
        let survey = survey?;
        for row in select_surveys(&[survey.for_agency()]) {
            place(found, survey.agency, Some(row), None);
        }
    }
    Ok(())
}

/// Completed surveys of jobs closed since an instant, of one technician or of all.
pub(super) fn since(
    connection: &Connection,
    closed_from: Instant,
    technician: Option<UserId>,
) -> Result<Vec<Surveyed>, CoreError> {
    let whose = match technician {
        Some(_) => {
            "surveys.id IN (SELECT survey FROM survey_technicians WHERE technician = ?2 AND closed_at >= ?1)"
        }
        None => "surveys.about = 'job' AND surveys.closed_at >= ?1 AND ?2 IS NULL",
    };
    let sql = format!("SELECT {COLUMNS} FROM surveys WHERE {whose} AND completed_at IS NOT NULL ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let values = (closed_from.millis(), technician.as_ref().map(UserId::as_bytes));
    let rows = statement.query_map(values, read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Surveyed> {
    let units = |index: usize| -> rusqlite::Result<Option<Trillionths>> {
        let text: Option<String> = row.get(index)?;
        let parsed = text.map(|text| text.parse().map_err(|_not_a_number| unknown_word(index, &text)));
        Ok(parsed.transpose()?.map(Trillionths::from_units))
    };
    let id: Uuid = column(row, 0)?;
    let technicians: String = row.get(3)?;
    let fate: String = row.get(8)?;
    let annulled_by: Option<UserId> = column(row, 9)?;
    let number =
        |index: usize| -> rusqlite::Result<u32> { Ok(row.get::<_, Option<u32>>(index)?.unwrap_or(0)) };
    let facts = SurveyFacts {
        survey: id.to_string(),
        job: column(row, 1)?,
        closed_at: column(row, 2)?,
        completed_by: serde_json::from_str(&technicians)
            .map_err(|_unreadable| unknown_word(3, &technicians))?,
        completed_at: column(row, 4)?,
        score: SurveyScore { score: units(5)?, answered_weight: number(6)?, asked_weight: number(7)? },
        fate: match (fate.as_str(), annulled_by) {
            ("annulled", Some(by)) => SurveyFate::Annulled { by },
            ("staff_phone", _) => SurveyFate::StaffPhone,
            ("job_void", _) => SurveyFate::JobVoid,
            _ => SurveyFate::Stands,
        },
    };
    Ok(Surveyed { facts, agency: column(row, 10)?, about_agency: units(11)? })
}
