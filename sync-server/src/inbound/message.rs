//! A message as it came, whatever brought it.

use domain::Instant;

use crate::desk::NewFile;

/// Of all files of one message.
pub(super) const FILES_BYTES_MAX: usize = 20 * 1024 * 1024;

/// What brought a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Mail.
    Mail,
    /// A short message.
    Sms,
    /// The answering machine.
    Ivr,
    /// The form of a customer who was let in.
    Web,
}

impl Source {
    /// The word in rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Sms => "sms",
            Self::Ivr => "ivr",
            Self::Web => "web",
        }
    }
    /// The channel of a request that comes of it.
    #[must_use]
    pub const fn channel(self) -> desk::Channel {
        match self {
            Self::Mail => desk::Channel::Email,
            Self::Sms => desk::Channel::Sms,
            Self::Ivr => desk::Channel::Ivr,
            Self::Web => desk::Channel::Web,
        }
    }
}

/// A message from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What brought it.
    pub source: Source,
    /// By which it is known again.
    pub key: String,
    /// Who sent it: an address or a number.
    pub from: String,
    /// The sender's name.
    pub name: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its words.
    pub text: String,
    /// When it was sent, as it says itself; never believed to be later than now.
    pub sent_at: Option<Instant>,
    /// Which of this server's letters it answers.
    pub answers: Vec<i64>,
    /// Why nobody answers it: a machine wrote it.
    pub automatic: Option<&'static str>,
    /// What came with it.
    pub files: Vec<NewFile>,
}
