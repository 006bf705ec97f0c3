//! Many seeds, on as many threads as there are cores.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sim::{Failed, Keep, Plan, Run, play, play_twice};
use sync_server::clock::Stopwatch;

use crate::progress::Progress;
use crate::{Cli, keep};

/// A run of so many seeds must come to all hard cases.
const ALL_REACHED_FROM: u64 = 1_000;
/// Each so manieth seed is played twice.
const TWICE_EVERY: u64 = 50;
/// Seeds between two lines of progress.
const LINE_EVERY: u64 = 100;

/// Runs so many seeds from `first` on.
pub(crate) fn run(cli: &Cli, first: u64, seeds: u64) -> Result<(), String> {
    let mut progress = Progress::read(cli.resume.as_deref(), first)?;
    let watch = Stopwatch::start();
    let before = progress.done;
    let threads = cli.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let range = Range { first, seeds };
    run_on(threads, cli, range, &mut progress, &watch)?;
    let ran = progress.done - before;
    let seconds = watch.elapsed().as_secs_f64();
    println!();
    for (name, count) in progress.reached.iter() {
        println!("{count:>9}  {name}");
    }
    let each = if ran == 0 { 0.0 } else { seconds * 1_000.0 * threads_as_f64(threads) / seeds_as_f64(ran) };
    println!("{ran} seeds in {seconds:.1} s on {threads} threads, {each:.0} ms of one core each");
    let missing = if progress.done >= ALL_REACHED_FROM { progress.reached.missing() } else { Vec::new() };
    missing.iter().for_each(|name| println!("never reached: {name}"));
    let failed = progress.failed.len();
    // Counted like the tests, by whoever sums up.
    let verdict = if failed == 0 && missing.is_empty() { "ok" } else { "FAILED" };
    println!(
        "test result: {verdict}. {} passed; {} failed; 0 ignored; {} of {} seeds, digest of all {:016x}",
        progress.done - u64::try_from(failed).unwrap_or(0),
        failed + missing.len(),
        progress.done,
        seeds,
        progress.digest
    );
    if verdict == "ok" {
        Ok(())
    } else {
        Err(format!("{failed} seeds failed, {} cases not reached", missing.len()))
    }
}

fn threads_as_f64(threads: usize) -> f64 {
    f64::from(u32::try_from(threads).unwrap_or(1))
}

fn seeds_as_f64(seeds: u64) -> f64 {
    f64::from(u32::try_from(seeds).unwrap_or(u32::MAX))
}

/// Which seeds.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: u64,
    seeds: u64,
}

fn run_on(
    threads: usize,
    cli: &Cli,
    range: Range,
    progress: &mut Progress,
    watch: &Stopwatch,
) -> Result<(), String> {
    let next = AtomicU64::new(progress.done);
    let shared = Mutex::new(Taken { progress, waiting: BTreeMap::new() });
    let limit = cli.seconds.map_or(Duration::MAX, Duration::from_secs);
    let work = || -> Result<(), String> {
        while watch.elapsed() < limit {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= range.seeds {
                break;
            }
            let plan = Plan::of(range.first + number);
            let is_twice = number.is_multiple_of(TWICE_EVERY);
            let run = if is_twice { play_twice(&plan) } else { play(&plan, Keep::Digest) };
            let mut taken = shared.lock().map_err(|error| error.to_string())?;
            taken.take_in(cli, number, (plan, run))?;
        }
        Ok(())
    };
    let errors: Vec<String> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()?.err()).collect()
    });
    let taken = shared.into_inner().map_err(|error| error.to_string())?;
    taken.progress.write(cli.resume.as_deref())?;
    errors.into_iter().next().map_or(Ok(()), Err)
}

/// Runs are taken in by their order, so that what is written down as done is
/// done without a gap.
struct Taken<'a> {
    progress: &'a mut Progress,
    waiting: BTreeMap<u64, (Plan, Run)>,
}

impl Taken<'_> {
    fn take_in(&mut self, cli: &Cli, number: u64, played: (Plan, Run)) -> Result<(), String> {
        self.waiting.insert(number, played);
        while let Some((plan, run)) = self.waiting.remove(&self.progress.done) {
            let progress = &mut *self.progress;
            progress.add(plan.seed, &run);
            if let Some((failed, _)) = &run.failure {
                tell(&plan, failed, progress.failed.len(), cli)?;
            }
            if cli.find.as_ref().is_some_and(|case| run.reached.has(case)) {
                println!("seed {} came to it", plan.seed);
            }
            if progress.done.is_multiple_of(LINE_EVERY) {
                println!("{} seeds, {} failed", progress.done, progress.failed.len());
                progress.write(cli.resume.as_deref())?;
            }
        }
        Ok(())
    }
}

fn tell(plan: &Plan, failed: &Failed, number: usize, cli: &Cli) -> Result<(), String> {
    println!("test seed {} ... FAILED", plan.seed);
    println!("  {failed}");
    println!("  alone: cargo xtask sim --seed {} --show", plan.seed);
    if number <= cli.shorten {
        let (path, steps) = keep(plan, failed.rule, cli)?;
        println!(
            "  shortened from {} to {steps} steps: cargo xtask sim --plan {}",
            plan.steps.len(),
            path.display()
        );
    }
    Ok(())
}
