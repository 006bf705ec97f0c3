//! The shape of documents.

/// The schema that this code writes.
pub const SCHEMA_VERSION: u64 = 1;
