//! What the whole of Hamgam speaks of: ids, quantities, instants, roles, limits,
//! the fields of a job and a trip, the commands that edit them, the views that
//! people see, and the status machine. No IO, no Automerge, no clock: whoever
//! needs the time or randomness is given it.

mod command;
mod event;
mod field;
mod fold;
mod ids;
pub mod limits;
mod quantity;
mod role;
mod secret;
mod status;
mod time;
mod view;

pub use command::{
    Assignment, Attachment, AttachmentKind, Coverage, DocKind, EditCommand, JobCommand, JobKind, JobText,
    Part, PartSource, Receipt, ReceiptKind, TripCommand,
};
pub use event::{Event, EventKind, NewEvent};
pub use field::{
    FieldType, FieldValue, JobField, JobFieldEdit, JobFields, MergeRule, TripField, TripFieldEdit, TripFields,
};
pub use fold::fold_search_text;
pub use ids::{
    ActorId, AgencyId, AssetId, AttachmentId, BadId, BlobHash, ChangeHash, CustomerId, DeviceId, DocId,
    EnrolmentCodeId, EventId, Hash32, LabourId, LineId, NoteId, PartId, ReceiptId, SessionId, UserId,
};
pub use quantity::{Currency, Money, Position, Thousandths};
pub use role::{ActorClass, Role};
pub use secret::Secret;
pub use status::{
    Status, StatusConflict, StatusConflictKind, StatusFold, Step, causal_order, fold_status, status_markdown,
    transition,
};
pub use time::{DAY_MS, Instant, Stamp};
pub use uuid::Uuid;
pub use view::{
    AttachmentLine, ChecklistAnswer, DocView, FieldConflict, JobView, LabourLine, Note, PartLine,
    ReceiptLine, RivalValue, TripView,
};
