//! A job read again after a change, where only what the change touched is read.
//!
//! It gives what a whole reading gives, or nothing: where several values stand anywhere,
//! the whole is read.

use std::collections::hash_map;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{DocKind, JobFields, JobView};

use super::entries::Entry;
use super::events::EventLog;
use super::fields::job_fields;
use super::job::text_in;
use super::node::{Node, Reader};
use crate::inspect::{Action, Key, Object, Op, OpId};
use crate::schema::{EntryShape, entry_shape};

/// What changes have written: in which sections, and there at which keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Touched(BTreeMap<String, BTreeSet<String>>);

impl Touched {
    /// What a change writes. `path_of` gives the keys that lead to an object of the
    /// document with the change. `None` if it writes in the root, or where no path leads.
    pub(crate) fn by(ops: &[Op], path_of: impl Fn(&OpId) -> Option<Vec<String>>) -> Option<Self> {
        let mut paths: HashMap<OpId, Vec<String>> = HashMap::new();
        let mut touched = Self::default();
        for op in ops {
            let Object::Made(object) = op.object else { return None };
            let path = match paths.entry(object) {
                hash_map::Entry::Occupied(known) => known.into_mut(),
                hash_map::Entry::Vacant(new) => new.insert(path_of(&object)?),
            };
            let Key::Map(key) = &op.key else {
                touched.add(path, None)?;
                continue;
            };
            touched.add(path, Some(key))?;
            if matches!(op.action, Action::MakeMap | Action::MakeText) {
                let made = [path.as_slice(), std::slice::from_ref(key)].concat();
                paths.insert(op.id, made);
            }
        }
        Some(touched)
    }

    /// Something is written in the object that a path leads to, of a map at a key. `None` if
    /// that is the root.
    pub(crate) fn add(&mut self, path: &[String], key: Option<&str>) -> Option<()> {
        let (section, below) = path.split_first()?;
        let keys = self.0.entry(section.clone()).or_default();
        keys.extend(key.map(|key| below.first().map_or(key, String::as_str).to_owned()));
        Some(())
    }
}

/// The job after changes that touched so much of it; `None` where the whole is to be read.
pub(crate) fn job_again(reader: &Reader<'_>, before: &JobView, touched: &Touched) -> Option<JobView> {
    if !before.field_conflicts.is_empty() {
        return None;
    }
    let again = Again { reader, root: reader.root() };
    let mut job = before.clone();
    for (section, keys) in &touched.0 {
        match (section.as_str(), entry_shape(DocKind::Job, section)) {
            (_, Some(shape)) => again.read_entries(shape, keys, &mut job)?,
            ("diagnosis", None) => job.diagnosis = text_in(reader, &again.root, section).ok()?,
            ("solution", None) => job.solution = text_in(reader, &again.root, section).ok()?,
            (_, None) => again.read_fields(section, &mut job.fields)?,
        }
    }
    Some(job)
}

struct Again<'a> {
    reader: &'a Reader<'a>,
    root: Node,
}

impl Again<'_> {
    fn section(&self, name: &str) -> Node {
        self.reader.node(&self.root.maps(name))
    }

    fn read_fields(&self, name: &str, fields: &mut JobFields) -> Option<()> {
        let (section, mut conflicts) = (self.section(name), Vec::new());
        let read = job_fields(|asked| (asked == name).then_some(&section), &mut conflicts);
        fields.retain(|field, _| field.section() != name);
        fields.extend(read);
        conflicts.is_empty().then_some(())
    }

    fn read_entries(
        &self,
        shape: &'static EntryShape,
        keys: &BTreeSet<String>,
        job: &mut JobView,
    ) -> Option<()> {
        match shape.section {
            "events" => self.read_events(shape, job),
            "parts" => {
                self.read_lines(shape, keys, &mut job.parts, |line| line.id.to_string(), Entry::part_line)
            }
            "labour" => {
                self.read_lines(shape, keys, &mut job.labour, |line| line.id.to_string(), Entry::labour_line)
            }
            "checklist" => self.read_lines(
                shape,
                keys,
                &mut job.checklist,
                |answer| answer.item.clone(),
                Entry::checklist_answer,
            ),
            "notes" => self.read_lines(shape, keys, &mut job.notes, |note| note.id.to_string(), Entry::note),
            "attachments" => self.read_lines(
                shape,
                keys,
                &mut job.attachments,
                |line| line.id.to_string(),
                Entry::attachment_line,
            ),
            _ => None,
        }
    }

    /// The status follows from all of them.
    fn read_events(&self, shape: &'static EntryShape, job: &mut JobView) -> Option<()> {
        let entries = Entry::all(self.reader, &self.root, shape);
        let mut conflicts = Vec::new();
        entries.iter().for_each(|entry| entry.note_conflicts(&mut conflicts));
        let events = EventLog::of(&entries);
        let status = events.fold();
        job.status = status.status;
        job.status_since = status.since;
        job.events = events.into_shown();
        job.frontier = status.frontier;
        job.misplaced = status.misplaced;
        job.status_conflicts = status.conflicts;
        conflicts.is_empty().then_some(())
    }

    /// The lines of a section in the order of their keys, those at some keys read again.
    fn read_lines<T>(
        &self,
        shape: &'static EntryShape,
        keys: &BTreeSet<String>,
        lines: &mut Vec<T>,
        key_of: impl Fn(&T) -> String,
        line_of: impl Fn(&Entry) -> Option<T>,
    ) -> Option<()> {
        let (section, mut conflicts) = (self.section(shape.section), Vec::new());
        let mut known: HashMap<String, T> = lines.drain(..).map(|line| (key_of(&line), line)).collect();
        for (key, slots) in section.keys() {
            if keys.contains(key) {
                let entry = Entry::of(self.reader, shape, key, slots);
                entry.iter().for_each(|entry| entry.note_conflicts(&mut conflicts));
                lines.extend(entry.as_ref().and_then(&line_of));
            } else {
                lines.extend(known.remove(key));
            }
        }
        conflicts.is_empty().then_some(())
    }
}
