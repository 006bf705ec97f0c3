//! Stage D: the change applied to a copy. What it would make of the document must
//! be what was expected, readable, and within the document's budgets.

use std::collections::HashMap;

use documents::inspect::{Action, DecodedChange, Object, Op, OpId, ReadChange};
use documents::{Document, ReadError};
use domain::limits::{
    DOC_ACTORS_MAX, DOC_CHANGES_MAX, DOC_DEPTH_MAX, DOC_MAP_ENTRIES_MAX, DOC_SAVED_BYTES_MAX,
};
use domain::{ChangeHash, DocKind, DocView, JobView, TripView};

use crate::guarded;
use crate::refusal::{Refusal, RefusalCode, Stage};
use crate::structure::Structure;

/// A change at least this large has the saved size measured after it.
const LARGE_CHANGE_BYTES: usize = 8 * 1024;
/// Smaller changes have it measured every so many, so that a document overshoots
/// its budget by a quarter of a megabyte at most, and honest edits do not pay for
/// saving it.
const CHANGES_BETWEEN_MEASURES: usize = 32;

/// The document as it would be.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) document: Document,
    pub(crate) view: DocView,
}

/// How large a document may become.
#[derive(Debug, Clone, Copy)]
struct Budgets {
    saved_bytes: usize,
    changes: usize,
    actors: usize,
    entries: usize,
}

/// The house's.
const BUDGETS: Budgets = Budgets {
    saved_bytes: DOC_SAVED_BYTES_MAX,
    changes: DOC_CHANGES_MAX,
    actors: DOC_ACTORS_MAX,
    entries: DOC_MAP_ENTRIES_MAX,
};

/// Applies a change to a copy, and reads what people would see.
pub(crate) fn run(
    kind: DocKind,
    document: Option<&Document>,
    change: (&Structure, &DecodedChange, ReadChange),
) -> Result<Trial, Refusal> {
    let after = run_unread(kind, document, change)?;
    read(&BUDGETS, after)
}

/// The same without reading it as a job or trip.
pub(crate) fn run_unread(
    kind: DocKind,
    document: Option<&Document>,
    (change, decoded, read): (&Structure, &DecodedChange, ReadChange),
) -> Result<Document, Refusal> {
    guarded(Stage::Trial, RefusalCode::TrialFailed, || {
        check_depth(document, decoded)?;
        apply_within(&BUDGETS, kind, document, (change, &decoded.ops, read))
    })
}

fn apply_within(
    budgets: &Budgets,
    kind: DocKind,
    document: Option<&Document>,
    (change, ops, read): (&Structure, &[Op], ReadChange),
) -> Result<Document, Refusal> {
    let after = apply(kind, document, (read, ops))?;
    check_heads(document, &after, change)?;
    check_budgets(budgets, &after, change)?;
    Ok(after)
}

fn read(budgets: &Budgets, document: Document) -> Result<Trial, Refusal> {
    guarded(Stage::Trial, RefusalCode::TrialFailed, || {
        let view = view_of(&document).map_err(|error| failed(error.to_string()))?;
        check_entries(budgets, &view)?;
        Ok(Trial { document, view })
    })
}

/// No object lies deeper than the limit: reading one takes stack for each level,
/// and a stack that overflows cannot be caught. The policy knows no place so deep;
/// this holds without it.
fn check_depth(document: Option<&Document>, decoded: &DecodedChange) -> Result<(), Refusal> {
    let mut depths: HashMap<OpId, usize> = HashMap::new();
    for op in &decoded.ops {
        if !matches!(op.action, Action::MakeMap | Action::MakeText) {
            continue;
        }
        let parent = match op.object {
            Object::Root => 0,
            Object::Made(id) => match depths.get(&id) {
                Some(depth) => *depth,
                None => document.and_then(|document| document.depth_of(&id)).unwrap_or(0),
            },
        };
        if parent >= DOC_DEPTH_MAX {
            return Err(failed(format!("objects lie deeper than {DOC_DEPTH_MAX} levels")));
        }
        depths.insert(op.id, parent + 1);
    }
    Ok(())
}

fn apply(
    kind: DocKind,
    document: Option<&Document>,
    (read, ops): (ReadChange, &[Op]),
) -> Result<Document, Refusal> {
    let applied = match document {
        None => Document::begun_by(kind, read),
        Some(document) => document.with(read, ops),
    };
    applied.map_err(|error| failed(error.to_string()))
}

/// The heads are those that were there, without the dependencies, and the change.
/// No input is known that gets here and fails: it guards against the day when
/// Automerge keeps a change waiting and says nothing.
fn check_heads(before: Option<&Document>, after: &Document, change: &Structure) -> Result<(), Refusal> {
    let mut expected: Vec<ChangeHash> = before
        .map(Document::heads)
        .unwrap_or_default()
        .into_iter()
        .filter(|head| !change.deps().contains(head))
        .collect();
    expected.push(change.hash());
    expected.sort_unstable();
    if after.heads() == expected {
        Ok(())
    } else {
        Err(failed("the document's heads are not as expected after it".to_owned()))
    }
}

fn check_budgets(budgets: &Budgets, after: &Document, change: &Structure) -> Result<(), Refusal> {
    let (changes, actors) = after.counts();
    if changes > budgets.changes {
        return Err(over("the document has too many changes"));
    }
    if actors > budgets.actors {
        return Err(over("too many devices have written in the document"));
    }
    let is_due = change.bytes().len() >= LARGE_CHANGE_BYTES || changes % CHANGES_BETWEEN_MEASURES == 0;
    if is_due && after.save().len() > budgets.saved_bytes {
        return Err(over("the document is too large"));
    }
    Ok(())
}

/// What people would see.
fn view_of(document: &Document) -> Result<DocView, ReadError> {
    match document.kind() {
        DocKind::Job => document.job().map(|job| DocView::Job(Box::new(job))),
        DocKind::Trip => document.trip().map(|trip| DocView::Trip(Box::new(trip))),
    }
}

fn check_entries(budgets: &Budgets, view: &DocView) -> Result<(), Refusal> {
    let largest = match view {
        DocView::Job(job) => most_entries_of_job(job),
        DocView::Trip(trip) => most_entries_of_trip(trip),
    };
    if largest <= budgets.entries { Ok(()) } else { Err(over("a part of the document has too many entries")) }
}

fn most_entries_of_job(job: &JobView) -> usize {
    let counts = [
        job.events.len(),
        job.parts.len(),
        job.labour.len(),
        job.checklist.len(),
        job.notes.len(),
        job.attachments.len(),
    ];
    counts.into_iter().max().unwrap_or(0)
}

fn most_entries_of_trip(trip: &TripView) -> usize {
    trip.jobs.len().max(trip.receipts.len())
}

fn failed(message: String) -> Refusal {
    Refusal::new(Stage::Trial, RefusalCode::TrialFailed, "", message)
}

fn over(message: &str) -> Refusal {
    Refusal::new(Stage::Trial, RefusalCode::DocBudget, "", message)
}

#[cfg(test)]
mod tests {
    use documents::inspect::{ChangeHeader, Key};
    use documents::{RawChange, testing};
    use domain::Role;
    use testkit::Kit;

    use super::*;
    use crate::structure::check_change;

    /// A job, and another person's next change of it.
    fn job_and_change() -> (Document, Structure) {
        let mut kit = Kit::new(1);
        let (first, second) = (kit.dispatcher(), kit.dispatcher());
        let create = kit.create_job("no heat");
        let (mut job, _) = kit.create(&first, &create);
        let note = kit.add_note(&"x".repeat(9_000));
        kit.edit(&mut job, &first, &note);
        let note = kit.add_note(&"y".repeat(9_000));
        let RawChange { bytes, .. } = kit.edit(&mut job.clone(), &second, &note);
        (job, check_change(&bytes).expect("an honest change"))
    }

    fn try_within(budgets: Budgets) -> Option<RefusalCode> {
        let (job, change) = job_and_change();
        let decoded = crate::structure::decode(&change).expect("an honest change");
        apply_within(&budgets, DocKind::Job, Some(&job), (&change, &decoded.ops, as_read(&change)))
            .and_then(|after| read(&budgets, after))
            .err()
            .map(|refusal| refusal.code)
    }

    #[test]
    fn each_budget_is_kept_to_its_last_unit() {
        let over = Some(RefusalCode::DocBudget);
        assert_eq!(try_within(BUDGETS), None);
        assert_eq!(try_within(Budgets { changes: 3, ..BUDGETS }), None);
        assert_eq!(try_within(Budgets { changes: 2, ..BUDGETS }), over);
        assert_eq!(try_within(Budgets { actors: 2, ..BUDGETS }), None);
        assert_eq!(try_within(Budgets { actors: 1, ..BUDGETS }), over);
        assert_eq!(try_within(Budgets { entries: 2, ..BUDGETS }), None);
        assert_eq!(try_within(Budgets { entries: 1, ..BUDGETS }), over);
        assert_eq!(try_within(Budgets { saved_bytes: 20_000, ..BUDGETS }), None);
        assert_eq!(try_within(Budgets { saved_bytes: 18_000, ..BUDGETS }), over);
    }

    #[test]
    fn the_entries_of_a_trip_are_counted() {
        let mut kit = Kit::new(2);
        let technician = kit.person(Role::Technician);
        let jobs = vec![kit.doc_id(), kit.doc_id(), kit.doc_id()];
        let create = kit.create_trip(jobs);
        let (trip, _) = kit.create(&technician, &create);
        let code_of = |entries| read(&Budgets { entries, ..BUDGETS }, trip.clone()).err().map(|it| it.code);
        assert_eq!(code_of(3), None);
        assert_eq!(code_of(2), Some(RefusalCode::DocBudget));
    }

    #[test]
    fn a_document_of_small_changes_is_measured_now_and_then() {
        let mut kit = Kit::new(3);
        let person = kit.dispatcher();
        let create = kit.create_job("no heat");
        let (mut job, _) = kit.create(&person, &create);
        let tiny = Budgets { saved_bytes: 1, ..BUDGETS };
        let mut measured = Vec::new();
        for number in 2..=2 * CHANGES_BETWEEN_MEASURES {
            let note = kit.add_note("x");
            let change = check_change(&kit.edit(&mut job, &person, &note).bytes).expect("an honest change");
            if check_budgets(&tiny, &job, &change).is_err() {
                measured.push(number);
            }
        }
        assert_eq!(measured, [CHANGES_BETWEEN_MEASURES, 2 * CHANGES_BETWEEN_MEASURES]);
        // A size is kept to its last byte.
        let note = kit.add_note(&"y".repeat(2 * LARGE_CHANGE_BYTES));
        let change = check_change(&kit.edit(&mut job, &person, &note).bytes).expect("an honest change");
        let saved_bytes = job.save().len();
        let within = |saved_bytes| check_budgets(&Budgets { saved_bytes, ..BUDGETS }, &job, &change).is_ok();
        assert!(within(saved_bytes) && !within(saved_bytes - 1));
    }

    /// The change with other operations: so many maps, each within the last, the first
    /// within an object. And the name of the last.
    fn nested(header: ChangeHeader, maps: u64, within: Object) -> (Structure, DecodedChange, OpId) {
        let id = |number: u64| OpId { counter: header.start_op + number, actor: header.actor };
        let op = |number: u64| Op {
            id: id(number),
            object: if number == 0 { within } else { Object::Made(id(number - 1)) },
            key: Key::Map("deeper".to_owned()),
            insert: false,
            action: Action::MakeMap,
            pred: Vec::new(),
        };
        let last = id(maps - 1);
        let ops = (0..maps).map(op).collect();
        let RawChange { bytes, .. } = testing::encode(&DecodedChange { header, ops }).expect("encodes");
        let change = check_change(&bytes).expect("sound bytes");
        let decoded = crate::structure::decode(&change).expect("reads");
        (change, decoded, last)
    }

    fn as_read(change: &Structure) -> ReadChange {
        documents::inspect::read(change.bytes()).expect("canonical").1
    }

    #[test]
    fn nothing_lies_deeper_than_the_limit_in_one_change_or_in_two() {
        let (job, change) = job_and_change();
        let header = crate::structure::decode(&change).expect("an honest change").header;
        let limit = DOC_DEPTH_MAX as u64;
        let deep = |maps| {
            let (change, decoded, last) = nested(header.clone(), maps, Object::Root);
            let after = run_unread(DocKind::Job, Some(&job), (&change, &decoded, as_read(&change)))?;
            Ok::<_, Refusal>((after, decoded.header, last))
        };
        let code = |refusal: Refusal| refusal.code;
        assert_eq!(deep(limit + 1).map(drop).map_err(code), Err(RefusalCode::TrialFailed));
        // The next change goes on where the first has ended.
        for (maps, expected) in [(limit, Err(RefusalCode::TrialFailed)), (limit - 1, Ok(()))] {
            let (document, before, last) = deep(maps).expect("it is within the limit");
            let next = ChangeHeader {
                seq: before.seq + 1,
                start_op: before.max_op() + 1,
                deps: vec![before.hash],
                ..before
            };
            let (change, decoded, _) = nested(next, 1, Object::Made(last));
            let after = run_unread(DocKind::Job, Some(&document), (&change, &decoded, as_read(&change)));
            assert_eq!(after.map(drop).map_err(code), expected, "{maps} maps before it");
        }
    }

    #[test]
    fn a_change_that_was_not_taken_up_is_noticed() {
        let (job, change) = job_and_change();
        let decoded = crate::structure::decode(&change).expect("an honest change");
        let after = apply(DocKind::Job, Some(&job), (as_read(&change), &decoded.ops)).expect("applies");
        assert!(check_heads(Some(&job), &after, &change).is_ok());
        assert_eq!(
            check_heads(Some(&job), &job, &change).map_err(|it| it.code),
            Err(RefusalCode::TrialFailed)
        );
    }

    #[test]
    fn a_panic_inside_the_engine_is_a_refusal_and_a_strike() {
        let refusal = guarded(Stage::Trial, RefusalCode::TrialFailed, || -> Result<(), Refusal> {
            panic!("index out of bounds")
        })
        .expect_err("it panicked");
        assert_eq!((refusal.code, refusal.strike), (RefusalCode::TrialFailed, crate::Strike::BrokenBytes));
    }
}
