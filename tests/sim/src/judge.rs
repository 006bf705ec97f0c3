//! Holds the world against the reference model, once nothing moves any more.

mod documents;
mod log;
mod phones;
mod rows;

use std::collections::BTreeMap;

use ::documents::Document;
use domain::{ChangeHash, DocId, DocKind, DocView, UserId};
use rusqlite::{Connection, OptionalExtension};
use testkit::model::holder;

use crate::failure::Failed;
use crate::world::World;

use self::documents::AtServer;
pub(crate) use log::{Logged, read_document};

const HEADS: &str = "SELECT heads, kind FROM documents WHERE doc = ?1";

const OFFERED: &str = "SELECT count(*) FROM offers WHERE hash = ?1";

/// Who holds each document, as the model says; remembered until it changes.
#[derive(Debug, Default)]
pub(crate) struct Holders(BTreeMap<DocId, (Vec<u8>, Option<UserId>)>);

impl Holders {
    /// The holder of a document at this moment.
    pub(crate) fn of(&mut self, database: &Connection, doc: DocId) -> Result<Option<UserId>, Failed> {
        let row: Option<(Vec<u8>, String)> = database
            .prepare_cached(HEADS)
            .and_then(|mut heads| heads.query_row([doc.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))))
            .optional()
            .map_err(Failed::harness)?;
        let Some((heads, kind)) = row else { return Ok(None) };
        if let Some((known, holder)) = self.0.get(&doc)
            && *known == heads
        {
            return Ok(*holder);
        }
        let kind = DocKind::from_name(&kind).ok_or_else(|| Failed::harness("a document of no kind"))?;
        let logged = read_document(database, doc, kind)?;
        let holder = holder(&logged.view, logged.made_by);
        self.0.insert(doc, (heads, holder));
        Ok(holder)
    }
}

/// A document's view.
pub(crate) fn view_of(document: &Document) -> Result<DocView, Failed> {
    let view = match document.kind() {
        DocKind::Job => document.job().map(|job| DocView::Job(Box::new(job))),
        DocKind::Trip => document.trip().map(|trip| DocView::Trip(Box::new(trip))),
    };
    view.map_err(|error| Failed::broken("every document can be read", error.to_string()))
}

/// Judges a world at rest.
///
/// # Errors
///
/// The first rule that is broken.
pub(crate) fn judge(world: &mut World) -> Result<(), Failed> {
    let database = world.server.look()?;
    let logged = log::read(&database)?;
    log::judge(world, &logged)?;
    rows::judge(world, &database, &logged)?;
    drop(database);
    let holders: BTreeMap<DocId, Option<UserId>> =
        logged.iter().map(|(doc, logged)| (*doc, holder(&logged.view, logged.made_by))).collect();
    let mut held = phones::Held::default();
    let at_server = AtServer { logged: &logged, holders: &holders };
    for number in 0..world.phones.len() {
        phones::judge(world, number, at_server, &mut held)?;
    }
    acknowledged(world, &logged, &held)?;
    offered(world, &held)?;
    let mut heads: Vec<String> = Vec::new();
    for (doc, logged) in &logged {
        heads.push(format!("{doc} {:?}", logged.document.heads()));
    }
    heads.iter().for_each(|line| world.note(line));
    Ok(())
}

/// What technicians asked the office to decide on lies with the office. Offers are
/// SQL only: after a restore they are as of the backup.
fn offered(world: &World, held: &phones::Held) -> Result<(), Failed> {
    if world.restores > 0 {
        return Ok(());
    }
    let database = world.server.look()?;
    for hash in &held.offered {
        let there: i64 =
            database.query_row(OFFERED, [hash.as_bytes()], |row| row.get(0)).map_err(Failed::harness)?;
        if there == 0 {
            return Err(Failed::broken("an offer reaches the office", format!("{hash} did not")));
        }
    }
    Ok(())
}

/// What the server ever said it has, it has; after it was put back to a backup, all
/// of it that any phone still holds. What came out of a phone's document since is
/// followed there.
fn acknowledged(
    world: &mut World,
    logged: &BTreeMap<DocId, Logged>,
    held: &phones::Held,
) -> Result<(), Failed> {
    let in_log = |hash: ChangeHash| logged.values().any(|logged| logged.hashes.contains(&hash));
    let all: Vec<ChangeHash> = world.model.all_acknowledged().collect();
    for hash in all {
        if in_log(hash) {
            continue;
        }
        if world.restores == 0 {
            return Err(Failed::broken("an acknowledged edit is durable", format!("{hash} is gone")));
        }
        match held.state_of(hash) {
            Some("accepted") => {
                return Err(Failed::broken(
                    "a restored server gets back what its author's phone holds",
                    format!("{hash} is accepted on a phone and not on the server"),
                ));
            }
            Some(state) => world.reached.count(format!("restore: lost edit is {state} at its author")),
            None if held.holds(hash) => world.reached.count("restore: lost edit stays with a colleague"),
            None => world.reached.count("restore: lost edit that no phone holds"),
        }
    }
    Ok(())
}
