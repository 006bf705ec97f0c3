//! Standing still at a named place, if the environment says so, until the kill comes.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use super::FAILPOINT;

/// A place, how often it is still passed, and the file that says that it is reached.
struct Armed {
    place: String,
    left: AtomicI64,
    mark: PathBuf,
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Reads the environment once, and lets the server's and the phone's code ask here.
#[expect(clippy::disallowed_methods, reason = "the only place of these tests that reads the environment")]
pub(super) fn arm() {
    let Ok(asked) = std::env::var(FAILPOINT) else { return };
    let words: Vec<&str> = asked.splitn(3, ':').collect();
    let [place, times, mark] = words.as_slice() else { return };
    let Ok(times) = times.parse() else { return };
    ARMED.get_or_init(|| Armed {
        place: (*place).to_owned(),
        left: AtomicI64::new(times),
        mark: PathBuf::from(mark),
    });
    sync_server::failpoint::on_reach(|place| reach(&format!("{place:?}")));
    client_core::failpoint::on_reach(|place| reach(&format!("{place:?}")));
}

/// At its place a thread goes no further. The others do until the kill, so that
/// whatever was told too early gets out.
fn reach(place: &str) {
    if let Some(armed) = ARMED.get()
        && armed.place == place
        && armed.left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        std::fs::write(&armed.mark, place).expect("the mark is written");
        loop {
            std::thread::park();
        }
    }
}
