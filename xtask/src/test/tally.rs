//! Counting test results out of what `cargo test` prints.

/// What was counted so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
    /// Tests that were not run.
    pub(crate) skipped: u64,
    /// The names of those that failed.
    pub(crate) failures: Vec<String>,
    /// The names of those that were not run, with the reason where one is given.
    pub(crate) skips: Vec<String>,
}

impl Tally {
    /// Takes in one line of a test binary's output.
    pub(crate) fn add_line(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.passed += count_before(counts, " passed");
            self.failed += count_before(counts, " failed");
            self.skipped += count_before(counts, " ignored");
        } else if let Some((name, outcome)) = named_outcome(line) {
            if outcome == "FAILED" {
                self.failures.push(name.into());
            } else if let Some(reason) = outcome.strip_prefix("ignored") {
                self.skips.push(format!("{name}{reason}"));
            }
        }
    }
}

/// `test some::name ... outcome`.
fn named_outcome(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("test ")?.rsplit_once(" ... ")
}

/// The number that stands before a word, as in `12 passed`.
fn count_before(text: &str, word: &str) -> u64 {
    let number = text.split(word).next().and_then(|before| before.rsplit(' ').next());
    match text.contains(word) {
        true => number.and_then(|digits| digits.parse().ok()).unwrap_or(0),
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    fn tally(lines: &[&str]) -> Tally {
        let mut tally = Tally::default();
        lines.iter().for_each(|line| tally.add_line(line));
        tally
    }

    #[test]
    fn results_of_all_binaries_are_summed() {
        let counted = tally(&[
            "running 2 tests",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s",
            "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1.00s",
        ]);
        assert_eq!((counted.passed, counted.failed, counted.skipped), (15, 2, 1));
    }

    #[test]
    fn failed_and_skipped_tests_are_named() {
        let counted = tally(&[
            "test a::passes ... ok",
            "test a::fails ... FAILED",
            "test a::waits ... ignored",
            "test a::needs ... ignored, needs a browser",
            "a line that speaks of 5 passed",
        ]);
        assert_eq!(counted.failures, ["a::fails"]);
        assert_eq!(counted.skips, ["a::waits", "a::needs, needs a browser"]);
        assert_eq!(counted.passed, 0);
    }
}
