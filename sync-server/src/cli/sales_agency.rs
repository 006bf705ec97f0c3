//! `sales-agency`: sales agencies and their sellers.

use clap::{Args, Subcommand};
use domain::{DocId, Uuid, fold_search_text};
use rusqlite::Connection;

use super::{CliError, Terminal, people_file, table};
use crate::clock::{Clock, SystemClock, SystemEntropy, random_bytes};
use crate::config::Config;
use crate::desk::{SalesAgencyDraft, SalesEdit, SellerDraft, edit_sales_in, list_sales_agencies};
use crate::error::CoreError;
use crate::people;

#[derive(Debug, Subcommand)]
pub(super) enum SalesAgencyCommand {
    /// Enter a sales agency.
    Add(Add),
    /// Enter a seller of a sales agency.
    Seller(AddSeller),
    /// Close a sales agency.
    Close {
        /// Its name.
        name: String,
    },
    /// List sales agencies and their sellers.
    List,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Its name.
    name: String,
    /// Its city.
    #[arg(long)]
    city: Option<String>,
    /// Its telephone.
    #[arg(long)]
    phone: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct AddSeller {
    /// The agency's name.
    agency: String,
    /// His name.
    name: String,
    /// His telephone.
    #[arg(long)]
    phone: Option<String>,
    /// The name with which he signs in; he needs the role desk.
    #[arg(long)]
    user: Option<String>,
}

pub(super) fn run(
    asked: SalesAgencyCommand,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let mut connection = people_file::open(config)?;
    match asked {
        SalesAgencyCommand::Add(Add { name, city, phone }) => {
            let draft = SalesAgencyDraft { name: name.clone(), city, phone };
            let id = edit(&mut connection, &SalesEdit::Enter(draft))?;
            Ok(terminal.line(format_args!("entered the sales agency {name:?} ({id})"))?)
        }
        SalesAgencyCommand::Seller(asked) => {
            let agency = named(&connection, &asked.agency)?;
            let user = match &asked.user {
                Some(name) => Some(people::find_user_by_name(&connection, name)?.ok_or_else(|| {
                    CliError::Other(format!("nobody is called {name:?}: `user list` shows who is"))
                })?),
                None => None,
            };
            let name = asked.name.clone();
            let draft = SellerDraft { name: asked.name, phone: asked.phone, user: user.map(|user| user.id) };
            edit(&mut connection, &SalesEdit::EnterSeller(agency, draft))?;
            Ok(terminal.line(format_args!("{name} sells for {}", asked.agency))?)
        }
        SalesAgencyCommand::Close { name } => {
            let agency = named(&connection, &name)?;
            edit(&mut connection, &SalesEdit::Close(agency))?;
            Ok(terminal.line(format_args!("closed the sales agency {name:?}"))?)
        }
        SalesAgencyCommand::List => list(&connection, terminal),
    }
}

fn edit(connection: &mut Connection, edit: &SalesEdit) -> Result<Uuid, CliError> {
    let now = SystemClock.now();
    let id = DocId::new(now, random_bytes(&SystemEntropy)).uuid();
    people_file::write(connection, |tx| edit_sales_in(tx, (id, edit), now).map_err(said))
}

fn named(connection: &Connection, name: &str) -> Result<Uuid, CliError> {
    let folded = fold_search_text(name.trim());
    let all = list_sales_agencies(connection).map_err(said)?;
    let found = all.into_iter().find(|agency| fold_search_text(agency.draft.name.trim()) == folded);
    found.map(|agency| agency.id).ok_or_else(|| {
        CliError::Other(format!("there is no sales agency {name:?}: `sales-agency list` shows them"))
    })
}

fn list(connection: &Connection, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let mut rows = vec![["name", "city", "phone", "sellers", "id"].map(str::to_owned).to_vec()];
    for agency in list_sales_agencies(connection).map_err(said)? {
        let sellers: Vec<String> = agency.sellers.into_iter().map(|seller| seller.draft.name).collect();
        let SalesAgencyDraft { name, city, phone } = agency.draft;
        let (city, phone) = (city.unwrap_or_default(), phone.unwrap_or_default());
        rows.push(vec![name, city, phone, sellers.join(", "), agency.id.to_string()]);
    }
    for line in table::in_columns(&rows) {
        terminal.line(line)?;
    }
    Ok(())
}

fn said(error: CoreError) -> CliError {
    CliError::Other(error.to_string())
}
