//! A change's operations, resolved to what they write.
//!
//! Every operation must lie in an object of the template or of an entry and have a
//! shape that our editor emits. That it replaces exactly what stood at its place
//! was checked before (`coherence`).

use std::collections::{HashMap, HashSet};

use documents::Document;
use documents::inspect::{Action, Key, Object, Op, OpId, Scalar};
use documents::schema::{Container, EntryShape, entry_shape, template};
use domain::limits::KEY_CHARS_MAX;
use domain::{ChangeHash, DocKind};

use super::writes::{LineWrite, NewEntry, Splice, TRIP_JOBS, Write};
use super::{Case, refuse};
use crate::refusal::{Refusal, RefusalCode};

/// Resolves all operations of a change.
pub(super) fn sort_writes(case: &Case<'_>) -> Result<Vec<Write>, Refusal> {
    let mut sorter = Sorter::new(case);
    for op in &case.change.ops {
        sorter.sort(op)?;
    }
    sorter.finish()
}

/// An object that operations may lie in.
#[derive(Debug, Clone, Copy)]
enum Spot {
    Root,
    Section(&'static str),
    Text(&'static str),
    /// An entry that this change makes, by its index among the writes.
    NewEntry(usize),
    /// An entry that was there before, by its index among those met.
    OldEntry(usize),
}

/// A text in the middle of being edited.
struct TextEdit {
    object: OpId,
    text: &'static str,
    length: usize,
}

struct Sorter<'a> {
    kind: DocKind,
    document: Option<&'a Document>,
    deps: &'a [ChangeHash],
    spots: HashMap<OpId, Spot>,
    old_entries: Vec<(&'static EntryShape, String)>,
    written: HashSet<(Object, String)>,
    /// Keys that were cleared and wait to be written, with how much stood there.
    cleared: HashMap<(Object, String), usize>,
    writes: Vec<Write>,
    texts: Vec<TextEdit>,
}

impl<'a> Sorter<'a> {
    fn new(case: &Case<'a>) -> Self {
        Self {
            kind: case.kind,
            document: case.document,
            deps: &case.change.header.deps,
            spots: HashMap::new(),
            old_entries: Vec::new(),
            written: HashSet::new(),
            cleared: HashMap::new(),
            writes: Vec::new(),
            texts: Vec::new(),
        }
    }

    fn finish(mut self) -> Result<Vec<Write>, Refusal> {
        if let Some(((_, key), _)) = self.cleared.iter().next() {
            return Err(refuse(RefusalCode::ShapeForeign, key.as_str(), "it is deleted and not written"));
        }
        let splices = self
            .texts
            .into_iter()
            .map(|edit| Write::Splice(Splice { text: edit.text, length_after: edit.length }));
        self.writes.extend(splices);
        Ok(self.writes)
    }

    fn sort(&mut self, op: &Op) -> Result<(), Refusal> {
        let spot = self.spot(&op.object)?;
        match (spot, &op.object, &op.key, op.insert) {
            (Spot::Text(text), Object::Made(object), Key::Head | Key::Element(_), _) => {
                self.splice(text, *object, op)
            }
            (_, _, Key::Map(key), false) => self.write(spot, key, op),
            _ => Err(foreign(op, "an element of a list is written")),
        }
    }

    /// Where an object lies: in the template or in an entry. That it stood at the
    /// change's dependencies, or was made here, was checked before.
    fn spot(&mut self, object: &Object) -> Result<Spot, Refusal> {
        let Object::Made(id) = object else { return Ok(Spot::Root) };
        if let Some(spot) = self.spots.get(id) {
            return Ok(*spot);
        }
        let spot = self.old_spot(id)?;
        self.spots.insert(*id, spot);
        Ok(spot)
    }

    fn old_spot(&mut self, id: &OpId) -> Result<Spot, Refusal> {
        let path = self.document.and_then(|document| document.path_of(id));
        let path = path.ok_or_else(|| unknown("", "the change writes into an object that is not there"))?;
        match path.as_slice() {
            [name] => {
                let row = template(self.kind).iter().find(|row| row.name == name);
                let row =
                    row.ok_or_else(|| unknown(name.as_str(), "there is no such part of the document"))?;
                Ok(match row.container {
                    Container::Map => Spot::Section(row.name),
                    Container::Text => Spot::Text(row.name),
                })
            }
            [section, key] => {
                let shape = entry_shape(self.kind, section)
                    .ok_or_else(|| unknown(path.join("."), "there is no such part of the document"))?;
                self.old_entries.push((shape, key.clone()));
                Ok(Spot::OldEntry(self.old_entries.len() - 1))
            }
            _ => Err(unknown(path.join("."), "the document is not that deep")),
        }
    }

    fn write(&mut self, spot: Spot, key: &str, op: &Op) -> Result<(), Refusal> {
        if key.is_empty() || key.chars().nth(KEY_CHARS_MAX).is_some() {
            return Err(unknown(self.path(spot, ""), "a key is empty or too long"));
        }
        let replaced = self.check_replaced(spot, key, op)?;
        if op.action == Action::Delete {
            return self.clear(spot, key, op, replaced);
        }
        let made = match (&op.action, spot) {
            (Action::Put(value), _) => return self.put(spot, key, value, replaced),
            (Action::MakeMap, Spot::Root) => self.make_container(key, Container::Map, replaced),
            (Action::MakeText, Spot::Root) => self.make_container(key, Container::Text, replaced),
            (Action::MakeMap, Spot::Section(section)) => self.make_entry(section, key),
            _ => Err(foreign(op, &format!("{} cannot be written so", self.path(spot, key)))),
        }?;
        self.spots.insert(op.id, made);
        Ok(())
    }

    /// Several values are cleared before one of them is written again; nothing
    /// else is ever deleted.
    fn clear(&mut self, spot: Spot, key: &str, op: &Op, replaced: usize) -> Result<(), Refusal> {
        if replaced < 2 {
            return Err(foreign(op, &format!("{} cannot be deleted", self.path(spot, key))));
        }
        self.cleared.insert((op.object, key.to_owned()), replaced);
        Ok(())
    }

    /// A key is written once; gives how much stood there.
    fn check_replaced(&mut self, spot: Spot, key: &str, op: &Op) -> Result<usize, Refusal> {
        if let Some(replaced) = self.cleared.remove(&(op.object, key.to_owned())) {
            return match op.action {
                Action::Put(_) => Ok(replaced),
                _ => Err(foreign(op, &format!("{} is deleted", self.path(spot, key)))),
            };
        }
        if self.written.insert((op.object, key.to_owned())) {
            Ok(op.pred.len())
        } else {
            Err(refuse(RefusalCode::ShapeForeign, self.path(spot, key), "it is written twice"))
        }
    }

    fn make_container(&mut self, name: &str, container: Container, replaced: usize) -> Result<Spot, Refusal> {
        let row = template(self.kind).iter().find(|row| row.name == name && row.container == container);
        let row = row.ok_or_else(|| unknown(name, "there is no such part of the document"))?;
        self.writes.push(Write::Container { name: name.to_owned(), is_first: replaced == 0 });
        Ok(match container {
            Container::Map => Spot::Section(row.name),
            Container::Text => Spot::Text(row.name),
        })
    }

    fn make_entry(&mut self, section: &'static str, id: &str) -> Result<Spot, Refusal> {
        let shape = entry_shape(self.kind, section).ok_or_else(|| {
            unknown(format!("{section}.{id}"), "this part of the document holds values only")
        })?;
        self.writes.push(Write::Entry(NewEntry { shape, id: id.to_owned(), keys: Vec::new() }));
        Ok(Spot::NewEntry(self.writes.len() - 1))
    }

    fn put(&mut self, spot: Spot, key: &str, value: &Scalar, replaced: usize) -> Result<(), Refusal> {
        let (key, value) = (key.to_owned(), value.clone());
        let write = match spot {
            Spot::Root => Write::Root { key, value },
            Spot::Section(TRIP_JOBS) => Write::Member { key, value },
            Spot::Section(section) => Write::Field { section, key, value },
            Spot::NewEntry(index) => {
                if let Some(Write::Entry(entry)) = self.writes.get_mut(index) {
                    entry.keys.push((key, value));
                }
                return Ok(());
            }
            Spot::OldEntry(index) => {
                let (shape, id) = self
                    .old_entries
                    .get(index)
                    .cloned()
                    .ok_or_else(|| unknown(key.as_str(), "there is no such line"))?;
                Write::Line(LineWrite { shape, id, key, value, is_first: replaced == 0 })
            }
            Spot::Text(text) => return Err(unknown(format!("{text}.{key}"), "a text has no keys")),
        };
        self.writes.push(write);
        Ok(())
    }

    /// One letter in or out; that it fits among the others was checked before.
    fn splice(&mut self, text: &'static str, object: OpId, op: &Op) -> Result<(), Refusal> {
        if self.document.is_none() {
            return Err(foreign(op, "a text is empty when its document is made"));
        }
        let length = self.length_of(text, object);
        *length = if op.insert { *length + 1 } else { length.saturating_sub(1) };
        Ok(())
    }

    /// The length of a text so far.
    fn length_of(&mut self, text: &'static str, object: OpId) -> &mut usize {
        let index = self.texts.iter().position(|edit| edit.object == object).unwrap_or_else(|| {
            let standing = self.document.map(|document| document.standing(self.deps));
            let length = standing.map_or(0, |standing| standing.elements(&object).len());
            self.texts.push(TextEdit { object, text, length });
            self.texts.len() - 1
        });
        &mut self.texts[index].length
    }

    fn path(&self, spot: Spot, key: &str) -> String {
        let parent = match spot {
            Spot::Root => return key.to_owned(),
            Spot::Section(name) | Spot::Text(name) => name.to_owned(),
            Spot::NewEntry(index) => self.writes.get(index).map(Write::path).unwrap_or_default(),
            Spot::OldEntry(index) => self
                .old_entries
                .get(index)
                .map(|(shape, id)| format!("{}.{id}", shape.section))
                .unwrap_or_default(),
        };
        if key.is_empty() { parent } else { format!("{parent}.{key}") }
    }
}

fn foreign(op: &Op, message: &str) -> Refusal {
    refuse(RefusalCode::ShapeForeign, format!("operation {}", op.id.counter), message)
}

fn unknown(path: impl Into<String>, message: &str) -> Refusal {
    refuse(RefusalCode::PathUnknown, path, message)
}
