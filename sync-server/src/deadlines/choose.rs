//! Which clocks run on a job. They are chosen when the job is registered, by the
//! version that had been entered by then; and anew when the office says what kind of
//! request it is, as long as no clock has been decided by then. So a version that is
//! entered later, whatever day it names, moves no clock that runs.

use calendar::{ClockPolicy, Zone};
use domain::{DocId, EventKind, Instant, JobField, JobView, Uuid};
use rusqlite::{Connection, OptionalExtension, Transaction};

use super::rounds::{Reading, decided_by};
use super::rules::{Agreed, Case, ClockRules, Traits};
use crate::error::CoreError;
use crate::readmodel::Fold;
use crate::rulebook::{self, Kind};
use crate::sql::column;

const CHOSEN: &str = "SELECT chosen FROM job_clocks WHERE doc = ?1";
const CHOOSE: &str = "INSERT INTO job_clocks (doc, chosen, rules, policies) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (doc) DO UPDATE SET chosen = excluded.chosen, rules = excluded.rules, \
     policies = excluded.policies";
const REGISTERED: &str = "SELECT received_at FROM jobs WHERE doc = ?1";
const OF_REQUEST: &str = "SELECT EXISTS (SELECT 1 FROM request_jobs WHERE job = ?1)";
const AGREED_WITH: &str = "SELECT contracts.number, contracts.clocks FROM request_jobs \
     JOIN requests ON requests.id = request_jobs.request JOIN contracts ON contracts.id = requests.agreed \
     WHERE request_jobs.job = ?1";
/// The name where nothing was entered.
const BUILT_IN: &str = "built-in";

/// Chooses the clocks of a job; true if they are others than before.
pub(super) fn fold(tx: &Transaction<'_>, fold: &Fold<'_>, view: &JobView) -> Result<bool, CoreError> {
    let traits = traits(tx, fold.doc, view)?;
    let words = words(&traits);
    let before: Option<String> =
        tx.prepare_cached(CHOSEN)?.query_row([fold.doc.as_bytes()], |row| row.get(0)).optional()?;
    match before {
        Some(before) if before == words => return Ok(false),
        Some(_) if decided_by(tx, fold.doc, Reading::Corrected, fold.received_at)? => return Ok(false),
        _ => {}
    }
    let (rules, policies) = policies(tx, fold.doc, view, &traits)?;
    let policies = serde_json::to_string(&policies).map_err(|error| CoreError::corrupt(fold.doc, error))?;
    tx.prepare_cached(CHOOSE)?.execute((fold.doc.as_bytes(), words, rules, policies))?;
    Ok(true)
}

fn traits(connection: &Connection, doc: DocId, view: &JobView) -> Result<Traits, CoreError> {
    let has_request: bool =
        connection.prepare_cached(OF_REQUEST)?.query_row([doc.as_bytes()], |row| row.get(0))?;
    let kind = if has_request { Case::Visit(view.kind) } else { Case::Job(view.kind) };
    let request_type = Some(view.text(JobField::RequestType).to_owned()).filter(|word| !word.is_empty());
    let account = view.id_of(JobField::AccountId).map(|id: Uuid| id.to_string());
    Ok(Traits { kind, request_type, account, agreed: agreed_with(connection, doc)? })
}

/// What the contract of a job's request says of deadlines.
fn agreed_with(connection: &Connection, job: DocId) -> Result<Option<Agreed>, CoreError> {
    let found: Option<(String, String)> = connection
        .prepare_cached(AGREED_WITH)?
        .query_row([job.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let read = |(contract, clocks): (String, String)| {
        let clocks = serde_json::from_str(&clocks).map_err(|error| CoreError::corrupt(job, error))?;
        Ok(Agreed { contract, clocks })
    };
    found.map(read).transpose()
}

fn words(traits: &Traits) -> String {
    let Traits { kind, request_type, account, agreed } = traits;
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    let kind = match kind {
        Case::Visit(kind) => format!("{} of request", kind.name()),
        Case::Request | Case::Job(_) => kind.kind().to_owned(),
    };
    let agreed = agreed.as_ref().map_or_else(String::new, |agreed| format!(" {}", agreed.contract));
    format!("{kind} {} {}{agreed}", word(request_type), word(account))
}

/// The version's name and its clocks. What was taken over as finished work has none:
/// nobody recorded when its customer was called.
fn policies(
    connection: &Connection,
    doc: DocId,
    view: &JobView,
    traits: &Traits,
) -> Result<(String, Vec<ClockPolicy>), CoreError> {
    if view.events.iter().any(|event| event.kind == EventKind::Imported) {
        return Ok(("none".to_owned(), Vec::new()));
    }
    let registered_at: Instant =
        connection.prepare_cached(REGISTERED)?.query_row([doc.as_bytes()], |row| column(row, 0))?;
    policies_at(connection, traits, registered_at)
}

/// The clocks of a request of a type that is registered now; those of its contract win.
pub(crate) fn policies_of_request(
    connection: &Connection,
    kind: &str,
    (account, agreed): (Option<String>, Option<Agreed>),
    registered_at: Instant,
) -> Result<(String, Vec<ClockPolicy>), CoreError> {
    let traits = Traits { kind: Case::Request, request_type: Some(kind.to_owned()), account, agreed };
    policies_at(connection, &traits, registered_at)
}

fn policies_at(
    connection: &Connection,
    traits: &Traits,
    registered_at: Instant,
) -> Result<(String, Vec<ClockPolicy>), CoreError> {
    let mut versions = rulebook::versions(connection, Kind::ClockPolicies)?;
    let day = Zone::organisation().date(registered_at);
    versions.retain(|version| version.made_at < registered_at && version.effective_from <= day);
    // By the day from which they hold; the last is the one that holds.
    let Some(version) = versions.pop() else {
        return Ok((BUILT_IN.to_owned(), ClockRules::default().clocks_of(traits)));
    };
    let rules = ClockRules::read(&version.json)
        .map_err(|_problems| CoreError::Outside(format!("the clock policies {:?}", version.version)))?;
    Ok((version.version, rules.clocks_of(traits)))
}
