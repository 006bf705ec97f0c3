//! `init`: makes a data folder that can be served.

use std::sync::Arc;

use clap::Args;
use domain::{Role, UserId};

use super::new_password::{self, Source};
use super::{CliError, Terminal};
use crate::auth::KeyRing;
use crate::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use crate::config::Config;
use crate::people::{self, NewUser, PeopleError};
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The name that the first administrator signs in with.
    #[arg(long, default_value = "admin")]
    admin: String,
    /// Read the administrator's password from standard input instead of drawing one.
    #[arg(long)]
    password_stdin: bool,
}

/// Doing it again completes what is missing and changes nothing else.
pub(super) fn run(asked: &Init, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let clock = Arc::new(SystemClock);
    let store = Store::open(&config.data, clock.clone())?;
    KeyRing::create_missing(&config.data, &*clock, &SystemEntropy)?;
    let data = config.data.display();
    if store.read_blocking(people::count_administrators)? > 0 {
        terminal
            .line(format_args!("{data} is ready; it had an administrator already, who was not changed"))?;
        return next_steps(config, terminal);
    }
    let password = new_password::take(Source::from_flag(asked.password_stdin), config, terminal)?;
    let new = NewUser {
        id: UserId::new(clock.now(), random_bytes(&SystemEntropy)),
        name: asked.admin.clone(),
        display_name: asked.admin.clone(),
        role: Role::Administrator,
        agency: None,
        password_hash: Some(password.hash),
    };
    let now = clock.now();
    let enter = move |transaction: &rusqlite::Transaction<'_>| people::create_user(transaction, &new, now);
    let admin = store.write_blocking::<_, PeopleError>(enter)?;
    terminal.line(format_args!("{data} is ready; the first administrator is {:?}", admin.name))?;
    if let Some(drawn) = password.drawn {
        terminal.line(format_args!("password: {}   (shown this once; write it down)", drawn.expose()))?;
    }
    next_steps(config, terminal)
}

fn next_steps(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let data = config.data.display();
    terminal.line("next:")?;
    terminal.line(format_args!("  hamgam-server --data {data} user add NAME --role dispatcher"))?;
    terminal.line(format_args!("  hamgam-server --data {data} import customers FILE.csv"))?;
    terminal.line(format_args!("  hamgam-server --data {data} serve"))?;
    terminal.line(
        "keep the folder `keys` apart from backups of the database: together they can sign in as anybody",
    )?;
    Ok(())
}
