//! Bytes from elsewhere: what is broken is an error and changes nothing.

use std::collections::BTreeSet;

use crate::common::*;
use documents::inspect::{DecodeError, OpId, decode};
use documents::{ApplyError, Document, RawChange};
use domain::{ActorId, ChangeHash, DocKind, EventKind, JobCommand, JobText};

fn bytes<'a>(changes: impl IntoIterator<Item = &'a RawChange>) -> Vec<&'a [u8]> {
    changes.into_iter().map(|change| change.bytes.as_slice()).collect()
}

/// A job, then two branches from it that meet again, and an edit after both.
fn diamond() -> (Document, Vec<RawChange>) {
    let (mut left, first) = new_job();
    let mut right = left.clone();
    let sara = does(&mut left, SARA, 1, &record(2, EventKind::Contacted));
    let office = does(&mut right, OFFICE, 1, &record(3, EventKind::Answered));
    meet(&mut left, &mut right);
    let last = does(&mut left, SARA, 2, &record(4, EventKind::CustomerReplied));
    (left, vec![first, sara, office, last])
}

#[test]
fn a_change_whose_dependencies_are_missing_is_refused_and_not_kept_waiting() {
    let (full, changes) = diamond();
    let mut document = Document::from_changes(DocKind::Job, bytes(&changes[..1])).expect("the first change");
    let before = document.save();
    let missing = BTreeSet::from([changes[1].hash, changes[2].hash]);
    let error = document.apply(bytes([&changes[3]])).expect_err("its dependencies are missing");
    assert_eq!(error, ApplyError::Missing(missing.into_iter().collect()));
    assert_eq!(document.save(), before);
    // Had it been queued, it would appear now.
    document.apply(bytes(&changes[1..3])).expect("both branches");
    assert!(!document.contains(changes[3].hash));
    document.apply(bytes([&changes[3]])).expect("the last one");
    assert_eq!(document.heads(), full.heads());
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all() {
    let (_, changes) = diamond();
    let mut document = Document::from_changes(DocKind::Job, bytes(&changes[..1])).expect("the first change");
    let (before, view) = (document.save(), document.job());
    let mut broken = changes[2].bytes.clone();
    *broken.last_mut().expect("a byte") ^= 1;
    let batch = [changes[1].bytes.as_slice(), broken.as_slice()];
    assert!(matches!(document.apply(batch), Err(ApplyError::Engine(_))));
    assert_eq!((document.save(), document.job(), document.counts()), (before, view, (1, 1)));
}

#[test]
fn known_changes_are_passed_over() {
    let (mut document, changes) = diamond();
    let before = document.save();
    document.apply(bytes(&changes)).expect("known changes");
    document.apply([]).expect("nothing");
    let twice = [bytes(&changes), bytes(&changes)].concat();
    let again = Document::from_changes(DocKind::Job, twice).expect("each once");
    assert_eq!((document.save(), again.heads()), (before, document.heads()));
}

#[test]
fn two_changes_of_one_number_are_refused() {
    let (document, _) = new_job();
    let mut forks = [document.clone(), document.clone()];
    let changes: Vec<RawChange> = (2..)
        .zip(&mut forks)
        .map(|(id, fork)| does(fork, SARA, 1, &record(id, EventKind::Contacted)))
        .collect();
    let [mut fork, _] = forks;
    let before = fork.save();
    assert!(matches!(fork.apply(bytes([&changes[1]])), Err(ApplyError::Engine(_))));
    assert_eq!(fork.save(), before);
    assert!(!fork.contains(changes[1].hash));
}

/// Seen to fail with the checksum not compared: byte 4, the checksum's first, made
/// no difference.
#[test]
fn a_change_with_any_byte_flipped_is_refused() {
    let (document, _) = new_job();
    let mut copy = document.clone();
    let change = does(&mut copy, SARA, 1, &record(2, EventKind::Contacted));
    for at in 0..change.bytes.len() {
        let mut broken = change.bytes.clone();
        broken[at] ^= 0x10;
        assert!(decode(&broken).is_err(), "byte {at}");
        assert!(document.clone().apply([broken.as_slice()]).is_err(), "byte {at}");
    }
    for length in 0..change.bytes.len() {
        assert!(decode(&change.bytes[..length]).is_err(), "{length} bytes");
    }
    assert!(decode(&[change.bytes.as_slice(), &[0]].concat()).is_err(), "one byte more");
}

#[test]
fn a_saved_document_with_any_byte_flipped_is_refused() {
    let (document, _) = new_job();
    let saved = document.save();
    for at in 0..saved.len() {
        let mut broken = saved.clone();
        broken[at] ^= 0x10;
        assert!(Document::load(DocKind::Job, &broken).is_err(), "byte {at}");
    }
    for length in 0..saved.len() {
        assert!(Document::load(DocKind::Job, &saved[..length]).is_err(), "{length} bytes");
    }
    let doubled = [saved.as_slice(), &[0]].concat();
    assert!(Document::load(DocKind::Job, &doubled).is_err(), "one byte more");
}

/// Seen to fail without the question for missing dependencies: Automerge kept the
/// change in its queue and said `Ok`.
#[test]
fn a_saved_document_with_a_change_that_waits_is_refused() {
    let (_, changes) = diamond();
    let first = Document::from_changes(DocKind::Job, bytes(&changes[..1])).expect("the first change");
    let with_orphan = [first.save(), changes[3].bytes.clone()].concat();
    assert!(Document::load(DocKind::Job, &with_orphan).is_err());
}

/// A change that names another actor and uses it nowhere: readable, and not as
/// Automerge would write it. Decoded without complaint when the bytes were not
/// compared.
#[test]
fn a_change_in_another_form_is_not_canonical() {
    let (_, first) = new_job();
    let mut body = Chunk::of(&first.bytes);
    let at = body.other_actors();
    body.data[at] = 1;
    let idle: Vec<u8> = std::iter::once(16).chain([0xff; 16]).collect();
    body.data.splice(at + 1..at + 1, idle);
    assert_eq!(decode(&body.sealed()), Err(DecodeError::NotCanonical));
    assert!(decode(&Chunk::of(&first.bytes).sealed()).is_ok(), "sealed again as it was");
}

/// The body of a change chunk, to be tampered with.
struct Chunk {
    data: Vec<u8>,
}

impl Chunk {
    fn of(bytes: &[u8]) -> Self {
        let (_, header) = leb(bytes, 9);
        Self { data: bytes[header..].to_vec() }
    }

    /// Where the number of other actors stands.
    fn other_actors(&self) -> usize {
        let (deps, at) = leb(&self.data, 0);
        let (actor, at) = leb(&self.data, at + 32 * deps);
        let (_seq, at) = leb(&self.data, at + actor);
        let (_start_op, at) = leb(&self.data, at);
        let (_time, at) = leb(&self.data, at);
        let (message, at) = leb(&self.data, at);
        at + message
    }

    /// The whole chunk with its length and checksum.
    fn sealed(&self) -> Vec<u8> {
        let mut length = Vec::new();
        let mut rest = self.data.len();
        while rest > 0x7f {
            length.push(u8::try_from(rest & 0x7f).expect("seven bits") | 0x80);
            rest >>= 7;
        }
        length.push(u8::try_from(rest).expect("seven bits"));
        let hashed = [&[1], length.as_slice(), &self.data].concat();
        let hash = <sha2::Sha256 as sha2::Digest>::digest(&hashed);
        [&[0x85, 0x6f, 0x4a, 0x83][..], &hash[..4], &hashed].concat()
    }
}

/// Reads an unsigned LEB128 number; gives where it ends too.
fn leb(bytes: &[u8], start: usize) -> (usize, usize) {
    let mut value = 0;
    for (index, byte) in bytes[start..].iter().enumerate().take(9) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return (value, start + index + 1);
        }
    }
    panic!("no number at {start}")
}

#[test]
fn a_document_may_be_sent_to_another_thread() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Document>();
}

#[test]
fn what_a_change_says_of_itself() {
    let (document, changes) = diamond();
    for (change, seq, deps) in [
        (&changes[0], 1, vec![]),
        (&changes[1], 1, vec![changes[0].hash]),
        (&changes[2], 2, vec![changes[0].hash]),
    ] {
        let header = document.header_of(change.hash).expect("it is there");
        assert_eq!((header.hash, header.seq, header.deps), (change.hash, seq, deps));
    }
    let ends = |hash: ChangeHash| document.header_of(hash).expect("it is there").max_op();
    let last = document.header_of(changes[3].hash).expect("it is there");
    assert_eq!(last.start_op, 1 + ends(changes[1].hash).max(ends(changes[2].hash)));
    assert_eq!(document.last_of(SARA.actor), Some((2, changes[3].hash)));
    assert_eq!(document.last_of(OFFICE.actor), Some((2, changes[2].hash)));
    assert_eq!(document.last_of(REZA.actor), None);
    assert_eq!(document.counts(), (4, 2));
    assert_eq!(document.header_of(ChangeHash::from_bytes([0; 32])), None);
}

#[test]
fn causality_is_known() {
    let (document, changes) = diamond();
    let [first, sara, office, last] = [0, 1, 2, 3].map(|index: usize| changes[index].hash);
    assert!(document.is_ancestor(first, &[sara]) && document.is_ancestor(first, &[last]));
    assert!(document.is_ancestor(sara, &[sara]), "a change is among itself");
    assert!(document.is_ancestor(office, &[sara, last]));
    assert!(!document.is_ancestor(sara, &[office]) && !document.is_ancestor(last, &[sara, office]));
    let unknown = ChangeHash::from_bytes([0; 32]);
    assert!(!document.is_ancestor(unknown, &[last]) && !document.is_ancestor(first, &[unknown]));
    assert_eq!(document.changes_since(&[unknown]).len(), 4, "unknown heads are passed over");
    assert_eq!(document.changes_since(&[sara]), [changes[2].clone(), changes[3].clone()]);
    assert_eq!(document.changes_since(&[last]), []);
    assert!(document.job_at(&[unknown]).is_err());
}

#[test]
fn the_index_of_changes_keeps_up_with_edits_and_merges() {
    let (mut document, first) = new_job();
    assert_eq!(document.counts(), (1, 1));
    let mut other = document.clone();
    let edit = does(&mut document, SARA, 1, &record(2, EventKind::Contacted));
    assert_eq!(document.last_of(SARA.actor), Some((1, edit.hash)));
    let theirs = does(&mut other, REZA, 1, &record(3, EventKind::Answered));
    meet(&mut document, &mut other);
    assert!(document.contains(theirs.hash) && document.is_ancestor(first.hash, &[theirs.hash]));
    assert_eq!(document.counts(), (3, 3));
    let fresh = Document::load(DocKind::Job, &document.save()).expect("our own bytes");
    for change in [&first, &edit, &theirs] {
        assert_eq!(fresh.header_of(change.hash), document.header_of(change.hash));
    }
}

#[test]
fn objects_are_found_by_the_operation_that_made_them() {
    let (mut document, first) = new_job();
    let decoded = decode(&first.bytes).expect("our own change");
    let mut found = BTreeSet::new();
    for op in &decoded.ops {
        found.extend(document.path_of(&op.id));
    }
    let paths: BTreeSet<String> = found.iter().map(|path| path.join(".")).collect();
    assert!(paths.contains("diagnosis") && paths.contains("parts"));
    assert!(paths.contains(&format!("events.{}", event_id(1))), "{paths:?}");
    assert_eq!(paths.len(), 17, "16 containers and one event: {paths:?}");
    let stranger = OpId { counter: 1, actor: ActorId::from_bytes([9; 16]) };
    assert_eq!(document.path_of(&stranger), None);
    // An operation that is not there yet is not found by its number alone.
    let next = OpId { counter: 10_000, actor: OFFICE.actor };
    assert_eq!(document.path_of(&next), None);
    let text = JobText::Diagnosis;
    let letter = does(&mut document, SARA, 1, &job(JobCommand::ReplaceText { text, value: "x".to_owned() }));
    let letter = &decode(&letter.bytes).expect("our own change").ops[0];
    assert_eq!(document.path_of(&letter.id), None, "a letter is no object");
}

#[test]
fn a_document_without_some_changes_is_without_what_depends_on_them() {
    let (document, changes) = diamond();
    let without = |hashes: &[ChangeHash]| {
        let rest = document.without(&hashes.iter().copied().collect()).expect("the rest");
        rest.changes().iter().map(|change| change.hash).collect::<BTreeSet<_>>()
    };
    let set = |indexes: &[usize]| indexes.iter().map(|index| changes[*index].hash).collect::<BTreeSet<_>>();
    assert_eq!(without(&[]), set(&[0, 1, 2, 3]));
    assert_eq!(without(&[changes[3].hash]), set(&[0, 1, 2]));
    assert_eq!(without(&[changes[1].hash]), set(&[0, 2]));
    assert_eq!(without(&[changes[0].hash]), set(&[]));
    assert_eq!(without(&[ChangeHash::from_bytes([0; 32])]), set(&[0, 1, 2, 3]));
    // The refused actor's number is free again, as for a replay under a new actor.
    let mut rest = document.without(&set(&[1])).expect("the rest");
    let replayed = does(&mut rest, REZA, 5, &record(2, EventKind::Contacted));
    assert_eq!(rest.header_of(replayed.hash).map(|header| header.deps), Some(vec![changes[2].hash]));
}
