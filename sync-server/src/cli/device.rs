//! `device`: phones and browsers, and codes by which phones are enrolled.

use clap::Subcommand;
use domain::DeviceId;

use super::{CliError, Terminal, people_file, table};
use crate::auth::{KeyRing, draft_code, keep_code};
use crate::clock::{Clock, SystemClock, SystemEntropy};
use crate::config::Config;
use crate::people::{self, DeviceFilter};
use crate::rfc3339::format_instant;

#[derive(Debug, Subcommand)]
pub(super) enum DeviceCommand {
    /// List devices, the last seen first.
    List {
        /// Of one person.
        #[arg(long)]
        user: Option<String>,
    },
    /// Block a device and end its sessions; a running server follows within seconds.
    Revoke {
        /// Its id, from `device list`.
        id: DeviceId,
    },
    /// Let a device go on that was held back for broken data.
    Release {
        /// Its id, from `device list`.
        id: DeviceId,
    },
    /// Make a one-time code by which a person enrols a phone.
    Code {
        /// The name that signs in.
        name: String,
    },
}

pub(super) fn run(
    asked: DeviceCommand,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    match asked {
        DeviceCommand::List { user } => list(user.as_deref(), config, terminal),
        DeviceCommand::Revoke { id } => {
            let mut connection = people_file::open(config)?;
            let device = people_file::write(&mut connection, |transaction| {
                Ok(people::revoke_device(transaction, id, SystemClock.now())?)
            })?;
            Ok(terminal.line(format_args!("{:?} is blocked", device.name))?)
        }
        DeviceCommand::Release { id } => {
            let mut connection = people_file::open(config)?;
            let device = people_file::write(&mut connection, |transaction| {
                Ok(people::release_device(transaction, id)?)
            })?;
            Ok(terminal.line(format_args!("{:?} may go on", device.name))?)
        }
        DeviceCommand::Code { name } => code(&name, config, terminal),
    }
}

fn list(user: Option<&str>, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let connection = people_file::open(config)?;
    let user = user.map(|name| people_file::person(&connection, name)).transpose()?.map(|user| user.id);
    let mut rows = vec![["name", "kind", "last seen", "state", "whose", "id"].map(str::to_owned).to_vec()];
    for device in people::list_devices(&connection, DeviceFilter { user, agency: None })? {
        let state = match (device.revoked_at, device.quarantined_at) {
            (Some(_), _) => "blocked",
            (None, Some(_)) => "held back",
            (None, None) => "",
        };
        let whose = people::find_user(&connection, device.user)?.name;
        let (kind, seen) = (device.kind.name().to_owned(), format_instant(device.seen_at));
        rows.push(vec![device.name, kind, seen, state.to_owned(), whose, device.id.to_string()]);
    }
    for line in table::in_columns(&rows) {
        terminal.line(line)?;
    }
    Ok(())
}

fn code(name: &str, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    let user = people_file::person(&connection, name)?;
    let keys = KeyRing::open(&config.data)?;
    let seconds = config.lifetimes.enrolment_code_seconds;
    let draft = draft_code(&keys, &SystemClock, &SystemEntropy, user.id, seconds);
    people_file::write(&mut connection, |transaction| Ok(keep_code(transaction, &draft.row)?))?;
    let until = format_instant(draft.shown.expires_at);
    Ok(terminal.line(format_args!(
        "{}   (for {:?}, once, until {until})",
        draft.shown.code.expose(),
        user.name
    ))?)
}
