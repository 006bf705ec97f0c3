//! What customers send: mail from a maildir or a pipe, short messages and calls to the
//! answering machine through a signed webhook. Each becomes a request or a reply, once.

mod begun;
mod guard;
mod maildir;
mod message;
mod parse;
mod take;

pub use begun::{AsideMail, list_aside};
pub use guard::{HookKey, HookProblem, SIGNED_SECONDS};
pub use maildir::Maildir;
pub use message::{Incoming, Source};
pub use parse::{MAIL_BYTES_MAX, parse_mail};
pub use take::{Taken, take_in, take_message};
pub(crate) use take::{note_request, request_of};
