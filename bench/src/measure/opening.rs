//! The app starts on a full phone: open, list, search. Each round is a process
//! of its own, so that nothing is warm but the disk's cache, and the peak of its
//! memory is the phone's alone.

use std::path::Path;
use std::process::Command;

use client_core::Page;
use serde::{Deserialize, Serialize};

use crate::clock::timed;
use crate::failure::Failure;
use crate::figures::{Figure, median, median_of};
use crate::memory::peak_kib;
use crate::phone::open_client;
use crate::rig::first_jobs;

const ROUNDS: usize = 7;
const OPEN_MS_MAX: f64 = 50.0;
const LIST_MS_MAX: f64 = 5.0;
const SEARCH_MS_MAX: f64 = 20.0;
const PEAK_KIB_MAX: f64 = 64.0 * 1024.0;
/// A word of each script, and the beginning of one, as people type.
const SOUGHT: [&str; 4] = ["کمپرسور", "насос", "fan", "подш"];

/// What one start of the app took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Opening {
    open_ms: f64,
    list_ms: f64,
    search_ms: f64,
    found: usize,
    peak_kib: u64,
}

/// One start, in the process that calls it.
pub(crate) fn open_once(database: &Path) -> Result<Opening, Failure> {
    let ms = |time: std::time::Duration| time.as_secs_f64() * 1000.0;
    let (client, open) = timed(|| open_client(database));
    let client = client?;
    let (listed, list) = timed(|| first_jobs(&client, 50));
    if listed?.len() < 50 {
        return Err(Failure::new("the list is too short"));
    }
    let (mut search_ms, mut found) = (Vec::new(), 0);
    for word in SOUGHT {
        let (rows, time) = timed(|| client.search(word, Page::default()));
        found += rows?.len();
        search_ms.push(ms(time));
    }
    let slowest = search_ms.iter().copied().fold(0.0, f64::max);
    let peak_kib = peak_kib(std::process::id()).unwrap_or(0);
    Ok(Opening { open_ms: ms(open), list_ms: ms(list), search_ms: slowest, found, peak_kib })
}

/// Starts this program again for each round.
pub(crate) fn measure(database: &Path, jobs: usize) -> Result<Vec<Figure>, Failure> {
    let mut openings = Vec::new();
    for _ in 0..ROUNDS {
        let output = Command::new(std::env::current_exe()?).arg("--open-phone").arg(database).output()?;
        if !output.status.success() {
            return Err(Failure::new(String::from_utf8_lossy(&output.stderr)));
        }
        let opening: Opening = serde_json::from_slice(&output.stdout)?;
        if opening.found == 0 {
            return Err(Failure::new("the search found nothing"));
        }
        openings.push(opening);
    }
    let what = |figure: &str| format!("open client with {jobs} jobs: {figure}");
    let of = |pick: fn(&Opening) -> f64| median_of(openings.iter().map(pick).collect());
    Ok(vec![
        Figure::new(what("open"), of(|opening| opening.open_ms), "ms").at_most(OPEN_MS_MAX),
        Figure::new(what("list 50"), of(|opening| opening.list_ms), "ms").at_most(LIST_MS_MAX),
        Figure::new(what("search, slowest of four words"), of(|opening| opening.search_ms), "ms")
            .at_most(SEARCH_MS_MAX),
        Figure::count(
            what("peak RSS"),
            median(openings.iter().map(|opening| opening.peak_kib).collect()),
            "KiB",
        )
        .at_most(PEAK_KIB_MAX),
    ])
}
