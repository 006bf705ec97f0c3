//! A job's ordinary day, read back after every kind of command.

use crate::common::*;
use documents::Document;
use documents::inspect::decode;
use domain::{
    Attachment, AttachmentKind, BlobHash, DocKind, EditCommand, EventKind, FieldValue, Instant, JobCommand,
    JobField, JobText, Status,
};

fn commands_of_a_day() -> Vec<(Person, EditCommand)> {
    let photo = Attachment {
        hash: BlobHash::from_bytes([7; 32]),
        mime: "image/jpeg".to_owned(),
        size: 120_000,
        caption: "The pump".to_owned(),
        kind: AttachmentKind::Photo,
    };
    let started_at = Instant::from_millis(MORNING + 40 * 60_000);
    vec![
        (OFFICE, assign(2, Some(SARA))),
        (SARA, record(3, EventKind::Accepted)),
        (SARA, record(4, EventKind::Travelling)),
        (SARA, record(5, EventKind::Arrived)),
        (SARA, set(text(JobField::ContactPhone, "+98 912 555 0102"))),
        (SARA, record(6, EventKind::Working)),
        (SARA, job(JobCommand::AddLabour { id: labour_id(1), started_at, ended_at: None })),
        (SARA, job(JobCommand::AddPart { id: line_id(1), part: a_part() })),
        (SARA, job(JobCommand::Answer { item: "leak".to_owned(), answer: "no".to_owned() })),
        (SARA, job(JobCommand::AddNote { id: note_id(1), text: "مشتری راضی بود".to_owned() })),
        (SARA, job(JobCommand::ReplaceText { text: JobText::Diagnosis, value: "Pump blocked".to_owned() })),
        (SARA, job(JobCommand::AddAttachment { id: attachment_id(1), attachment: photo })),
        (SARA, job(JobCommand::EndLabour { id: labour_id(1), ended_at: started_at.plus_millis(3_600_000) })),
        (SARA, record(7, EventKind::Done)),
        (OFFICE, record(8, EventKind::Closed)),
    ]
}

#[test]
fn a_day_reads_back_as_it_was_written() {
    let (mut document, first) = new_job();
    let mut all = vec![first];
    for (minute, (who, command)) in (1..).zip(commands_of_a_day()) {
        all.push(does(&mut document, who, minute, &command));
    }
    let view = document.job().expect("a job");
    assert_eq!(view.id, doc_id(1));
    assert_eq!(view.status, Status::Closed);
    assert_eq!(view.status_since, Some(event_id(8)));
    assert_eq!(view.text(JobField::ContactPhone), "+98 912 555 0102");
    assert_eq!(view.fields.get(&JobField::AccountName), Some(&FieldValue::Text("فروشگاه نور".to_owned())));
    assert_eq!(view.technician(), Some(SARA.user));
    assert_eq!(view.events.len(), 8);
    assert_eq!(view.frontier, vec![event_id(8)]);
    assert!(view.misplaced.is_empty() && view.field_conflicts.is_empty() && view.status_conflicts.is_empty());
    assert_eq!(view.parts.first().map(|line| (&line.part, line.by)), Some((&a_part(), SARA.user)));
    assert_eq!(
        view.labour.first().and_then(|line| line.ended_at).map(Instant::millis),
        Some(MORNING + 6_000_000)
    );
    assert_eq!(view.checklist.first().map(|answer| answer.answer.as_str()), Some("no"));
    assert_eq!(view.notes.first().map(|note| note.text.as_str()), Some("مشتری راضی بود"));
    assert_eq!(view.diagnosis, "Pump blocked");
    assert_eq!(view.attachments.len(), 1);

    let stored: Vec<_> = document.changes();
    assert_eq!(stored, all, "what edit gave is what the document holds");
    for change in &all {
        let decoded = decode(&change.bytes).expect("our own changes are canonical");
        assert_eq!(decoded.header.hash, change.hash);
        assert_eq!(Some(decoded.header), document.header_of(change.hash));
    }
    let again = Document::load(DocKind::Job, &document.save()).expect("our own bytes");
    assert_eq!(again.heads(), document.heads());
    assert_eq!(again.job(), Ok(view));
}
