//! `travel`: the table of distances, and how agencies travel.

use std::path::{Path, PathBuf};

use calendar::Date;
use clap::Subcommand;
use domain::AgencyId;
use rusqlite::{Connection, Transaction};
use scoring::TravelProfile;

use super::{CliError, Terminal, people_file, table};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::error::CoreError;
use crate::people;
use crate::travel;

#[derive(Debug, Subcommand)]
pub(super) enum TravelCommand {
    /// Enter distances from a CSV file: city,zone,effective_from,one_way_m.
    AddDistances {
        /// The file.
        file: PathBuf,
        /// The agency from whose base they are measured.
        #[arg(long)]
        agency: String,
    },
    /// List an agency's table of distances.
    ListDistances {
        /// The agency.
        #[arg(long)]
        agency: String,
    },
    /// Say how an agency travels, from a JSON file such as {"city_class": "B"}.
    SetProfile {
        /// The file.
        file: PathBuf,
        /// The agency.
        #[arg(long)]
        agency: String,
        /// The first day on which it holds, such as 2026-03-21.
        #[arg(long)]
        from: Date,
    },
}

pub(super) fn run(
    asked: TravelCommand,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    match asked {
        TravelCommand::AddDistances { file, agency } => {
            let agency = agency_called(&connection, &agency)?;
            let lines = travel::parse_distances(&read(&file)?).map_err(said)?;
            let now = SystemClock.now();
            let add =
                |tx: &Transaction<'_>| travel::add_distances(tx, None, agency, &lines, now).map_err(said);
            let taken = people_file::write(&mut connection, add)?;
            Ok(terminal.line(format_args!("entered {taken} distances"))?)
        }
        TravelCommand::ListDistances { agency } => {
            let agency = agency_called(&connection, &agency)?;
            let mut rows = vec![["city", "zone", "from", "metres"].map(str::to_owned).to_vec()];
            for row in travel::list_distances(&connection, agency).map_err(said)? {
                let (place, from) = (row.place, row.effective_from.to_string());
                rows.push(vec![place.city, place.zone.unwrap_or_default(), from, row.one_way_m.to_string()]);
            }
            for line in table::in_columns(&rows) {
                terminal.line(line)?;
            }
            Ok(())
        }
        TravelCommand::SetProfile { file, agency, from } => {
            let agency = agency_called(&connection, &agency)?;
            let profile: TravelProfile = serde_json::from_slice(&read(&file)?)
                .map_err(|error| CliError::Other(format!("{}: {error}", file.display())))?;
            let now = SystemClock.now();
            let set = |tx: &Transaction<'_>| {
                travel::add_profile(tx, None, agency, (from, &profile), now).map_err(said)
            };
            people_file::write(&mut connection, set)?;
            Ok(terminal.line(format_args!("the agency travels so from {from} on"))?)
        }
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(file).map_err(|error| CliError::Other(format!("cannot read {}: {error}", file.display())))
}

fn agency_called(connection: &Connection, name: &str) -> Result<AgencyId, CliError> {
    let found = people::find_agency_by_name(connection, name)?;
    let found = found.ok_or_else(|| {
        CliError::Other(format!("there is no agency called {name:?}: `agency list` shows them"))
    })?;
    Ok(found.id)
}

fn said(error: CoreError) -> CliError {
    match error {
        CoreError::Refused { path, message, .. } if !path.is_empty() => {
            CliError::Other(format!("{path}: {message}"))
        }
        other => CliError::Other(other.to_string()),
    }
}
