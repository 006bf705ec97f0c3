//! `user`: people who sign in.

use clap::{Args, Subcommand, ValueEnum};
use domain::{AgencyId, Role, UserId};
use rusqlite::Connection;

use super::new_password::{self, Source};
use super::{CliError, Terminal, people_file, table};
use crate::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use crate::config::Config;
use crate::people::{self, Correction, NewUser, UserFilter};

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Enter a person; a password is drawn and shown once.
    Add(Add),
    /// List people.
    List {
        /// Of one role.
        #[arg(long)]
        role: Option<RoleArg>,
    },
    /// Give a person another role and end all sessions; a technician who has worked keeps his.
    Role {
        /// The name that signs in.
        name: String,
        /// What the person is to be.
        role: RoleArg,
        /// The agency's name, for who becomes a representative [default: it stays].
        #[arg(long)]
        agency: Option<String>,
    },
    /// Bar a person and end all sessions; a running server follows within seconds.
    Disable {
        /// The name that signs in.
        name: String,
    },
    /// Let a person sign in again.
    Enable {
        /// The name that signs in.
        name: String,
    },
    /// Set a new password and end all sessions; it is drawn and shown once.
    Password {
        /// The name that signs in.
        name: String,
        /// Read the password from standard input instead.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The name that signs in.
    name: String,
    /// What the person is.
    #[arg(long)]
    role: RoleArg,
    /// The name that people see [default: the name that signs in].
    #[arg(long)]
    display_name: Option<String>,
    /// The agency's name; needed for representatives.
    #[arg(long)]
    agency: Option<String>,
    /// Read the password from standard input instead of drawing one.
    #[arg(long)]
    password_stdin: bool,
    /// No password: the person enrols a phone by code (`device code`).
    #[arg(long, conflicts_with = "password_stdin")]
    no_password: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RoleArg {
    Technician,
    Dispatcher,
    Representative,
    Administrator,
    Quality,
    CustomerRelations,
    /// Works at the desk, by the units that he belongs to.
    Desk,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Technician => Self::Technician,
            RoleArg::Dispatcher => Self::Dispatcher,
            RoleArg::Representative => Self::Representative,
            RoleArg::Administrator => Self::Administrator,
            RoleArg::Quality => Self::Quality,
            RoleArg::CustomerRelations => Self::CustomerRelations,
            RoleArg::Desk => Self::Desk,
        }
    }
}

pub(super) fn run(asked: UserCommand, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    match asked {
        UserCommand::Add(asked) => add(asked, config, terminal),
        UserCommand::List { role } => list(role.map(Role::from), config, terminal),
        UserCommand::Role { name, role, agency } => {
            set_role(&name, role.into(), agency.as_deref(), config, terminal)
        }
        UserCommand::Disable { name } => disable(&name, config, terminal),
        UserCommand::Enable { name } => enable(&name, config, terminal),
        UserCommand::Password { name, password_stdin } => {
            set_password(&name, Source::from_flag(password_stdin), config, terminal)
        }
    }
}

fn add(asked: Add, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    let agency = asked.agency.as_deref().map(|name| agency_called(&connection, name)).transpose()?;
    let password = match asked.no_password {
        true => None,
        false => Some(new_password::take(Source::from_flag(asked.password_stdin), config, terminal)?),
    };
    let (hash, drawn) = password.map_or((None, None), |password| (Some(password.hash), password.drawn));
    let now = SystemClock.now();
    let new = NewUser {
        id: UserId::new(now, random_bytes(&SystemEntropy)),
        display_name: asked.display_name.unwrap_or_else(|| asked.name.clone()),
        name: asked.name,
        role: asked.role.into(),
        agency,
        password_hash: hash,
    };
    let user =
        people_file::write(&mut connection, |transaction| Ok(people::create_user(transaction, &new, now)?))?;
    terminal.line(format_args!("entered {:?} as {} ({})", user.name, user.role.name(), user.id))?;
    if let Some(drawn) = drawn {
        terminal.line(format_args!("password: {}   (shown this once)", drawn.expose()))?;
    }
    Ok(())
}

fn agency_called(connection: &Connection, name: &str) -> Result<AgencyId, CliError> {
    let found = people::find_agency_by_name(connection, name)?;
    let absent = || CliError::Other(format!("there is no agency called {name:?}: add it with `agency add`"));
    Ok(found.ok_or_else(absent)?.id)
}

fn set_role(
    name: &str,
    role: Role,
    agency: Option<&str>,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    let user = people_file::person(&connection, name)?;
    if user.role == role {
        return Ok(terminal.line(format_args!("{:?} is {} already", user.name, role.name()))?);
    }
    let named = agency.map(|name| agency_called(&connection, name)).transpose()?;
    let wanted =
        Correction { display_name: user.display_name, role: Some(role), agency: named.or(user.agency) };
    let user = people_file::write(&mut connection, |transaction| {
        Ok(people::correct_user(transaction, user.id, &wanted, SystemClock.now())?)
    })?;
    let text = format_args!("{:?} is {} now; all sessions were ended", user.name, user.role.name());
    Ok(terminal.line(text)?)
}

fn list(role: Option<Role>, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let connection = people_file::open(config)?;
    let head = ["name", "display name", "role", "state", "id"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for user in people::list_users(&connection, UserFilter { role, agency: None })? {
        let state = match (user.disabled_at, &user.password_hash) {
            (Some(_), _) => "barred",
            (None, Some(_)) => "",
            (None, None) => "no password",
        };
        let cells = [&user.name, &user.display_name, user.role.name(), state, &user.id.to_string()];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    for line in table::in_columns(&rows) {
        terminal.line(line)?;
    }
    Ok(())
}

fn disable(name: &str, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    let user = people_file::person(&connection, name)?;
    people_file::write(&mut connection, |transaction| {
        Ok(people::disable_user(transaction, user.id, SystemClock.now())?)
    })?;
    Ok(terminal.line(format_args!("{:?} may not sign in any more; all sessions were ended", user.name))?)
}

fn enable(name: &str, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    let user = people_file::person(&connection, name)?;
    people_file::write(&mut connection, |transaction| Ok(people::enable_user(transaction, user.id)?))?;
    Ok(terminal.line(format_args!("{:?} may sign in", user.name))?)
}

fn set_password(
    name: &str,
    source: Source,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    let user = people_file::person(&connection, name)?;
    let password = new_password::take(source, config, terminal)?;
    people_file::write(&mut connection, |transaction| {
        Ok(people::set_password(transaction, user.id, &password.hash, SystemClock.now())?)
    })?;
    terminal.line(format_args!("{:?} has a new password; all sessions were ended", user.name))?;
    if let Some(drawn) = password.drawn {
        terminal.line(format_args!("password: {}   (shown this once)", drawn.expose()))?;
    }
    Ok(())
}
