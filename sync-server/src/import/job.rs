//! Past jobs: a document for each row, through the gate and into the log.

use domain::{DocId, FieldValue, JobField, JobFieldEdit, JobKind, Stamp, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension};

use super::error::Halt;
use super::number::read_decimal;
use super::row::{Row, short};
use super::{Desk, Outcome, identity, reference};
use crate::error::CoreError;
use crate::office::{PastJob, take_over_job_in};
use crate::session::DeviceSession;

const IS_THERE: &str = "SELECT EXISTS (SELECT 1 FROM documents WHERE doc = ?1)";
const BY_NUMBER: &str = "SELECT doc FROM jobs WHERE number = ?1 AND doc <> ?2 LIMIT 1";

/// Takes a row.
pub(super) fn take(
    desk: &Desk<'_>,
    session: &DeviceSession,
    row: &Row<'_>,
    line: u64,
) -> Result<Outcome, Halt> {
    let job = draft(desk, row, line)?;
    if is_there(desk.tx, job.id)? {
        return Ok(Outcome::Unchanged);
    }
    if let Some(number) = row.text("request.number")
        && is_another_s(desk.tx, number, job.id)?
    {
        let message =
            format!("{:?} is the number of another job: leave it out to get a new one", short(number));
        return Err(row.fault("request.number", message));
    }
    match take_over_job_in(desk.core, desk.tx, session, job, desk.now) {
        Ok(_) => Ok(Outcome::New),
        Err(CoreError::Refused { path, message, .. }) => Err(row.fault(&path, message)),
        Err(other) => Err(Halt::from(other)),
    }
}

fn draft(desk: &Desk<'_>, row: &Row<'_>, line: u64) -> Result<PastJob, Halt> {
    let (received, finished) = dates(desk, row)?;
    let kind = kind(row)?;
    let mut fields = Vec::new();
    for (column, value) in row.values()? {
        if let (Some(field), Some(value)) = (JobField::from_path(&column.name), value) {
            fields.push((field, value));
        }
    }
    add_cost(desk, row, &mut fields)?;
    add_references(desk, row, &mut fields)?;
    let fields =
        fields.into_iter().map(|(field, value)| JobFieldEdit { field, value: Some(value) }).collect();
    Ok(PastJob { id: id(desk, row, received, line)?, kind, fields, received, finished })
}

/// When the request came and when the work was finished; the same where only one
/// is known. Neither lies ahead, and they follow each other.
fn dates(desk: &Desk<'_>, row: &Row<'_>) -> Result<(Stamp, Stamp), Halt> {
    let received = "request.received_at";
    row.required(received)?;
    let Some(came) = row.moment(received)? else { return Err(row.fault(received, "it is empty")) };
    let finished = row.moment("closed_at")?.unwrap_or(came);
    if came.at > desk.now {
        return Err(row.fault(received, "it lies in the future, and only past jobs are imported"));
    }
    if finished.at > desk.now {
        return Err(row.fault("closed_at", "it lies in the future, and only past jobs are imported"));
    }
    if finished.at < came.at {
        return Err(row.fault("closed_at", "it lies before the request was received"));
    }
    Ok((came, finished))
}

fn kind(row: &Row<'_>) -> Result<JobKind, Halt> {
    let Some(word) = row.text("kind") else { return Ok(JobKind::Visit) };
    JobKind::from_name(&fold_search_text(word))
        .ok_or_else(|| row.fault("kind", format!("{:?} will not do: write visit or bench", short(word))))
}

/// The key of the source, else its number, else the row's content and how many
/// such rows came before.
fn id(desk: &Desk<'_>, row: &Row<'_>, received: Stamp, line: u64) -> Result<DocId, Halt> {
    let key = ["key", "request.number"].into_iter().find_map(|column| Some((column, row.text(column)?)));
    let Some((column, key)) = key else {
        let content = identity::content_of(row);
        let (_, times) = super::seen::see(desk.tx, &content, line)?;
        return Ok(identity::job_by_content(&content, times, received.at));
    };
    let id = identity::job_by_key(key);
    let (first, times) = super::seen::see(desk.tx, id.as_bytes(), line)?;
    if times > 1 {
        let message = format!("{:?} stands on line {first} already: keep one of the two", short(key));
        return Err(row.fault(column, message));
    }
    Ok(id)
}

/// No field of a job holds what it cost in all: the parts and the labour that the
/// sum came from are not known. It is kept as a remark.
fn add_cost(desk: &Desk<'_>, row: &Row<'_>, fields: &mut Vec<(JobField, FieldValue)>) -> Result<(), Halt> {
    let Some(text) = row.text("cost") else { return Ok(()) };
    let cost = read_decimal(text)
        .map_err(|message| row.fault("cost", format!("{:?} will not do: {message}", short(text))))?;
    let remark = match desk.currency {
        Some(currency) => format!("cost {cost} {}", currency.code()),
        None => format!("cost {cost} (currency not given)"),
    };
    let comment = JobField::RequestRegistrarComment;
    match fields.iter_mut().find(|(field, _)| *field == comment) {
        Some((_, FieldValue::Text(text))) => {
            text.push('\n');
            text.push_str(&remark);
        }
        _ => fields.push((comment, FieldValue::Text(remark))),
    }
    Ok(())
}

/// The customer that the row names, and the asset if its serial number is known.
fn add_references(
    desk: &Desk<'_>,
    row: &Row<'_>,
    fields: &mut Vec<(JobField, FieldValue)>,
) -> Result<(), Halt> {
    if let Some(customer) = reference::customer(desk, row)? {
        fields.push((JobField::AccountId, FieldValue::Id(customer.id)));
        if let (Some(name), None) = (customer.name, row.text("account.name")) {
            fields.push((JobField::AccountName, FieldValue::Text(name)));
        }
    }
    if let Some(serial) = row.text("asset.serial")
        && let Some(asset) = reference::asset(desk, serial)?
    {
        fields.push((JobField::AssetId, FieldValue::Id(asset)));
    }
    Ok(())
}

fn is_there(connection: &Connection, id: DocId) -> Result<bool, CoreError> {
    Ok(connection.prepare_cached(IS_THERE)?.query_row([id.as_bytes()], |row| row.get(0))?)
}

fn is_another_s(connection: &Connection, number: &str, id: DocId) -> Result<bool, CoreError> {
    let found: Option<Uuid> = connection
        .prepare_cached(BY_NUMBER)?
        .query_row((number, id.as_bytes()), |row| crate::sql::column(row, 0))
        .optional()?;
    Ok(found.is_some())
}
