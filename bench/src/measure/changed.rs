//! Some jobs were edited on another phone of the same technician and have
//! reached the server; as many others were edited on this one.

use testkit::Kit;

use crate::clock::timed;
use crate::failure::Failure;
use crate::figures::{Figure, median, median_ms};
use crate::phone::{Phone, Traffic};
use crate::rig::{first_jobs, remark_on, sync_options};

const ROUNDS: usize = 7;
/// Jobs changed on each side.
const EACH: u32 = 20;
const BODY_BYTES_MAX: f64 = 6.0 * 1024.0;

pub(crate) fn measure(
    phone: &Phone,
    other: &Phone,
    kit: &mut Kit,
    jobs: usize,
) -> Result<Vec<Figure>, Failure> {
    let (mut times, mut traffics): (Vec<_>, Vec<Traffic>) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let listed = first_jobs(&phone.client, 2 * EACH)?;
        let (theirs, ours) = listed.split_at(listed.len() / 2);
        remark_on(&other.client, kit, theirs)?;
        other.sync(&sync_options())?;
        remark_on(&phone.client, kit, ours)?;
        let (synced, time) = timed(|| phone.sync(&sync_options()));
        let (report, traffic) = synced?;
        if report.accepted < u64::from(EACH) || report.updated < u64::from(EACH) {
            return Err(Failure::new(format!("not everything was exchanged: {report:?}")));
        }
        times.push(time);
        traffics.push(traffic);
        // Both are level again before the next round.
        phone.sync(&sync_options())?;
        other.sync(&sync_options())?;
    }
    let what =
        |figure: &str| format!("{EACH} of {jobs} jobs changed on the server, {EACH} on the phone: {figure}");
    let of = |pick: fn(&Traffic) -> u64| median(traffics.iter().map(pick).collect());
    Ok(vec![
        Figure::count(what("requests"), of(|traffic| traffic.requests), "").at_most(1.0),
        Figure::count(what("bodies in all"), of(|traffic| traffic.up + traffic.down), "B")
            .at_most(BODY_BYTES_MAX),
        Figure::new(what("time"), median_ms(&times), "ms"),
    ])
}
