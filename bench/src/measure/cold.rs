//! A new phone gets everything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client_core::SyncOptions;

use crate::clock::Stopwatch;
use crate::failure::Failure;
use crate::figures::{Figure, median, median_ms};
use crate::phone::Traffic;
use crate::rig::{Rig, first_jobs, sync_options};

const ROUNDS: usize = 3;
const BODY_BYTES_MAX: f64 = 600_000.0;
const FIRST_PAGE_MS_MAX: f64 = 300.0;
const ALL_MS_MAX: f64 = 2_000.0;

pub(crate) fn measure(rig: &mut Rig, jobs: usize) -> Result<Vec<Figure>, Failure> {
    let (mut firsts, mut alls, mut traffics): (Vec<_>, Vec<_>, Vec<Traffic>) =
        (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let phone = rig.new_phone()?;
        let first = Arc::new(Mutex::new(None));
        let (slot, watch) = (first.clone(), Stopwatch::start());
        let progress = move |progress: &client_core::SyncProgress| {
            let mut first = slot.lock().unwrap_or_else(PoisonError::into_inner);
            if progress.documents > 0 && first.is_none() {
                *first = Some(watch.elapsed());
            }
        };
        let options = SyncOptions { progress: Some(Arc::new(progress)), ..sync_options() };
        let (report, traffic) = phone.sync(&options)?;
        alls.push(watch.elapsed());
        traffics.push(traffic);
        if report.entered < jobs as u64 || first_jobs(&phone.client, 50)?.len() < 50 {
            return Err(Failure::new(format!("the phone did not get its {jobs} jobs: {report:?}")));
        }
        let first: Option<Duration> = *first.lock().unwrap_or_else(PoisonError::into_inner);
        firsts.push(first.unwrap_or(Duration::MAX));
    }
    let what = |figure: &str| format!("cold phone, {jobs} jobs of 13 changes: {figure}");
    let of = |pick: fn(&Traffic) -> u64| median(traffics.iter().map(pick).collect());
    Ok(vec![
        Figure::count(what("bodies in all"), of(|traffic| traffic.up + traffic.down), "B")
            .at_most(BODY_BYTES_MAX),
        Figure::count(what("requests"), of(|traffic| traffic.requests), ""),
        Figure::new(what("first page usable"), median_ms(&firsts), "ms").at_most(FIRST_PAGE_MS_MAX),
        Figure::new(what("all"), median_ms(&alls), "ms").at_most(ALL_MS_MAX),
    ])
}
