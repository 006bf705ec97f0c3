//! Properties: whatever the office and two technicians do apart, and in whatever
//! order and grouping their changes arrive, everybody comes to the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use crate::common::*;
use documents::inspect::{decode, read};
use documents::{Document, RawChange};
use domain::{
    ChangeHash, DocKind, EditCommand, EventKind, Instant, JobCommand, JobField, JobText, Part, Thousandths,
};

const PEOPLE: [Person; 3] = [OFFICE, SARA, REZA];
const FIELDS: [JobField; 4] =
    [JobField::ContactPhone, JobField::SiteAddress, JobField::OutcomeFault, JobField::OutcomeResult];
const WORDS: [&str; 4] = ["", "نور", "Hose", "🔧 pump"];

/// One step of a day: somebody does something, or meets somebody.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Do { who: usize, what: u8, which: u8, word: usize },
    Meet { one: usize, other: usize },
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => (0..3_usize, any::<u8>(), 0..3_u8, 0..4_usize)
            .prop_map(|(who, what, which, word)| Step::Do { who, what, which, word }),
        1 => (0..3_usize, 1..3_usize).prop_map(|(one, by)| Step::Meet { one, other: (one + by) % 3 }),
    ]
}

/// A command by its number; many do not fit where they come, and are refused.
fn command(what: u8, which: u8, word: usize, fresh: u8) -> EditCommand {
    let words = WORDS[word].to_owned();
    let text_of = if which == 0 { JobText::Diagnosis } else { JobText::Solution };
    let at = Instant::from_millis(MORNING + i64::from(what));
    match what % 14 {
        0..=3 => {
            let kind = EventKind::ALL[usize::from(what) % EventKind::ALL.len()];
            record_because(fresh, kind, "so it was")
        }
        4 => assign(fresh, [None, Some(SARA), Some(REZA)][usize::from(which)]),
        5 | 6 => set(text(FIELDS[usize::from(what) % 4], &words)),
        7 => job(JobCommand::AddPart { id: line_id(which), part: a_part() }),
        8 => {
            let part = Part { quantity: Thousandths(i64::from(what) + 1), name: words, ..a_part() };
            job(JobCommand::CorrectPart { id: line_id(which), part })
        }
        9 => job(JobCommand::VoidPart { id: line_id(which), reason: format!("{words}.") }),
        10 => job(JobCommand::Answer {
            item: ["leak", "earth", "noise"][usize::from(which)].to_owned(),
            answer: words,
        }),
        11 => job(JobCommand::ReplaceText { text: text_of, value: words.repeat(usize::from(which) + 1) }),
        12 => job(JobCommand::SpliceText {
            text: text_of,
            at: u32::from(which),
            delete: u32::from(what % 2),
            insert: words,
        }),
        _ if what.is_multiple_of(2) => {
            job(JobCommand::AddLabour { id: labour_id(which), started_at: at, ended_at: None })
        }
        _ => job(JobCommand::EndLabour { id: labour_id(which), ended_at: at }),
    }
}

/// The replicas of the three after a day, not yet brought together.
pub(crate) fn play(steps: &[Step]) -> [Document; 3] {
    let (document, _) = new_job();
    let mut replicas = [document.clone(), document.clone(), document];
    for (step, fresh) in steps.iter().zip(10_u8..) {
        match step {
            Step::Do { who, what, which, word } => {
                let context = at_minute(PEOPLE[*who], i64::from(fresh));
                let replica = &mut replicas[*who];
                // Read now, so that after the edit only what it touched is read again.
                replica.job().expect("a job");
                let before = replica.save();
                if replica.edit(&command(*what, *which, *word, fresh), &context).is_err() {
                    assert_eq!(replica.save(), before, "a refused command changes nothing");
                }
                let whole = Document::load(DocKind::Job, &replica.save()).expect("what was saved loads");
                assert_eq!(replica.job().expect("a job"), whole.job().expect("a job"));
            }
            Step::Meet { one, other } => {
                let mut theirs = replicas[*other].clone();
                meet(&mut replicas[*one], &mut theirs);
                replicas[*other] = theirs;
            }
        }
    }
    replicas
}

/// Every change of the three, by hash.
fn all_changes(replicas: &[Document]) -> BTreeMap<ChangeHash, RawChange> {
    replicas.iter().flat_map(Document::changes).map(|change| (change.hash, change)).collect()
}

fn built(changes: &[&RawChange]) -> Document {
    Document::from_changes(DocKind::Job, changes.iter().map(|change| change.bytes.as_slice()))
        .expect("all that they depend on is there")
}

/// The changes drawn one after another, each when all that it depends on was:
/// `picks` says which of the ready ones comes next.
fn in_some_order<'a>(
    full: &Document,
    all: &'a BTreeMap<ChangeHash, RawChange>,
    picks: &[usize],
) -> Vec<&'a RawChange> {
    let mut drawn: BTreeSet<ChangeHash> = BTreeSet::new();
    let mut order = Vec::new();
    let mut picks = picks.iter().cycle();
    while order.len() < all.len() {
        let ready: Vec<&RawChange> = all
            .values()
            .filter(|change| !drawn.contains(&change.hash))
            .filter(|change| deps(full, change.hash).iter().all(|dep| drawn.contains(dep)))
            .collect();
        let next = ready[picks.next().copied().unwrap_or(0) % ready.len()];
        drawn.insert(next.hash);
        order.push(next);
    }
    order
}

fn deps(full: &Document, hash: ChangeHash) -> Vec<ChangeHash> {
    full.header_of(hash).expect("a known change").deps
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(any_step(), 1..40)
}

fn picks() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(any::<usize>(), 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_grouping_gives_the_same(steps in steps(), picks in picks(), groups in picks()) {
        let replicas = play(&steps);
        let all = all_changes(&replicas);
        let by_hash = built(&all.values().collect::<Vec<_>>());
        let view = by_hash.job().expect("a job");

        let order = in_some_order(&by_hash, &all, &picks);
        let mut grouped = Document::from_changes(DocKind::Job, []).expect("no changes");
        let mut rest = order.as_slice();
        for size in groups.iter().cycle() {
            let (group, later) = rest.split_at((1 + size % 5).min(rest.len()));
            // Within a group the order is free.
            grouped.apply(group.iter().rev().map(|change| change.bytes.as_slice())).expect("a group");
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(grouped.heads(), by_hash.heads());
        prop_assert_eq!(grouped.job().expect("a job"), view.clone());

        let [mut office, mut sara, mut reza] = replicas;
        meet(&mut office, &mut sara);
        meet(&mut sara, &mut reza);
        meet(&mut reza, &mut office);
        for replica in [office, sara, reza] {
            prop_assert_eq!(replica.heads(), by_hash.heads());
            prop_assert_eq!(replica.job().expect("a job"), view.clone());
            let loaded = Document::load(DocKind::Job, &replica.save()).expect("our own bytes");
            prop_assert_eq!(loaded.heads(), by_hash.heads());
            prop_assert_eq!(loaded.job().expect("a job"), view.clone());
            prop_assert_eq!(loaded.counts(), (all.len(), by_hash.counts().1));
        }
    }

    #[test]
    fn what_a_change_touched_read_again_gives_the_whole(steps in steps(), picks in picks()) {
        let all = all_changes(&play(&steps));
        let full = built(&all.values().collect::<Vec<_>>());
        let order = in_some_order(&full, &all, &picks);
        let mut growing = built(&order[..1]);
        for (number, change) in order.iter().enumerate().skip(1) {
            let view = growing.job().expect("a job");
            let (decoded, read) = read(&change.bytes).expect("our own changes are canonical");
            let grown = growing.with(read, &decoded.ops).expect("all that it depends on is there");
            prop_assert_eq!(grown.job().expect("a job"), built(&order[..=number]).job().expect("a job"));
            prop_assert_eq!(growing.job().expect("a job"), view, "the one before is as it was");
            growing = grown;
        }
    }

    #[test]
    fn changes_come_in_causal_order_and_are_canonical(steps in steps()) {
        let replicas = play(&steps);
        for replica in &replicas {
            let mut seen: BTreeSet<ChangeHash> = BTreeSet::new();
            for change in replica.changes() {
                let decoded = decode(&change.bytes).expect("our own changes are canonical");
                prop_assert!(decoded.header.deps.iter().all(|dep| seen.contains(dep)));
                let last_op = decoded.header.deps.iter().map(|dep| replica.header_of(*dep).expect("seen").max_op()).max();
                prop_assert_eq!(decoded.header.start_op, last_op.unwrap_or(0) + 1);
                prop_assert_eq!(Some(decoded.header), replica.header_of(change.hash));
                seen.insert(change.hash);
            }
            prop_assert_eq!(seen.len(), replica.counts().0);
        }
    }

    #[test]
    fn the_past_is_read_as_it_stood(steps in steps(), picks in picks(), cut in any::<usize>()) {
        let replicas = play(&steps);
        let all = all_changes(&replicas);
        let full = built(&all.values().collect::<Vec<_>>());
        let order = in_some_order(&full, &all, &picks);
        let past = built(&order[..1 + cut % order.len()]);
        let heads = past.heads();
        prop_assert_eq!(full.job_at(&heads).expect("a job"), past.job().expect("a job"));

        let since: BTreeSet<ChangeHash> = full.changes_since(&heads).iter().map(|change| change.hash).collect();
        for hash in all.keys() {
            prop_assert_eq!(past.contains(*hash), full.is_ancestor(*hash, &heads));
            prop_assert_eq!(past.contains(*hash), !since.contains(hash), "complements");
        }
        let mut caught_up = past;
        let missing = full.changes_since(&heads);
        caught_up.apply(missing.iter().map(|change| change.bytes.as_slice())).expect("what was missing");
        prop_assert_eq!(caught_up.heads(), full.heads());
    }

    #[test]
    fn what_is_taken_out_goes_with_all_that_depends_on_it(steps in steps(), chosen in picks()) {
        let replicas = play(&steps);
        let all = all_changes(&replicas);
        let full = built(&all.values().collect::<Vec<_>>());
        let hashes: Vec<ChangeHash> = all.keys().copied().collect();
        let first = full.changes().first().expect("the first change").hash;
        let unwanted: BTreeSet<ChangeHash> = chosen
            .iter()
            .take(3)
            .map(|index| hashes[index % hashes.len()])
            .filter(|hash| *hash != first)
            .collect();
        let rest = full.without(&unwanted).expect("the rest");
        for hash in &hashes {
            let tainted = unwanted.iter().any(|gone| full.is_ancestor(*gone, &[*hash]));
            prop_assert_eq!(rest.contains(*hash), !tainted);
        }
        prop_assert!(rest.job().is_ok());
        prop_assert_eq!(full.changes().len(), all.len(), "the document itself stays whole");
    }

    #[test]
    fn no_line_event_or_note_is_lost(steps in steps()) {
        let replicas = play(&steps);
        let mut met = replicas[0].clone();
        for replica in &replicas {
            meet(&mut met, &mut replica.clone());
        }
        let view = met.job().expect("a job");
        for replica in &replicas {
            let own = replica.job().expect("a job");
            prop_assert!(own.events.iter().all(|event| view.events.contains(event)));
            prop_assert!(own.parts.iter().all(|line| view.parts.iter().any(|other| other.id == line.id)));
            prop_assert!(own.labour.iter().all(|line| view.labour.iter().any(|other| other.id == line.id)));
            prop_assert!(own.checklist.iter().all(|one| view.checklist.iter().any(|other| other.item == one.item)));
        }
        prop_assert!(view.misplaced.is_empty(), "each event was legal for who wrote it");
    }
}

/// The days reach what they are meant to test.
#[test]
fn random_days_reach_conflicts_of_every_kind() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut fields, mut statuses, mut answers) = (0, 0, 0);
    for _ in 0..200 {
        let day = steps().new_tree(&mut runner).expect("a day").current();
        let replicas = play(&day);
        let view = built(&all_changes(&replicas).values().collect::<Vec<_>>()).job().expect("a job");
        fields += view.field_conflicts.len();
        statuses += view.status_conflicts.len();
        answers +=
            view.field_conflicts.iter().filter(|conflict| conflict.path.starts_with("checklist")).count();
    }
    assert!(fields > 20 && statuses > 5 && answers > 3, "{fields} {statuses} {answers}");
}
