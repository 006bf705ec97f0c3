//! A draft: what a command would write, each value checked against the tables of
//! the schema on the way in.

use automerge::ObjId;
use domain::limits::{DOC_MAP_ENTRIES_MAX, MEDIUM_TEXT_CHARS_MAX};
use domain::{DocKind, UserId};

use super::{invalid, unreadable};
use crate::EditError;
use crate::document::{Document, EditContext};
use crate::inspect::Scalar;
use crate::read::{Entry, Node, Reader, Slot, stands_alone};
use crate::schema::{EntryShape, Presence, Rewrite, ScalarType, entry_shape};

/// One thing to write.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Write {
    /// A scalar at a key.
    Put { object: ObjId, key: String, value: Scalar },
    /// A new map at a key, with its scalars.
    Entry { object: ObjId, key: String, values: Vec<(&'static str, Scalar)> },
    /// Letters of a text, in code points.
    Splice { text: ObjId, at: usize, delete: usize, insert: String },
    /// A whole text; only what differs is written.
    Replace { text: ObjId, value: String },
}

/// The values of a new entry, in the order of its shape.
pub(super) type Values = Vec<(&'static str, Option<Scalar>)>;

/// What a command would write to a document.
pub(super) struct Draft<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) root: Node,
    pub(super) context: &'a EditContext,
    kind: DocKind,
    writes: Vec<Write>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(document: &'a Document, context: &'a EditContext) -> Result<Self, EditError> {
        check_stamp(context)?;
        let reader = Reader::now(&document.inner);
        let root = reader.root();
        Ok(Self { reader, root, context, kind: document.kind, writes: Vec::new() })
    }

    /// Whether the document was never made.
    pub(super) fn is_of_nothing(&self) -> bool {
        self.root.len() == 0
    }

    pub(super) fn into_writes(self) -> Vec<Write> {
        self.writes
    }

    pub(super) fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// The map of a section to which new keys are written.
    pub(super) fn section(&self, name: &str) -> Result<ObjId, EditError> {
        let section = self.root.maps(name).pop();
        section.ok_or_else(|| EditError::NotFound { path: name.to_owned() })
    }

    pub(super) fn shape(&self, section: &str) -> Result<&'static EntryShape, EditError> {
        entry_shape(self.kind, section).ok_or_else(|| unreadable(section))
    }

    /// Puts a value where it does not stand alone already: into every object in
    /// which a value stands, or into the given one.
    pub(super) fn put(&mut self, slots: &[Slot], object: &ObjId, key: &str, value: &Scalar) {
        if stands_alone(slots, value) {
            return;
        }
        let mut objects: Vec<&ObjId> = Vec::new();
        for slot in slots {
            if !objects.contains(&&slot.object) {
                objects.push(&slot.object);
            }
        }
        if objects.is_empty() {
            objects.push(object);
        }
        for object in objects {
            let (object, key) = (object.clone(), key.to_owned());
            self.writes.push(Write::Put { object, key, value: value.clone() });
        }
    }

    /// Makes a new entry under an id that is still free.
    pub(super) fn add(&mut self, section: &str, id: &str, values: Values) -> Result<(), EditError> {
        let object = self.section(section)?;
        let taken = self.reader.node(&self.root.maps(section));
        let path = format!("{section}.{id}");
        if !taken.slots(id).is_empty() {
            return Err(EditError::Exists { path });
        }
        if taken.len() >= DOC_MAP_ENTRIES_MAX {
            return Err(invalid(
                section,
                format!("there are {DOC_MAP_ENTRIES_MAX} of them already; no more fit"),
            ));
        }
        let shape = self.shape(section)?;
        let values = shaped(shape, &path, values)?;
        self.write(Write::Entry { object, key: id.to_owned(), values });
        Ok(())
    }

    /// Writes a whole new map over whatever stands at an id.
    pub(super) fn overwrite(&mut self, section: &str, id: &str, values: Values) -> Result<(), EditError> {
        let object = self.section(section)?;
        let shape = self.shape(section)?;
        let values = shaped(shape, &format!("{section}.{id}"), values)?;
        self.write(Write::Entry { object, key: id.to_owned(), values });
        Ok(())
    }

    pub(super) fn find(&self, section: &str, id: &str) -> Result<Option<Entry>, EditError> {
        Ok(Entry::find(&self.reader, &self.root, self.shape(section)?, id))
    }

    pub(super) fn existing(&self, section: &str, id: &str) -> Result<Entry, EditError> {
        self.find(section, id)?.ok_or_else(|| EditError::NotFound { path: format!("{section}.{id}") })
    }

    /// Writes again what may be written again of an entry. `None` clears.
    pub(super) fn rewrite(&mut self, section: &str, entry: &Entry, values: Values) -> Result<(), EditError> {
        let (shape, path) = (self.shape(section)?, format!("{section}.{}", entry.id()));
        let map = entry.map().ok_or_else(|| unreadable(&path))?;
        for (key, value) in values {
            let row = shape.key(key).filter(|row| row.rewrite != Rewrite::Never);
            let row = row.ok_or_else(|| invalid(format!("{path}.{key}"), "it is never written again"))?;
            let value = value.unwrap_or(Scalar::Null);
            let clears = value == Scalar::Null && row.presence == Presence::Optional;
            if !clears {
                check(|| format!("{path}.{key}"), row.value, &value)?;
            }
            self.put(entry.slots(key), map, key, &value);
        }
        Ok(())
    }

    /// Voids an entry with a reason. One that is void stays as it is.
    pub(super) fn void(&mut self, section: &str, entry: &Entry, reason: &str) -> Result<(), EditError> {
        let path = format!("{section}.{}.void", entry.id());
        let reason = spoken(&path, reason)?;
        if entry.get("void").is_some() {
            return Err(EditError::Exists { path });
        }
        self.rewrite(section, entry, vec![("void", Some(reason))])
    }

    /// Whether the editor wrote an entry, by the key that names its author.
    pub(super) fn require_author(&self, section: &str, entry: &Entry, key: &str) -> Result<(), EditError> {
        if entry.user(key) == Some(self.context.author) {
            Ok(())
        } else {
            Err(EditError::NotYours { path: format!("{section}.{}", entry.id()) })
        }
    }

    pub(super) fn author(&self) -> Scalar {
        user(self.context.author)
    }
}

pub(super) fn user(user: UserId) -> Scalar {
    Scalar::bytes(user.as_bytes())
}

/// Checks a value against its type and size.
pub(super) fn check(
    path: impl FnOnce() -> String,
    kind: ScalarType,
    value: &Scalar,
) -> Result<(), EditError> {
    if kind.admits(value) { Ok(()) } else { Err(invalid(path(), format!("it must be {}", kind.describe()))) }
}

/// A reason: somebody has to be able to read it.
pub(super) fn spoken(path: &str, reason: &str) -> Result<Scalar, EditError> {
    if reason.trim().is_empty() {
        return Err(invalid(path, "a reason must be given"));
    }
    let reason = Scalar::text(reason);
    check(|| path.to_owned(), ScalarType::Text(MEDIUM_TEXT_CHARS_MAX), &reason)?;
    Ok(reason)
}

/// The values of a new entry as its shape asks for them, and in its order.
pub(super) fn shaped(
    shape: &'static EntryShape,
    path: &str,
    values: Values,
) -> Result<Vec<(&'static str, Scalar)>, EditError> {
    if !shape.admits_id(path.strip_prefix(shape.section).map_or(path, |id| id.trim_start_matches('.'))) {
        return Err(invalid(path, "it cannot be named so"));
    }
    let mut written = Vec::with_capacity(values.len());
    for row in shape.keys {
        let given = values.iter().find(|(key, _)| *key == row.key).and_then(|(_, value)| value.clone());
        match given {
            Some(value) => {
                check(|| format!("{path}.{}", row.key), row.value, &value)?;
                written.push((row.key, value));
            }
            None if row.presence == Presence::Required => {
                return Err(invalid(format!("{path}.{}", row.key), "it is missing"));
            }
            None => {}
        }
    }
    Ok(written)
}

/// The stamp goes into what is written, and into the change itself.
pub(super) fn check_stamp(context: &EditContext) -> Result<(), EditError> {
    let (at, offset) = (Scalar::instant(context.stamp.at), i64::from(context.stamp.offset_minutes));
    check(|| "stamp.at".to_owned(), ScalarType::Timestamp, &at)?;
    check(|| "stamp.tz".to_owned(), ScalarType::Int(-1080, 1080), &Scalar::Int(offset))
}
