//! `unit`: units of the organisation and who belongs to them.

use clap::{Args, Subcommand};
use desk::Duty;
use wire::ErrorCode;

use super::{CliError, Terminal, people_file, table};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::desk::{NewUnit, add_member_in, create_unit_in, list_units};
use crate::error::CoreError;
use crate::people;

#[derive(Debug, Subcommand)]
pub(super) enum UnitCommand {
    /// Enter a unit.
    Add(Add),
    /// Make somebody a member of a unit.
    Join(Join),
    /// List units, what their members do and who they are.
    List,
    /// List the duties that a unit can give, and what they are.
    Duties,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// How rules name it, such as call_centre.
    key: String,
    /// How people name it.
    name: String,
    /// Its level of support, from 1.
    #[arg(long)]
    level: Option<u8>,
    /// What its members do; may be said several times. `unit duties` lists them.
    #[arg(long = "duty")]
    duties: Vec<String>,
    /// The unit to which its members escalate.
    #[arg(long)]
    escalates_to: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Join {
    /// The unit's key.
    unit: String,
    /// The name that signs in.
    name: String,
    /// He heads it.
    #[arg(long)]
    head: bool,
}

pub(super) fn run(asked: UnitCommand, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    match asked {
        UnitCommand::Add(asked) => add(asked, config, terminal),
        UnitCommand::Join(asked) => join(&asked, config, terminal),
        UnitCommand::List => list(config, terminal),
        UnitCommand::Duties => duties(terminal),
    }
}

fn add(asked: Add, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let unknown =
        |word: &str| CliError::Other(format!("there is no duty {word:?}: `unit duties` lists them"));
    let duties = asked.duties.iter().map(|word| Duty::from_name(word).ok_or_else(|| unknown(word)));
    let new = NewUnit {
        key: asked.key,
        name: asked.name,
        level: asked.level,
        duties: duties.collect::<Result<_, _>>()?,
        escalates_to: asked.escalates_to,
    };
    let mut connection = people_file::open(config)?;
    people_file::write(&mut connection, |tx| create_unit_in(tx, &new, SystemClock.now()).map_err(said))?;
    Ok(terminal.line(format_args!("entered {}", new.key))?)
}

fn join(asked: &Join, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    let user = people::find_user_by_name(&connection, &asked.name)?.ok_or_else(|| {
        CliError::Other(format!("nobody is called {:?}: `user list` shows who is", asked.name))
    })?;
    let member = (asked.unit.as_str(), user.id, asked.head);
    people_file::write(&mut connection, |tx| {
        add_member_in(tx, member, None, SystemClock.now()).map_err(|error| match error.code() {
            ErrorCode::NotFound => {
                CliError::Other(format!("there is no unit {:?}: `unit list` shows them", asked.unit))
            }
            _ => said(error),
        })
    })?;
    Ok(terminal.line(format_args!("{} belongs to {}", user.name, asked.unit))?)
}

fn list(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let connection = people_file::open(config)?;
    let mut rows = vec![["key", "level", "name", "duties", "members"].map(str::to_owned).to_vec()];
    for unit in list_units(&connection).map_err(said)? {
        let members: Vec<String> = unit.members.into_iter().map(|member| member.display_name).collect();
        let NewUnit { key, name, level, duties, .. } = unit.unit;
        let duties: Vec<&str> = duties.iter().map(|duty| duty.name()).collect();
        let level = level.map_or_else(String::new, |level| level.to_string());
        rows.push(vec![key, level, name, duties.join(", "), members.join(", ")]);
    }
    for line in table::in_columns(&rows) {
        terminal.line(line)?;
    }
    Ok(())
}

fn duties(terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let of_units = Duty::ALL.iter().filter(|duty| duty.is_of_units());
    let rows: Vec<Vec<String>> =
        of_units.map(|duty| vec![duty.name().to_owned(), duty.about().trim().to_owned()]).collect();
    for line in table::in_columns(&rows) {
        terminal.line(line)?;
    }
    Ok(())
}

fn said(error: CoreError) -> CliError {
    CliError::Other(error.to_string())
}
