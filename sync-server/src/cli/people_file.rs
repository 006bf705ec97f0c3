//! The database as a tool beside the server uses it: people, devices and
//! agencies can be changed while a server runs, which sees it within seconds.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::CliError;
use crate::config::Config;
use crate::people::{self, UserRow};
use crate::store::open_beside;
use crate::store::outside::note_barred;

/// Opens the database of the configured data folder.
pub(super) fn open(config: &Config) -> Result<Connection, CliError> {
    match open_beside(&config.data)? {
        Some(connection) => Ok(connection),
        None => Err(CliError::Other(format!(
            "there is no database in {}: run `hamgam-server init` first, or name the folder with --data",
            config.data.display()
        ))),
    }
}

/// Writes in one transaction.
pub(super) fn write<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let done = work(&transaction)?;
    transaction.commit()?;
    if let Some(folder) = connection.path().map(std::path::Path::new).and_then(std::path::Path::parent) {
        note_barred(folder, connection)?;
    }
    Ok(done)
}

/// The person of a name.
pub(super) fn person(connection: &Connection, name: &str) -> Result<UserRow, CliError> {
    let found = people::find_user_by_name(connection, name)?;
    found.ok_or_else(|| {
        CliError::Other(format!("there is no person called {name:?}; `hamgam-server user list` shows them"))
    })
}
