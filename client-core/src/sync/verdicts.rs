//! Writes the server's verdicts into the outbox, and works out which changes
//! have to come out of which documents.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ChangeHash, DocId, Instant};
use wire::{ErrorCode, Outcome, Verdict};

use crate::incoming;
use crate::store::error::Result;
use crate::store::writing::Writing;
use crate::store::{acks, documents, offers, outbox};
use crate::{EntryState, OutboxEntry, Reason, Resolution};

/// What the verdicts of one answer come to.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Changes that must come out of a document, with all that builds on them.
    pub(crate) dropped: BTreeMap<DocId, BTreeSet<ChangeHash>>,
    /// What the server lacks before it can judge a change of ours.
    pub(crate) needs: Vec<Need>,
    /// Whether the server knows this installation's actor further than the
    /// phone does.
    pub(crate) forked: bool,
    /// The documents in which something was accepted.
    pub(crate) accepted_in: BTreeSet<DocId>,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) any: bool,
}

/// A change of ours of which the server lacks what comes before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    pub(crate) doc: DocId,
    pub(crate) change: ChangeHash,
}

/// Writes all verdicts down, those on changes of others only if they were given
/// back just now; each is acknowledged with the next request.
pub(crate) fn settle(
    transaction: &Writing<'_>,
    verdicts: &[Verdict],
    returned: &BTreeSet<ChangeHash>,
    now: Instant,
) -> Result<Settled> {
    let mut settled = Settled { any: !verdicts.is_empty(), ..Settled::default() };
    for verdict in verdicts {
        acks::add(transaction, verdict.hash.0)?;
        // A database restored from a backup may not know the change any more;
        // the document brings it back if it was accepted.
        match outbox::by_hash(transaction, verdict.hash.0)? {
            Some(mut entry) => {
                if entry.state == EntryState::Accepted && is_not_there(&verdict.outcome) {
                    outbox::send_again(transaction, entry.hash)?;
                    entry.state = EntryState::Pending;
                }
                settled.one(transaction, verdict, &entry, now)?;
            }
            None if returned.contains(&verdict.hash.0) => settled.foreign(transaction, verdict)?,
            None => {}
        }
    }
    // A change blocked by another is judged when the other's fate is known.
    for verdict in verdicts {
        if let Outcome::BlockedBy { hash } = &verdict.outcome
            && let Some(entry) = outbox::by_hash(transaction, verdict.hash.0)?
            && entry.state == EntryState::Pending
            && settled.is_out(transaction, entry.doc, hash.0)?
        {
            settled.drop_change(&entry);
        }
    }
    Ok(settled)
}

impl Settled {
    fn one(
        &mut self,
        transaction: &Writing<'_>,
        verdict: &Verdict,
        entry: &OutboxEntry,
        now: Instant,
    ) -> Result<()> {
        match &verdict.outcome {
            Outcome::Accepted | Outcome::Duplicate => {
                self.accepted += u64::from(entry.state != EntryState::Accepted);
                self.accepted_in.insert(entry.doc);
                outbox::accept(transaction, entry.hash, now)?;
            }
            // A verdict that came before, or on a change that was replaced since.
            _ if entry.state != EntryState::Pending => {}
            Outcome::Refused { code, path, message } => {
                self.drop_change(entry);
                if !can_be_made_again(transaction, code, entry)? {
                    let reason = Reason { code: code.clone(), path: path.clone(), message: message.clone() };
                    outbox::fail(transaction, entry.id, EntryState::Refused, &reason, now)?;
                    self.refused += 1;
                    hand_in(transaction, code, entry)?;
                }
            }
            Outcome::ActorFork { .. } => {
                self.drop_change(entry);
                self.forked = true;
            }
            Outcome::Need { .. } => self.needs.push(Need { doc: entry.doc, change: entry.hash }),
            Outcome::BlockedBy { .. } => {}
        }
        Ok(())
    }

    /// A change of somebody else that the server had lost and was given back. What
    /// it will not take must come out of the document, or nothing that builds on it
    /// would ever be accepted.
    fn foreign(&mut self, transaction: &Writing<'_>, verdict: &Verdict) -> Result<()> {
        if !matches!(verdict.outcome, Outcome::Refused { .. } | Outcome::ActorFork { .. }) {
            return Ok(());
        }
        let Some(saved) = documents::read(transaction, verdict.doc)? else { return Ok(()) };
        let holds = incoming::own(saved.kind, &saved.saved).is_ok_and(|held| held.contains(verdict.hash.0));
        if holds {
            self.dropped.entry(verdict.doc).or_default().insert(verdict.hash.0);
        }
        Ok(())
    }

    fn drop_change(&mut self, entry: &OutboxEntry) {
        self.dropped.entry(entry.doc).or_default().insert(entry.hash);
    }

    /// Whether a change of ours will never be accepted.
    fn is_out(&self, transaction: &Writing<'_>, doc: DocId, hash: ChangeHash) -> Result<bool> {
        if self.dropped.get(&doc).is_some_and(|dropped| dropped.contains(&hash)) {
            return Ok(true);
        }
        let entry = outbox::by_hash(transaction, hash)?;
        Ok(entry.is_some_and(|entry| {
            matches!(entry.state, EntryState::Refused | EntryState::Unplayable | EntryState::Superseded)
        }))
    }
}

/// What is refused because its author or his phone is barred is the office's to
/// decide on.
fn hand_in(transaction: &Writing<'_>, code: &str, entry: &OutboxEntry) -> Result<()> {
    let is_barred =
        matches!(ErrorCode::from_name(code), Some(ErrorCode::UserDisabled | ErrorCode::DeviceRevoked));
    if is_barred && entry.command.is_some() {
        offers::add(transaction, entry.id, None)?;
        outbox::resolve(transaction, entry.id, Resolution::Offered, None)?;
    }
    Ok(())
}

/// Whether an answer says that the server does not have a change. It had been
/// accepted before the server was restored from a backup, and waits again.
fn is_not_there(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { .. } | Outcome::ActorFork { .. } | Outcome::Need { .. })
}

/// How often a command is made again after refusals of the chain. Once is not
/// enough for a copied phone: what two copies have in common is made again alike
/// under one actor, which then is the other's for what only this one wrote.
const MADE_AGAIN_MAX: usize = 3;

/// Whether a refusal is of the chain of changes and not of what the person did:
/// the command is then made again under a new actor.
fn can_be_made_again(transaction: &Writing<'_>, code: &str, entry: &OutboxEntry) -> Result<bool> {
    let of_the_chain = matches!(
        ErrorCode::from_name(code),
        Some(
            ErrorCode::ActorUnknown
                | ErrorCode::SequenceGap
                | ErrorCode::DepsIncomplete
                | ErrorCode::StartOpWrong
        )
    );
    if !of_the_chain || entry.command.is_none() {
        return Ok(false);
    }
    let (mut times, mut replayed) = (0, entry.replays);
    while let Some(before) = replayed {
        times += 1;
        replayed = outbox::by_id(transaction, before)?.and_then(|entry| entry.replays);
    }
    Ok(times < MADE_AGAIN_MAX)
}
