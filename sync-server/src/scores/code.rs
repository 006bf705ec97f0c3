//! How evidence stands in rows.

use domain::{DocId, Uuid};
use rusqlite::Row;
use scoring::{CaseType, ComponentKey, EvidenceRow, Measure, Outcome, ReasonCode, Trillionths};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sql::{column, unknown_word};

/// Closed jobs and violations are measures beside the components.
const CLOSED_JOBS: i64 = 10;
const VIOLATIONS: i64 = 11;
/// The measures, in the order of their codes.
pub(crate) const MEASURES: std::ops::RangeInclusive<i64> = 0..=VIOLATIONS;

pub(crate) fn measure_code(measure: Measure) -> i64 {
    match measure {
        Measure::Component(key) => {
            let place = ComponentKey::ALL.iter().position(|one| *one == key);
            place.and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
        }
        Measure::ClosedJobs => CLOSED_JOBS,
        Measure::Violations => VIOLATIONS,
    }
}

pub(crate) fn measure_of(code: i64) -> Option<Measure> {
    match code {
        CLOSED_JOBS => Some(Measure::ClosedJobs),
        VIOLATIONS => Some(Measure::Violations),
        place => ComponentKey::ALL.get(usize::try_from(place).ok()?).copied().map(Measure::Component),
    }
}

/// The word of a measure in addresses and exports.
#[must_use]
pub fn measure_name(measure: Measure) -> &'static str {
    match measure {
        Measure::Component(key) => key.name(),
        Measure::ClosedJobs => "closed_jobs",
        Measure::Violations => "violations",
    }
}

/// The measure of a word.
#[must_use]
pub fn measure_named(name: &str) -> Option<Measure> {
    MEASURES.filter_map(measure_of).find(|measure| measure_name(*measure) == name)
}

/// The words of every measure.
#[must_use]
pub fn measure_names() -> Vec<&'static str> {
    MEASURES.filter_map(measure_of).map(measure_name).collect()
}

const CASES: [CaseType; 8] = [
    CaseType::Job,
    CaseType::ResponseClock,
    CaseType::CustodyDuty,
    CaseType::Invoice,
    CaseType::TravelClaim,
    CaseType::Survey,
    CaseType::Complaint,
    CaseType::Violation,
];
const OUTCOMES: [Outcome; 4] = [Outcome::Met, Outcome::Missed, Outcome::Measured, Outcome::Excluded];

fn place<T: PartialEq>(list: &[T], item: &T) -> i64 {
    list.iter().position(|one| one == item).and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
}

pub(crate) fn case_code(case: CaseType) -> i64 {
    place(&CASES, &case)
}

pub(crate) fn outcome_code(outcome: Outcome) -> i64 {
    place(&OUTCOMES, &outcome)
}

/// A case's id: of a job its 16 bytes, else the text.
pub(crate) fn case_bytes(case_type: CaseType, case_id: &str) -> Vec<u8> {
    let job = if case_type == CaseType::Job { case_id.parse::<DocId>().ok() } else { None };
    job.map_or_else(|| case_id.as_bytes().to_vec(), |job| job.as_bytes().to_vec())
}

fn case_text(case_type: CaseType, bytes: &[u8]) -> String {
    let job = if case_type == CaseType::Job { Uuid::from_slice(bytes).ok() } else { None };
    job.map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |job| DocId::from_uuid(job).to_string())
}

/// A word as serde writes it.
pub(crate) fn word(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

/// The value that serde writes as a word.
pub(crate) fn of_word<T: DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// Values and weights as columns. Parts stand in whole rials: in units of 1e-12
/// their sums would leave the range of a column.
pub(crate) fn number(measure: Measure, number: Trillionths) -> i64 {
    let units = match measure {
        Measure::Component(ComponentKey::PartsNorm) => number.units() / Trillionths::ONE.units(),
        _ => number.units(),
    };
    i64::try_from(units).unwrap_or(i64::MAX)
}

pub(crate) fn trillionths(measure: Measure, number: i64) -> Trillionths {
    match measure {
        Measure::Component(ComponentKey::PartsNorm) => Trillionths::whole(number),
        _ => Trillionths::from_units(i128::from(number)),
    }
}

/// The columns of a row, in the order in which [`read`] takes them.
pub(crate) const COLUMNS: &str = "measure, case_id, case_type, job, outcome, value, weight, mix, reason, \
     excluded_by, known_at, source";

/// A row and, of parts, the mix that its weight follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) row: EvidenceRow,
    pub(crate) mix: Option<String>,
}

/// Reads [`COLUMNS`] from the first column on.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Stored> {
    let out_of_range = |index: usize, number: i64| rusqlite::Error::IntegralValueOutOfRange(index, number);
    let code: i64 = row.get(0)?;
    let measure = measure_of(code).ok_or_else(|| out_of_range(0, code))?;
    let listed = |index: usize| -> rusqlite::Result<usize> {
        let number: i64 = row.get(index)?;
        usize::try_from(number).map_err(|_negative| out_of_range(index, number))
    };
    let case_type = *CASES.get(listed(2)?).ok_or_else(|| out_of_range(2, -1))?;
    let outcome = *OUTCOMES.get(listed(4)?).ok_or_else(|| out_of_range(4, -1))?;
    let reason: Option<String> = row.get(8)?;
    Ok(Stored {
        row: EvidenceRow {
            measure,
            case_type,
            case_id: case_text(case_type, row.get_ref(1)?.as_blob()?),
            job: column(row, 3)?,
            outcome,
            value: trillionths(measure, row.get(5)?),
            weight: trillionths(measure, row.get(6)?),
            reason: reason
                .map(|word| of_word::<ReasonCode>(&word).ok_or_else(|| unknown_word(8, &word)))
                .transpose()?,
            excluded_by: column(row, 9)?,
            known_at: column(row, 10)?,
            source_event_id: row.get(11)?,
        },
        mix: row.get(7)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_as_it_was_written() {
        for measure in MEASURES.filter_map(measure_of) {
            assert_eq!(measure_of(measure_code(measure)), Some(measure));
            assert_eq!(measure_named(measure_name(measure)), Some(measure));
        }
        assert_eq!(MEASURES.filter_map(measure_of).count(), 12);
        assert_eq!(word(&ReasonCode::NoNorm).as_deref(), Some("no_norm"));
        assert_eq!(of_word::<ReasonCode>("no_norm"), Some(ReasonCode::NoNorm));
    }

    #[test]
    fn a_jobs_case_is_its_id_and_any_other_its_text() {
        let job = "01999999-9999-7999-8999-999999999999";
        assert_eq!(case_bytes(CaseType::Job, job).len(), 16);
        assert_eq!(case_text(CaseType::Job, &case_bytes(CaseType::Job, job)), job);
        assert_eq!(case_text(CaseType::Survey, &case_bytes(CaseType::Survey, "s-7")), "s-7");
    }
}
