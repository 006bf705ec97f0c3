//! What the gate costs: microseconds per typical change, by stage, and the
//! slowest hostile change of the corpus. `cargo run -p gate --example timing`.
#![expect(clippy::print_stdout, reason = "a report for a person")]

use std::path::Path;
use std::time::Duration;

use documents::Document;
use domain::{EditCommand, EventKind, JobText};
use gate::{ActorFacts, Candidate, Structure, Subject, structure};
use testkit::{Kit, Person, replace_text};

const ROUNDS: usize = 50;

/// Measuring is this program's work.
#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn clock() -> std::time::Instant {
    std::time::Instant::now()
}

/// The median of many runs, in microseconds.
fn median_micros(mut work: impl FnMut()) -> u128 {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = clock();
            work();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2].as_micros()
}

/// A job in work with about so many changes.
fn job(kit: &mut Kit, technician: &Person, changes: usize) -> Document {
    let dispatcher = kit.dispatcher();
    let create = kit.create_job("no heat");
    let (mut job, _) = kit.create(&dispatcher, &create);
    let assign = kit.assign(Some(technician.user));
    kit.edit(&mut job, &dispatcher, &assign);
    let working = kit.record(EventKind::Working);
    kit.edit(&mut job, technician, &working);
    while job.counts().0 < changes {
        let command = match job.counts().0 % 4 {
            0 => kit.add_note("customer asks for a call before the visit"),
            1 => kit.record(EventKind::Contacted),
            2 => kit.add_part("bearing"),
            _ => kit.add_attachment(),
        };
        kit.edit(&mut job, technician, &command);
    }
    job
}

fn report(kit: &mut Kit, person: &Person, job: &Document, (name, command): (&str, &EditCommand)) {
    let id = job.id().expect("a job has an id");
    let change = kit.edit(&mut job.clone(), person, command);
    let checked: Structure = structure::check_change(&change.bytes).expect("an honest change");
    let subject = Subject::person(person.user, person.device, person.role);
    let facts = ActorFacts { owner: Some((person.device, person.user)), last: job.last_of(person.actor) };
    let candidate = Candidate { id, kind: job.kind(), document: Some(job), change: &checked };
    let now = kit.clock.now();
    let bytes = median_micros(|| assert!(structure::check_change(&change.bytes).is_ok()));
    let policy = median_micros(|| assert!(gate::check_own(&subject, &candidate, now).is_ok()));
    let whole = median_micros(|| assert!(gate::admit(&subject, &facts, &candidate, now).is_ok()));
    println!(
        "{:4} changes  {name:22} {:5} B   bytes {bytes:4} µs   decoding and policy {policy:5} µs   admit {whole:5} µs",
        job.counts().0,
        change.bytes.len(),
    );
}

fn slowest_hostile() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut slowest = (Duration::ZERO, String::new());
    for part in ["bombs", "mutated"] {
        for entry in std::fs::read_dir(folder.join(part)).expect("the corpus is there") {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("a readable file");
            let start = clock();
            let verdict = structure::check_change(&bytes);
            let took = start.elapsed();
            if took > slowest.0 {
                let word = verdict.map_or_else(|refusal| refusal.code.name(), |_| "passes the first stage");
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                slowest = (took, format!("{name}: {word}"));
            }
        }
    }
    println!("slowest hostile change, first stage: {} µs ({})", slowest.0.as_micros(), slowest.1);
}

fn main() {
    let mut kit = Kit::new(1);
    let technician = kit.technician();
    for changes in [13, 200, 2_000] {
        let job = job(&mut kit, &technician, changes);
        let commands = [
            ("event", kit.record(EventKind::Contacted)),
            ("part", kit.add_part("bearing")),
            ("note", kit.add_note("done, tested for ten minutes")),
            ("text of 300 letters", replace_text(JobText::Diagnosis, &"worn bearing. ".repeat(21))),
            ("text of 10,000 letters", replace_text(JobText::Diagnosis, &"bearing. ".repeat(1_100))),
        ];
        for (name, command) in &commands {
            report(&mut kit, &technician, &job, (name, command));
        }
    }
    slowest_hostile();
}
