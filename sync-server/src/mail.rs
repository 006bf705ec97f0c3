//! Outgoing mail: a queue in the database, filled in the transactions that have
//! something to say, and emptied by a task of its own ([`Delivery`]).
//!
//! A letter that could not be sent is tried again, at longer and longer intervals,
//! and at last listed as dead. Without a mail server in the configuration nothing is
//! sent: letters are skipped, and customers are called instead. Logs name a letter by
//! its number only.

mod again;
mod deliver;
mod list;
mod queue;

pub(crate) use again::next_try;
pub use deliver::{Delivery, MailProblem};
pub use list::{MailRow, MailState, list_mail, retry_mail};
pub use queue::{NewMail, is_address, queue};

/// What a letter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// What is attached to it.
    pub file: Option<Attached>,
}

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its name.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
