//! What a change writes, once its operations are resolved to places.

use documents::inspect::Scalar;
use documents::schema::EntryShape;

/// The map of a trip whose keys are the jobs that it served.
pub(super) const TRIP_JOBS: &str = "jobs";

/// What one or several operations write.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Write {
    /// A container of the template is made.
    Container { name: String, is_first: bool },
    /// A scalar in the root.
    Root { key: String, value: Scalar },
    /// A field of a section.
    Field { section: &'static str, key: String, value: Scalar },
    /// A job of a trip.
    Member { key: String, value: Scalar },
    /// A new entry, or for a checklist one written whole over another.
    Entry(NewEntry),
    /// A key of an entry that was there before.
    Line(LineWrite),
    /// Letters of a text.
    Splice(Splice),
}

/// An entry with all that was written into it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewEntry {
    pub(super) shape: &'static EntryShape,
    pub(super) id: String,
    pub(super) keys: Vec<(String, Scalar)>,
}

impl NewEntry {
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.shape.section, self.id)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Scalar> {
        self.keys.iter().find(|(own, _)| own == key).map(|(_, value)| value)
    }
}

/// A key written again.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LineWrite {
    pub(super) shape: &'static EntryShape,
    pub(super) id: String,
    pub(super) key: String,
    pub(super) value: Scalar,
    /// Whether nothing stood there.
    pub(super) is_first: bool,
}

impl LineWrite {
    pub(super) fn path(&self) -> String {
        format!("{}.{}.{}", self.shape.section, self.id, self.key)
    }
}

/// Letters put into a text and taken out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    pub(super) text: &'static str,
    /// How many characters it will have.
    pub(super) length_after: usize,
}

impl Write {
    /// The place, as errors and the audit name it.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Container { name, .. } => name.clone(),
            Self::Root { key, .. } => key.clone(),
            Self::Field { section, key, .. } => format!("{section}.{key}"),
            Self::Member { key, .. } => format!("{TRIP_JOBS}.{key}"),
            Self::Entry(entry) => entry.path(),
            Self::Line(line) => line.path(),
            Self::Splice(splice) => splice.text.to_owned(),
        }
    }

    pub(super) fn is_event(&self) -> bool {
        matches!(self, Self::Entry(entry) if entry.shape.section == "events")
    }
}
