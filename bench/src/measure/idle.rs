//! A phone that has everything asks whether there is something new.

use crate::clock::timed;
use crate::failure::Failure;
use crate::figures::{Figure, median_ms};
use crate::phone::Phone;
use crate::rig::sync_options;

const ROUNDS: usize = 31;
const BODY_BYTES_MAX: f64 = 150.0;

pub(crate) fn measure(phone: &Phone, jobs: usize) -> Result<Vec<Figure>, Failure> {
    let (mut times, mut requests, mut up, mut down) = (Vec::new(), 0, 0, 0);
    for _ in 0..ROUNDS {
        let (synced, time) = timed(|| phone.sync(&sync_options()));
        let (_, traffic) = synced?;
        times.push(time);
        requests = requests.max(traffic.requests);
        up = up.max(traffic.up);
        down = down.max(traffic.down);
    }
    let what = |figure: &str| format!("phone with {jobs} jobs, nothing new: {figure}");
    Ok(vec![
        Figure::count(what("requests"), requests, "").at_most(1.0),
        Figure::count(what("request body"), up, "B").at_most(BODY_BYTES_MAX),
        Figure::count(what("response body"), down, "B").at_most(BODY_BYTES_MAX),
        Figure::new(what("time"), median_ms(&times), "ms"),
    ])
}
