//! What the tests of this crate share.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::Instant;

use crate::clock::Clock;

/// Compares a printed part of a document with what it should be; with
/// `UPDATE_DOCS=1` in the environment it writes it instead.
///
/// The part stands between `<!-- printed: NAME -->` and `<!-- end: NAME -->`.
pub(crate) fn check_printed(file: &str, name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let old = std::fs::read_to_string(&path).expect(file);
    let (begin, end) = (format!("<!-- printed: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = old.split_once(&begin).expect("the part begins");
    let (present, after) = rest.split_once(&end).expect("the part ends");
    if wants_update() {
        std::fs::write(&path, format!("{before}{begin}{text}{end}{after}")).expect("written");
    } else {
        assert_eq!(present, text, "{file} is out of date: run the tests with UPDATE_DOCS=1");
    }
}

#[expect(clippy::disallowed_methods, reason = "the switch by which printed documents are written anew")]
fn wants_update() -> bool {
    std::env::var_os("UPDATE_DOCS").is_some()
}

/// A clock that stands still until it is moved.
#[derive(Debug, Default)]
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    /// Some afternoon.
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(1_790_000_000_000)))
    }

    /// Lets time pass.
    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst))
    }
}
