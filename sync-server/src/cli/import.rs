//! `import`: takes over data from CSV files.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use clap::{Args, ValueEnum};
use domain::{Currency, Role, UserId};

use super::{CliError, Terminal, people_file};
use crate::clock::{Stopwatch, SystemClock, SystemEntropy};
use crate::config::Config;
use crate::core::Core;
use crate::import::{self, Assigned, Import, ImportKind, ImportMode, Need, Report, Source};
use crate::people::{self, UserFilter};
use crate::store::Store;

/// Lines of progress that wait to be printed.
const PROGRESS_WAITING_MAX: usize = 4;
const EXAMPLES: &str = "\
Examples:
  hamgam-server --data D import customers customers.csv --dry-run
  hamgam-server --data D import assets machines.csv --map serial=Machine --map customer=\"Client No\"
  hamgam-server --data D import parts parts.csv --currency IRR
  hamgam-server --data D import jobs old.csv --map received_at=Start --map subject=Text --partial

The first line of a file names its columns. Well-known names are found by themselves, in English,
Persian and Russian; the others are named with --map. Import customers first, then assets, parts,
technicians and jobs. The same file, imported again, changes nothing. Stop the server before.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, after_long_help = long_help())]
pub(super) struct ImportArgs {
    /// What the file holds.
    kind: KindArg,
    /// The CSV file, in UTF-8.
    file: PathBuf,
    /// Say which column of the file is which; may be given often.
    #[arg(long = "map", value_name = "COLUMN=HEADER")]
    assigned: Vec<Assigned>,
    /// A column of the file that is not to be used; may be given often.
    #[arg(long = "ignore", value_name = "HEADER")]
    ignored: Vec<String>,
    /// Try it and say what would happen; nothing is kept.
    #[arg(long, conflicts_with = "partial")]
    dry_run: bool,
    /// Keep the good rows; the bad ones are listed and written to FILE.rejected.csv.
    #[arg(long)]
    partial: bool,
    /// What stands between two cells [default: what the header has most of].
    #[arg(long)]
    separator: Option<SeparatorArg>,
    /// The currency of amounts that name none, such as IRR.
    #[arg(long, value_parser = read_currency)]
    currency: Option<Currency>,
    /// The administrator in whose name jobs are taken over [default: the first].
    #[arg(long = "as", value_name = "NAME")]
    by: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArg {
    Customers,
    Assets,
    Parts,
    Technicians,
    Jobs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SeparatorArg {
    Comma,
    Semicolon,
    Tab,
}

pub(super) fn run(asked: ImportArgs, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    let by = administrator(asked.by.as_deref(), config)?;
    let mode = match (asked.dry_run, asked.partial) {
        (true, _) => ImportMode::DryRun,
        (false, true) => ImportMode::Partial,
        (false, false) => ImportMode::AllOrNothing,
    };
    let import = Import {
        kind: asked.kind.into(),
        source: Source::File(asked.file),
        assigned: asked.assigned,
        ignored: asked.ignored,
        separator: asked.separator.map(SeparatorArg::byte),
        currency: asked.currency,
        office_offset_minutes: config.office_offset_minutes,
        by,
        mode,
    };
    let store = Store::open(&config.data, Arc::new(SystemClock))?;
    let core = Core::open_blocking(store, Arc::new(SystemClock), Arc::new(SystemEntropy))
        .map_err(|error| CliError::Other(format!("the log cannot be read: {error}")))?;
    let watch = Stopwatch::start();
    let report = carry_out(&core, import, terminal)?;
    tell(&report, mode, watch.elapsed().as_secs_f64(), terminal)
}

/// Imports on another thread, so that this one can print how far it is.
fn carry_out(core: &Core, import: Import, terminal: &mut Terminal<'_>) -> Result<Report, CliError> {
    let (sender, progress) = mpsc::sync_channel(PROGRESS_WAITING_MAX);
    let sender = std::io::stdout().is_terminal().then_some(sender);
    std::thread::scope(|scope| {
        let working = scope.spawn(move || import::import(core, import, sender));
        for rows in progress {
            terminal.line(format_args!("{rows} rows"))?;
        }
        let done = working.join().map_err(|_panic| CliError::Other("the import broke off".to_owned()))?;
        Ok(done?)
    })
}

fn tell(
    report: &Report,
    mode: ImportMode,
    seconds: f64,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    for column in &report.columns {
        terminal.line(format_args!("  {column}"))?;
    }
    for fault in &report.faults {
        terminal.line(fault)?;
    }
    let listed = u64::try_from(report.faults.len()).unwrap_or(u64::MAX);
    if report.rejected > listed {
        terminal.line(format_args!("… and {} rows more that will not do", report.rejected - listed))?;
    }
    if let Some(file) = &report.rejected_file {
        terminal.line(format_args!("the rejected rows are in {}", file.display()))?;
    }
    terminal.line(format_args!(
        "{} rows: {} new, {} updated, {} unchanged, {} rejected, in {seconds:.1} s",
        report.rows, report.new, report.updated, report.unchanged, report.rejected
    ))?;
    match mode {
        ImportMode::DryRun => Ok(terminal.line("nothing was changed: this was a dry run")?),
        _ if report.is_kept => Ok(()),
        _ => Err(CliError::Other(
            "nothing was kept: correct the rows above, or keep the good ones with --partial".to_owned(),
        )),
    }
}

/// The administrator of a name, or the first who may sign in.
fn administrator(name: Option<&str>, config: &Config) -> Result<UserId, CliError> {
    let connection = people_file::open(config)?;
    if let Some(name) = name {
        let person = people_file::person(&connection, name)?;
        return match person.role {
            Role::Administrator => Ok(person.id),
            role => Err(CliError::Other(format!(
                "{name:?} is a {}: name an administrator with --as",
                role.name()
            ))),
        };
    }
    let filter = UserFilter { role: Some(Role::Administrator), agency: None };
    let mut people = people::list_users(&connection, filter)?;
    people.retain(|person| person.disabled_at.is_none());
    let first = people.into_iter().min_by_key(|person| (person.created_at, person.id));
    first.map(|person| person.id).ok_or_else(|| {
        CliError::Other("there is no administrator who may sign in: run `hamgam-server init`".to_owned())
    })
}

fn read_currency(text: &str) -> Result<Currency, String> {
    Currency::parse(&text.to_uppercase()).ok_or_else(|| "write three letters, such as IRR".to_owned())
}

/// The columns of every kind, for `--help`.
fn long_help() -> String {
    let mut text = format!("{EXAMPLES}\n\nColumns (* needed):\n");
    for kind in ImportKind::ALL {
        let names: Vec<String> = kind
            .columns()
            .into_iter()
            .map(|column| match column.need {
                Need::Required => format!("{}*", column.name),
                Need::Optional => column.name,
            })
            .collect();
        text.push_str(&format!("  {}: {}\n", kind.name(), names.join(", ")));
    }
    text
}

impl SeparatorArg {
    const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

impl From<KindArg> for ImportKind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Customers => Self::Customers,
            KindArg::Assets => Self::Assets,
            KindArg::Parts => Self::Parts,
            KindArg::Technicians => Self::Technicians,
            KindArg::Jobs => Self::Jobs,
        }
    }
}
