//! Comparing what this phone holds with what the server holds, by fingerprints,
//! and giving back what the server has lost (`docs/wire.md`, *Repair*).
//!
//! It runs when the server does not know the phone's cursor any more, once a week,
//! and when asked for. First the documents of the scope are compared, then those
//! that differ change by change; what the phone lacks comes as events of the
//! answers, what the server lacks is given back with the next request, and what was given
//! back is compared once more. When the server says that it lacks what an edit builds on,
//! that document alone is compared.

use std::collections::{BTreeSet, VecDeque};

use documents::{Document, RawChange};
use domain::{ChangeHash, DocId, Instant};
use rusqlite::Connection;
use wire::{
    Bytes, DocDetail, DocName, Lacking, Owner, Print, Repair, RepairAnswer, Return, ScopePrints,
    print_of_change, print_of_document, prints_in,
};

use super::cold;
use crate::incoming;
use crate::store::documents::{self as document_rows, Scope};
use crate::store::error::Result;
use crate::store::writing::Writing;
use crate::store::{feed, install, put, receipts};

/// Fingerprints of documents in one request, 64 KiB.
const PRINTS_MAX: usize = 8_192;
/// Documents told in detail in one request, and fingerprints beyond which no
/// further one joins them.
const DETAILS_MAX: usize = 128;
const DETAIL_PRINTS: usize = 16_384;
/// Changes given back in one request, and their bytes, beyond which the others follow
/// in the next.
const RETURNED_CHANGES: usize = 1_000;
const RETURNED_BYTES: usize = 512 * 1024;
/// Words of the server for one document in one request.
const RECEIPTS_MAX: usize = 64;

/// A comparison under way.
#[derive(Debug)]
pub(crate) struct RepairRun {
    key: [u8; 16],
    /// The documents in scope that can be read, by id.
    held: Vec<Held>,
    /// Documents that left the scope, if they are compared too.
    left: Vec<DocId>,
    /// Where the next page of fingerprints begins; none once all were compared.
    next: Option<Start>,
    /// Documents that differ.
    differing: VecDeque<DocId>,
    asked: Asked,
    returns: VecDeque<Given>,
    /// What the last request gave back, until it is answered.
    under_way: Vec<Given>,
    /// Documents of which something was given back; they are compared once more at the end.
    given: BTreeSet<DocId>,
    round: Round,
    extent: Extent,
    /// Where the phone stands once it is done; of the first answer.
    cursor: Option<Vec<u8>>,
    keeps_cursor: bool,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    doc: DocId,
    print: Print,
}

/// Where a page of fingerprints begins.
#[derive(Debug, Clone, Copy, Default)]
struct Start {
    index: usize,
    after: Option<DocId>,
}

/// What the request that is being answered asked for.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Nothing,
    Scope { start: Start, end: usize },
    Details(usize),
}

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All that the phone holds.
    Everything,
    /// Some documents of which the server lacks something.
    Some,
}

/// How often what differs was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    First,
    /// What was given back, after that. Somebody else may have given it back meanwhile and
    /// taken it elsewhere: no feed tells a phone of a document that it was never in.
    Second,
}

/// Changes of one document to be given back, in causal order.
#[derive(Debug, Clone)]
struct Given {
    doc: DocId,
    hashes: Vec<ChangeHash>,
    bytes: usize,
}

impl Given {
    const fn of(doc: DocId) -> Self {
        Self { doc, hashes: Vec::new(), bytes: 0 }
    }
}

/// What a request of a comparison carries.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) repair: Repair,
    pub(crate) returns: Vec<Return>,
    pub(crate) owners: Vec<Owner>,
    /// The changes that are given back.
    pub(crate) hashes: Vec<ChangeHash>,
}

impl RepairRun {
    /// Begins with what the phone holds now. A phone that has a reason to compare, as
    /// that its cursor is void, compares what left its scope too: it may hold the only
    /// copy.
    pub(crate) fn begin(connection: &Connection, key: [u8; 16]) -> Result<Self> {
        let feed = feed::read(connection)?;
        let (mut held, mut left) = (Vec::new(), Vec::new());
        for (doc, scope) in document_rows::all(connection)? {
            match scope {
                // One that cannot be read is not told, and so comes anew.
                Scope::In => {
                    if let Some(document) = read(connection, doc)? {
                        held.push(Held { doc, print: print_of_document(&key, doc, &document.heads()) });
                    }
                }
                Scope::Left if feed.repair_due || feed.cursor.is_none() => left.push(doc),
                Scope::Left => {}
            }
        }
        let begun = Self::of(key, BTreeSet::new());
        Ok(Self {
            held,
            left,
            next: Some(Start::default()),
            extent: Extent::Everything,
            keeps_cursor: feed.cursor.is_some(),
            ..begun
        })
    }

    /// Begins with some documents, change by change.
    pub(crate) fn of(key: [u8; 16], docs: BTreeSet<DocId>) -> Self {
        Self {
            key,
            held: Vec::new(),
            left: Vec::new(),
            next: None,
            differing: docs.into_iter().collect(),
            asked: Asked::Nothing,
            returns: VecDeque::new(),
            under_way: Vec::new(),
            given: BTreeSet::new(),
            round: Round::First,
            extent: Extent::Some,
            cursor: None,
            keeps_cursor: true,
        }
    }

    /// What to send next.
    pub(crate) fn step(&mut self, connection: &Connection) -> Result<Step> {
        let mut step =
            Step { repair: Repair { key: self.key.to_vec(), ..Repair::default() }, ..Step::default() };
        if let Some(start) = self.next {
            let end = self.held.len().min(start.index + PRINTS_MAX);
            step.repair.scope = Some(self.page(start, end));
            self.asked = Asked::Scope { start, end };
        } else {
            let details = self.details(connection)?;
            self.asked = Asked::Details(details.len());
            step.repair.details = (!details.is_empty()).then_some(details);
        }
        self.add_returns(connection, &mut step)?;
        Ok(step)
    }

    fn page(&self, start: Start, end: usize) -> ScopePrints {
        let page = self.held.get(start.index..end).unwrap_or_default();
        let is_last = end >= self.held.len();
        ScopePrints {
            after: start.after.map(DocName),
            up_to: page.last().filter(|_| !is_last).map(|held| DocName(held.doc)),
            prints: page.iter().flat_map(|held| held.print).collect(),
        }
    }

    /// All that the phone holds of the documents that differ.
    fn details(&self, connection: &Connection) -> Result<Vec<DocDetail>> {
        let mut details = Vec::new();
        let mut prints_so_far = 0;
        for doc in self.differing.iter().take(DETAILS_MAX) {
            if prints_so_far >= DETAIL_PRINTS {
                break;
            }
            let changes = read(connection, *doc)?.map_or_else(Vec::new, |document| document.changes());
            prints_so_far += changes.len();
            let prints = changes.iter().flat_map(|change| print_of_change(&self.key, change.hash)).collect();
            details.push(DocDetail { doc: *doc, prints });
        }
        Ok(details)
    }

    fn add_returns(&mut self, connection: &Connection, step: &mut Step) -> Result<()> {
        let (mut changes, mut bytes) = (0, 0);
        // What was not answered goes again.
        for given in std::mem::take(&mut self.under_way).into_iter().rev() {
            self.returns.push_front(given);
        }
        while let Some(next) = self.returns.front() {
            if changes > 0
                && (changes + next.hashes.len() > RETURNED_CHANGES || bytes + next.bytes > RETURNED_BYTES)
            {
                break;
            }
            let Some(next) = self.returns.pop_front() else { break };
            changes += next.hashes.len();
            bytes += next.bytes;
            add_return(connection, &next, step)?;
            self.under_way.push(next);
        }
        Ok(())
    }

    /// Takes in an answer, in the transaction of its events. Tells how many of the
    /// phone's own changes the server had lost.
    pub(crate) fn take(
        &mut self,
        transaction: &Writing<'_>,
        answer: &RepairAnswer,
        cursor: &[u8],
        now: Instant,
    ) -> Result<u64> {
        if !self.is_answered_by(answer) {
            return Ok(0);
        }
        self.cursor.get_or_insert_with(|| cursor.to_vec());
        self.given.extend(self.under_way.drain(..).map(|given| given.doc));
        match std::mem::replace(&mut self.asked, Asked::Nothing) {
            Asked::Nothing => {}
            Asked::Scope { start, end } => self.take_scope(start, end, answer),
            Asked::Details(asked) => {
                let answered = answer.answered.and_then(|count| usize::try_from(count).ok()).unwrap_or(asked);
                // A server that answers none would be asked for ever.
                drop(self.differing.drain(..answered.clamp(usize::from(asked > 0), asked)));
            }
        }
        for vouched in answer.vouched.as_deref().unwrap_or_default() {
            let heads = vouched.receipt.heads.iter().map(|head| head.0).collect();
            let word = receipts::Word { heads, mac: vouched.receipt.mac.clone() };
            receipts::add(transaction, vouched.doc, &word)?;
        }
        let mut offered = 0;
        for lacking in answer.lacking.as_deref().unwrap_or_default() {
            offered += self.give_back(transaction, lacking)?;
        }
        if self.is_done() && self.round == Round::First {
            self.round = Round::Second;
            self.differing.extend(std::mem::take(&mut self.given));
        }
        if self.is_done() {
            self.finish(transaction, now)?;
        }
        Ok(offered)
    }

    /// Whether an answer is to what was asked. One that a proxy kept from an earlier
    /// question is not; then the same is asked again.
    fn is_answered_by(&self, answer: &RepairAnswer) -> bool {
        match self.asked {
            Asked::Nothing => true,
            Asked::Scope { .. } => answer.answered.is_none(),
            Asked::Details(asked) => asked == 0 || answer.answered.is_some(),
        }
    }

    fn take_scope(&mut self, start: Start, end: usize, answer: &RepairAnswer) {
        let reached = answer.reached.map(|doc| doc.0);
        let unmatched: BTreeSet<Print> =
            answer.unmatched.as_deref().and_then(prints_in).unwrap_or_default().into_iter().collect();
        let page = self.held.get(start.index..end).unwrap_or_default();
        let compared = page.iter().filter(|held| reached.is_none_or(|reached| held.doc <= reached));
        let mut differing: BTreeSet<DocId> =
            compared.filter(|held| unmatched.contains(&held.print)).map(|held| held.doc).collect();
        differing.extend(answer.differing.iter().flatten().map(|doc| doc.0));
        differing.extend(self.differing.drain(..));
        self.differing = differing.into_iter().collect();
        self.next = match reached {
            Some(reached) if start.after.is_none_or(|after| after < reached) => {
                let index = self.held.partition_point(|held| held.doc <= reached);
                Some(Start { index, after: Some(reached) })
            }
            _ if end < self.held.len() => {
                let last = page.last().map(|held| held.doc);
                Some(Start { index: end, after: last })
            }
            _ => None,
        };
        if self.next.is_none() {
            self.differing.extend(self.left.drain(..));
        }
    }

    /// Notes what the server lacks of a document to be given back: the phone's own
    /// changes, and those of others for which it has the server's word. Without it they
    /// go only if an edit waits for them: what is refused comes out of the document then.
    /// A document of which the server has nothing and may be given nothing is in nobody's
    /// scope any more; it stays here, and comes back if somebody else gives it back.
    fn give_back(&mut self, transaction: &Writing<'_>, lacking: &Lacking) -> Result<u64> {
        let doc = lacking.doc;
        let Some(document) = read(transaction, doc)? else { return Ok(0) };
        let wanted: BTreeSet<Print> = prints_in(&lacking.prints).unwrap_or_default().into_iter().collect();
        let mut offered = 0;
        let mut parts = vec![Given::of(doc)];
        let mut is_known = false;
        for change in document.changes() {
            if !wanted.contains(&print_of_change(&self.key, change.hash)) {
                is_known = true;
                continue;
            }
            let Some(header) = document.header_of(change.hash) else { continue };
            if install::is_ours(transaction, header.actor)? {
                offered += u64::from(cold::take_up_again(transaction, doc, &document, &change, &header)?);
            } else if self.extent == Extent::Everything
                && receipts::owner(transaction, header.actor)?.is_none()
            {
                continue;
            }
            add_to(&mut parts, doc, &change);
        }
        parts.retain(|part| !part.hashes.is_empty());
        if parts.is_empty() && !is_known && offered == 0 {
            put::leave(transaction, doc, document.kind(), cold::NOT_IN_SCOPE)?;
        }
        // More than fits one request: the server has given its word for the end only,
        // and gives it for what comes before with each part, back to the beginning.
        let back_to_the_beginning = parts.iter().skip(1).rev().cloned();
        self.returns.extend(back_to_the_beginning);
        self.returns.extend(parts);
        Ok(offered)
    }

    /// Whether there is nothing more to send.
    pub(crate) fn is_done(&self) -> bool {
        let waits = !self.returns.is_empty() || !self.under_way.is_empty();
        self.next.is_none() && self.differing.is_empty() && !waits
    }

    /// Whether the phone stands elsewhere once it is done, with a feed to go on with.
    pub(crate) const fn has_moved_cursor(&self) -> bool {
        !self.keeps_cursor
    }

    fn finish(&self, transaction: &Writing<'_>, now: Instant) -> Result<()> {
        if self.extent == Extent::Everything {
            feed::repaired(transaction, now)?;
        }
        match &self.cursor {
            Some(cursor) if !self.keeps_cursor => feed::set_cursor(transaction, cursor, now),
            _ => Ok(()),
        }
    }
}

/// Adds a change to the last part, or begins another.
fn add_to(parts: &mut Vec<Given>, doc: DocId, change: &RawChange) {
    let is_full = |part: &Given| {
        !part.hashes.is_empty()
            && (part.hashes.len() >= RETURNED_CHANGES || part.bytes + change.bytes.len() > RETURNED_BYTES)
    };
    if parts.last().is_none_or(is_full) {
        parts.push(Given::of(doc));
    }
    if let Some(part) = parts.last_mut() {
        part.hashes.push(change.hash);
        part.bytes += change.bytes.len();
    }
}

/// Puts changes into a request, with the server's words for them.
fn add_return(connection: &Connection, given: &Given, step: &mut Step) -> Result<()> {
    let Some(document) = read(connection, given.doc)? else { return Ok(()) };
    let hashes: BTreeSet<ChangeHash> = given.hashes.iter().copied().collect();
    let mut changes = Vec::new();
    for change in document.changes().into_iter().filter(|change| hashes.contains(&change.hash)) {
        let Some(header) = document.header_of(change.hash) else { continue };
        if let Some(owner) = receipts::owner(connection, header.actor)?
            && !step.owners.contains(&owner)
        {
            step.owners.push(owner);
        }
        step.hashes.push(change.hash);
        changes.push(Bytes(change.bytes));
    }
    let mut words = receipts::of_doc(connection, given.doc)?;
    words.retain(|word| word.heads.iter().any(|head| hashes.contains(&head.0)));
    words.truncate(RECEIPTS_MAX);
    let receipts = (!words.is_empty()).then_some(words);
    step.returns.push(Return { doc: given.doc, kind: document.kind(), changes, receipts });
    Ok(())
}

/// A document as this phone holds it; none if it does not, or cannot read it.
fn read(connection: &Connection, doc: DocId) -> Result<Option<Document>> {
    let Some(saved) = document_rows::read(connection, doc)? else { return Ok(None) };
    Ok(incoming::own(saved.kind, &saved.saved).ok())
}
