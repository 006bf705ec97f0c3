//! One page of the feed: what a scope has to learn, up to a number of bytes.

use std::collections::BTreeSet;

use domain::{ActorId, ChangeHash, DocId, DocKind, UserId, Uuid};
use gate::Structure;
use rusqlite::{Connection, OptionalExtension};
use wire::{Bytes, DocEvent, DocHappening, Owner, ReferenceRow};

use super::actors::{owner, person_of};
use crate::core::Core;
use crate::error::CoreError;
use crate::log::{DocumentRow, Snapshot, document_row, load, logged_changes, snapshot_of};
use crate::sql::column;

const FIRST_CHANGE: &str = "SELECT hash FROM change_log WHERE doc = ?1 ORDER BY position, idx LIMIT 1";
const ACTORS: &str = "SELECT DISTINCT actor FROM change_log WHERE doc = ?1";
const ACCOUNT_ROWS: &str = "SELECT kind, id, json FROM reference WHERE account = ?1 AND position > ?2 \
     ORDER BY kind, id";
/// What an item costs beside its content.
const ITEM_BYTES: usize = 40;
/// Saved documents handed in after one page, in bytes.
const STALE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Whether the phone knows what a receipt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receipts {
    Given,
    Unknown,
}

/// A page in the making.
pub(super) struct Page<'a> {
    pub(super) core: &'a Core,
    pub(super) connection: &'a Connection,
    /// Whose feed it is.
    pub(super) scope: UserId,
    /// The changes that came with this very request.
    pub(super) pushed: &'a BTreeSet<ChangeHash>,
    pub(super) events: Vec<DocEvent>,
    pub(super) reference: Vec<ReferenceRow>,
    /// Documents whose saved form lagged behind, saved anew.
    pub(super) stale: Vec<Snapshot>,
    receipts: Receipts,
    /// The actors whose changes this page brings. Those of the phone's own device are
    /// among them: only a copied or restored phone is brought any, and to one copy what
    /// the other wrote is another's.
    actors: BTreeSet<ActorId>,
    bytes_max: usize,
    bytes: usize,
    stale_bytes: usize,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub(super) fn new(
        core: &'a Core,
        connection: &'a Connection,
        scope: UserId,
        pushed: &'a BTreeSet<ChangeHash>,
        bytes_max: usize,
    ) -> Self {
        Self {
            core,
            connection,
            scope,
            pushed,
            events: Vec::new(),
            reference: Vec::new(),
            stale: Vec::new(),
            receipts: Receipts::Unknown,
            actors: BTreeSet::new(),
            bytes_max,
            bytes: 0,
            stale_bytes: 0,
        }
    }

    /// With the server's word for what it brings.
    pub(super) const fn with_receipts(mut self) -> Self {
        self.receipts = Receipts::Given;
        self
    }

    /// Whether the page holds what was asked for. An empty page never is full, so
    /// that every request gets on.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes > 0 && self.bytes >= self.bytes_max
    }

    /// The document is not in scope any more.
    pub(super) fn leave(&mut self, doc: DocId, kind: DocKind, reason: String) {
        self.bytes += ITEM_BYTES + reason.len();
        self.events.push(DocEvent { doc, kind, what: DocHappening::Leave { reason }, receipt: None });
    }

    /// The document's changes after a position, but for those pushed just now.
    pub(super) fn update(&mut self, doc: DocId, kind: DocKind, base: i64) -> Result<(), CoreError> {
        let changes = logged_changes(self.connection, doc, base, i64::MAX)?
            .into_iter()
            .filter(|(hash, _)| !self.pushed.contains(hash))
            .map(|(_, bytes)| bytes)
            .collect();
        self.changes(doc, kind, changes)
    }

    /// Some changes of a document, with the server's word for them.
    pub(super) fn changes(
        &mut self,
        doc: DocId,
        kind: DocKind,
        changes: Vec<Vec<u8>>,
    ) -> Result<(), CoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let receipt = self.receipt_of_changes(doc, &changes)?;
        self.bytes += ITEM_BYTES + changes.iter().map(|change| change.len() + 3).sum::<usize>();
        let what = DocHappening::Update { changes: changes.into_iter().map(Bytes).collect() };
        self.events.push(DocEvent { doc, kind, what, receipt });
        Ok(())
    }

    /// A document that the phone made by what it pushed just now: its other
    /// changes, or none, which says that it is in scope.
    pub(super) fn keep(&mut self, doc: DocId, kind: DocKind, base: i64) -> Result<(), CoreError> {
        let before = self.events.len();
        self.update(doc, kind, base)?;
        if self.events.len() == before {
            self.is_in_scope(doc, kind);
        }
        Ok(())
    }

    /// Says of a document that the phone has that it is in scope.
    pub(super) fn is_in_scope(&mut self, doc: DocId, kind: DocKind) {
        self.bytes += ITEM_BYTES;
        let what = DocHappening::Update { changes: Vec::new() };
        self.events.push(DocEvent { doc, kind, what, receipt: None });
    }

    /// The whole document. One that cannot be put together is passed over: it must
    /// not keep the others from the phone.
    pub(super) fn enter(&mut self, doc: DocId, kind: DocKind) -> Result<(), CoreError> {
        let Some(row) = document_row(self.connection, doc)? else {
            tracing::error!(%doc, "a document is in a scope and has no row");
            return Ok(());
        };
        let snapshot = match self.whole(doc, &row) {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => return self.update(doc, kind, 0),
            Err(CoreError::Corrupt { doc, what }) => {
                tracing::error!(%doc, what, "a document cannot be sent");
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.core.counters().documents_sent.one();
        self.bytes += ITEM_BYTES + snapshot.len();
        let receipt = self.receipt_of_whole(doc, &row)?;
        self.events.push(DocEvent { doc, kind, what: DocHappening::Enter { snapshot }, receipt });
        Ok(())
    }

    fn receipt_of_whole(&mut self, doc: DocId, row: &DocumentRow) -> Result<Option<Vec<u8>>, CoreError> {
        if self.receipts == Receipts::Unknown {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(ACTORS)?;
        let actors = statement.query_map([doc.as_bytes()], |row| column(row, 0))?;
        let actors: Vec<ActorId> = actors.collect::<Result<_, _>>()?;
        let heads: Option<Vec<ChangeHash>> = row.heads.chunks(32).map(ChangeHash::from_slice).collect();
        self.actors.extend(actors);
        Ok(heads.map(|heads| self.core.receipts().of_heads(doc, &heads).to_vec()))
    }

    fn receipt_of_changes(&mut self, doc: DocId, changes: &[Vec<u8>]) -> Result<Option<Vec<u8>>, CoreError> {
        if self.receipts == Receipts::Unknown {
            return Ok(None);
        }
        let read: Result<Vec<Structure>, _> =
            changes.iter().map(|bytes| gate::structure::check_change(bytes)).collect();
        // Damaged bytes get no word; the phone will find them out.
        let Ok(read) = read else { return Ok(None) };
        self.actors.extend(read.iter().map(Structure::actor));
        let heads = gate::structure::heads_of(&read);
        Ok(Some(self.core.receipts().of_heads(doc, &heads).to_vec()))
    }

    /// The server's word for whose the actors of this page are.
    pub(super) fn owners(&self) -> Result<Vec<Owner>, CoreError> {
        let mut owners = Vec::new();
        for actor in &self.actors {
            let Some(owner) = owner(self.connection, *actor)? else { continue };
            let person = person_of(owner);
            owners.push(Owner {
                actor: *actor,
                user: person.map(|(user, _)| user.as_bytes().to_vec()),
                device: person.map(|(_, device)| device.as_bytes().to_vec()),
                mac: self.core.receipts().of_owner(*actor, person).to_vec(),
            });
        }
        Ok(owners)
    }

    /// The saved form; none of a document that does not survive saving, whose
    /// changes are sent one by one then.
    fn whole(&mut self, doc: DocId, row: &DocumentRow) -> Result<Option<Vec<u8>>, CoreError> {
        let loaded = load(self.core, self.connection, doc, row)?;
        if let Some(saved) = loaded.saved {
            return Ok(Some(saved));
        }
        let Some(snapshot) = snapshot_of(doc, &loaded.document) else { return Ok(None) };
        let saved = snapshot.saved.clone();
        if self.stale_bytes + saved.len() <= STALE_BYTES_MAX {
            self.stale_bytes += saved.len();
            self.stale.push(snapshot);
        }
        Ok(Some(saved))
    }

    /// Whether the phone made the document and sent it with this very request.
    pub(super) fn was_made_by_this_push(&self, doc: DocId) -> Result<bool, CoreError> {
        if self.pushed.is_empty() {
            return Ok(false);
        }
        let first: Option<ChangeHash> = self
            .connection
            .prepare_cached(FIRST_CHANGE)?
            .query_row([doc.as_bytes()], |row| column(row, 0))
            .optional()?;
        Ok(first.is_some_and(|first| self.pushed.contains(&first)))
    }

    /// The rows of an account written after a position.
    pub(super) fn account(&mut self, account: Uuid, base: i64) -> Result<(), CoreError> {
        for row in self.account_rows(account, base)? {
            self.row(row);
        }
        Ok(())
    }

    /// The phone shall forget an account.
    pub(super) fn forget_account(&mut self, account: Uuid) -> Result<(), CoreError> {
        for row in self.account_rows(account, 0)? {
            self.row(ReferenceRow { json: None, ..row });
        }
        Ok(())
    }

    fn account_rows(&self, account: Uuid, base: i64) -> Result<Vec<ReferenceRow>, CoreError> {
        let mut statement = self.connection.prepare_cached(ACCOUNT_ROWS)?;
        let rows = statement.query_map((account.as_bytes(), base), |row| {
            Ok(ReferenceRow { kind: row.get(0)?, id: row.get(1)?, json: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A reference row.
    pub(super) fn row(&mut self, row: ReferenceRow) {
        self.bytes += ITEM_BYTES + row.json.as_ref().map_or(0, String::len);
        self.reference.push(row);
    }
}
