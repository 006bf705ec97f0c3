//! A survey as it stands in its row.

use domain::{AgencyId, DocId, EventId, Instant, UserId, Uuid};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use scoring::{SurveyScore, Trillionths};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Answers;
use crate::error::CoreError;
use crate::sql::column;

/// The columns, in the order in which [`SurveyRow::read`] reads them.
pub(super) const COLUMNS: &str = "surveys.id, surveys.job, surveys.position, surveys.round, \
     surveys.closing_event, surveys.closed_at, surveys.agency, surveys.technicians, surveys.bank, \
     surveys.language, surveys.state, surveys.completed_at, surveys.via, surveys.answered_by, \
     surveys.answers, surveys.rules, surveys.score_units, surveys.answered_weight, surveys.asked_weight, \
     surveys.agency_units, surveys.staff_phone, surveys.job_void, surveys.annulled_by, \
     surveys.annulled_at, surveys.annulled_reason, surveys.about";

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word in rows and in the API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
            /// The inverse of [`name`](Self::name).
            #[must_use]
            pub fn named(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == word)
            }
        }
    };
}
pub(super) use words;

words! {
    /// How far a survey is.
    SurveyState {
        /// Waits for answers, by link or by call.
        Open = "open",
        /// The job was opened again before anybody answered; it is asked about at its next closing.
        Reopened = "reopened",
        /// Answered.
        Completed = "completed",
        /// Called three times on two days or more, in vain.
        Unreachable = "unreachable",
        /// The customer does not want to answer.
        Refused = "refused",
        /// The job was cancelled before anybody answered.
        Void = "void",
    }
}

words! {
    /// What a survey asks about.
    SurveyAbout {
        /// A job that was closed.
        Job = "job",
        /// A request that was closed without a visit: the organisation alone is judged.
        Request = "request",
    }
}

words! {
    /// What stands against a survey; the words of rows.
    Fate {
        /// Nothing.
        Stands = "stands",
        /// The quality officer annulled it.
        Annulled = "annulled",
        /// The customer's number is that of somebody on the staff.
        StaffPhone = "staff_phone",
        /// The job is void.
        JobVoid = "job_void",
    }
}

/// A survey's id. It follows from the job or request, so that a job has the same one whatever
/// was restored in between, and its link goes on being good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SurveyId(Uuid);

impl SurveyId {
    /// The survey of a job.
    #[must_use]
    pub fn of(job: DocId) -> Self {
        let hash = Sha256::new().chain_update(b"hamgam survey 1").chain_update(job.as_bytes()).finalize();
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hash.iter()).for_each(|(to, from)| *to = *from);
        // A UUID of version 8: its bytes have a meaning of their own.
        bytes[6] = bytes[6] & 0x0f | 0x80;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        Self(Uuid::from_bytes(bytes))
    }
    /// From its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }
    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl std::fmt::Display for SurveyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A survey.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyRow {
    /// Its id.
    pub id: SurveyId,
    /// The job, or the request's case.
    pub job: DocId,
    /// Which of the two.
    pub about: SurveyAbout,
    /// The position of the job's batch that last moved it.
    pub position: i64,
    /// Which asking it is: 1, and one more for each later closing without answers.
    pub round: i64,
    /// The event that closed the job.
    pub closing_event: EventId,
    /// When, by the device that closed it.
    pub closed_at: Instant,
    /// The agency, as it was then.
    pub agency: Option<AgencyId>,
    /// Who was on the completing visit.
    pub technicians: Vec<UserId>,
    /// The questions' number in the rulebook; none for the built-in ones.
    pub bank: Option<i64>,
    /// The customer's language, if known.
    pub language: Option<String>,
    /// How far it is.
    pub state: SurveyState,
    /// When it was answered.
    pub completed_at: Option<Instant>,
    /// By link or by call.
    pub via: Option<String>,
    /// The operator who wrote the answers down.
    pub answered_by: Option<UserId>,
    /// The answers.
    pub answers: Answers,
    /// The version of the rules by which the score was made.
    pub rules: Option<String>,
    /// What it is worth; none while it is not answered.
    pub score: Option<SurveyScore>,
    /// The mean of the questions about the representative, between 0 and 1.
    pub agency_score: Option<Trillionths>,
    /// Whether the customer's number is that of somebody on the staff.
    pub staff_phone: bool,
    /// Whether the job is void.
    pub job_void: bool,
    /// Who annulled it.
    pub annulled_by: Option<UserId>,
    /// When.
    pub annulled_at: Option<Instant>,
    /// Why.
    pub annulled_reason: Option<String>,
}

impl SurveyRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (state, about): (String, String) = (row.get(10)?, row.get(25)?);
        let asked_weight: Option<u32> = row.get(18)?;
        let score = match asked_weight {
            Some(asked_weight) => {
                Some(SurveyScore { score: units(row, 16)?, answered_weight: row.get(17)?, asked_weight })
            }
            None => None,
        };
        Ok(Self {
            id: SurveyId::from_bytes(row.get(0)?),
            job: column(row, 1)?,
            about: SurveyAbout::named(&about).ok_or_else(|| foreign(25, fmt_error(&about)))?,
            position: row.get(2)?,
            round: row.get(3)?,
            closing_event: EventId::from_bytes(row.get(4)?),
            closed_at: column(row, 5)?,
            agency: column(row, 6)?,
            technicians: json(row, 7)?,
            bank: row.get(8)?,
            language: row.get(9)?,
            state: SurveyState::named(&state).ok_or_else(|| foreign(10, fmt_error(&state)))?,
            completed_at: column(row, 11)?,
            via: row.get(12)?,
            answered_by: column(row, 13)?,
            answers: answers(row, 14)?.unwrap_or_default(),
            rules: row.get(15)?,
            score,
            agency_score: units(row, 19)?,
            staff_phone: row.get(20)?,
            job_void: row.get(21)?,
            annulled_by: column(row, 22)?,
            annulled_at: column(row, 23)?,
            annulled_reason: row.get(24)?,
        })
    }

    /// What stands against it.
    #[must_use]
    pub const fn fate(&self) -> Fate {
        match (self.annulled_by, self.staff_phone, self.job_void) {
            (Some(_), _, _) => Fate::Annulled,
            (None, true, _) => Fate::StaffPhone,
            (None, false, true) => Fate::JobVoid,
            (None, false, false) => Fate::Stands,
        }
    }

    /// Whether it stands in the scores.
    #[must_use]
    pub fn counts(&self) -> bool {
        let scored = self.score.is_some_and(|score| score.score.is_some());
        self.state == SurveyState::Completed && scored && self.fate() == Fate::Stands
    }
}

fn units(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Trillionths>> {
    let text: Option<String> = row.get(index)?;
    text.map(|text| text.parse().map(Trillionths::from_units).map_err(|error| foreign(index, error)))
        .transpose()
}

fn fmt_error(word: &str) -> std::io::Error {
    std::io::Error::other(format!("an unknown word: {word}"))
}

/// What stands as JSON in a column of text.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, index: usize) -> rusqlite::Result<T> {
    let text: String = row.get(index)?;
    serde_json::from_str(&text).map_err(|error| foreign(index, error))
}

/// The answers of a survey, if it has any.
pub(super) fn answers(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<Answers>> {
    match row.get_ref(index)? {
        ValueRef::Null => Ok(None),
        _ => json(row, index).map(Some),
    }
}

fn foreign(index: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Text, Box::new(error))
}

/// A survey by its id.
///
/// # Errors
///
/// When the store fails.
pub fn find_survey(connection: &Connection, id: SurveyId) -> Result<Option<SurveyRow>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM surveys WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_bytes()], SurveyRow::read).optional()?)
}
