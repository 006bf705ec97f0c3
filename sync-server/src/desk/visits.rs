//! Visits: job documents that are made from a request and linked to it. The technician's
//! phone gets what the desk knows; what he does offline shows on the request.

use desk::{Act, Step};
use domain::{
    DocId, DocView, EditCommand, EventId, EventKind, FieldValue, Instant, JobCommand, JobField, JobFieldEdit,
    JobKind, NewEvent, Role,
};
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde_json::json;

use super::activity::Kind;
use super::acts::{ActDone, Scene, for_act};
use super::person::Person;
use super::row::{RequestId, RequestRow};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::office::{NewJob, create_job_in, edit_document_in};
use crate::session::DeviceSession;
use crate::sql::column;

const LINK: &str = "INSERT INTO request_jobs (job, request, made_by, made_at, position, status) \
     VALUES (?1, ?2, ?3, ?4, 0, 'new')";
const UNFINISHED: &str = "SELECT coalesce(jobs.number, '') FROM request_jobs \
     JOIN jobs ON jobs.doc = request_jobs.job \
     WHERE request = ?1 AND jobs.status NOT IN ('done', 'closed', 'cancelled') ORDER BY made_at LIMIT 1";
const DONE: &str = "SELECT job FROM request_jobs JOIN jobs ON jobs.doc = request_jobs.job \
     WHERE request = ?1 AND jobs.status = 'done' ORDER BY made_at";

/// A visit to be made of a request.
#[derive(Debug, Clone)]
pub struct NewVisit {
    /// To the customer, or in the workshop.
    pub kind: JobKind,
    /// What the technician should know beside what the request says.
    pub note: Option<String>,
}

/// Makes a visit of a request: a job that carries what is known, for the dispatcher to
/// assign.
///
/// # Errors
///
/// As [`act_on_request`](super::act_on_request).
pub async fn create_visit(
    core: &Core,
    session: &DeviceSession,
    id: RequestId,
    (new, seen): (NewVisit, Option<i64>),
) -> Result<(ActDone, DocId), CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        let request = for_act(tx, &person, id, seen)?;
        let mut scene = Scene { core: &heart, tx, person: &person, request, now };
        let (activity, job, position) = make(&mut scene, &new)?;
        Ok::<_, CoreError>((ActDone { request: scene.request, activity }, job, position))
    };
    let (done, job, position) = core.store().write(job).await?;
    position.into_iter().for_each(|position| core.announce(position));
    core.wake_timer();
    Ok((done, job))
}

fn make(scene: &mut Scene<'_>, new: &NewVisit) -> Result<(i64, DocId, Option<i64>), CoreError> {
    scene.person.must(Act::Visit)?;
    scene.step(Step::Visit)?;
    let job = DocId::new(scene.now, random_bytes(scene.core.entropy()));
    let by = scene.person.user();
    let values = (job.as_bytes(), scene.request.id.as_bytes(), by.as_bytes(), scene.now.millis());
    // Before the job: its clocks are chosen by whether it comes from a request.
    scene.tx.prepare_cached(LINK)?.execute(values)?;
    let create = NewJob { id: Some(job), kind: new.kind, fields: facts(&scene.request), assignment: None };
    let edited = create_job_in(scene.core, scene.tx, &scene.person.session, create, scene.now)?;
    let mut position = edited.position;
    if let Some(note) = new.note.as_deref().map(str::trim).filter(|note| !note.is_empty()) {
        let id = domain::NoteId::from_bytes(random_bytes(scene.core.entropy()));
        let command = EditCommand::Job(JobCommand::AddNote { id, text: note.to_owned() });
        let noted = edit_document_in(scene.core, scene.tx, &scene.person.session, job, command, scene.now)?;
        position = noted.position.or(position);
    }
    let number = match &edited.view {
        DocView::Job(view) => view.text(JobField::RequestNumber).to_owned(),
        DocView::Trip(_) => String::new(),
    };
    let mut made = scene.new_activity(Kind::VisitMade);
    made.job = Some(job);
    made.detail = json!({ "number": number, "kind": new.kind.name() });
    Ok((scene.write(&made)?, job, position))
}

/// What the job takes over from its request.
fn facts(request: &RequestRow) -> Vec<JobFieldEdit> {
    use JobField as F;
    let fields = &request.fields;
    let text = |field, text: &Option<String>| (field, text.clone().map(FieldValue::Text));
    let id = |field, id: &Option<domain::Uuid>| (field, id.map(FieldValue::Id));
    let word = |field, word: &str| (field, Some(FieldValue::Text(word.to_owned())));
    let all = [
        id(F::AccountId, &fields.account),
        text(F::AccountName, &fields.account_name),
        text(F::ContactName, &fields.contact_name),
        text(F::ContactPhone, &fields.phone),
        text(F::ContactMobile, &fields.mobile),
        text(F::ContactEmail, &fields.email),
        text(F::InitiatorName, &fields.initiator_name),
        text(F::SiteAddress, &fields.address),
        text(F::SiteCity, &fields.city),
        text(F::SiteZone, &fields.zone),
        id(F::AssetId, &fields.asset),
        text(F::AssetSerial, &fields.serial),
        text(F::AssetModel, &fields.product),
        text(F::RequestSubject, &fields.subject),
        text(F::RequestDescription, &fields.description),
        text(F::RequestCategory, &fields.category),
        text(F::RequestCause, &fields.cause),
        text(F::RequestPriority, &fields.priority),
        text(F::RequestSeverity, &fields.severity),
        text(F::RequestSellerNo, &fields.seller_request_no),
        text(F::RequestDeliveryCode, &fields.delivery_code),
        text(F::RequestRegistrarComment, &fields.registrar_comment),
        word(F::RequestType, request.kind.name()),
        word(F::RequestChannel, request.channel.name()),
        (F::RequestTeam, request.unit.clone().map(FieldValue::Text)),
        (F::RequestOwner, request.owner.map(|owner| FieldValue::Id(owner.uuid()))),
        (F::RequestReceivedAt, Some(FieldValue::Instant(request.received_at))),
        (F::RequestEstimatedMinutes, fields.estimated_minutes.map(|minutes| FieldValue::Int(minutes.into()))),
        (F::RequestEstimatedEnd, fields.estimated_end.map(|end| FieldValue::Instant(end.0))),
    ];
    let given = all.into_iter().filter(|(_, value)| value.is_some());
    given.map(|(field, value)| JobFieldEdit { field, value }).collect()
}

/// The number of a visit that is not over.
pub(super) fn unfinished(connection: &Connection, request: RequestId) -> Result<Option<String>, CoreError> {
    let found = connection.prepare_cached(UNFINISHED)?.query_row([request.as_bytes()], |row| row.get(0));
    Ok(found.optional()?)
}

/// Closes the visits that are done, as far as the role may close jobs; what is left is the
/// dispatcher's.
pub(super) fn close_all(
    core: &Core,
    tx: &Transaction<'_>,
    session: &DeviceSession,
    request: RequestId,
    now: Instant,
) -> Result<(), CoreError> {
    if !matches!(session.role, Role::Desk | Role::Dispatcher) {
        return Ok(());
    }
    let mut statement = tx.prepare_cached(DONE)?;
    let done = statement.query_map([request.as_bytes()], |row| column::<DocId>(row, 0))?;
    let done: Vec<DocId> = done.collect::<Result<_, _>>()?;
    for job in done {
        let event = NewEvent::new(EventId::from_bytes(random_bytes(core.entropy())), EventKind::Closed);
        let command = EditCommand::Job(JobCommand::Record { event });
        drop(edit_document_in(core, tx, session, job, command, now)?);
    }
    Ok(())
}

/// Whether somebody at the desk may see a job: if it is of a request that he sees, and its
/// customer is for him to see (R7).
pub(crate) fn sees_visit(
    connection: &Connection,
    session: &DeviceSession,
    job: DocId,
) -> Result<bool, CoreError> {
    const OF: &str = "SELECT request FROM request_jobs WHERE job = ?1";
    let person = Person::read(connection, session)?;
    if !person.sees_contact() {
        return Ok(false);
    }
    let request: Option<RequestId> =
        connection.prepare_cached(OF)?.query_row([job.as_bytes()], |row| column(row, 0)).optional()?;
    let Some(request) = request else { return Ok(false) };
    match super::row::find_request(connection, request)? {
        Some(request) => super::list::is_visible(connection, &person, &request),
        None => Ok(false),
    }
}
