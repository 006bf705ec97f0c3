//! One edit on a phone, durable when the call returns, beside what the disk
//! takes for one flush.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use testkit::Kit;

use crate::clock::timed;
use crate::failure::Failure;
use crate::figures::{Figure, median_ms};
use crate::phone::Phone;
use crate::rig::{first_jobs, remark_on};

const ROUNDS: u32 = 100;
/// What an edit may take beyond one flush.
const OVER_FLUSH_MS_MAX: f64 = 2.0;
/// A page of SQLite's log.
const FLUSHED_BYTES: usize = 4096;

pub(crate) fn measure(phone: &Phone, kit: &mut Kit, folder: &Path) -> Result<Vec<Figure>, Failure> {
    let jobs = first_jobs(&phone.client, ROUNDS)?;
    let (mut edits, mut flushes) = (Vec::new(), Vec::new());
    for job in &jobs {
        let (edited, time) = timed(|| remark_on(&phone.client, kit, std::slice::from_ref(job)));
        edited?;
        edits.push(time);
        flushes.push(flush(folder)?);
    }
    let flush_ms = median_ms(&flushes);
    Ok(vec![
        Figure::new("one flush of 4 KiB to the disk", flush_ms, "ms"),
        Figure::new("one edit, durable on the phone", median_ms(&edits), "ms")
            .at_most(OVER_FLUSH_MS_MAX + flush_ms),
    ])
}

/// Appends a page to a file and waits for the disk.
fn flush(folder: &Path) -> Result<Duration, Failure> {
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join("flush"))?;
    let (flushed, time) = timed(|| file.write_all(&[7; FLUSHED_BYTES]).and_then(|()| file.sync_data()));
    flushed?;
    Ok(time)
}
