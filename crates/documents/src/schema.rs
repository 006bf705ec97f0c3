//! The shape of documents, as tables: the containers of the template, the keys
//! of every kind of entry, and the type and size of every scalar.
//!
//! The editor writes by these tables, the reader reads by them, and the gate
//! admits by them, so that the three cannot drift apart. `docs/documents.md`
//! prints them.

mod after;
mod entry;
mod print;
mod scalar_type;

use domain::DocKind;
use domain::limits::MEDIUM_TEXT_CHARS_MAX;

pub(crate) use after::after_ids;
pub use after::after_scalar;
pub use entry::{EntryId, EntryKey, EntryShape, Presence, Rewrite, entry_shape, entry_shapes};
pub use print::markdown;
pub use scalar_type::ScalarType;

/// The schema that this code writes.
pub const SCHEMA_VERSION: u64 = 1;

/// What a container of the template is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Container {
    /// A map.
    Map,
    /// A text that several people may edit together.
    Text,
}

/// A container that the first change of a document makes under the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContainerRow {
    /// Its key in the root.
    pub name: &'static str,
    /// What it is.
    pub container: Container,
    /// What it is for, in a line.
    pub doc: &'static str,
}

/// A scalar that the first change writes in the root and nobody after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootRow {
    /// Its key.
    pub key: &'static str,
    /// Its type.
    pub value: ScalarType,
    /// What it is, in a line.
    pub doc: &'static str,
}

const fn map(name: &'static str, doc: &'static str) -> ContainerRow {
    ContainerRow { name, container: Container::Map, doc }
}

const fn text(name: &'static str, doc: &'static str) -> ContainerRow {
    ContainerRow { name, container: Container::Text, doc }
}

const JOB_TEMPLATE: &[ContainerRow] = &[
    map("account", "The customer account."),
    map("contact", "Whom to ask for, and how."),
    map("initiator", "Who asked for the service."),
    map("site", "Where the work is done."),
    map("asset", "The device under service."),
    map("request", "What was asked for."),
    map("assignment", "Who goes, for which agency, and when."),
    map("events", "What happened, by event id; status is a fold over it."),
    map("parts", "Parts used, by line id."),
    map("labour", "Stretches of labour, by id."),
    map("checklist", "Answers, by the item's key."),
    map("notes", "Notes, by id."),
    map("attachments", "Photos, signatures and receipts, by id."),
    map("outcome", "What came of it."),
    text("diagnosis", "What is wrong and why."),
    text("solution", "What was done about it."),
];

const TRIP_TEMPLATE: &[ContainerRow] = &[
    map("jobs", "The jobs it served: key the job's UUID, value true; null once taken off."),
    map("receipts", "Receipts, by id."),
];

const SCHEMA: RootRow =
    RootRow { key: "schema", value: ScalarType::Uint(u64::MAX), doc: "The schema that it was written with." };
const ID: RootRow = RootRow { key: "id", value: ScalarType::Bytes(16), doc: "The document's UUID." };

const JOB_ROOT: &[RootRow] = &[
    SCHEMA,
    ID,
    RootRow {
        key: "kind",
        value: ScalarType::Word(&["visit", "bench"]),
        doc: "A visit to a customer or bench work.",
    },
];

const TRIP_ROOT: &[RootRow] = &[
    SCHEMA,
    ID,
    RootRow { key: "technician", value: ScalarType::Bytes(16), doc: "Whose trip it is; its author." },
];

/// The key in a trip's root that says why the trip is void.
pub const TRIP_VOID: EntryKey = EntryKey {
    key: "void",
    value: ScalarType::Text(MEDIUM_TEXT_CHARS_MAX),
    presence: Presence::Optional,
    rewrite: Rewrite::Once,
    doc: "Why the trip is void.",
};

/// The containers that the first change of a document makes, in its order.
#[must_use]
pub const fn template(kind: DocKind) -> &'static [ContainerRow] {
    match kind {
        DocKind::Job => JOB_TEMPLATE,
        DocKind::Trip => TRIP_TEMPLATE,
    }
}

/// The scalars that the first change writes in the root and nobody after it.
#[must_use]
pub const fn root_rows(kind: DocKind) -> &'static [RootRow] {
    match kind {
        DocKind::Job => JOB_ROOT,
        DocKind::Trip => TRIP_ROOT,
    }
}
