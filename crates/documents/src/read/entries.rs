//! Entries: what stands under an id in a section.

use std::str::FromStr;

use automerge::ObjId;
use domain::{
    AttachmentLine, BlobHash, ChecklistAnswer, Currency, FieldConflict, Instant, LabourLine, Money, Note,
    Part, PartLine, Receipt, ReceiptLine, Stamp, Thousandths, UserId,
};

use super::choose::{candidates, conflict, ranked, standing};
use super::fields::note_conflict;
use super::node::{Held, Node, Reader, Slot};
use crate::inspect::Scalar;
use crate::schema::{EntryId, EntryShape};

/// One entry, read as one even if several maps stand at its key.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    shape: &'static EntryShape,
    id: String,
    node: Node,
    /// The maps of which it is read, the one to write to last.
    maps: Vec<ObjId>,
    /// For an entry that is written whole: the maps that do not stand.
    rivals: Vec<Node>,
}

impl Entry {
    /// Every entry of a section, by id.
    pub(crate) fn all(reader: &Reader<'_>, root: &Node, shape: &'static EntryShape) -> Vec<Self> {
        let section = reader.node(&root.maps(shape.section));
        section.keys().filter_map(|(id, slots)| Self::of(reader, shape, id, slots)).collect()
    }

    /// The entry with an id.
    pub(crate) fn find(
        reader: &Reader<'_>,
        root: &Node,
        shape: &'static EntryShape,
        id: &str,
    ) -> Option<Self> {
        let section = reader.node(&root.maps(shape.section));
        Self::of(reader, shape, id, section.slots(id))
    }

    /// The entry of which these slots hold the maps.
    pub(super) fn of(
        reader: &Reader<'_>,
        shape: &'static EntryShape,
        id: &str,
        slots: &[Slot],
    ) -> Option<Self> {
        let mut maps: Vec<(&Slot, &ObjId)> = ranked(slots, shape.rule)
            .into_iter()
            .filter_map(|slot| match &slot.held {
                Held::Map(object) => Some((slot, object)),
                _ => None,
            })
            .collect();
        let rivals = match shape.id {
            EntryId::Local => Vec::new(),
            EntryId::Item => maps
                .split_off(maps.len().min(1))
                .into_iter()
                .map(|(_, object)| reader.node(std::slice::from_ref(object)))
                .collect(),
        };
        let maps: Vec<ObjId> = maps.into_iter().rev().map(|(_, object)| object.clone()).collect();
        let node = reader.node(&maps);
        (!maps.is_empty()).then(|| Self { shape, id: id.to_owned(), node, maps, rivals })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Everything that stands at a key.
    pub(crate) fn slots(&self, key: &str) -> &[Slot] {
        self.node.slots(key)
    }

    /// Whether several maps stand at its id.
    pub(crate) fn has_rivals(&self) -> bool {
        !self.rivals.is_empty()
    }

    /// The map that new keys are written to.
    pub(crate) fn map(&self) -> Option<&ObjId> {
        self.maps.last()
    }

    /// The value that stands at a key; `None` if there is none that we understand.
    pub(crate) fn get(&self, key: &str) -> Option<&Scalar> {
        let row = self.shape.key(key)?;
        standing(self.node.slots(key), row.value, self.shape.rule)
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        match self.get(key)? {
            Scalar::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    pub(crate) fn int(&self, key: &str) -> Option<i64> {
        match self.get(key)? {
            Scalar::Int(number) => Some(*number),
            Scalar::Uint(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    pub(crate) fn instant(&self, key: &str) -> Option<Instant> {
        match self.get(key)? {
            Scalar::Timestamp(millis) => Some(Instant::from_millis(*millis)),
            _ => None,
        }
    }

    pub(crate) fn bytes(&self, key: &str) -> Option<&[u8]> {
        match self.get(key)? {
            Scalar::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) fn user(&self, key: &str) -> Option<UserId> {
        self.bytes(key).and_then(UserId::from_slice)
    }

    pub(crate) fn stamp(&self) -> Option<Stamp> {
        let offset_minutes = i16::try_from(self.int("tz")?).ok()?;
        Some(Stamp { at: self.instant("at")?, offset_minutes })
    }

    fn money(&self, key: &str) -> Option<Money> {
        let currency = Currency::parse(&self.text("currency")?)?;
        Some(Money { minor: self.int(key)?, currency })
    }

    fn named<T: FromStr>(&self) -> Option<T> {
        self.id.parse().ok()
    }

    /// The line of parts, if every key that it must have can be understood.
    pub(crate) fn part_line(&self) -> Option<PartLine> {
        let part = Part {
            part_no: self.text("part_no")?,
            name: self.text("name")?,
            quantity: Thousandths(self.int("quantity")?),
            unit_price: self.money("unit_price")?,
            serial_in: self.text("serial_in"),
            serial_out: self.text("serial_out"),
            source: domain::PartSource::from_name(&self.text("source")?)?,
            coverage: domain::Coverage::from_name(&self.text("coverage")?)?,
        };
        Some(PartLine { id: self.named()?, part, by: self.user("by")?, void: self.text("void") })
    }

    pub(crate) fn labour_line(&self) -> Option<LabourLine> {
        Some(LabourLine {
            id: self.named()?,
            technician: self.user("technician")?,
            started_at: self.instant("started_at")?,
            ended_at: self.instant("ended_at"),
        })
    }

    pub(crate) fn checklist_answer(&self) -> Option<ChecklistAnswer> {
        Some(ChecklistAnswer {
            item: self.id.clone(),
            answer: self.text("answer")?,
            at: self.instant("at")?,
            by: self.user("by")?,
        })
    }

    pub(crate) fn note(&self) -> Option<Note> {
        Some(Note {
            id: self.named()?,
            by: self.user("by")?,
            stamp: self.stamp()?,
            text: self.text("text")?,
            void: self.text("void"),
        })
    }

    pub(crate) fn attachment_line(&self) -> Option<AttachmentLine> {
        let attachment = domain::Attachment {
            hash: BlobHash::from_slice(self.bytes("hash")?)?,
            mime: self.text("mime")?,
            size: u64::try_from(self.int("size")?).ok()?,
            caption: self.text("caption")?,
            kind: domain::AttachmentKind::from_name(&self.text("kind")?)?,
        };
        Some(AttachmentLine { id: self.named()?, attachment, by: self.user("by")? })
    }

    pub(crate) fn receipt_line(&self) -> Option<ReceiptLine> {
        let receipt = Receipt {
            kind: domain::ReceiptKind::from_name(&self.text("kind")?)?,
            amount: self.money("amount")?,
            photo: self.bytes("photo").and_then(BlobHash::from_slice),
        };
        Some(ReceiptLine { id: self.named()?, receipt, void: self.text("void") })
    }

    /// Lists the keys at which several values stand.
    pub(crate) fn note_conflicts(&self, conflicts: &mut Vec<FieldConflict>) {
        let rule = self.shape.rule;
        for row in self.shape.keys {
            let path = || format!("{}.{}.{}", self.shape.section, self.id, row.key);
            let slots = self.node.slots(row.key);
            note_conflict(slots, conflicts, || conflict(path, candidates(slots, row.value, rule)));
        }
        // Of rival answers it matters what they say, not when or by whom.
        if let (true, Some(row)) = (self.has_rivals(), self.shape.keys.first()) {
            let path = || format!("{}.{}.{}", self.shape.section, self.id, row.key);
            let nodes = std::iter::once(&self.node).chain(&self.rivals);
            let answers = nodes.filter_map(|node| candidates(node.slots(row.key), row.value, rule).next());
            conflicts.extend(conflict(path, answers));
        }
    }
}
