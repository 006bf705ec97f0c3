//! Files of arithmetic vectors, `[{kind, input, expect}, …]`, run through the
//! public functions of `calendar` and `scoring`. What the functions take and give
//! is richer than a vector; this crate only translates.

mod compare;
mod input;
mod kinds;

use serde::Deserialize;
use serde_json::Value;

/// One vector of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    kind: String,
    input: Value,
    expect: Value,
}

/// What a file came to.
#[derive(Debug, Default)]
pub struct Report {
    /// Vectors that came out as expected.
    pub passed: usize,
    /// Vectors that did not, or could not be run.
    pub failed: usize,
    /// A sentence for each value that differs and each vector that cannot be run.
    pub problems: Vec<String>,
}

impl Report {
    /// A file that cannot be run at all counts as one failure.
    #[must_use]
    pub fn unreadable(problem: String) -> Self {
        Self { passed: 0, failed: 1, problems: vec![problem] }
    }

    /// Whether there were vectors and all came out as expected.
    #[must_use]
    pub const fn all_passed(&self) -> bool {
        self.failed == 0 && self.passed > 0
    }

    fn take_in(&mut self, name: &str, outcome: Vec<String>) {
        if outcome.is_empty() {
            self.passed += 1;
        } else {
            self.failed += 1;
            self.problems.extend(outcome.into_iter().map(|problem| format!("{name}: {problem}")));
        }
    }
}

/// Runs the text of a file.
#[must_use]
pub fn run(text: &str) -> Report {
    let vectors: Vec<Value> = match serde_json::from_str(text) {
        Ok(vectors) => vectors,
        Err(error) => return Report::unreadable(format!("the file is not a list of vectors: {error}")),
    };
    if vectors.is_empty() {
        return Report::unreadable("the file holds no vector, so nothing was shown".into());
    }
    let mut report = Report::default();
    for (number, vector) in vectors.into_iter().enumerate() {
        let kind = vector.get("kind").and_then(Value::as_str).unwrap_or("no kind").to_owned();
        // Numbers beyond all measure may overflow a sum: that is this vector's
        // failure, and the others still run.
        let outcome = std::panic::catch_unwind(|| run_one(vector))
            .unwrap_or_else(|_panic| Err("its numbers are beyond all measure".into()))
            .unwrap_or_else(|problem| vec![problem]);
        report.take_in(&format!("vector {number} ({kind})"), outcome);
    }
    report
}

/// The differences of one vector; the error says why it cannot be run.
fn run_one(vector: Value) -> Result<Vec<String>, String> {
    let Vector { kind, input, expect } =
        serde_json::from_value(vector).map_err(|error| format!("it is not a vector: {error}"))?;
    if expect.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err("it expects nothing, so nothing would be shown".into());
    }
    let got = kinds::compute(&kind, input)?;
    Ok(compare::differences(&expect, &got))
}
