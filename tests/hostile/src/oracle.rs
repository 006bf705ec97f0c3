//! Whether a document is sound: whatever the gate admits, the document must
//! afterwards save, load, come out of its raw changes again, and take an honest
//! edit by somebody else.

use std::fmt;

use documents::testing::{self, contents};
use documents::{Document, RawChange};
use domain::{ActorClass, DocKind, DocView, FieldValue, TripField};
use gate::{ActorFacts, Candidate, NotAdmitted, Subject, structure};
use testkit::{Kit, Person, set_trip_field};

/// What does not work any more, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whose schema a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// A job or a trip.
    Ours,
    /// Some other document of the same engine.
    Foreign,
}

/// The schema of a document, by whether it can be read as its kind.
#[must_use]
pub fn schema_of(document: &Document) -> Schema {
    if view(document).is_some() { Schema::Ours } else { Schema::Foreign }
}

/// Checks that a job or trip is sound. It is not touched.
///
/// # Errors
/// What does not work any more.
pub fn check(kit: &mut Kit, document: &Document) -> Result<(), Broken> {
    check_as(kit, document, schema_of(document))
}

/// Checks that the engine can go on with a document, whatever its schema has come
/// to: with the policy open, nothing keeps a change from writing over a job's parts.
///
/// # Errors
/// What does not work any more.
pub fn check_engine(kit: &mut Kit, document: &Document) -> Result<(), Broken> {
    check_as(kit, document, Schema::Foreign)
}

fn check_as(kit: &mut Kit, document: &Document, schema: Schema) -> Result<(), Broken> {
    let work = std::panic::AssertUnwindSafe(|| {
        check_saving(document, schema)?;
        check_replay(document)?;
        let edited = edited_by_another(kit, document, schema)?;
        check_saving(&edited, schema)?;
        check_replay(&edited)
    });
    std::panic::catch_unwind(work).unwrap_or_else(|_| Err(broken("it makes the engine panic")))
}

fn edited_by_another(kit: &mut Kit, document: &Document, schema: Schema) -> Result<Document, Broken> {
    match (schema, document.kind()) {
        (Schema::Foreign, _) => touched(kit, document),
        (Schema::Ours, DocKind::Job) => noted(kit, document),
        // A void trip takes nothing more from its technician.
        (Schema::Ours, DocKind::Trip) if document.trip().is_ok_and(|trip| trip.void.is_some()) => {
            touched(kit, document)
        }
        (Schema::Ours, DocKind::Trip) => driven(kit, document),
    }
}

fn check_saving(document: &Document, schema: Schema) -> Result<(), Broken> {
    let saved = document.save();
    if schema == Schema::Ours {
        structure::check_document(&saved)
            .map_err(|refusal| broken(format!("a phone would not take it: {refusal}")))?;
    }
    let loaded = Document::load(document.kind(), &saved)
        .map_err(|error| broken(format!("it cannot be loaded: {error}")))?;
    check_same("loaded", document, &loaded)?;
    if loaded.save() == saved { Ok(()) } else { Err(broken("saved again it has other bytes")) }
}

fn check_replay(document: &Document) -> Result<(), Broken> {
    let changes = document.changes();
    for change in &changes {
        documents::inspect::decode(&change.bytes)
            .map_err(|error| broken(format!("a change of it cannot be read again: {error}")))?;
    }
    let bytes = changes.iter().map(|change| change.bytes.as_slice());
    let replayed = Document::from_changes(document.kind(), bytes)
        .map_err(|error| broken(format!("its changes cannot be replayed: {error}")))?;
    check_same("replayed", document, &replayed)
}

fn check_same(how: &str, one: &Document, other: &Document) -> Result<(), Broken> {
    if one.heads() != other.heads() {
        return Err(broken(format!("{how} it has other heads")));
    }
    let held = contents(one).ok_or_else(|| broken("it cannot be read out"))?;
    if contents(other) != Some(held) {
        return Err(broken(format!("{how} it holds something else")));
    }
    if view(one) == view(other) { Ok(()) } else { Err(broken(format!("{how} it looks different"))) }
}

fn view(document: &Document) -> Option<DocView> {
    match document.kind() {
        DocKind::Job => document.job().ok().map(|job| DocView::Job(Box::new(job))),
        DocKind::Trip => document.trip().ok().map(|trip| DocView::Trip(Box::new(trip))),
    }
}

/// Another actor writes one key; the gate is asked with its policy open.
fn touched(kit: &mut Kit, document: &Document) -> Result<Document, Broken> {
    let mut copy = document.clone();
    let change = testing::touch(&mut copy, kit.actor(ActorClass::Technician));
    let change = change.ok_or_else(|| broken("an honest edit panics"))?;
    through_open_gate(document, &change)
}

/// The technician of a trip drives on under a new actor.
fn driven(kit: &mut Kit, document: &Document) -> Result<Document, Broken> {
    let trip = document.trip().map_err(|error| broken(error.to_string()))?;
    let driver = Person { user: trip.technician, ..kit.technician() };
    let distance = FieldValue::Int(kit.rng.between(1, 400_000));
    let change = edited(kit, document, &driver, &set_trip_field(TripField::DistanceM, Some(distance)))?;
    through_open_gate(document, &change)
}

/// A dispatcher adds a note; the whole gate must admit it.
fn noted(kit: &mut Kit, document: &Document) -> Result<Document, Broken> {
    let dispatcher = kit.dispatcher();
    let note = kit.add_note("life goes on");
    let change = edited(kit, document, &dispatcher, &note)?;
    let checked = structure::check_change(&change.bytes)
        .map_err(|refusal| broken(format!("an honest edit is malformed: {refusal}")))?;
    let id = document.id().map_err(|error| broken(error.to_string()))?;
    let candidate = Candidate { id, kind: document.kind(), document: Some(document), change: &checked };
    let subject = Subject::person(dispatcher.user, dispatcher.device, dispatcher.role);
    gate::admit(&subject, &ActorFacts::default(), &candidate, kit.clock.now())
        .map(|admitted| admitted.into_after().0)
        .map_err(|refused| broken(format!("an honest edit is refused: {}", words(&refused))))
}

fn edited(
    kit: &mut Kit,
    document: &Document,
    person: &Person,
    command: &domain::EditCommand,
) -> Result<RawChange, Broken> {
    let context = kit.context(person);
    match document.clone().edit(command, &context) {
        Ok(Some(change)) => Ok(change),
        Ok(None) => Err(broken("an honest edit changes nothing")),
        Err(error) => Err(broken(format!("an honest edit fails: {error}"))),
    }
}

fn through_open_gate(document: &Document, change: &RawChange) -> Result<Document, Broken> {
    let checked = structure::check_change(&change.bytes)
        .map_err(|refusal| broken(format!("an honest edit is malformed: {refusal}")))?;
    gate::testing::admit_open(document.kind(), Some(document), &checked)
        .map_err(|refused| broken(format!("an honest edit is refused: {}", words(&refused))))
}

fn words(refused: &NotAdmitted) -> String {
    match refused {
        NotAdmitted::Refused(refusal) => refusal.to_string(),
        other => format!("{other:?}"),
    }
}

fn broken(what: impl Into<String>) -> Broken {
    Broken(what.into())
}
