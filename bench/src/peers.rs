//! `cargo xtask bench peers`: ours and theirs on the same fleet, one after another. A
//! peer that cannot be installed, or fails, is reported as failed.

mod lines;
mod meter;
mod node;
mod npm;
mod ours;
mod proxy;
mod report;
mod side;
mod spread;
mod talk;
mod targets;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use self::lines::FleetFile;
use self::node::NodeSide;
use self::ours::Ours;
use self::proxy::Proxy;
use self::report::{IngestRow, Report, Row};
use self::side::{EACH, Peer, Side, Work};
use crate::failure::Failure;
use crate::{machine, page};

/// A round trip of a phone on the road.
const FAR_MS: u64 = 100;

/// Measures ours and theirs on the same documents.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only these peers, beside ours; every one when none is named. Can be repeated.
    #[arg(long, value_name = "PEER")]
    only: Vec<Peer>,
    /// How often everything is measured; medians are shown.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    runs: u32,
    /// Small fleets and one run, for trying; nothing is written to the docs.
    #[arg(long)]
    quick: bool,
}

/// How much is measured.
struct Plan {
    fleets: [usize; 2],
    runs: u32,
    phones: usize,
    seconds: u32,
}

impl Plan {
    fn of(options: &Options) -> Self {
        if options.quick {
            return Self { fleets: [40, 100], runs: 1, phones: 10, seconds: 2 };
        }
        Self { fleets: [200, 1_000], runs: options.runs, phones: 50, seconds: 10 }
    }

    fn largest(&self) -> usize {
        self.fleets.into_iter().max().unwrap_or(0).max(self.phones * EACH)
    }
}

/// Measures, prints, and writes the page's section with the figures beside it.
pub(crate) fn measure(
    options: &Options,
    program: &Path,
    root: &Path,
    page: Option<&Path>,
) -> Result<(), Failure> {
    let plan = Plan::of(options);
    let is_asked =
        |peer: &Peer| options.only.is_empty() || *peer == Peer::Hamgam || options.only.contains(peer);
    let peers: Vec<Peer> = Peer::ALL.into_iter().filter(is_asked).collect();
    let tools = if peers.len() > 1 { format!(", {}", npm::tools()?) } else { String::new() };
    let before = machine::load();
    std::fs::create_dir_all(root.join("hamgam"))?;
    println!("a fleet of {} jobs, written for everybody", plan.largest());
    let mut ours = Ours::new(program, root);
    let fleet = ours.write_fleet(&root.join("fleet.jsonl"), plan.largest())?;
    let mut report = Report {
        machine: format!("{}{tools}", machine::describe(root)),
        load: [before, None],
        cores: std::thread::available_parallelism().map_or(1, NonZero::get),
        runs: plan.runs as usize,
        document_bytes: fleet.document_bytes,
        changes: fleet.changes,
        versions: Vec::new(),
        exchanges: Vec::new(),
        ingest: Vec::new(),
    };
    for peer in peers {
        measure_peer(peer, &plan, &fleet, (program, root), &mut report)?;
    }
    report.load[1] = machine::load();
    let section = report.section();
    println!("\n{section}\n");
    if options.quick {
        println!("a quick run: nothing was written");
    } else if let Some(page) = page {
        page::write_section(page, "peers", &section)?;
        let beside = json_beside(page);
        std::fs::write(&beside, format!("{}\n", serde_json::to_string_pretty(&report)?))?;
        println!("written: {} and {}", page.display(), beside.display());
    }
    Ok(())
}

fn json_beside(page: &Path) -> PathBuf {
    let stem = page.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    page.with_file_name(format!("{stem}-peers.json"))
}

/// All works of one peer; what fails is in the report.
fn measure_peer(
    peer: Peer,
    plan: &Plan,
    fleet: &FleetFile,
    (program, root): (&Path, &Path),
    report: &mut Report,
) -> Result<(), Failure> {
    println!("{}", peer.title());
    let version = peer.program().map(npm::pinned).transpose()?.unwrap_or_default();
    report.versions.push((peer, version));
    let opened = match peer.program() {
        None => Ok(Box::new(Ours::new(program, &root.join("measured"))) as Box<dyn Side>),
        Some(name) => NodeSide::install(name, root).map(|side| Box::new(side) as Box<dyn Side>),
    };
    std::fs::create_dir_all(root.join("measured/hamgam"))?;
    match opened {
        Ok(mut side) => {
            for documents in plan.fleets {
                measure_fleet(side.as_mut(), peer, plan, (fleet, documents), report);
            }
            measure_ingest(side.as_mut(), peer, plan, fleet, report);
            side.stop()
        }
        Err(failure) => {
            println!("  failed: {failure}");
            for documents in plan.fleets {
                let rows = works(plan, documents).map(|(work, trip)| row(peer, work, documents, trip));
                report.exchanges.extend(rows.map(|row| Row { failed: Some(failure.to_string()), ..row }));
            }
            report.ingest.push(IngestRow { failed: Some(failure.to_string()), ..ingest_row(peer, plan) });
            Ok(())
        }
    }
}

/// What is done with a fleet, near and far; with the small one only what is cold.
fn works(plan: &Plan, documents: usize) -> impl Iterator<Item = (Work, u64)> {
    let all: &[Work] =
        if documents == plan.fleets[1] { &[Work::Cold, Work::CatchUp, Work::Idle] } else { &[Work::Cold] };
    all.iter().flat_map(|work| [(*work, 0), (*work, FAR_MS)])
}

fn row(peer: Peer, work: Work, documents: usize, round_trip_ms: u64) -> Row {
    Row { peer, work, documents, round_trip_ms, samples: Vec::new(), failed: None }
}

fn measure_fleet(
    side: &mut dyn Side,
    peer: Peer,
    plan: &Plan,
    (fleet, documents): (&FleetFile, usize),
    report: &mut Report,
) {
    let started = side.start(fleet, documents).and_then(|()| Proxy::before(side.server()?));
    for (work, round_trip_ms) in works(plan, documents) {
        let mut row = row(peer, work, documents, round_trip_ms);
        let measured = match &started {
            Ok(proxy) => measure_work(side, proxy, plan.runs, &mut row),
            Err(failure) => Err(Failure::new(failure.to_string())),
        };
        row.failed = measured.err().map(|failure| failure.to_string());
        println!("  {}", row.progress());
        report.exchanges.push(row);
    }
}

fn measure_work(side: &mut dyn Side, proxy: &Proxy, runs: u32, row: &mut Row) -> Result<(), Failure> {
    for _ in 0..runs {
        if row.work != Work::Cold {
            // What an exchange leaves to be said afterwards is said before the next.
            proxy.set_round_trip(Duration::ZERO);
            side.exchange(Work::Idle, proxy)?;
        }
        proxy.set_round_trip(Duration::from_millis(row.round_trip_ms));
        row.samples.push(side.exchange(row.work, proxy)?);
    }
    Ok(())
}

fn ingest_row(peer: Peer, plan: &Plan) -> IngestRow {
    IngestRow { peer, phones: plan.phones, seconds: plan.seconds, samples: Vec::new(), failed: None }
}

fn measure_ingest(side: &mut dyn Side, peer: Peer, plan: &Plan, fleet: &FleetFile, report: &mut Report) {
    let mut row = ingest_row(peer, plan);
    for _ in 0..plan.runs {
        match side.ingest(fleet, plan.phones, plan.seconds) {
            Ok(ingest) => row.samples.push(ingest),
            Err(failure) => {
                row.failed = Some(failure.to_string());
                break;
            }
        }
    }
    println!("  {}", row.progress());
    report.ingest.push(row);
}
