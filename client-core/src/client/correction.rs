//! An edit in the terms of whoever typed it: without the ids and offsets that the
//! machine adds. A screen shows it, a person changes it, and it becomes the command
//! that takes the place of one that was refused.

use domain::{
    Attachment, DocId, EditCommand, EventKind, Instant, JobCommand, JobFieldEdit, JobKind, JobText, LabourId,
    LineId, NewEvent, NoteId, Part, Position, Receipt, ReceiptId, TripCommand, TripFieldEdit,
};

/// What was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// A job was made.
    Job {
        /// Visit or bench work.
        kind: JobKind,
        /// What was known.
        fields: Vec<JobFieldEdit>,
    },
    /// Fields of a job.
    Fields {
        /// Each field and its value.
        edits: Vec<JobFieldEdit>,
    },
    /// Something happened.
    Event {
        /// What.
        kind: EventKind,
        /// Why.
        reason: Option<String>,
        /// A promised or proposed time.
        until: Option<Instant>,
        /// Where.
        position: Option<Position>,
    },
    /// A line of parts, new or corrected.
    Part {
        /// The line.
        line: LineId,
        /// What stands in it.
        part: Part,
    },
    /// A line of parts was voided.
    VoidPart {
        /// The line.
        line: LineId,
        /// Why.
        reason: String,
    },
    /// A stretch of labour, or its end.
    Labour {
        /// The stretch.
        labour: LabourId,
        /// Its beginning, where that was said.
        started_at: Option<Instant>,
        /// Its end.
        ended_at: Option<Instant>,
    },
    /// An answer on the checklist.
    Answer {
        /// The item.
        item: String,
        /// The answer.
        answer: String,
    },
    /// A note.
    Note {
        /// The words.
        text: String,
    },
    /// A note was voided.
    VoidNote {
        /// The note.
        note: NoteId,
        /// Why.
        reason: String,
    },
    /// A text as a whole.
    Text {
        /// Which.
        which: JobText,
        /// The words.
        value: String,
    },
    /// Words put into a text, or taken out of it.
    Words {
        /// Which text.
        which: JobText,
        /// The words that were put in.
        inserted: String,
        /// How many characters were taken out.
        deleted: u32,
    },
    /// An attachment.
    Attachment {
        /// What it is.
        attachment: Attachment,
    },
    /// A trip was made.
    Trip {
        /// What was known.
        fields: Vec<TripFieldEdit>,
        /// The jobs it served.
        jobs: Vec<DocId>,
    },
    /// Fields of a trip.
    TripFields {
        /// Each field and its value.
        edits: Vec<TripFieldEdit>,
    },
    /// A job was named as served by a trip.
    TripJob {
        /// The job.
        job: DocId,
    },
    /// A job was taken off a trip.
    TripWithoutJob {
        /// The job.
        job: DocId,
    },
    /// A receipt of a trip.
    Receipt {
        /// Its id.
        id: ReceiptId,
        /// What stands in it.
        receipt: Receipt,
    },
    /// A receipt was voided.
    VoidReceipt {
        /// Its id.
        id: ReceiptId,
        /// Why.
        reason: String,
    },
    /// A trip was voided.
    VoidTrip {
        /// Why.
        reason: String,
    },
    /// A visit was assigned, which only the office does.
    Assignment,
}

impl From<&EditCommand> for Typed {
    fn from(command: &EditCommand) -> Self {
        match command.clone() {
            EditCommand::Job(command) => typed_on_job(command),
            EditCommand::Trip(command) => typed_on_trip(command),
        }
    }
}

fn typed_on_job(command: JobCommand) -> Typed {
    match command {
        JobCommand::Create { kind, fields, .. } => Typed::Job { kind, fields },
        JobCommand::SetFields { edits } => Typed::Fields { edits },
        JobCommand::Assign { .. } => Typed::Assignment,
        JobCommand::Record { event: NewEvent { kind, reason, until, position, .. } } => {
            Typed::Event { kind, reason, until, position }
        }
        JobCommand::AddPart { id: line, part } | JobCommand::CorrectPart { id: line, part } => {
            Typed::Part { line, part }
        }
        JobCommand::VoidPart { id: line, reason } => Typed::VoidPart { line, reason },
        JobCommand::AddLabour { id: labour, started_at, ended_at } => {
            Typed::Labour { labour, started_at: Some(started_at), ended_at }
        }
        JobCommand::EndLabour { id: labour, ended_at } => {
            Typed::Labour { labour, started_at: None, ended_at: Some(ended_at) }
        }
        JobCommand::Answer { item, answer } => Typed::Answer { item, answer },
        JobCommand::AddNote { text, .. } => Typed::Note { text },
        JobCommand::VoidNote { id: note, reason } => Typed::VoidNote { note, reason },
        JobCommand::SpliceText { text: which, delete: deleted, insert: inserted, .. } => {
            Typed::Words { which, inserted, deleted }
        }
        JobCommand::ReplaceText { text: which, value } => Typed::Text { which, value },
        JobCommand::AddAttachment { attachment, .. } => Typed::Attachment { attachment },
    }
}

fn typed_on_trip(command: TripCommand) -> Typed {
    match command {
        TripCommand::Create { fields, jobs } => Typed::Trip { fields, jobs },
        TripCommand::SetFields { edits } => Typed::TripFields { edits },
        TripCommand::AddJob { job } => Typed::TripJob { job },
        TripCommand::RemoveJob { job } => Typed::TripWithoutJob { job },
        TripCommand::AddReceipt { id, receipt } => Typed::Receipt { id, receipt },
        TripCommand::VoidReceipt { id, reason } => Typed::VoidReceipt { id, reason },
        TripCommand::Void { reason } => Typed::VoidTrip { reason },
    }
}

/// The command that says `typed` in the place of another; none if the two are not
/// of one kind. Ids stay, so that what follows still finds its line.
pub(super) fn corrected(before: &EditCommand, typed: Typed) -> Option<EditCommand> {
    match before {
        EditCommand::Job(before) => job_corrected(before, typed).map(EditCommand::Job),
        EditCommand::Trip(before) => trip_corrected(before, typed).map(EditCommand::Trip),
    }
}

fn job_corrected(before: &JobCommand, typed: Typed) -> Option<JobCommand> {
    use JobCommand as C;
    Some(match (before, typed) {
        (C::Create { event, .. }, Typed::Job { kind, fields }) => C::Create { kind, event: *event, fields },
        (C::SetFields { .. }, Typed::Fields { edits }) => C::SetFields { edits },
        (C::Record { event }, Typed::Event { kind, reason, until, position }) => {
            C::Record { event: NewEvent { kind, reason, until, position, ..event.clone() } }
        }
        (C::AddPart { id, .. }, Typed::Part { part, .. }) => C::AddPart { id: *id, part },
        (C::CorrectPart { id, .. }, Typed::Part { part, .. }) => C::CorrectPart { id: *id, part },
        (C::VoidPart { id, .. }, Typed::VoidPart { reason, .. }) => C::VoidPart { id: *id, reason },
        (C::AddLabour { id, .. }, Typed::Labour { started_at, ended_at, .. }) => {
            C::AddLabour { id: *id, started_at: started_at?, ended_at }
        }
        (C::EndLabour { id, .. }, Typed::Labour { ended_at, .. }) => {
            C::EndLabour { id: *id, ended_at: ended_at? }
        }
        (C::Answer { .. }, Typed::Answer { item, answer }) => C::Answer { item, answer },
        (C::AddNote { id, .. }, Typed::Note { text }) => C::AddNote { id: *id, text },
        (C::VoidNote { id, .. }, Typed::VoidNote { reason, .. }) => C::VoidNote { id: *id, reason },
        // Where the words stood is of a text that may be another by now.
        (C::SpliceText { .. } | C::ReplaceText { .. }, Typed::Text { which, value }) => {
            C::ReplaceText { text: which, value }
        }
        (C::AddAttachment { id, .. }, Typed::Attachment { attachment }) => {
            C::AddAttachment { id: *id, attachment }
        }
        _ => return None,
    })
}

fn trip_corrected(before: &TripCommand, typed: Typed) -> Option<TripCommand> {
    use TripCommand as C;
    Some(match (before, typed) {
        (C::Create { .. }, Typed::Trip { fields, jobs }) => C::Create { fields, jobs },
        (C::SetFields { .. }, Typed::TripFields { edits }) => C::SetFields { edits },
        (C::AddJob { .. }, Typed::TripJob { job }) => C::AddJob { job },
        (C::RemoveJob { .. }, Typed::TripWithoutJob { job }) => C::RemoveJob { job },
        (C::AddReceipt { id, .. }, Typed::Receipt { receipt, .. }) => C::AddReceipt { id: *id, receipt },
        (C::VoidReceipt { id, .. }, Typed::VoidReceipt { reason, .. }) => C::VoidReceipt { id: *id, reason },
        (C::Void { .. }, Typed::VoidTrip { reason }) => C::Void { reason },
        _ => return None,
    })
}
