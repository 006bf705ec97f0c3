//! Every hostile change of the corpus is refused with a word, whatever document
//! it is sent for, and leaves the document as it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use documents::{Document, testing};
use domain::DocKind;
use gate::{Candidate, NotAdmitted, Refusal, RefusalCode, Subject, structure};
use testkit::Person;

use crate::common::{Held, Office, subject};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// The files of a folder whose names end so, sorted.
fn files(folder: &str, ending: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(corpus().join(folder))
        .expect("the corpus is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a readable file"))
        })
        .collect();
    files.sort();
    files
}

fn hostile() -> Vec<(String, Vec<u8>)> {
    let mut all = files("bombs", ".change");
    all.extend(files("mutated", ".change"));
    all
}

/// The documents that the hostile changes are tried on: an honest job, the
/// documents that they were made for, and none.
fn targets(office: &mut Office) -> (Person, Vec<(String, Held)>) {
    let (_, technician, held) = office.assigned_job();
    let id = held.id;
    let mut targets = vec![("an honest job".to_owned(), held)];
    for (name, bytes) in files("bombs", ".doc") {
        let document = testing::load_any(DocKind::Job, &bytes).expect("a base document loads");
        targets.push((name, Held { id, kind: DocKind::Job, document: Some(document) }));
    }
    targets.push(("no document".to_owned(), Held { id, kind: DocKind::Job, document: None }));
    (technician, targets)
}

/// The stages after the first, each by itself, so that none leans on another.
fn judge_late_stages(
    person: &Subject,
    held: &Held,
    change: &gate::Structure,
    now: domain::Instant,
) -> Result<(), Refusal> {
    let candidate = Candidate { id: held.id, kind: held.kind, document: held.document.as_ref(), change };
    gate::check_own(person, &candidate, now).map(|_| ())
}

#[test]
fn every_hostile_change_is_refused_by_every_document() {
    let mut office = Office::new(1);
    let (technician, targets) = targets(&mut office);
    let hostile = hostile();
    assert!(hostile.len() >= 304, "the corpus is whole: {}", hostile.len());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, bytes) in &hostile {
        for (target, held) in &targets {
            let before = held.document.as_ref().map(Document::save);
            match office.judge(&subject(&technician), held, bytes) {
                Err(NotAdmitted::Refused(refusal)) => {
                    assert!(!refusal.message.is_empty(), "{name}: a sentence");
                    if target == "an honest job" {
                        *counts.entry(refusal.code.name()).or_default() += 1;
                    }
                }
                Err(NotAdmitted::Need { .. }) if target != "an honest job" => {}
                Err(NotAdmitted::Need { .. }) => *counts.entry("need").or_default() += 1,
                Err(other) => panic!("{name} on {target}: {other:?}"),
                Ok(admitted) => panic!("{name} was admitted by {target}: {:?}", admitted.touched()),
            }
            assert_eq!(held.document.as_ref().map(Document::save), before, "{name} changed {target}");
        }
    }
    // By which word, on an honest job. A change here is a change of what the gate
    // tells apart, not necessarily of what it refuses.
    let expected = [
        ("actor_unknown", 11),
        ("change_checksum", 60),
        ("change_counter", 6),
        ("change_malformed", 65),
        ("change_too_large", 1),
        ("change_too_many_ops", 3),
        ("shape_foreign", 162),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn what_passes_the_first_stage_is_refused_by_the_policy_alone() {
    let mut office = Office::new(2);
    let (technician, targets) = targets(&mut office);
    let now = office.kit.clock.now();
    let mut passed = 0;
    for (name, bytes) in hostile() {
        let Ok(change) = structure::check_change(&bytes) else { continue };
        passed += 1;
        // The stage before would have refused the actor.
        for (target, held) in &targets {
            let verdict = judge_late_stages(&subject(&technician), held, &change, now);
            let Err(refusal) = verdict else { panic!("{name} passes the policy on {target}") };
            assert_eq!(refusal.code, RefusalCode::PathUnknown, "{name} on {target}: {refusal}");
        }
    }
    assert!(passed > 0, "some reach the later stages");
}
