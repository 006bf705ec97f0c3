//! `rulebook`: what holds from which day.

use std::path::PathBuf;

use calendar::Date;
use clap::{Args, Subcommand, ValueEnum};

use super::{CliError, Terminal, people_file, table};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::people;
use crate::rulebook::{self, Kind, NewVersion};

#[derive(Debug, Subcommand)]
pub(super) enum RulebookCommand {
    /// Enter a version from a JSON file; it is checked first and never changed afterwards.
    Add(Add),
    /// List the versions of a kind.
    List {
        /// What they are about.
        kind: KindArg,
    },
    /// Print what holds where nothing was entered, as a form to be changed.
    Template {
        /// What it is about.
        kind: KindArg,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// What it is about.
    kind: KindArg,
    /// The file.
    file: PathBuf,
    /// The first day on which it holds, such as 2026-03-21.
    #[arg(long)]
    from: Date,
    /// The agency for which it holds [default: the whole organisation].
    #[arg(long)]
    agency: Option<String>,
    /// A tariff's maker and vehicle.
    #[arg(long, default_value = "")]
    subject: String,
    /// Its name, where the file does not carry one.
    #[arg(long)]
    name: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum KindArg {
    Calendar,
    ClockPolicies,
    Tariff,
    ScoringRules,
    SurveyQuestions,
    Routing,
    Checklists,
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Calendar => Self::Calendar,
            KindArg::ClockPolicies => Self::ClockPolicies,
            KindArg::Tariff => Self::Tariff,
            KindArg::ScoringRules => Self::ScoringRules,
            KindArg::SurveyQuestions => Self::SurveyQuestions,
            KindArg::Routing => Self::Routing,
            KindArg::Checklists => Self::Checklists,
        }
    }
}

pub(super) fn run(
    asked: RulebookCommand,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    match asked {
        RulebookCommand::Add(asked) => add(asked, config, terminal),
        RulebookCommand::List { kind } => list(kind.into(), config, terminal),
        RulebookCommand::Template { kind } => Ok(terminal.line(rulebook::template(kind.into()))?),
    }
}

fn add(asked: Add, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let json = std::fs::read_to_string(&asked.file)
        .map_err(|error| CliError::Other(format!("cannot read {}: {error}", asked.file.display())))?;
    let mut connection = people_file::open(config)?;
    let agency = match &asked.agency {
        None => None,
        Some(name) => Some(people::find_agency_by_name(&connection, name)?.ok_or_else(|| {
            CliError::Other(format!("there is no agency called {name:?}: `agency list` shows them"))
        })?),
    };
    let new = NewVersion {
        kind: asked.kind.into(),
        agency: agency.map(|agency| agency.id),
        subject: asked.subject.trim().to_owned(),
        effective_from: asked.from,
        version: asked.name,
        json,
        by: None,
    };
    let version = people_file::write(&mut connection, |transaction| {
        rulebook::add(transaction, &new, SystemClock.now())
            .map_err(|error| CliError::Other(error.to_string()))
    })?;
    let entered = format_args!(
        "entered {} {:?}, which holds from {} on",
        version.kind.name(),
        version.version,
        version.effective_from
    );
    Ok(terminal.line(entered)?)
}

fn list(kind: Kind, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let connection = people_file::open(config)?;
    let versions =
        rulebook::versions(&connection, kind).map_err(|error| CliError::Other(error.to_string()))?;
    let agencies = people::list_agencies(&connection)?;
    let mut rows = vec![["from", "name", "subject", "agency"].map(str::to_owned).to_vec()];
    for version in versions {
        let agency = agencies.iter().find(|row| Some(row.id) == version.agency);
        let agency = agency.map_or_else(|| "all".to_owned(), |row| row.name.clone());
        rows.push(vec![version.effective_from.to_string(), version.version, version.subject, agency]);
    }
    for line in table::in_columns(&rows) {
        terminal.line(line)?;
    }
    Ok(())
}
