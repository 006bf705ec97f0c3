//! Entries: the maps that stand under an id in `events`, `parts`, `labour`,
//! `checklist`, `notes`, `attachments` and a trip's `receipts`.

use std::str::FromStr;

use domain::limits::{
    ATTACHMENT_BYTES_MAX, DOC_MAP_ENTRIES_MAX, KEY_CHARS_MAX, LONG_TEXT_CHARS_MAX, MEDIUM_TEXT_CHARS_MAX,
    SHORT_TEXT_CHARS_MAX,
};
use domain::{AttachmentKind, Coverage, DocKind, EventId, EventKind, MergeRule, PartSource, ReceiptKind};

use super::ScalarType;

/// Whether an entry must have a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Written with the entry.
    Required,
    /// Written if there is something to say.
    Optional,
}

/// What may happen to a key after the change that made its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// Nothing.
    Never,
    /// It may be written where it is not there yet.
    Once,
    /// It may be written again; an optional one may be cleared with null.
    Often,
}

/// One key of a kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryKey {
    /// The key.
    pub key: &'static str,
    /// The type and size of its value.
    pub value: ScalarType,
    /// Whether it must be there.
    pub presence: Presence,
    /// Whether it may be written again.
    pub rewrite: Rewrite,
    /// What it means, in a line.
    pub doc: &'static str,
}

/// What the key of an entry is in its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryId {
    /// An id of 8 random bytes as 11 characters; no two people make the same.
    Local,
    /// The key of an item in the checklist's template. Two people may answer the
    /// same item, so an answer is always written as a whole new map: the rivals
    /// stand side by side, each with its author.
    Item,
}

/// A kind of entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryShape {
    /// In which documents.
    pub kind: DocKind,
    /// The map in the root that holds them.
    pub section: &'static str,
    /// What their keys are.
    pub id: EntryId,
    /// Whose value stands where several do.
    pub rule: MergeRule,
    /// Their keys, in the order in which they are written.
    pub keys: &'static [EntryKey],
}

impl EntryShape {
    /// A key of this kind of entry.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&'static EntryKey> {
        self.keys.iter().find(|key| key.key == name)
    }

    /// Whether a text may be the key of such an entry in its section.
    #[must_use]
    pub fn admits_id(&self, id: &str) -> bool {
        match self.id {
            EntryId::Local => EventId::from_str(id).is_ok(),
            EntryId::Item => !id.is_empty() && id.chars().nth(KEY_CHARS_MAX).is_none(),
        }
    }
}

/// The words of an enum of the domain, as a constant list.
macro_rules! words {
    ($name:ty) => {{
        const WORDS: [&str; <$name>::ALL.len()] = {
            let mut words = [""; <$name>::ALL.len()];
            let mut at = 0;
            while at < words.len() {
                words[at] = <$name>::ALL[at].name();
                at += 1;
            }
            words
        };
        ScalarType::Word(&WORDS)
    }};
}

const SHORT: ScalarType = ScalarType::Text(SHORT_TEXT_CHARS_MAX);
const MEDIUM: ScalarType = ScalarType::Text(MEDIUM_TEXT_CHARS_MAX);
const LONG: ScalarType = ScalarType::Text(LONG_TEXT_CHARS_MAX);
const USER: ScalarType = ScalarType::Bytes(16);
const BLOB: ScalarType = ScalarType::Bytes(32);
const AMOUNT: ScalarType = ScalarType::Int(0, 1_000_000_000_000_000);
/// No place on Earth is farther than 18 hours from UTC.
const OFFSET: ScalarType = ScalarType::Int(-1080, 1080);

const fn required(key: &'static str, value: ScalarType, rewrite: Rewrite, doc: &'static str) -> EntryKey {
    EntryKey { key, value, presence: Presence::Required, rewrite, doc }
}

const fn optional(key: &'static str, value: ScalarType, rewrite: Rewrite, doc: &'static str) -> EntryKey {
    EntryKey { key, value, presence: Presence::Optional, rewrite, doc }
}

const VOID: EntryKey = optional("void", MEDIUM, Rewrite::Once, "Why it is void.");

/// Every kind of entry.
const SHAPES: &[EntryShape] = &[
    EntryShape {
        kind: DocKind::Job,
        section: "events",
        id: EntryId::Local,
        rule: MergeRule::OfficeWins,
        keys: &[
            required("kind", words!(EventKind), Rewrite::Never, "What happened."),
            required("at", ScalarType::Timestamp, Rewrite::Never, "When, by the author's device."),
            required("tz", OFFSET, Rewrite::Never, "Minutes east of UTC that the device showed."),
            required("by", USER, Rewrite::Never, "Who."),
            required(
                "after",
                ScalarType::EventIds(DOC_MAP_ENTRIES_MAX),
                Rewrite::Never,
                "The events that the author had seen without a successor.",
            ),
            optional("reason", MEDIUM, Rewrite::Never, "Why."),
            optional("until", ScalarType::Timestamp, Rewrite::Never, "Promised or proposed time."),
            optional(
                "lat",
                ScalarType::Int(-90_000_000, 90_000_000),
                Rewrite::Never,
                "Latitude, millionths.",
            ),
            optional(
                "lon",
                ScalarType::Int(-180_000_000, 180_000_000),
                Rewrite::Never,
                "Longitude, millionths.",
            ),
            optional("team", SHORT, Rewrite::Never, "To which team it was handed over."),
            optional("technician", USER, Rewrite::Never, "Whom the dispatcher assigned."),
        ],
    },
    EntryShape {
        kind: DocKind::Job,
        section: "parts",
        id: EntryId::Local,
        rule: MergeRule::TechnicianWins,
        keys: &[
            required("part_no", SHORT, Rewrite::Often, "Number in the catalogue."),
            required("name", SHORT, Rewrite::Often, "Its name when it was used."),
            required(
                "quantity",
                ScalarType::Int(1, 1_000_000_000),
                Rewrite::Often,
                "How many, in thousandths.",
            ),
            required("unit_price", AMOUNT, Rewrite::Often, "Price of one, in minor units."),
            required("currency", ScalarType::Currency, Rewrite::Often, "The price's currency."),
            optional("serial_in", SHORT, Rewrite::Often, "Serial number of the part put in."),
            optional("serial_out", SHORT, Rewrite::Often, "Serial number of the part taken out."),
            required("source", words!(PartSource), Rewrite::Often, "Where it came from."),
            required("coverage", words!(Coverage), Rewrite::Often, "Who pays for it."),
            required("by", USER, Rewrite::Never, "Who wrote the line."),
            VOID,
        ],
    },
    EntryShape {
        kind: DocKind::Job,
        section: "labour",
        id: EntryId::Local,
        rule: MergeRule::TechnicianWins,
        keys: &[
            required("technician", USER, Rewrite::Never, "Who worked; the author."),
            required("started_at", ScalarType::Timestamp, Rewrite::Never, "From when."),
            optional("ended_at", ScalarType::Timestamp, Rewrite::Often, "Until when."),
        ],
    },
    EntryShape {
        kind: DocKind::Job,
        section: "checklist",
        id: EntryId::Item,
        rule: MergeRule::TechnicianWins,
        keys: &[
            required("answer", MEDIUM, Rewrite::Never, "The answer."),
            required("at", ScalarType::Timestamp, Rewrite::Never, "When."),
            required("by", USER, Rewrite::Never, "Who."),
        ],
    },
    EntryShape {
        kind: DocKind::Job,
        section: "notes",
        id: EntryId::Local,
        rule: MergeRule::OfficeWins,
        keys: &[
            required("by", USER, Rewrite::Never, "Who wrote it."),
            required("at", ScalarType::Timestamp, Rewrite::Never, "When."),
            required("tz", OFFSET, Rewrite::Never, "Minutes east of UTC that the device showed."),
            required("text", LONG, Rewrite::Never, "The words."),
            VOID,
        ],
    },
    EntryShape {
        kind: DocKind::Job,
        section: "attachments",
        id: EntryId::Local,
        rule: MergeRule::TechnicianWins,
        keys: &[
            required("kind", words!(AttachmentKind), Rewrite::Never, "What it shows."),
            required("hash", BLOB, Rewrite::Never, "SHA-256 of its bytes."),
            required("mime", SHORT, Rewrite::Never, "Media type."),
            required("size", ScalarType::Uint(ATTACHMENT_BYTES_MAX), Rewrite::Never, "Bytes."),
            required("caption", MEDIUM, Rewrite::Never, "Caption."),
            required("by", USER, Rewrite::Never, "Who attached it."),
        ],
    },
    EntryShape {
        kind: DocKind::Trip,
        section: "receipts",
        id: EntryId::Local,
        rule: MergeRule::TechnicianWins,
        keys: &[
            required("kind", words!(ReceiptKind), Rewrite::Never, "What it is for."),
            required("amount", AMOUNT, Rewrite::Never, "How much was paid, in minor units."),
            required("currency", ScalarType::Currency, Rewrite::Never, "The amount's currency."),
            optional("photo", BLOB, Rewrite::Never, "SHA-256 of the photo."),
            VOID,
        ],
    },
];

/// Every kind of entry of a kind of document.
pub fn entry_shapes(kind: DocKind) -> impl Iterator<Item = &'static EntryShape> {
    SHAPES.iter().filter(move |shape| shape.kind == kind)
}

/// The kind of entry that a section holds, if it holds entries.
#[must_use]
pub fn entry_shape(kind: DocKind, section: &str) -> Option<&'static EntryShape> {
    entry_shapes(kind).find(|shape| shape.section == section)
}
