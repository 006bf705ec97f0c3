//! What other parts of the server do with requests: quality takes a breach over, routing
//! rules are checked before they hold.

use desk::Routes;
use domain::{DocId, Instant};
use rusqlite::{Connection, OptionalExtension, Transaction};
use wire::FieldProblem;

use super::activity::{self, Author, Kind, NewActivity};
use super::list::is_visible;
use super::person::Person;
use super::row::{RequestId, find_request};
use super::units::unit_exists;
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

const EXISTS: &str = "SELECT 1 FROM requests WHERE id = ?1";

/// Whether a case that runs clocks is a request.
pub(crate) fn is_request(connection: &Connection, case: DocId) -> Result<bool, CoreError> {
    Ok(connection.prepare_cached(EXISTS)?.query_row([case.as_bytes()], |_| Ok(())).optional()?.is_some())
}

/// Whether a case is a request that the person sees.
pub(crate) fn sees_request(
    connection: &Connection,
    session: &DeviceSession,
    case: DocId,
) -> Result<bool, CoreError> {
    match find_request(connection, RequestId::from_uuid(case.uuid()))? {
        Some(request) => is_visible(connection, &Person::read(connection, session)?, &request),
        None => Ok(false),
    }
}

/// The quality officer takes a breach of a request over: he controls it from then on, and
/// its priority rises (R107, R108). False if the case is no request.
pub(crate) fn take_request(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    (case, reason): (DocId, &str),
    now: Instant,
) -> Result<bool, CoreError> {
    let Some(mut request) = find_request(tx, RequestId::from_uuid(case.uuid()))? else { return Ok(false) };
    let higher = match request.fields.priority.as_deref() {
        Some("urgent" | "high") => "urgent",
        _ => "high",
    };
    request.fields.priority = Some(higher.to_owned());
    request.controller = Some(session.user);
    let taken = NewActivity::new(Author::Desk(session.user), Kind::TakenOver).text(reason);
    activity::write(tx, &mut request, &taken, random_bytes(core.entropy()), now)?;
    Ok(true)
}

/// Whether routing rules name units that there are.
pub(crate) fn check_routes(connection: &Connection, json: &str) -> Result<(), CoreError> {
    let routes: Routes =
        serde_json::from_str(json).map_err(|error| CoreError::Outside(format!("routing rules: {error}")))?;
    let mut failed = None;
    let problems = routes.problems(|unit| {
        unit_exists(connection, unit).unwrap_or_else(|error| {
            failed = Some(error);
            true
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if problems.is_empty() {
        return Ok(());
    }
    let wrong = problems.into_iter().map(|problem| {
        let path = match problem.rule {
            Some(at) => format!("content.rules[{at}].{}", problem.field),
            None => format!("content.{}", problem.field),
        };
        FieldProblem::coded(&path, problem.code, &problem.message)
    });
    Err(CoreError::Invalid(wrong.collect()))
}
