//! `cargo xtask bench peers`: ours and theirs on the same fleet, one after another. A
//! peer that cannot be installed, or fails, is reported as failed.

mod limit;
mod lines;
mod meter;
mod npm;
mod ours;
mod program;
mod proxy;
mod report;
mod side;
mod spread;
mod talk;
mod targets;
mod theirs;

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};

use self::lines::FleetFile;
use self::meter::Propagation;
use self::ours::Ours;
use self::proxy::Proxy;
use self::report::{IngestRow, Live, Once, Report, Row};
use self::side::{EACH, OFFICE_EDITS, Peer, Side, Work};
use self::theirs::Theirs;
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
    /// How many documents one phone brings.
    #[arg(long, default_value_t = 10_000)]
    many: usize,
    /// Only this part; nothing is written to the docs then.
    #[arg(long)]
    part: Option<Part>,
}

/// What can be measured alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// A phone that exchanges with a server.
    Exchange,
    /// Many phones whose edits are taken in.
    Ingest,
    /// An edit that another phone sees, and edits that outlive a kill.
    Live,
    /// One phone that brings very many documents.
    Many,
}

/// How much is measured.
struct Plan {
    fleets: [usize; 2],
    runs: u32,
    phones: usize,
    seconds: u32,
    /// Edits that another phone sees.
    edits: usize,
    /// Very many documents.
    many: usize,
    part: Option<Part>,
}

impl Plan {
    fn of(options: &Options) -> Self {
        if options.quick {
            let small =
                Self { fleets: [40, 100], runs: 1, phones: 10, seconds: 2, edits: 10, many: 100, part: None };
            return Self { part: options.part, many: small.many.min(options.many), ..small };
        }
        Self {
            fleets: [200, 1_000],
            runs: options.runs,
            phones: 50,
            seconds: 20,
            edits: 100,
            many: options.many,
            part: options.part,
        }
    }

    fn has(&self, part: Part) -> bool {
        self.part.is_none_or(|only| only == part)
    }

    /// Documents that the fleet must have; very many only where a peer brings them.
    fn largest(&self, has_others: bool) -> usize {
        let many = if has_others && self.has(Part::Many) { self.many } else { 0 };
        self.fleets.into_iter().chain([self.phones * EACH, OFFICE_EDITS, many]).max().unwrap_or(0)
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
    let largest = plan.largest(peers.len() > 1);
    println!("a fleet of {largest} jobs, written for everybody");
    let mut ours = Ours::new(program, root);
    let fleet = ours.write_fleet(&root.join("fleet.jsonl"), largest)?;
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
        limit: None,
        live: Vec::new(),
        many: Vec::new(),
        many_documents: plan.many,
    };
    if plan.has(Part::Ingest) {
        report.limit = Some(ours.limit(plan.phones)?);
    }
    for peer in peers {
        measure_peer(peer, &plan, &fleet, (program, root), &mut report)?;
    }
    report.load[1] = machine::load();
    let section = report.section();
    println!("\n{section}\n");
    if options.quick || options.part.is_some() {
        println!("not the whole: nothing was written");
    } else if let Some(page) = page {
        page::write_section(page, "peers", &section)?;
        report.draw(&page.with_file_name("benchmarks-peers.svg"))?;
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
    (server, root): (&Path, &Path),
    report: &mut Report,
) -> Result<(), Failure> {
    println!("{}", peer.title());
    let version = peer.program().map(|(name, written)| program::pinned(name, written));
    let version = version.transpose()?.unwrap_or_default();
    report.versions.push((peer, version));
    let opened = match peer.program() {
        None => Ok(Box::new(Ours::new(server, &root.join("measured"))) as Box<dyn Side>),
        Some(theirs) => Theirs::install(theirs, root).map(|side| Box::new(side) as Box<dyn Side>),
    };
    std::fs::create_dir_all(root.join("measured/hamgam"))?;
    match opened {
        Ok(mut side) => {
            if plan.has(Part::Exchange) {
                for documents in plan.fleets {
                    measure_fleet(side.as_mut(), peer, plan, (fleet, documents), report);
                }
            }
            if plan.has(Part::Ingest) {
                measure_ingest(side.as_mut(), peer, plan, fleet, report);
            }
            if plan.has(Part::Live) {
                let live = Once::of(peer, measure_live(side.as_mut(), plan, fleet));
                println!("  {}", live.progress("edits seen and kept"));
                report.live.push(live);
            }
            if plan.has(Part::Many) {
                let many = Once::of(peer, side.many(fleet, plan.many));
                println!("  {}", many.progress("very many documents"));
                report.many.push(many);
            }
            side.stop()
        }
        Err(failure) => {
            println!("  failed: {failure}");
            for documents in plan.fleets {
                let rows = works(plan, documents).map(|(work, trip)| row(peer, work, documents, trip));
                report.exchanges.extend(rows.map(|row| Row { failed: Some(failure.to_string()), ..row }));
            }
            report.ingest.push(IngestRow { failed: Some(failure.to_string()), ..ingest_row(peer, plan) });
            report.live.push(Once::failed(peer, &failure));
            report.many.push(Once::failed(peer, &failure));
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

fn measure_live(side: &mut dyn Side, plan: &Plan, fleet: &FleetFile) -> Result<Live, Failure> {
    let seen = Propagation::of(side.propagate(fleet, plan.edits)?);
    Ok(Live { seen, kept: side.survivors(fleet)?, of: OFFICE_EDITS })
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
