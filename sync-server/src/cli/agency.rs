//! `agency`: service agencies.

use clap::Subcommand;
use domain::AgencyId;

use super::{CliError, Terminal, people_file, table};
use crate::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use crate::config::Config;
use crate::people;

#[derive(Debug, Subcommand)]
pub(super) enum AgencyCommand {
    /// Enter an agency.
    Add {
        /// Its name.
        name: String,
        /// Its city.
        #[arg(long)]
        city: Option<String>,
    },
    /// List agencies.
    List,
}

pub(super) fn run(
    asked: AgencyCommand,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    match asked {
        AgencyCommand::Add { name, city } => {
            let now = SystemClock.now();
            let id = AgencyId::new(now, random_bytes(&SystemEntropy));
            let agency = people_file::write(&mut connection, |transaction| {
                Ok(people::create_agency(transaction, id, &name, city.as_deref(), now)?)
            })?;
            terminal.line(format_args!("entered the agency {:?} ({})", agency.name, agency.id))?;
        }
        AgencyCommand::List => {
            let mut rows = vec![["name", "city", "id"].map(str::to_owned).to_vec()];
            for agency in people::list_agencies(&connection)? {
                rows.push(vec![agency.name, agency.city.unwrap_or_default(), agency.id.to_string()]);
            }
            for line in table::in_columns(&rows) {
                terminal.line(line)?;
            }
        }
    }
    Ok(())
}
