//! Every limit in one place. Units stand in the names.

/// A change as it travels, compressed or not.
pub const CHANGE_WIRE_BYTES_MAX: usize = 256 * 1024;
/// A change after inflating.
pub const CHANGE_INFLATED_BYTES_MAX: usize = 1024 * 1024;
/// Operations in one change.
pub const CHANGE_OPS_MAX: u64 = 10_000;
/// Operations in one change that write keys; the others put letters into texts.
pub const CHANGE_KEYS_MAX: u64 = 1_000;
/// Dependencies of one change.
pub const CHANGE_DEPS_MAX: usize = 64;
/// Other actors named by one change.
pub const CHANGE_ACTORS_MAX: usize = 64;
/// The largest `seq` and operation counter that honest work reaches.
pub const OP_COUNTER_MAX: u64 = 50_000_000;

/// A saved document.
pub const DOC_SAVED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Changes in one document.
pub const DOC_CHANGES_MAX: usize = 50_000;
/// Operations in one document that arrives as a snapshot.
pub const DOC_OPS_MAX: u64 = 1_000_000;
/// Actors in one document.
pub const DOC_ACTORS_MAX: usize = 5_000;
/// Events, part lines, notes and the like: entries in one map of a document.
pub const DOC_MAP_ENTRIES_MAX: usize = 2_000;
/// Jobs with which one trip can be begun; more can be added later.
pub const TRIP_FIRST_JOBS_MAX: usize = 500;
/// Nesting below the root.
pub const DOC_DEPTH_MAX: usize = 16;

/// A name, a number, a serial, a phone number.
pub const SHORT_TEXT_CHARS_MAX: usize = 200;
/// An address, a subject, a reason, a caption.
pub const MEDIUM_TEXT_CHARS_MAX: usize = 1_000;
/// A note, a description, a diagnosis, a solution.
pub const LONG_TEXT_CHARS_MAX: usize = 20_000;
/// A map key inside a document.
pub const KEY_CHARS_MAX: usize = 64;

/// One `/v1/sync` request body after decompression.
pub const SYNC_REQUEST_BYTES_MAX: usize = 8 * 1024 * 1024;
/// One `/v1/sync` response body after decompression.
pub const SYNC_RESPONSE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The most that a phone can ask for in one page.
pub const SYNC_PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of changes and documents that a page aims at, unless the phone asks otherwise.
pub const SYNC_PAGE_BYTES: usize = 1024 * 1024;
/// Changes pushed in one request.
pub const SYNC_PUSH_CHANGES_MAX: usize = 2_000;

/// One attachment.
pub const ATTACHMENT_BYTES_MAX: u64 = 25 * 1024 * 1024;
/// One chunk of an attachment as it travels.
pub const ATTACHMENT_CHUNK_BYTES: usize = 256 * 1024;

/// How long work of a withdrawn assignment is admitted before it needs an
/// office decision.
pub const LATE_WORK_DAYS: i64 = 30;
/// Verdicts kept for one device, the newest; more than two requests can bring.
pub const VERDICTS_MAX: usize = 5_000;
/// Refusals for broken bytes after which a device is quarantined.
pub const STRIKES_MAX: u32 = 3;
