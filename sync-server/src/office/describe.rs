//! A change in a few words, typed: what its operations did to the document.

use std::collections::BTreeMap;

use documents::Document;
use documents::inspect::{Action, DecodedChange, Key, Object, Op, Scalar};
use domain::{Instant, Uuid};
use serde::Serialize;
use serde_json::{Value, json};

use crate::rfc3339::format_instant;

/// One thing that a change did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum HistoryItem {
    /// The document was made.
    Created,
    /// A field was given a value.
    FieldSet {
        /// Which.
        path: String,
        /// The value.
        value: Value,
    },
    /// A field was cleared.
    FieldCleared {
        /// Which.
        path: String,
    },
    /// An event, a part line, a note or the like was added.
    LineAdded {
        /// `events`, `parts`, `labour`, `checklist`, `notes`, `attachments`, `receipts`.
        section: String,
        /// Its id.
        id: String,
        /// What it says.
        values: BTreeMap<String, Value>,
    },
    /// A line was corrected.
    LineCorrected {
        /// Its section.
        section: String,
        /// Its id.
        id: String,
        /// What it says now.
        values: BTreeMap<String, Value>,
    },
    /// A line was voided.
    LineVoided {
        /// Its section.
        section: String,
        /// Its id.
        id: String,
        /// Why.
        reason: Value,
    },
    /// A text was edited.
    TextEdited {
        /// Which.
        text: String,
        /// Code points that came.
        inserted: u32,
        /// Code points that went.
        deleted: u32,
    },
    /// A trip names another job.
    JobAdded {
        /// The job.
        job: String,
    },
    /// A trip names a job no longer.
    JobRemoved {
        /// The job.
        job: String,
    },
    /// Something that a later schema knows.
    Other {
        /// Where.
        path: String,
    },
}

/// Keys of a document's root that its first change writes beside what people say.
const FIXED: &[&str] = &["schema", "id", "kind", "technician"];

/// Says what a change of this document did.
pub(super) fn describe(document: &Document, change: &DecodedChange) -> Vec<HistoryItem> {
    let mut story = Story { creates: change.header.deps.is_empty(), ..Story::default() };
    for op in &change.ops {
        story.note(&path_of(document, op), op);
    }
    story.items()
}

/// The keys that lead to the place that an operation writes. Within a text, the
/// text's own.
fn path_of(document: &Document, op: &Op) -> Vec<String> {
    let mut path = match &op.object {
        Object::Root => Vec::new(),
        Object::Made(id) => document.path_of(id).unwrap_or_else(|| vec!["?".to_owned()]),
    };
    if let Key::Map(key) = &op.key {
        path.push(key.clone());
    }
    path
}

#[derive(Default)]
struct Story {
    creates: bool,
    /// Fields, by path.
    fields: Vec<(String, Value)>,
    /// Lines by section and id: whether they are new, and their values.
    lines: BTreeMap<(String, String), Line>,
    texts: BTreeMap<String, (u32, u32)>,
    others: Vec<String>,
}

#[derive(Default)]
struct Line {
    is_new: bool,
    values: BTreeMap<String, Value>,
}

impl Story {
    fn note(&mut self, path: &[String], op: &Op) {
        let is_in_text = !matches!(op.key, Key::Map(_));
        match (path, &op.action) {
            ([text], _) if is_in_text => self.note_text(text, op),
            ([_], Action::MakeMap | Action::MakeText) => {}
            ([key], Action::Put(value)) => self.note_field(key.clone(), value),
            ([section, key], Action::Put(value)) => self.note_field(format!("{section}.{key}"), value),
            ([section, id], Action::MakeMap) => self.line(section, id).is_new = true,
            ([section, id, key], Action::Put(value)) => {
                self.line(section, id).values.insert(key.clone(), plain(value));
            }
            _ => self.others.push(path.join(".")),
        }
    }

    fn note_text(&mut self, text: &str, op: &Op) {
        let (inserted, deleted) = self.texts.entry(text.to_owned()).or_default();
        match op.action {
            Action::Delete => *deleted += 1,
            _ => *inserted += 1,
        }
    }

    fn note_field(&mut self, path: String, value: &Scalar) {
        let is_fixed = self.creates && FIXED.contains(&path.as_str());
        if !is_fixed {
            self.fields.push((path, plain(value)));
        }
    }

    fn line(&mut self, section: &str, id: &str) -> &mut Line {
        self.lines.entry((section.to_owned(), id.to_owned())).or_default()
    }

    fn items(self) -> Vec<HistoryItem> {
        let created = self.creates.then_some(HistoryItem::Created);
        let lines = self.lines.into_iter().map(|((section, id), line)| item_of_line(section, id, line));
        let fields = self.fields.into_iter().map(|(path, value)| item_of_field(path, value));
        let texts = self.texts.into_iter().map(|(text, (inserted, deleted))| HistoryItem::TextEdited {
            text,
            inserted,
            deleted,
        });
        let others = self.others.into_iter().map(|path| HistoryItem::Other { path });
        created.into_iter().chain(lines).chain(fields).chain(texts).chain(others).collect()
    }
}

fn item_of_line(section: String, id: String, mut line: Line) -> HistoryItem {
    // An author stands beside the change already, and what an event comes after
    // means nothing to people.
    line.values.remove("after");
    match line.values.get("void") {
        Some(reason) if !line.is_new => HistoryItem::LineVoided { section, id, reason: reason.clone() },
        _ if line.is_new => HistoryItem::LineAdded { section, id, values: line.values },
        _ => HistoryItem::LineCorrected { section, id, values: line.values },
    }
}

fn item_of_field(path: String, value: Value) -> HistoryItem {
    match (path.strip_prefix("jobs."), &value) {
        (Some(job), Value::Bool(true)) => HistoryItem::JobAdded { job: job.to_owned() },
        (Some(job), _) => HistoryItem::JobRemoved { job: job.to_owned() },
        (None, Value::Null) => HistoryItem::FieldCleared { path },
        (None, _) => HistoryItem::FieldSet { path, value },
    }
}

fn plain(value: &Scalar) -> Value {
    match value {
        Scalar::Text(text) => json!(text),
        Scalar::Int(number) => json!(number),
        Scalar::Uint(number) => json!(number),
        Scalar::Timestamp(millis) => json!(format_instant(Instant::from_millis(*millis))),
        Scalar::Bool(yes) => json!(yes),
        Scalar::Bytes(bytes) => match Uuid::from_slice(bytes) {
            Ok(id) => json!(id),
            Err(_) => json!(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        },
        Scalar::Null | Scalar::Foreign => Value::Null,
    }
}
