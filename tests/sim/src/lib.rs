//! Deterministic simulation: the real phone and the real server in one process,
//! on a simulated network, disk, clock and randomness, all from one seed, and
//! judged by the reference model of the testkit.
//!
//! One seed is one run, and the same run each time: the digest of its trace says
//! so. `docs/simulation.md` says what is simulated, what is not, and how to read
//! a failure.

mod clocks;
mod failure;
mod judge;
mod machine;
mod phone;
pub mod plan;
pub mod reached;
mod server;
pub mod shrink;
mod trace;
mod world;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

pub use failure::Failed;
pub use plan::Plan;
pub use reached::Reached;

use trace::Trace;
use world::World;

/// Merging a document recurses in places, and the server works on this thread.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Run {
    /// 16 hexadecimal digits over everything that happened.
    pub digest: String,
    /// The lines of the trace, if they were kept.
    pub lines: Vec<String>,
    /// The hard cases that it came to.
    pub reached: Reached,
    /// The rule that it broke, and after how many steps.
    pub failure: Option<(Failed, usize)>,
}

/// Whether a run's trace is kept to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Its digest.
    Digest,
    /// Every line.
    Lines,
}

/// Plays a plan, on a thread of its own.
///
/// # Panics
///
/// When the machine gives no thread.
#[must_use]
pub fn play(plan: &Plan, keep: Keep) -> Run {
    quiet();
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let playing = thread.spawn_scoped(scope, || play_here(plan, keep)).expect("a thread");
        playing.join().expect("what the run panicked of was caught")
    })
}

/// Plays a plan twice; two runs that are not the same are a failure, too.
#[must_use]
pub fn play_twice(plan: &Plan) -> Run {
    let (mut run, again) = (play(plan, Keep::Digest), play(plan, Keep::Digest));
    if run.failure.is_none() && run.digest != again.digest {
        let what = format!("first {}, then {}", run.digest, again.digest);
        run.failure = Some((Failed::broken("one seed is one run", what), plan.steps.len()));
    }
    run
}

fn play_here(plan: &Plan, keep: Keep) -> Run {
    let trace = if keep == Keep::Lines { Trace::to_read() } else { Trace::default() };
    let mut world = match caught(|| World::new(plan, trace)) {
        Ok(world) => world,
        Err(failed) => return Run::stillborn(failed),
    };
    let mut done = 0;
    let played = caught(|| {
        for step in &plan.steps {
            world.step(*step)?;
            done += 1;
        }
        world.end()
    });
    let failure = played.err().map(|failed| (failed, done));
    let (reached, trace) = world.close();
    let (digest, lines) = trace.finish();
    Run { digest, lines, reached, failure }
}

/// A panic is a broken rule like any other.
fn caught<T>(work: impl FnOnce() -> Result<T, Failed>) -> Result<T, Failed> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|_| Err(Failed::broken("nothing panics", last_panic())))
}

impl Run {
    fn stillborn(failed: Failed) -> Self {
        let reached = Reached::default();
        Self { digest: String::new(), lines: Vec::new(), reached, failure: Some((failed, 0)) }
    }
}

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Panics that are caught, as the gate's are, are not printed.
fn quiet() {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            let text = info.to_string();
            PANIC.with(|last| text.clone_into(&mut last.borrow_mut()));
        }));
    });
}

fn last_panic() -> String {
    PANIC.with(|last| last.borrow().clone())
}
