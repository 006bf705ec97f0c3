//! One exchange with a phone: admission of what it pushes, and the feed of what
//! it has to learn (design, section 4; `docs/wire.md`).

mod actors;
mod admit;
mod beforehand;
mod cold;
mod cursor;
mod exchange;
mod hand_in;
mod number;
mod offers;
mod packed;
mod page;
mod push;
mod reference;
mod repair;
mod returns;
mod verdicts;
mod warm;

pub use exchange::exchange;
pub use hand_in::hand_in;
pub use reference::{ReferenceKind, ReferenceRow, ReferenceWrite, read_reference, write_reference};

pub(crate) use actors::{office_actor, owner};
pub(crate) use admit::{Judged, code_of, judge};
pub(crate) use number::{give_number, take_number};
