//! What travels between a phone and the server, and the error codes that both
//! ends and the docs share. `docs/wire.md` describes it for people.

mod code;
mod codec;
mod message;
mod repair;
mod session;

pub use code::{ErrorCode, Retry};
pub use codec::{Body, BodyError, Encoding, MEDIA_TYPE, Message, ZSTD};
pub use message::{
    Bytes, DocEvent, DocHappening, Hash, Offer, Outcome, Push, ReferenceRow, Renewal, SyncRequest,
    SyncResponse, Verdict,
};
pub use repair::{
    DocDetail, DocName, Lacking, Owner, PRINT_BYTES, Print, Receipt, Repair, RepairAnswer, Return,
    ScopePrints, Vouched, print_of_change, print_of_document, prints_in,
};
pub use session::{
    DeviceClaim, DeviceKind, EnrolRequest, FieldProblem, PROBLEM_MEDIA_TYPE, Problem, RefreshRequest,
    SessionResponse, SessionUser, SignInRequest,
};

/// The protocol version that this code speaks.
pub const PROTOCOL_VERSION: u16 = 2;
/// The oldest protocol version that a server of this code still serves.
pub const PROTOCOL_VERSION_OLDEST: u16 = 1;
/// The version from which on phones understand receipts and compare what they hold.
pub const PROTOCOL_VERSION_RECEIPTS: u16 = 2;
