//! `cargo xtask test`: every test there is, and one line that sums them up.

mod tally;

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};

use self::tally::Tally;
use crate::command::{Failure, cargo, in_ci};
use crate::{sim, toolchain, web};

pub(crate) fn run_all(args: &[OsString]) -> Result<(), Failure> {
    toolchain::need_c_compiler()?;
    // Arguments choose among the tests: then neither languages, a browser nor seeds are meant.
    if args.is_empty() {
        toolchain::need_languages()?;
        web::prepare_tests()?;
    }
    let mut tally = Tally::default();
    let tests = stream(cargo().args(["test", "--workspace", "--no-fail-fast"]).args(args), &mut tally)?;
    let mut good = tests.success();
    if args.is_empty() {
        good &= stream(&mut sim::part_of_the_tests()?, &mut tally)?.success();
    }
    report(&tally);
    if !good && tally.failed == 0 {
        return Err(Failure::new("the tests did not all build or run; see above"));
    }
    verdict(&tally, in_ci())
}

/// Shows each line as it comes and counts the results in it.
fn stream(command: &mut Command, tally: &mut Tally) -> Result<ExitStatus, Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("cannot run the tests: {error}"));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(failed)?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            tally.add_line(&line);
        }
    }
    child.wait().map_err(failed)
}

fn report(tally: &Tally) {
    println!();
    for name in &tally.failures {
        println!("failed: {name}");
    }
    for skipped in &tally.skips {
        println!("skipped: {skipped}");
    }
    println!("{} passed, {} failed, {} skipped", tally.passed, tally.failed, tally.skipped);
}

/// Whether the counts are good: some ran, all passed, in CI none was skipped.
fn verdict(tally: &Tally, ci: bool) -> Result<(), Failure> {
    if tally.failed > 0 {
        return Err(Failure::new("some tests failed"));
    }
    if tally.passed == 0 {
        return Err(Failure::new("no test was run"));
    }
    if ci && tally.skipped > 0 {
        return Err(Failure::new("some tests were skipped, and in CI none may be"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Tally, verdict};

    #[test]
    fn only_a_complete_run_is_good() {
        let good = Tally { passed: 3, ..Tally::default() };
        let skipping = Tally { passed: 3, skipped: 1, ..Tally::default() };
        let failing = Tally { passed: 3, failed: 1, ..Tally::default() };
        assert!(verdict(&good, true).is_ok());
        assert!(verdict(&Tally::default(), false).is_err(), "nothing ran");
        assert!(verdict(&failing, false).is_err());
        assert!(verdict(&skipping, false).is_ok());
        assert!(verdict(&skipping, true).is_err(), "skipped in CI");
    }
}
