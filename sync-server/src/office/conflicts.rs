//! Deciding on a conflict. Choosing a value writes it as an office edit; every
//! decision keeps who, when and why.

use domain::{
    Assignment, DocId, EditCommand, EventId, FieldValue, Instant, JobCommand, JobField, JobFieldEdit,
    JobView, RivalValue, UserId, Uuid,
};
use rusqlite::{Transaction, params};
use wire::ErrorCode;

use super::edit::{Author, Edited, Work, carry_out_in, check_decides};
use super::inbox::{self, InboxItem, InboxItemId, InboxState};
use super::visible::visible_row;
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::{CoreError, OfDocument};
use crate::log::load_cached;
use crate::session::DeviceSession;

const DECIDE: &str = "INSERT INTO conflict_decisions (conflict, decision, chosen, by, at, note) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

/// What the office decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// One of the listed values of a field, by its place in the list.
    Choose(usize),
    /// What stands shall stand.
    Keep,
    /// A later write has settled it, and that is in order.
    Seen,
}

/// A decided conflict.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The item as it stands now.
    pub item: InboxItem,
    /// The document, if a value was written.
    pub edited: Option<Edited>,
}

/// Decides on a conflict.
///
/// # Errors
///
/// `not_found`; `conflict` when it is decided already or the resolution does not
/// fit it; what an edit may meet, when a value is chosen.
pub async fn resolve_conflict(
    core: &Core,
    session: &DeviceSession,
    id: Uuid,
    resolution: Resolution,
    note: Option<String>,
) -> Result<Resolved, CoreError> {
    check_decides(session)?;
    let (heart, session, now) = (core.clone(), *session, core.now());
    let resolved = core
        .store()
        .write(move |tx| resolve(&heart, tx, &session, (id, &resolution, note.as_deref()), now))
        .await?;
    let position = resolved.edited.as_ref().and_then(|edited| edited.position);
    position.into_iter().for_each(|position| core.announce(position));
    Ok(resolved)
}

fn resolve(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    (id, resolution, note): (Uuid, &Resolution, Option<&str>),
    now: Instant,
) -> Result<Resolved, CoreError> {
    let id = InboxItemId::Conflict(id);
    let item = inbox::find(tx, id)?.ok_or_else(CoreError::not_found)?;
    let (decision, chosen) = match (item.state, resolution) {
        (InboxState::Open, Resolution::Choose(index)) => ("chosen", Some(rival(&item, *index)?)),
        (InboxState::Open, Resolution::Keep) => ("kept", None),
        (InboxState::Open | InboxState::Superseded, Resolution::Seen) => ("seen", None),
        (InboxState::Superseded, _) => {
            return Err(not_so("a later write has settled it; it can only be seen"));
        }
        _ => return Err(not_so("it is decided already")),
    };
    // The value is written first: its rows mark the conflict as settled.
    let edited = match &chosen {
        Some(rival) => Some(write_choice(core, tx, session, &item, rival, now)?),
        None => None,
    };
    let value = chosen.map(|rival| serde_json::json!(rival.value).to_string());
    let InboxItemId::Conflict(conflict) = id else { return Err(CoreError::not_found()) };
    tx.prepare_cached(DECIDE)?.execute(params![
        conflict.as_bytes(),
        decision,
        value,
        session.user.as_bytes(),
        now.millis(),
        note,
    ])?;
    let item = inbox::find(tx, id)?.ok_or_else(CoreError::not_found)?;
    Ok(Resolved { item, edited })
}

fn not_so(message: &str) -> CoreError {
    CoreError::refused(ErrorCode::Conflict, message)
}

fn rival(item: &InboxItem, index: usize) -> Result<RivalValue, CoreError> {
    let listed = item.detail["values"].get(index).cloned();
    let listed = listed.ok_or_else(|| {
        CoreError::refused_at(ErrorCode::Invalid, "choice", "it is not one of the listed values")
    })?;
    serde_json::from_value(listed).map_err(|error| CoreError::refused(ErrorCode::Internal, error.to_string()))
}

fn write_choice(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    item: &InboxItem,
    rival: &RivalValue,
    now: Instant,
) -> Result<Edited, CoreError> {
    let field = JobField::from_path(&item.path).ok_or_else(|| {
        not_so("only a field of the job can be chosen here; who wrote the line corrects it")
    })?;
    let command = if field.is_assignment() {
        let view = job_of(core, tx, session, item.doc)?;
        let event = EventId::from_bytes(random_bytes(core.entropy()));
        let assignment = with_field(&view, field, rival.value.as_ref());
        JobCommand::Assign { event, assignment, reason: None }
    } else {
        JobCommand::SetFields { edits: vec![JobFieldEdit { field, value: rival.value.clone() }] }
    };
    let work = Work {
        doc: item.doc,
        commands: vec![EditCommand::Job(command)],
        expected: None,
        author: Author::Self_,
    };
    carry_out_in(core, tx, session, &work, now)
}

fn job_of(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    doc: DocId,
) -> Result<JobView, CoreError> {
    let row = visible_row(tx, session, doc)?;
    load_cached(core, tx, doc, &row)?.job().of(doc)
}

/// The assignment as it stands, with one field as chosen.
fn with_field(view: &JobView, field: JobField, value: Option<&FieldValue>) -> Assignment {
    let get = |wanted: JobField| if wanted == field { value } else { view.fields.get(&wanted) };
    let id = |wanted| match get(wanted) {
        Some(FieldValue::Id(id)) => Some(*id),
        _ => None,
    };
    let instant = |wanted| match get(wanted) {
        Some(FieldValue::Instant(instant)) => Some(*instant),
        _ => None,
    };
    Assignment {
        technician: id(JobField::AssignmentTechnician).map(UserId::from_uuid),
        representative: id(JobField::AssignmentRepresentative).map(domain::AgencyId::from_uuid),
        window_start: instant(JobField::AssignmentWindowStart),
        window_end: instant(JobField::AssignmentWindowEnd),
        note: match get(JobField::AssignmentNote) {
            Some(FieldValue::Text(text)) => Some(text.clone()),
            _ => None,
        },
    }
}
