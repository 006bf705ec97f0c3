//! A year to be looked at: evidence of twelve months of enough agencies that they are seen
//! beside one another, written straight into the tables while the server is stopped. It
//! publishes these months at its next start.

use std::sync::Arc;

use domain::{AgencyId, DocId};
use rusqlite::{Transaction, params};
use sync_server::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use sync_server::error::CoreError;
use sync_server::people;
use sync_server::scores::period::MonthKey;
use sync_server::store::Store;

use crate::scene::Scene;

/// Months before the present one.
const MONTHS: i64 = 12;
/// Agencies beside those of the scene.
const OTHERS: [&str; 4] = ["نمایندگی جنوب", "نمایندگی غرب", "Agency East", "Агентство «Юг»"];
/// Closed jobs of each agency and month.
const JOBS: i64 = 40;
/// What each job is evidence for: the measures of components, and that it was closed.
const MEASURES: [i64; 6] = [0, 1, 2, 3, 8, 10];
const CLOSED: i64 = 10;
/// Evidence counts in trillionths.
const ONE: i64 = 1_000_000_000_000;
const AGENCIES: &str = "SELECT id FROM agencies ORDER BY created_at, id";
const EVIDENCE: &str = "INSERT INTO evidence (agency, month, measure, case_id, case_type, origin, job, outcome, \
    value, weight, known_at, source) VALUES (?1, ?2, ?3, ?4, 0, ?4, ?4, ?5, ?6, ?7, ?8, 'closed')";
const FACTS: &str = "INSERT INTO month_facts (agency, month, measure, numerator, denominator, cases) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

impl Scene {
    /// The same scene with a year behind it.
    ///
    /// # Panics
    ///
    /// When it cannot be stopped, written or started again.
    pub async fn with_a_year(self) -> Self {
        self.while_stopped(|data| {
            let store = Store::open(data, Arc::new(SystemClock)).expect("the store opens");
            store.write_blocking(fill).expect("the year is written");
        })
        .await
    }
}

fn fill(tx: &Transaction<'_>) -> Result<(), CoreError> {
    let now = SystemClock.now();
    for name in OTHERS {
        let id = AgencyId::new(now, random_bytes(&SystemEntropy));
        people::create_agency(tx, id, name, None, now).expect("a new name");
    }
    let agencies: Vec<[u8; 16]> =
        tx.prepare(AGENCIES)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let present = MonthKey::at(now).expect("a month");
    let mut month = present;
    for ago in 1..=MONTHS {
        month = month.previous();
        for (agency, nth) in agencies.iter().zip(0..) {
            // They get better, each from where it began; one month was bad.
            let bad = (MONTHS - ago) / 2 + nth - if ago == 5 { 4 } else { 0 };
            fill_month(tx, *agency, month, 12 - bad.clamp(0, 12))?;
        }
    }
    Ok(())
}

/// One month of an agency, of whose jobs so many went wrong.
fn fill_month(tx: &Transaction<'_>, agency: [u8; 16], month: MonthKey, wrong: i64) -> Result<(), CoreError> {
    let known_at = month.begins().plus_days(1);
    for number in 0..JOBS {
        let job = DocId::new(known_at, random_bytes(&SystemEntropy));
        for measure in MEASURES {
            let went_wrong = number < wrong && measure != CLOSED;
            let value = if went_wrong { 0 } else { ONE };
            tx.prepare_cached(EVIDENCE)?.execute(params![
                agency,
                month.0,
                measure,
                job.as_bytes(),
                i64::from(went_wrong),
                value,
                ONE,
                known_at.millis(),
            ])?;
        }
    }
    for measure in MEASURES {
        let right = if measure == CLOSED { JOBS } else { JOBS - wrong };
        tx.prepare_cached(FACTS)?.execute((agency, month.0, measure, right * ONE, JOBS * ONE, JOBS))?;
    }
    Ok(())
}
