//! A password for somebody: read from standard input, or drawn and shown once.

use domain::Secret;

use super::{CliError, Terminal};
use crate::auth::{Passwords, check_new_password};
use crate::clock::{Entropy, SystemEntropy, random_bytes};
use crate::config::Config;

const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";

/// A password and its hash.
pub(super) struct NewPassword {
    /// What is stored.
    pub(super) hash: String,
    /// What is shown, if it was drawn here.
    pub(super) drawn: Option<Secret>,
}

/// Where a password comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A line of standard input.
    Input,
    /// Drawn here: 80 random bits.
    Drawn,
}

impl Source {
    pub(super) const fn from_flag(password_stdin: bool) -> Self {
        if password_stdin { Self::Input } else { Self::Drawn }
    }
}

pub(super) fn take(
    source: Source,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<NewPassword, CliError> {
    let entropy = std::sync::Arc::new(SystemEntropy);
    let (password, drawn) = match source {
        Source::Input => (Secret::from(terminal.read_line()?), None),
        Source::Drawn => {
            let password = draw(&*entropy);
            (password.clone(), Some(password))
        }
    };
    check_new_password(password.expose())?;
    let hash = Passwords::new(config.password_cost, entropy)?.hash_blocking(password.expose())?;
    Ok(NewPassword { hash, drawn })
}

fn draw(entropy: &dyn Entropy) -> Secret {
    let letters = random_bytes::<16>(entropy).map(|byte| char::from(LETTERS[usize::from(byte & 31)]));
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-").into()
}
