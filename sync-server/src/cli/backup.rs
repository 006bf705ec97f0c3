//! `backup`, `verify`, `restore`, `rebuild` and `export`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;

use super::{CliError, Terminal};
use crate::backup::{self, BackupError, BackupOptions, Checked, Depth, Keys, VerifyReport};
use crate::clock::{SystemClock, SystemEntropy};
use crate::config::Config;
use crate::core::Core;
use crate::export;
use crate::readmodel::rebuild_blocking;
use crate::store::{Store, database_path};

const BACKUP_HELP: &str = "\
A server may go on serving meanwhile. A second backup to the same folder replaces the first once it
is whole, and copies only attachments that are new. The keys are kept elsewhere: copy the folder
`keys` of the data folder once to a safe place, or say --with-keys.";
const RESTORE_HELP: &str = "\
Stop the server first. The backup is verified before anything is touched; the database that is there
is set aside, not deleted. Phones then send again what the backup lacks, their own edits and those of
colleagues that they hold. What lives in SQL only (people, customers, parts) is as of the backup.";

#[derive(Debug, Args)]
#[command(after_help = BACKUP_HELP)]
pub(super) struct BackupArgs {
    /// The folder of the backup; made if it is not there.
    target: PathBuf,
    /// Copy the server's keys too; guard the backup like the server then.
    #[arg(long)]
    with_keys: bool,
    /// Take the copy even if it does not verify.
    #[arg(long)]
    unverified: bool,
}

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// A backup [default: the data folder].
    backup: Option<PathBuf>,
    /// Leave out the comparison of all rows with a rebuild, and attachments of the data folder.
    #[arg(long)]
    quick: bool,
}

#[derive(Debug, Args)]
#[command(after_help = RESTORE_HELP)]
pub(super) struct RestoreArgs {
    /// The folder of the backup.
    #[arg(required_unless_present = "adopt")]
    backup: Option<PathBuf>,
    /// Take in the database that was put into the data folder by hand.
    #[arg(long, conflicts_with = "backup")]
    adopt: bool,
}

pub(super) fn rebuild(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    if !database_path(&config.data).is_file() {
        return Err(BackupError::NoDatabase(config.data.clone()).into());
    }
    let store = Store::open(&config.data, Arc::new(SystemClock))?;
    let core = Core::open_blocking(store, Arc::new(SystemClock), Arc::new(SystemEntropy));
    let report = core.and_then(|core| rebuild_blocking(&core));
    let report = report.map_err(|error| CliError::Other(format!("nothing was changed: {error}")))?;
    Ok(terminal.line(format_args!(
        "made all rows again from {} changes in {} commits",
        report.changes, report.batches
    ))?)
}

#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// A new or empty folder.
    target: PathBuf,
}

pub(super) fn back_up(
    asked: &BackupArgs,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let options = BackupOptions {
        checked: if asked.unverified { Checked::No } else { Checked::Yes },
        keys: if asked.with_keys { Keys::With } else { Keys::Without },
    };
    let report = backup::make(&config.data, &asked.target, options, &SystemClock)?;
    let manifest = &report.manifest;
    terminal.line(format_args!(
        "backed up to {}: position {}, {} bytes of database, {} attachments ({} new)",
        asked.target.display(),
        manifest.position,
        manifest.database_bytes,
        manifest.attachments,
        report.attachments_copied
    ))?;
    if !asked.with_keys {
        terminal.line("the keys are not in it: keep a copy of the folder `keys` in another place")?;
    }
    if manifest.attachments_missing.is_empty() {
        return Ok(());
    }
    Err(CliError::Other(format!(
        "{} attachments are missing or damaged at the server and not in the backup; `hamgam-server verify` lists them",
        manifest.attachments_missing.len()
    )))
}

pub(super) fn verify(
    asked: &VerifyArgs,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let depth = if asked.quick { Depth::Log } else { Depth::Whole };
    let (path, report): (&Path, _) = match &asked.backup {
        Some(folder) => (folder, backup::verify_backup(folder, depth)?),
        None => (&config.data, backup::verify_data(&config.data, depth)?),
    };
    print_report(&report, terminal)?;
    if report.is_sound() {
        return Ok(terminal.line(format_args!("{} is sound", path.display()))?);
    }
    Err(CliError::Other(format!("{}: {} things do not hold", path.display(), report.findings_count)))
}

fn print_report(report: &VerifyReport, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    terminal.line(format_args!(
        "position {}: {} commits, {} changes of {} documents, {} saved documents, {} derived rows, {} attachments",
        report.position,
        report.commits,
        report.changes,
        report.documents,
        report.snapshots,
        report.rows,
        report.attachments
    ))?;
    report.findings.iter().try_for_each(|finding| terminal.line(finding))?;
    Ok(())
}

pub(super) fn restore(
    asked: &RestoreArgs,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let report = match &asked.backup {
        Some(folder) => backup::restore(folder, &config.data, &SystemClock, &SystemEntropy)?,
        None => backup::adopt(&config.data, &SystemClock, &SystemEntropy)?,
    };
    let data = config.data.display();
    terminal.line(format_args!("{data} stands at position {} of its log", report.position))?;
    if let Some(before) = report.position_before.filter(|before| *before > report.position) {
        terminal.line(format_args!(
            "{} commits were made since; phones send again what they hold of them",
            before - report.position
        ))?;
    }
    if let Some(folder) = &report.set_aside {
        terminal.line(format_args!("the database that was there lies in {}", folder.display()))?;
    }
    if report.barred_again > 0 {
        terminal.line(format_args!(
            "{} people or devices were barred since, and stay barred",
            report.barred_again
        ))?;
    }
    if !config.data.join("keys").join("refresh.key").exists() {
        terminal.line(
            "the folder `keys` is missing: put a copy of the old one back, so that phones need not sign in again \
             and can give back the work of others; without one, run `hamgam-server init`",
        )?;
    }
    Ok(())
}

pub(super) fn export(
    asked: &ExportArgs,
    config: &Config,
    terminal: &mut Terminal<'_>,
) -> Result<(), CliError> {
    let report = export::export(&config.data, &asked.target)?;
    terminal.line(format_args!(
        "exported {} documents and {} attachments to {}",
        report.documents,
        report.attachments,
        asked.target.display()
    ))?;
    if report.documents_unreadable + report.attachments_missing == 0 {
        return Ok(());
    }
    Err(CliError::Other(format!(
        "{} documents could not be read and {} attachments are missing; `hamgam-server verify` says more",
        report.documents_unreadable, report.attachments_missing
    )))
}
