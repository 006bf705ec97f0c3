//! The ids of the lines of one document: 8 random bytes that stand there as 11
//! characters, as keys and in lists of predecessors.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::EventId;

/// Characters of an id. The kinds of ids are written alike.
pub(super) const CHARS: usize = 11;

type Id = [u8; 8];

/// The ids of a document, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Ids {
    list: Vec<Id>,
    places: BTreeMap<Id, usize>,
}

impl Ids {
    /// Where an id stands, if it was met.
    pub(super) fn place(&self, id: &Id) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The id that stands at a place.
    pub(super) fn at(&self, place: usize) -> Option<&Id> {
        self.list.get(place)
    }

    /// Notes an id.
    pub(super) fn meet(&mut self, id: Id) {
        self.places.entry(id).or_insert(self.list.len());
        self.list.push(id);
    }
}

/// The id that these characters write; none if they write none or write it otherwise.
pub(super) fn parse(text: &[u8]) -> Option<Id> {
    if text.len() != CHARS {
        return None;
    }
    let id = *EventId::from_str(std::str::from_utf8(text).ok()?).ok()?.as_bytes();
    (write(id).as_bytes() == text).then_some(id)
}

/// An id's characters.
pub(super) fn write(id: Id) -> String {
    EventId::from_bytes(id).to_string()
}
