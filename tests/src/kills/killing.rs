//! Killing: this process by itself at a named place, if its environment says so.

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use super::FAILPOINT;

/// A place, and how often it is still passed.
struct Armed {
    place: String,
    left: AtomicI64,
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Reads the environment once, and lets the server's and the phone's code ask here.
#[expect(clippy::disallowed_methods, reason = "the only place of these tests that reads the environment")]
pub(super) fn arm() {
    let Ok(asked) = std::env::var(FAILPOINT) else { return };
    let Some((place, times)) = asked.split_once(':') else { return };
    let Ok(times) = times.parse() else { return };
    ARMED.get_or_init(|| Armed { place: place.to_owned(), left: AtomicI64::new(times) });
    sync_server::failpoint::on_reach(|place| reach(&format!("{place:?}")));
    client_core::failpoint::on_reach(|place| reach(&format!("{place:?}")));
}

fn reach(place: &str) {
    if let Some(armed) = ARMED.get()
        && armed.place == place
        && armed.left.fetch_sub(1, Ordering::SeqCst) == 1
    {
        die();
    }
}

/// `SIGKILL`: no destructor runs, no buffer is flushed. The thread that came here
/// goes no further until that has happened.
fn die() {
    let me = std::process::id().to_string();
    let asked = Command::new("kill").args(["-KILL", &me]).status();
    assert!(asked.is_ok_and(|status| status.success()), "there is a `kill`");
    loop {
        std::thread::park();
    }
}
