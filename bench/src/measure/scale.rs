//! A server with very many documents beside one with few: it starts as soon,
//! takes as little memory, and a sync costs the same.

use std::path::Path;
use std::time::Duration;

use testkit::Kit;

use crate::clock::timed;
use crate::failure::Failure;
use crate::figures::{Figure, median_ms};
use crate::memory::peak_kib;
use crate::organisation::Size;
use crate::phone::Phone;
use crate::rig::{Rig, first_jobs, remark_on, sync_options};

const STARTS: usize = 3;
const SYNCS: usize = 101;
/// The measured technician has as many jobs on both.
const OWN: usize = 200;
const FEW: usize = 1_000;
const START_MS_MAX: f64 = 2_000.0;
const RSS_KIB_MAX: f64 = 150.0 * 1024.0;
const RATIO_MAX: f64 = 1.2;

/// A server and its phone, with what was measured.
struct Side {
    rig: Rig,
    starts: Vec<Duration>,
    idle: Vec<Duration>,
    editing: Vec<Duration>,
}

pub(crate) fn measure(program: &Path, root: &Path, many: usize) -> Result<Vec<Figure>, Failure> {
    let mut kit = Kit::new(11);
    let mut sides = [Side::found(program, root, "few", FEW)?, Side::found(program, root, "many", many)?];
    for _ in 0..STARTS {
        sides.iter_mut().try_for_each(Side::start_again)?;
    }
    let phones = [sides[0].rig.full_phone()?, sides[1].rig.full_phone()?];
    // In turns, so that whatever else happens on the machine meets both.
    for _ in 0..SYNCS {
        for (side, phone) in sides.iter_mut().zip(&phones) {
            side.sync_once(phone, &mut kit)?;
        }
    }
    let [few, large] = &sides;
    let rss = large.rig.server.process_id().and_then(peak_kib).unwrap_or(0);
    let what = |figure: &str| format!("server with {many} documents: {figure}");
    let ratio = |pick: fn(&Side) -> &Vec<Duration>| median_ms(pick(large)) / median_ms(pick(few));
    Ok(vec![
        Figure::new(what("start"), median_ms(&large.starts), "ms").at_most(START_MS_MAX),
        Figure::count(what("peak RSS"), rss, "KiB").at_most(RSS_KIB_MAX),
        Figure::new(what("a sync with nothing new"), median_ms(&large.idle), "ms"),
        Figure::new(what(&format!("the same, beside {FEW} documents")), ratio(|side| &side.idle), "×")
            .at_most(RATIO_MAX),
        Figure::new(what("a sync with one edit"), median_ms(&large.editing), "ms"),
        Figure::new(what(&format!("the same, beside {FEW} documents")), ratio(|side| &side.editing), "×")
            .at_most(RATIO_MAX),
    ])
}

impl Side {
    fn found(program: &Path, root: &Path, name: &str, documents: usize) -> Result<Self, Failure> {
        let size = Size { own: OWN, others: documents.saturating_sub(OWN) };
        let rig = Rig::found(program, root, name, size)?;
        Ok(Self { rig, starts: Vec::new(), idle: Vec::new(), editing: Vec::new() })
    }

    fn start_again(&mut self) -> Result<(), Failure> {
        self.rig.server.stop()?;
        let (started, time) = timed(|| self.rig.server.start());
        started?;
        self.starts.push(time);
        Ok(())
    }

    fn sync_once(&mut self, phone: &Phone, kit: &mut Kit) -> Result<(), Failure> {
        let (synced, time) = timed(|| phone.sync(&sync_options()));
        synced?;
        self.idle.push(time);
        let jobs = first_jobs(&phone.client, 50)?;
        let job = &jobs[kit.rng.index(jobs.len())];
        remark_on(&phone.client, kit, std::slice::from_ref(job))?;
        let (synced, time) = timed(|| phone.sync(&sync_options()));
        synced?;
        self.editing.push(time);
        Ok(())
    }
}
