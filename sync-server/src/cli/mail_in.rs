//! `mail-in`: puts a mail from standard input into the maildir, for mail servers that hand
//! mail to a program. The running server takes it from there within a minute.

use std::io::Read;
use std::path::Path;

use super::{CliError, Terminal};
use crate::clock::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::config::Config;
use crate::inbound::MAIL_BYTES_MAX;

pub(super) fn run(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let folder = config.inbound.maildir.as_deref().ok_or_else(|| {
        CliError::Other("there is no maildir: set it with --maildir or HAMGAM_MAILDIR".to_owned())
    })?;
    let mut mail = Vec::new();
    let most = u64::try_from(MAIL_BYTES_MAX).unwrap_or(u64::MAX);
    Read::read_to_end(&mut Read::take(&mut *terminal.input, most + 1), &mut mail)?;
    if mail.len() > MAIL_BYTES_MAX {
        return Err(CliError::Other(format!("the mail is larger than {MAIL_BYTES_MAX} bytes")));
    }
    if mail.is_empty() {
        return Err(CliError::Other("there is nothing on standard input".to_owned()));
    }
    let name = put(folder, &mail)?;
    Ok(terminal.line(format_args!("{name} is in the maildir"))?)
}

/// First whole, then visible: a cut leaves no half mail in `new`.
fn put(folder: &Path, mail: &[u8]) -> Result<String, CliError> {
    for part in ["tmp", "new", "cur"] {
        std::fs::create_dir_all(folder.join(part))?;
    }
    let mut random = [0; 8];
    SystemEntropy.fill(&mut random);
    let name = format!("{}.{:016x}.hamgam", SystemClock.now().millis(), u64::from_be_bytes(random));
    let (written, visible) = (folder.join("tmp").join(&name), folder.join("new").join(&name));
    let mut file = std::fs::File::create_new(&written)?;
    std::io::Write::write_all(&mut file, mail)?;
    file.sync_all()?;
    std::fs::rename(&written, &visible)?;
    std::fs::File::open(folder.join("new"))?.sync_all()?;
    Ok(name)
}
