//! The knowledge base (R120, R149): a solution is offered from a request or a job, worded,
//! approved, and found by product, fault and words. Approved ones go to every technician's
//! phone as reference rows, so they are read where there is no network.

use desk::Act;
use domain::limits::{LONG_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{DocId, Instant, UserId, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::Deserialize;
use utoipa::ToSchema;

use super::acts::{for_act_read, one, words};
use super::list::match_expression;
use super::person::Person;
use super::row::RequestId;
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;
use crate::sync::{ReferenceKind, ReferenceWrite, write_reference};

const INSERT: &str = "INSERT INTO solutions (id, state, title, product, fault, text, request, job, offered_by, \
     offered_at, version) VALUES (?1, 'offered', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)";
const REWORD: &str = "UPDATE solutions SET state = 'offered', title = ?2, product = ?3, fault = ?4, text = ?5, \
     decided_by = NULL, decided_at = NULL, reason = NULL, version = version + 1 WHERE id = ?1";
const VERSION: &str = "INSERT INTO solution_versions (solution, version, title, product, fault, text, by, at) \
     SELECT id, version, title, product, fault, text, ?2, ?3 FROM solutions WHERE id = ?1";
const DECIDE: &str =
    "UPDATE solutions SET state = ?2, decided_by = ?3, decided_at = ?4, reason = ?5 WHERE id = ?1";
const COLUMNS: &str = "row, id, state, title, product, fault, text, request, job, offered_by, offered_at, decided_by, \
     decided_at, reason, version";
const FORGET_WORDS: &str = "DELETE FROM solution_search WHERE rowid = ?1";
const ADD_WORDS: &str = "INSERT INTO solution_search (rowid, words) VALUES (?1, ?2)";
const FOUND_MAX: u32 = 50;

/// A solution as it is worded.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SolutionDraft {
    /// What it solves, in a line.
    pub title: String,
    /// For which product.
    pub product: Option<String>,
    /// For which fault.
    pub fault: Option<String>,
    /// What to do.
    pub text: String,
}

/// A solution as it stands.
#[derive(Debug, Clone)]
pub struct Solution {
    row: i64,
    /// Its id.
    pub id: Uuid,
    /// `offered`, `approved` or `withdrawn`.
    pub state: String,
    /// Its words.
    pub draft: SolutionDraft,
    /// The request that it comes from.
    pub request: Option<RequestId>,
    /// The job that it comes from.
    pub job: Option<DocId>,
    /// Who offered it.
    pub offered_by: UserId,
    /// When.
    pub offered_at: Instant,
    /// Who approved or withdrew it.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<Instant>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    /// Counts its wordings.
    pub version: i64,
}

impl Solution {
    /// Every state.
    pub const STATES: [&str; 3] = ["offered", "approved", "withdrawn"];
}

/// Which solutions.
#[derive(Debug, Clone, Default)]
pub struct SolutionFilter {
    /// With these words.
    pub text: Option<String>,
    /// That may help on this request: by its product, subject and description.
    pub request: Option<RequestId>,
    /// In a state; approved ones if none.
    pub state: Option<String>,
}

/// Offers a solution; gives its id.
///
/// # Errors
///
/// `duty_required`; `not_found` for a request out of sight; `invalid`.
pub async fn offer_solution(
    core: &Core,
    session: &DeviceSession,
    (draft, request, job): (SolutionDraft, Option<RequestId>, Option<DocId>),
) -> Result<Uuid, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let work = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::OfferSolution)?;
        if let Some(request) = request {
            for_act_read(tx, &person, request)?;
        }
        let draft = checked(draft)?;
        let id = DocId::new(now, random_bytes(heart.entropy())).uuid();
        tx.prepare_cached(INSERT)?.execute(params![
            id.as_bytes(),
            draft.title,
            draft.product,
            draft.fault,
            draft.text,
            request.as_ref().map(RequestId::as_bytes),
            job.as_ref().map(DocId::as_bytes),
            person.user().as_bytes(),
            now.millis(),
        ])?;
        keep_version(tx, id, person.user(), now)?;
        Ok(id)
    };
    core.store().write(work).await
}

/// Words a solution anew; it is to be approved again, and phones forget it until then.
///
/// # Errors
///
/// As [`offer_solution`].
pub async fn reword_solution(
    core: &Core,
    session: &DeviceSession,
    id: Uuid,
    draft: SolutionDraft,
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let work = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::OfferSolution)?;
        find(tx, id)?.ok_or_else(CoreError::not_found)?;
        let draft = checked(draft)?;
        let values = (id.as_bytes(), &draft.title, &draft.product, &draft.fault, &draft.text);
        tx.prepare_cached(REWORD)?.execute(values)?;
        keep_version(tx, id, person.user(), now)?;
        publish(tx, id, now)
    };
    let position = core.store().write(work).await?;
    position.into_iter().for_each(|position| core.announce(position));
    Ok(())
}

/// Approves a solution, or withdraws it with a reason.
///
/// # Errors
///
/// `duty_required`; `not_found`; `invalid` without a reason for withdrawing.
pub async fn decide_solution(
    core: &Core,
    session: &DeviceSession,
    id: Uuid,
    withdrawn: Option<String>,
) -> Result<(), CoreError> {
    let (session, now) = (*session, core.now());
    let work = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        person.must(Act::ApproveSolution)?;
        find(tx, id)?.ok_or_else(CoreError::not_found)?;
        let reason = withdrawn.map(|reason| words("reason", reason)).transpose()?;
        let state = if reason.is_some() { "withdrawn" } else { "approved" };
        let by = person.user();
        tx.prepare_cached(DECIDE)?.execute((id.as_bytes(), state, by.as_bytes(), now.millis(), reason))?;
        publish(tx, id, now)
    };
    let position = core.store().write(work).await?;
    position.into_iter().for_each(|position| core.announce(position));
    Ok(())
}

/// Finds solutions, the best first.
///
/// # Errors
///
/// `not_found` for a request out of sight; or when the store fails.
pub async fn find_solutions(
    core: &Core,
    session: &DeviceSession,
    filter: SolutionFilter,
) -> Result<Vec<Solution>, CoreError> {
    let session = *session;
    let find = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        let state = filter.state.as_deref().unwrap_or("approved");
        let expression = match filter.request {
            Some(request) => {
                let fields = for_act_read(connection, &person, request)?.fields;
                any_of([fields.product, fields.subject, fields.description])
            }
            None => filter.text.as_deref().and_then(match_expression),
        };
        listed(connection, state, expression)
    };
    core.store().read(find).await
}

/// Any of the longer words of some texts.
fn any_of(texts: [Option<String>; 3]) -> Option<String> {
    const WORD_CHARS_MIN: usize = 3;
    const WORDS_MAX: usize = 40;
    let folded = fold_search_text(&texts.into_iter().flatten().collect::<Vec<_>>().join(" "));
    let words = folded.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| word.chars().count() >= WORD_CHARS_MIN).take(WORDS_MAX);
    let words: Vec<String> = words.map(|word| format!("\"{word}\"")).collect();
    (!words.is_empty()).then(|| words.join(" OR "))
}

fn listed(
    connection: &Connection,
    state: &str,
    expression: Option<String>,
) -> Result<Vec<Solution>, CoreError> {
    let rows = match expression {
        Some(expression) => {
            let sql = format!(
                "SELECT {COLUMNS} FROM solutions JOIN (SELECT rowid, rank FROM solution_search \
                 WHERE solution_search MATCH ?2) AS found ON found.rowid = solutions.row \
                 WHERE state = ?1 ORDER BY found.rank, row LIMIT {FOUND_MAX}"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map((state, expression), read)?.collect::<Result<_, _>>()?
        }
        None => {
            let sql = format!(
                "SELECT {COLUMNS} FROM solutions WHERE state = ?1 ORDER BY row DESC LIMIT {FOUND_MAX}"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map([state], read)?.collect::<Result<_, _>>()?
        }
    };
    Ok(rows)
}

fn find(connection: &Connection, id: Uuid) -> Result<Option<Solution>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM solutions WHERE id = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_bytes()], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Solution> {
    Ok(Solution {
        row: row.get(0)?,
        id: column(row, 1)?,
        state: row.get(2)?,
        draft: SolutionDraft {
            title: row.get(3)?,
            product: row.get(4)?,
            fault: row.get(5)?,
            text: row.get(6)?,
        },
        request: column(row, 7)?,
        job: column(row, 8)?,
        offered_by: column(row, 9)?,
        offered_at: column(row, 10)?,
        decided_by: column(row, 11)?,
        decided_at: column(row, 12)?,
        reason: row.get(13)?,
        version: row.get(14)?,
    })
}

fn checked(draft: SolutionDraft) -> Result<SolutionDraft, CoreError> {
    let short = |path: &str, text: Option<String>| match text.map(|text| text.trim().to_owned()) {
        Some(text) if text.chars().count() > SHORT_TEXT_CHARS_MAX => {
            Err(one(path, "text.too_long", &format!("at most {SHORT_TEXT_CHARS_MAX} characters")))
        }
        other => Ok(other.filter(|text| !text.is_empty())),
    };
    let title = short("title", Some(draft.title))?;
    let text = draft.text.trim().to_owned();
    if text.is_empty() || text.chars().count() > LONG_TEXT_CHARS_MAX {
        return Err(one("text", "solution.text", &format!("1 to {LONG_TEXT_CHARS_MAX} characters")));
    }
    Ok(SolutionDraft {
        title: title.ok_or_else(|| one("title", "solution.title", "a solution has a title"))?,
        product: short("product", draft.product)?,
        fault: short("fault", draft.fault)?,
        text,
    })
}

fn keep_version(tx: &Transaction<'_>, id: Uuid, by: UserId, now: Instant) -> Result<(), CoreError> {
    tx.prepare_cached(VERSION)?.execute((id.as_bytes(), by.as_bytes(), now.millis()))?;
    let solution = find(tx, id)?.ok_or_else(CoreError::not_found)?;
    let draft = &solution.draft;
    let words = [Some(&draft.title), draft.product.as_ref(), draft.fault.as_ref(), Some(&draft.text)];
    let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
    tx.prepare_cached(FORGET_WORDS)?.execute([solution.row])?;
    tx.prepare_cached(ADD_WORDS)?.execute((solution.row, fold_search_text(&words.join("\n"))))?;
    Ok(())
}

/// Gives phones what is approved, and takes back what is not any more.
fn publish(tx: &Transaction<'_>, id: Uuid, now: Instant) -> Result<Option<i64>, CoreError> {
    let solution = find(tx, id)?.ok_or_else(CoreError::not_found)?;
    let SolutionDraft { title, product, fault, text } = solution.draft;
    let json = serde_json::json!({ "title": title, "product": product, "fault": fault, "text": text });
    let json = (solution.state == "approved").then(|| json.to_string());
    let row = ReferenceWrite { kind: ReferenceKind::Solution, id, account: None, json };
    write_reference(tx, &[row], now)
}
