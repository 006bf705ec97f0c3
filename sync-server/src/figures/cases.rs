//! The cases behind each figure.

use domain::{AgencyId, DocId, Instant, Uuid};
use rusqlite::{Connection, OptionalExtension};
use scoring::{CaseType, ComponentKey, EvidenceRow, Measure, Outcome};

use super::Figure;
use crate::error::CoreError;
use crate::scores;
use crate::scores::period::MonthKey;
use crate::sql::column;

const JOB: &str = "SELECT jobs.number, jobs.city, cases.model_group, cases.fault_group, cases.parts_cost \
     FROM jobs LEFT JOIN job_cases AS cases ON cases.doc = jobs.doc WHERE jobs.doc = ?1";
const REPAIR: &str = "SELECT used_ms FROM clock_rounds WHERE doc = ?1 AND clock = 'repair' \
     AND outcome IS NOT NULL ORDER BY round LIMIT 1";
const ROUND: &str = "SELECT used_ms FROM clock_rounds WHERE doc = ?1 AND clock = ?2 AND round = ?3";
/// A claim of a trip that served no job stands for itself.
const TRAVEL: &str = "SELECT claims.trip, shares.job, coalesce(shares.minor, claims.total_minor), claims.state, \
     claims.started_at FROM travel_claims AS claims LEFT JOIN travel_shares AS shares ON shares.trip = claims.trip \
     WHERE claims.month = ?1 AND claims.agency = ?2 AND claims.state <> 'void' \
     ORDER BY claims.started_at, claims.trip, shares.job";

/// One case of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureCase {
    /// Which: a job's id, a clock of it, a trip.
    pub case: String,
    /// The job.
    pub job: Option<DocId>,
    /// The number by which people know it.
    pub number: Option<String>,
    /// What it has in common with others: a fault, a product, a city, a state.
    pub group: Option<String>,
    /// Whether it went as it should; none where that is not asked.
    pub is_met: Option<bool>,
    /// Milliseconds or rials; none where it is not known any more.
    pub amount: Option<i64>,
    /// When it became known, or when the journey began.
    pub at: Instant,
}

/// What is known of a job besides its evidence.
#[derive(Debug, Default)]
struct Job {
    number: Option<String>,
    city: Option<String>,
    product: Option<String>,
    fault: Option<String>,
    parts_rial: Option<i64>,
}

/// An agency's month, from which every figure is taken.
pub struct MonthCases<'a> {
    connection: &'a Connection,
    agency: AgencyId,
    month: MonthKey,
    counted: Vec<EvidenceRow>,
}

impl<'a> MonthCases<'a> {
    /// Reads what counts in a month.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn read(connection: &'a Connection, agency: AgencyId, month: MonthKey) -> Result<Self, CoreError> {
        let mut counted = scores::rows(connection, agency, month, None)?;
        counted.retain(|row| row.outcome != Outcome::Excluded);
        Ok(Self { connection, agency, month, counted })
    }

    /// The cases of a figure, as they became known.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn of(&self, figure: Figure) -> Result<Vec<FigureCase>, CoreError> {
        let measure = match figure {
            Figure::Travel => return self.travel(),
            Figure::FirstTimeFix => Measure::Component(ComponentKey::FirstTimeFix),
            Figure::RepeatVisits => Measure::Component(ComponentKey::RepeatVisits),
            Figure::ResponseTime => Measure::Component(ComponentKey::ResponseSla),
            Figure::RepairTime => Measure::Component(ComponentKey::RepairTime),
            Figure::ClosedJobs | Figure::Parts | Figure::Faults | Figure::Products | Figure::Cities => {
                Measure::ClosedJobs
            }
        };
        let mut cases = Vec::new();
        for row in self.counted.iter().filter(|row| row.measure == measure) {
            cases.extend(self.case(figure, row)?);
        }
        cases.sort_by(|one, other| (one.at, &one.case).cmp(&(other.at, &other.case)));
        Ok(cases)
    }

    /// A row of evidence as a case; none of a job without parts among those that had some.
    fn case(&self, figure: Figure, row: &EvidenceRow) -> Result<Option<FigureCase>, CoreError> {
        let job = match row.job {
            Some(doc) => self.job(doc)?,
            None => Job::default(),
        };
        let group = match figure {
            Figure::Faults => job.fault,
            Figure::Products => job.product,
            Figure::Cities => job.city,
            _ => None,
        };
        let amount = match figure {
            Figure::Parts => job.parts_rial,
            Figure::RepairTime => self.repair(row)?,
            Figure::ResponseTime => self.round(row)?,
            _ => None,
        };
        let asked = !matches!(row.measure, Measure::ClosedJobs);
        let case = FigureCase {
            case: row.case_id.clone(),
            job: row.job,
            number: job.number,
            group,
            is_met: asked.then_some(row.outcome == Outcome::Met),
            amount,
            at: row.known_at,
        };
        let is_in = figure != Figure::Parts || case.amount.is_some_and(|cost| cost > 0);
        Ok(is_in.then_some(case))
    }

    fn job(&self, doc: DocId) -> Result<Job, CoreError> {
        let named = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let found = self
            .connection
            .prepare_cached(JOB)?
            .query_row([doc.as_bytes()], |row| {
                Ok(Job {
                    number: row.get(0)?,
                    city: named(row.get(1)?),
                    product: named(row.get(2)?),
                    fault: named(row.get(3)?),
                    parts_rial: row.get(4)?,
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    fn repair(&self, row: &EvidenceRow) -> Result<Option<i64>, CoreError> {
        let Some(job) = row.job else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(REPAIR)?;
        Ok(statement.query_row([job.as_bytes()], |row| row.get(0)).optional()?)
    }

    /// The time of a clock's round, which the case names: job, clock, round.
    fn round(&self, row: &EvidenceRow) -> Result<Option<i64>, CoreError> {
        let mut parts = row.case_id.rsplit('/');
        let round = parts.next().and_then(|round| round.parse::<i64>().ok());
        let (Some(round), Some(clock), Some(job)) = (round, parts.next(), row.job) else { return Ok(None) };
        if row.case_type != CaseType::ResponseClock {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(ROUND)?;
        Ok(statement.query_row((job.as_bytes(), clock, round), |row| row.get(0)).optional()?)
    }

    fn travel(&self) -> Result<Vec<FigureCase>, CoreError> {
        let mut statement = self.connection.prepare_cached(TRAVEL)?;
        let rows = statement.query_map((self.month.to_string(), self.agency.as_bytes()), |row| {
            let trip: Uuid = column(row, 0)?;
            Ok(FigureCase {
                case: trip.to_string(),
                job: column(row, 1)?,
                number: None,
                group: row.get(3)?,
                is_met: None,
                amount: row.get(2)?,
                at: column(row, 4)?,
            })
        })?;
        let mut cases = Vec::new();
        for case in rows {
            let case = case?;
            let number = match case.job {
                Some(doc) => self.job(doc)?.number,
                None => None,
            };
            cases.push(FigureCase { number, ..case });
        }
        Ok(cases)
    }
}
