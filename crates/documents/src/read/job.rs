//! A job as people see it.

use std::collections::BTreeMap;

use domain::{DocKind, FieldConflict, JobKind, JobView};

use super::entries::Entry;
use super::events::EventLog;
use super::fields::job_fields;
use super::node::{Held, Node, Reader, id_in};
use crate::ReadError;
use crate::inspect::Scalar;
use crate::schema::{entry_shapes, template};

/// Reads a job. What a later schema added is passed over.
pub(crate) fn job(reader: &Reader<'_>) -> Result<JobView, ReadError> {
    let root = reader.root();
    let mut field_conflicts = Vec::new();
    let sections: BTreeMap<&str, Node> = template(DocKind::Job)
        .iter()
        .filter(|row| entry_shapes(DocKind::Job).all(|shape| shape.section != row.name))
        .map(|row| (row.name, reader.node(&root.maps(row.name))))
        .collect();
    let fields = job_fields(|section| sections.get(section), &mut field_conflicts);
    let entries = read_entries(reader, &root, &mut field_conflicts);
    let all = |section: &str| entries.get(section).map_or(&[][..], Vec::as_slice);
    let events = EventLog::of(all("events"));
    let status = events.fold();
    Ok(JobView {
        id: id_in(&root)?,
        schema: schema_in(&root)?,
        kind: kind_in(&root)?,
        status: status.status,
        status_since: status.since,
        fields,
        events: events.into_shown(),
        frontier: status.frontier,
        misplaced: status.misplaced,
        parts: all("parts").iter().filter_map(Entry::part_line).collect(),
        labour: all("labour").iter().filter_map(Entry::labour_line).collect(),
        checklist: all("checklist").iter().filter_map(Entry::checklist_answer).collect(),
        notes: all("notes").iter().filter_map(Entry::note).collect(),
        diagnosis: text_in(reader, &root, "diagnosis")?,
        solution: text_in(reader, &root, "solution")?,
        attachments: all("attachments").iter().filter_map(Entry::attachment_line).collect(),
        field_conflicts,
        status_conflicts: status.conflicts,
    })
}

type Sections = BTreeMap<&'static str, Vec<Entry>>;

fn read_entries(reader: &Reader<'_>, root: &Node, conflicts: &mut Vec<FieldConflict>) -> Sections {
    let mut sections = Sections::new();
    for shape in entry_shapes(DocKind::Job) {
        let entries = Entry::all(reader, root, shape);
        entries.iter().for_each(|entry| entry.note_conflicts(conflicts));
        sections.insert(shape.section, entries);
    }
    sections
}

/// The schema that a document was written or last upgraded with.
pub(crate) fn schema_in(root: &Node) -> Result<u64, ReadError> {
    let numbers = root.slots("schema").iter().filter_map(|slot| match slot.held {
        Held::Scalar(Scalar::Uint(number)) => Some(number),
        _ => None,
    });
    numbers.max().ok_or_else(|| ReadError { path: "schema".to_owned() })
}

fn kind_in(root: &Node) -> Result<JobKind, ReadError> {
    root.slots("kind")
        .iter()
        .find_map(|slot| match &slot.held {
            Held::Scalar(Scalar::Text(word)) => JobKind::from_name(word),
            _ => None,
        })
        .ok_or_else(|| ReadError { path: "kind".to_owned() })
}

/// The text at a key. Where two upgrades made rival texts, all of them one after
/// another: no word is hidden.
pub(crate) fn text_in(reader: &Reader<'_>, root: &Node, key: &str) -> Result<String, ReadError> {
    let texts = root.texts(key);
    let letters: Vec<String> = texts.iter().map(|text| reader.text(text)).collect::<Result<_, _>>()?;
    Ok(letters.concat())
}
