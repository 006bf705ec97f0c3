//! The child: one file, one admission, one line of JSON.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use documents::{Document, testing};
use domain::{ActorClass, DocKind};
use gate::{ActorFacts, Candidate, NotAdmitted, Stage, Structure, Subject, structure};
use hostile::oracle::{self, Schema};
use testkit::{Kit, Person};

use super::judged::{Judged, Verdict};
use super::memory::Mark;

/// As the server's writer has it.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// An admission that takes longer than that hangs.
const PATIENCE: Duration = Duration::from_secs(20);
/// A refusal is a pure function and costs the same each time; the machine's other
/// work does not. So the cheapest of so many runs counts.
const RUNS: usize = 5;

/// What one file is tried against.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// A saved document, with the policy open.
    pub(crate) base: Option<PathBuf>,
    /// Whether the policy is open without a base, too.
    pub(crate) policy: Policy,
}

/// Whether the policy judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    Closed,
    Open,
}

/// Judges a file. Whatever happens inside, the answer is a line; only the death of
/// the process keeps it back.
pub(crate) fn judge(file: &Path, target: &Target) -> Judged {
    // A panic that the gate catches is a refusal like any other; it is not printed.
    std::panic::set_hook(Box::new(|_| {}));
    let (file, target) = (file.to_path_buf(), target.clone());
    let (answer, answered) = mpsc::sync_channel(1);
    let work = move || {
        let judged = admission(&file, &target).unwrap_or_else(|what| Judged::broken("unreadable", what));
        drop(answer.send(judged));
    };
    let started = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(work);
    if let Err(error) = started {
        return Judged::broken("no_thread", error.to_string());
    }
    match answered.recv_timeout(PATIENCE) {
        Ok(judged) => judged.held_to_limits(),
        Err(mpsc::RecvTimeoutError::Timeout) => Judged::broken("hang", "the gate gave no answer"),
        Err(mpsc::RecvTimeoutError::Disconnected) => Judged::broken("panic", "a panic went through the gate"),
    }
}

fn admission(file: &Path, target: &Target) -> Result<Judged, String> {
    let read = |path: &Path| std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let bytes = read(file)?;
    let mut kit = Kit::new(1);
    let bench = Bench::new(&mut kit, target, read)?;
    let before = bench.document.as_ref().map(Document::save);
    let mut measured = measure(|| bench.admit(&bytes));
    for _ in 1..RUNS {
        if measured.outcome.is_ok() {
            break;
        }
        let again = measure(|| bench.admit(&bytes));
        measured.micros = measured.micros.min(again.micros);
        measured.peak_bytes = measured.peak_bytes.min(again.peak_bytes);
    }
    let mut judged = told(&measured);
    if bench.document.as_ref().map(Document::save) != before {
        judged = Judged::broken("document_touched", "the document is not as it was");
    } else if let Ok(document) = &measured.outcome
        && let Err(broken) = bench.check(&mut kit, document)
    {
        judged = Judged { micros: judged.micros, ..Judged::broken("document_broken", broken.to_string()) };
    }
    Ok(judged)
}

/// A document, and who writes.
struct Bench {
    document: Option<Document>,
    /// Whether the document was named, and every change is meant for it.
    is_named: bool,
    kind: DocKind,
    person: Person,
    policy: Policy,
    now: domain::Instant,
}

impl Bench {
    /// Everything that an idle server has ready: the document loaded, its history
    /// known, and the gate's code in memory.
    fn new(
        kit: &mut Kit,
        target: &Target,
        read: impl Fn(&Path) -> Result<Vec<u8>, String>,
    ) -> Result<Self, String> {
        let (person, honest) = honest_job(kit);
        let warm = Self {
            document: Some(honest),
            is_named: false,
            kind: DocKind::Job,
            person,
            policy: Policy::Closed,
            now: kit.clock.now(),
        };
        warm.warm_up(kit);
        let Some(base) = &target.base else { return Ok(Self { policy: target.policy, ..warm }) };
        let document = load(&read(base)?).ok_or_else(|| format!("{}: it is no document", base.display()))?;
        // The history is made when first asked for.
        if document.last_of(warm.person.actor).is_some() {
            return Err(format!("{}: it was written under the trial's own actor", base.display()));
        }
        let kind = document.kind();
        Ok(Self { kind, document: Some(document), is_named: true, policy: Policy::Open, ..warm })
    }

    fn check(&self, kit: &mut Kit, document: &Document) -> Result<(), oracle::Broken> {
        match self.policy {
            Policy::Closed => oracle::check(kit, document),
            Policy::Open => oracle::check_engine(kit, document),
        }
    }

    fn warm_up(&self, kit: &mut Kit) {
        let note = kit.add_note("warm");
        let Some(document) = &self.document else { return };
        let change = kit.edit(&mut document.clone(), &self.person, &note);
        drop(self.admit(&change.bytes));
        drop(self.admit_open(&change.bytes));
        drop(self.admit(&change.bytes[..change.bytes.len() / 2]));
    }

    fn admit(&self, bytes: &[u8]) -> Result<Document, NotAdmitted> {
        if self.policy == Policy::Open {
            return self.admit_open(bytes);
        }
        let change = structure::check_change(bytes)?;
        let subject = Subject::person(self.person.user, self.person.device, self.person.role);
        let document = self.document_for(&change);
        let id = document.and_then(|document| document.id().ok());
        let id = id.unwrap_or_else(|| domain::DocId::new(self.now, [7; 10]));
        let candidate = Candidate { id, kind: self.kind, document, change: &change };
        gate::admit(&subject, &ActorFacts::default(), &candidate, self.now)
            .map(|admitted| admitted.into_after().0)
    }

    fn admit_open(&self, bytes: &[u8]) -> Result<Document, NotAdmitted> {
        let change = structure::check_change(bytes)?;
        gate::testing::admit_open(self.kind, self.document_for(&change), &change)
    }

    /// A change that comes after nothing would make a document, unless it was said
    /// which one it is for.
    fn document_for(&self, change: &Structure) -> Option<&Document> {
        self.document.as_ref().filter(|_| self.is_named || !change.deps().is_empty())
    }
}

/// A technician and a job in work that is assigned to him.
fn honest_job(kit: &mut Kit) -> (Person, Document) {
    let (dispatcher, technician) = (kit.dispatcher(), kit.technician());
    let create = kit.create_job("no heat");
    let (mut job, _) = kit.create(&dispatcher, &create);
    let assign = kit.assign(Some(technician.user));
    kit.edit(&mut job, &dispatcher, &assign);
    let working = kit.record(domain::EventKind::Working);
    kit.edit(&mut job, &technician, &working);
    let newcomer = Person { actor: kit.actor(ActorClass::Technician), ..technician };
    (newcomer, job)
}

/// A job, a trip, or another document of the same engine.
fn load(saved: &[u8]) -> Option<Document> {
    let job = testing::load_any(DocKind::Job, saved)?;
    if oracle::schema_of(&job) == Schema::Ours {
        return Some(job);
    }
    let trip = testing::load_any(DocKind::Trip, saved)?;
    Some(if oracle::schema_of(&trip) == Schema::Ours { trip } else { job })
}

struct Measured {
    outcome: Result<Document, NotAdmitted>,
    micros: u64,
    peak_bytes: usize,
}

#[expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
fn measure(work: impl FnOnce() -> Result<Document, NotAdmitted>) -> Measured {
    let mark = Mark::set();
    let start = std::time::Instant::now();
    let outcome = work();
    let took = start.elapsed();
    let peak_bytes = mark.peak_bytes();
    Measured { outcome, micros: u64::try_from(took.as_micros()).unwrap_or(u64::MAX), peak_bytes }
}

fn told(measured: &Measured) -> Judged {
    let (verdict, code, stage, message) = match &measured.outcome {
        Ok(_) => (Verdict::Admitted, "admitted", None, String::new()),
        Err(NotAdmitted::Refused(refusal)) => {
            (Verdict::Refused, refusal.code.name(), Some(letter(refusal.stage)), refusal.to_string())
        }
        Err(NotAdmitted::Duplicate) => {
            (Verdict::Refused, "duplicate", Some('B'), "it is there already".into())
        }
        Err(NotAdmitted::Need { deps }) => {
            (Verdict::Refused, "need", Some('B'), format!("it comes after {} unknown changes", deps.len()))
        }
        Err(NotAdmitted::ActorFork { seq }) => {
            (Verdict::Refused, "actor_fork", Some('B'), format!("its actor is at {seq} already"))
        }
    };
    Judged {
        verdict,
        code: code.to_owned(),
        stage,
        micros: measured.micros,
        peak_bytes: measured.peak_bytes,
        message,
    }
}

const fn letter(stage: Stage) -> char {
    match stage {
        Stage::Structure => 'A',
        Stage::Causality => 'B',
        Stage::Policy => 'C',
        Stage::Trial => 'D',
    }
}
