//! `cargo xtask bench sync`, `auth`, `scoring`, `peers` and `growth`: the figures of the
//! exchange, the phone and the server, of phones beside a flood of sign-ins, of a month of
//! scores, of ours beside the peers, and of ours as it grows, with their targets. Real
//! phones, a real server in a process of its own, real HTTP over loopback.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints its figures on the terminal")]

mod chart;
mod clock;
mod content;
mod failure;
mod figures;
mod fleet;
mod growth;
mod light;
mod machine;
mod measure;
mod memory;
mod organisation;
mod page;
mod peers;
mod phone;
mod rig;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use demo::server_process;
use testkit::Kit;

use crate::failure::Failure;
use crate::figures::{Figure, table};
use crate::measure::{changed, cold, edit, flood, idle, opening, scale, scores};
use crate::organisation::Size;
use crate::rig::Rig;

/// Measures the exchange, the phone and the server.
#[derive(Debug, Parser)]
#[command(name = "bench-sync")]
struct Args {
    #[command(subcommand)]
    other: Option<Other>,
    /// Jobs on the measured phone.
    #[arg(long, default_value_t = 2_000)]
    jobs: usize,
    /// Documents on the large server.
    #[arg(long, default_value_t = 100_000)]
    documents: usize,
    /// The server's program; the one beside this program when none is given.
    #[arg(long, global = true)]
    server: Option<PathBuf>,
    /// Where data is put; a temporary folder when none is given.
    #[arg(long, global = true)]
    folder: Option<PathBuf>,
    /// The page whose section is written anew.
    #[arg(long, global = true)]
    page: Option<PathBuf>,
    /// Measures phones beside a flood of sign-ins instead.
    #[arg(long)]
    flood: bool,
    /// Measures months of scores instead.
    #[arg(long)]
    scoring: bool,
    /// Representatives with a thousand jobs each, of whom scores are computed.
    #[arg(long, default_value_t = 1_000)]
    representatives: u32,
    /// Computes a month once and prints what that took; for this program's own use.
    #[arg(long, hide = true)]
    recompute: Option<PathBuf>,
    /// Opens a phone once and prints what that took; for this program's own use.
    #[arg(long, hide = true)]
    open_phone: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Other {
    /// Measure ours beside automerge-repo, samod, PouchDB and Hocuspocus, which are
    /// installed with npm and cargo into bench/peers.
    Peers(peers::Options),
    /// Measure what ours costs with ever more documents and ever more phones.
    Growth(growth::Options),
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    if let Some(database) = &args.open_phone {
        println!("{}", serde_json::to_string(&opening::open_once(database)?)?);
        return Ok(());
    }
    if let Some(folder) = &args.recompute {
        println!("{}", serde_json::to_string(&scores::recompute_once(folder)?)?);
        return Ok(());
    }
    let program = server_process::program(args.server.clone())?;
    let temporary = tempfile::Builder::new().prefix("hamgam-bench-").tempdir()?;
    let root = args.folder.as_deref().unwrap_or(temporary.path());
    match &args.other {
        Some(Other::Peers(options)) => return peers::measure(options, &program, root, args.page.as_deref()),
        Some(Other::Growth(options)) => {
            return growth::measure(options, &program, root, args.page.as_deref());
        }
        None => {}
    }
    let (name, title, figures) = if args.flood {
        ("auth", "Phones beside a flood of sign-ins", flood::measure(&program, root)?)
    } else if args.scoring {
        ("scoring", "Scores of a month", scores::measure(&program, root, args.representatives)?)
    } else {
        ("sync", "The exchange, the phone, the server", measure_all(args, &program, root)?)
    };
    let machine = machine::describe(root);
    println!("\n{machine}\n\n{}", table(&figures));
    println!("{}", serde_json::json!({ "machine": machine, "figures": figures }));
    if let Some(page) = &args.page {
        let section =
            format!("## {title}\n\n`cargo xtask bench {name}`, on: {machine}.\n\n{}", table(&figures));
        page::write_section(page, name, &section)?;
    }
    Ok(())
}

fn measure_all(args: &Args, program: &Path, root: &Path) -> Result<Vec<Figure>, Failure> {
    let jobs = args.jobs;
    let mut kit = Kit::new(5);
    println!("a fleet of {jobs} jobs");
    let mut rig = Rig::found(program, root, "fleet", Size { own: jobs, others: 0 })?;
    rig.server.start()?;
    let mut figures = Vec::new();
    let mut take = |what: &str, measured: Vec<Figure>| {
        println!("{what}\n{}", table(&measured));
        figures.extend(measured);
    };
    take("cold", cold::measure(&mut rig, jobs)?);
    let (phone, other) = (rig.full_phone()?, rig.full_phone()?);
    take("idle", idle::measure(&phone, jobs)?);
    take("changed", changed::measure(&phone, &other, &mut kit, jobs)?);
    take("edit", edit::measure(&phone, &mut kit, root)?);
    let database = phone.database.clone();
    drop(phone);
    take("opening", opening::measure(&database, jobs)?);
    rig.server.stop()?;
    println!("a server with {} documents", args.documents);
    take("scale", scale::measure(program, root, args.documents)?);
    Ok(figures)
}
