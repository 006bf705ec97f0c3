//! Making a document: its first change builds the whole template, so that no two
//! sides ever make the same container.

use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ObjType, ROOT};
use domain::{
    DocId, DocKind, EditCommand, EventId, EventKind, JobCommand, JobFieldEdit, JobKind, NewEvent,
    TripCommand, TripFieldEdit,
};

use super::commit::transact;
use super::draft::{check_stamp, shaped, user};
use super::events::event_values;
use super::fields::{checked_job_field, checked_trip_field, reject_twice};
use super::{invalid, unreadable};
use crate::EditError;
use crate::document::{Document, EditContext, RawChange};
use crate::engine;
use crate::inspect::Scalar;
use crate::schema::{Container, SCHEMA_VERSION, entry_shape, template};

/// What the first change writes under the root.
struct First {
    root: Vec<(&'static str, Scalar)>,
    fields: Vec<(&'static str, &'static str, Scalar)>,
    /// The `registered` event of a job, by its id.
    event: Option<(String, Vec<(&'static str, Scalar)>)>,
    jobs: Vec<DocId>,
}

/// Makes a document by its `Create` command.
pub(crate) fn create(
    id: DocId,
    command: &EditCommand,
    context: &EditContext,
) -> Result<(Document, RawChange), EditError> {
    check_stamp(context)?;
    let kind = command.doc_kind();
    let first = match command {
        EditCommand::Job(JobCommand::Create { kind, event, fields }) => {
            first_of_job(id, *kind, *event, fields, context)?
        }
        EditCommand::Trip(TripCommand::Create { fields, jobs }) => first_of_trip(id, fields, jobs, context)?,
        _ => return Err(EditError::WrongDocument(kind)),
    };
    let mut document = Document::of(kind, engine::empty());
    let change = transact(&mut document, context, |transaction| build(transaction, kind, &first))?;
    Ok((document, change.ok_or_else(|| unreadable("the first change"))?))
}

fn first_of_job(
    id: DocId,
    kind: JobKind,
    event: EventId,
    edits: &[JobFieldEdit],
    context: &EditContext,
) -> Result<First, EditError> {
    reject_twice(edits.iter().map(|edit| edit.field.path()))?;
    let mut fields = Vec::new();
    for edit in edits {
        match checked_job_field(edit)? {
            Scalar::Null => {}
            value => fields.push((edit.field.section(), edit.field.key(), value)),
        }
    }
    let shape = entry_shape(DocKind::Job, "events").ok_or_else(|| unreadable("events"))?;
    let values = event_values(&NewEvent::new(event, EventKind::Registered), &[], None, context);
    let values = shaped(shape, &format!("events.{event}"), values)?;
    Ok(First {
        root: root_scalars(id, ("kind", Scalar::text(kind.name()))),
        fields,
        event: Some((event.to_string(), values)),
        jobs: Vec::new(),
    })
}

fn first_of_trip(
    id: DocId,
    edits: &[TripFieldEdit],
    jobs: &[DocId],
    context: &EditContext,
) -> Result<First, EditError> {
    reject_twice(edits.iter().map(|edit| edit.field.path()))?;
    let mut jobs = jobs.to_vec();
    jobs.sort_unstable();
    jobs.dedup();
    if jobs.len() > domain::limits::TRIP_FIRST_JOBS_MAX {
        return Err(invalid("jobs", "too many jobs for one trip"));
    }
    let mut fields = Vec::new();
    for edit in edits {
        match checked_trip_field(edit)? {
            Scalar::Null => {}
            value => fields.push((edit.field.section(), edit.field.key(), value)),
        }
    }
    let root = root_scalars(id, ("technician", user(context.author)));
    Ok(First { root, fields, event: None, jobs })
}

fn root_scalars(id: DocId, own: (&'static str, Scalar)) -> Vec<(&'static str, Scalar)> {
    vec![("schema", Scalar::Uint(SCHEMA_VERSION)), ("id", Scalar::bytes(id.as_bytes())), own]
}

fn build(transaction: &mut Transaction<'_>, kind: DocKind, first: &First) -> Result<(), AutomergeError> {
    for (key, value) in &first.root {
        transaction.put(ROOT, *key, value.clone().into_engine())?;
    }
    // The fields of a trip lie in the root itself, which has no name.
    let mut made: Vec<(&str, ObjId)> = vec![("", ROOT)];
    for row in template(kind) {
        made.push((row.name, transaction.put_object(ROOT, row.name, object_type(row.container))?));
    }
    for (section, object) in &made {
        for (_, key, value) in first.fields.iter().filter(|(of, ..)| of == section) {
            transaction.put(object, *key, value.clone().into_engine())?;
        }
        for (id, values) in first.event.iter().filter(|_| *section == "events") {
            let entry = transaction.put_object(object, id.as_str(), ObjType::Map)?;
            for (key, value) in values {
                transaction.put(&entry, *key, value.clone().into_engine())?;
            }
        }
        for job in first.jobs.iter().filter(|_| *section == "jobs") {
            transaction.put(object, job.to_string(), true)?;
        }
    }
    Ok(())
}

pub(super) const fn object_type(container: Container) -> ObjType {
    match container {
        Container::Map => ObjType::Map,
        Container::Text => ObjType::Text,
    }
}
