//! How many of the closed jobs and requests were surveyed, and what customers said of the
//! organisation: figures beside the scores, never part of a technician's rating.

use std::collections::BTreeMap;

use domain::{AgencyId, Instant, UserId};
use rusqlite::{Connection, Row, params};

use super::row::{answers, json};
use super::{AnswerKind, AnswerValue, Answers, Banks, QuestionBank};
use crate::error::CoreError;

const CLOSED: &str = "SELECT state, fate, score_units IS NULL AND about = 'job', technicians, bank, answers FROM surveys \
     WHERE closed_at >= ?1 AND closed_at < ?2 AND (?3 IS NULL OR agency = ?3) \
     AND state NOT IN ('reopened', 'void')";
/// Below this share in percent a figure is shown with a warning.
const WARNING_PERCENT: u64 = 20;

/// Of which jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CoverageFilter {
    /// Closed in this span.
    pub closed: (Instant, Instant),
    /// Of one agency.
    pub agency: Option<AgencyId>,
    /// Of one technician.
    pub technician: Option<UserId>,
}

/// What became of the surveys of closed jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Jobs that were closed, and requests that were closed without one.
    pub closed: u64,
    /// Answered.
    pub completed: u64,
    /// Answered, and in the scores; of requests, which are in none, answered and standing.
    pub counted: u64,
    /// Answered about a job, with too little to be scored.
    pub incomplete: u64,
    /// Answered, and taken out: annulled, a number of the staff, a void job.
    pub excluded: u64,
    /// Called in vain.
    pub unreachable: u64,
    /// Refused.
    pub refused: u64,
    /// Still to be asked.
    pub open: u64,
}

impl Figures {
    /// The share that was answered, in percent; none where nothing was closed.
    #[must_use]
    pub const fn percent(&self) -> Option<u64> {
        match self.closed {
            0 => None,
            closed => Some(self.completed * 100 / closed),
        }
    }
    /// Whether too few were answered to say much.
    #[must_use]
    pub fn is_thin(&self) -> bool {
        self.closed > 0 && self.completed * 100 < self.closed * WARNING_PERCENT
    }

    fn add(&mut self, found: &Found) {
        self.closed += 1;
        match found.state.as_str() {
            "completed" => {
                self.completed += 1;
                match (found.fate.as_str(), found.without_score) {
                    ("stands", false) => self.counted += 1,
                    ("stands", true) => self.incomplete += 1,
                    _ => self.excluded += 1,
                }
            }
            "unreachable" => self.unreachable += 1,
            "refused" => self.refused += 1,
            _ => self.open += 1,
        }
    }
}

/// A technician's part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TechnicianCoverage {
    /// Who.
    pub technician: UserId,
    /// Of the jobs that he completed, alone or with others.
    pub figures: Figures,
}

/// Coverage of a span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coverage {
    /// Of all jobs.
    pub figures: Figures,
    /// By technician.
    pub technicians: Vec<TechnicianCoverage>,
    /// Recommendation: the share of 9 and 10 less that of 0 to 6, in percent.
    pub nps: Option<f64>,
    /// The mean of how easy it was, 1 to 7.
    pub ces: Option<f64>,
    /// The share of marks of 4 and 5 among all marks on the scale of 1 to 5, in percent.
    pub satisfied_percent: Option<f64>,
}

struct Found {
    state: String,
    fate: String,
    without_score: bool,
    technicians: Vec<UserId>,
    bank: Option<i64>,
    answers: Option<Answers>,
}

impl Found {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            state: row.get(0)?,
            fate: row.get(1)?,
            without_score: row.get(2)?,
            technicians: json(row, 3)?,
            bank: row.get(4)?,
            answers: answers(row, 5)?,
        })
    }
}

/// What became of the surveys of the jobs closed in a span.
///
/// # Errors
///
/// When the store fails.
pub fn coverage(connection: &Connection, filter: &CoverageFilter) -> Result<Coverage, CoreError> {
    let (from, to) = filter.closed;
    let agency = filter.agency.map(|agency| *agency.as_bytes());
    let mut result = Coverage::default();
    let mut technicians: BTreeMap<UserId, Figures> = BTreeMap::new();
    let (mut marks, mut banks) = (Marks::default(), Banks::default());
    let mut statement = connection.prepare_cached(CLOSED)?;
    let mut rows = statement.query(params![from.millis(), to.millis(), agency])?;
    while let Some(row) = rows.next()? {
        let found = Found::read(row)?;
        if filter.technician.is_some_and(|technician| !found.technicians.contains(&technician)) {
            continue;
        }
        result.figures.add(&found);
        for technician in &found.technicians {
            technicians.entry(*technician).or_default().add(&found);
        }
        if found.fate == "stands"
            && let Some(answers) = &found.answers
        {
            marks.add(answers, banks.find(connection, found.bank)?);
        }
    }
    let shown = |technician: &UserId| filter.technician.is_none_or(|only| only == *technician);
    result.technicians = technicians
        .into_iter()
        .filter(|(technician, _)| shown(technician))
        .map(|(technician, figures)| TechnicianCoverage { technician, figures })
        .collect();
    (result.nps, result.ces, result.satisfied_percent) = marks.figures();
    Ok(result)
}

/// Marks added up, as whole numbers.
#[derive(Default)]
struct Marks {
    promoters: i64,
    detractors: i64,
    recommendations: i64,
    effort: i64,
    efforts: i64,
    satisfied: i64,
    scales: i64,
}

impl Marks {
    fn add(&mut self, answers: &Answers, bank: &QuestionBank) {
        for (key, value) in answers {
            let kind = bank.question(key).map(|question| question.kind);
            match (kind, value) {
                (Some(AnswerKind::Nps), AnswerValue::Mark(mark)) => {
                    self.recommendations += 1;
                    self.promoters += i64::from(*mark >= 9);
                    self.detractors += i64::from(*mark <= 6);
                }
                (Some(AnswerKind::Ces), AnswerValue::Mark(mark)) => {
                    self.efforts += 1;
                    self.effort += mark;
                }
                (Some(AnswerKind::Scale), AnswerValue::Mark(mark)) => {
                    self.scales += 1;
                    self.satisfied += i64::from(*mark >= 4);
                }
                _ => {}
            }
        }
    }

    fn figures(&self) -> (Option<f64>, Option<f64>, Option<f64>) {
        let over = |sum: i64, count: i64| (count > 0).then(|| as_float(sum) / as_float(count));
        (
            over(100 * (self.promoters - self.detractors), self.recommendations),
            over(self.effort, self.efforts),
            over(100 * self.satisfied, self.scales),
        )
    }
}

/// Counts of marks are far below what a float holds exactly.
fn as_float(number: i64) -> f64 {
    number as f64
}
