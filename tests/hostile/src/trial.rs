//! Trials of files: each in a process of its own, so that an abort or a stack that
//! overflows is counted and not suffered.

mod judged;
mod memory;
mod one;
mod report;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use judged::Judged;
pub(crate) use one::{Policy, Target};
pub(crate) use report::{Form, Tally};

/// The child's work: judges one file and prints what came of it.
///
/// # Errors
/// If nothing can be printed.
pub(crate) fn judge_here(file: &Path, target: &Target) -> io::Result<()> {
    report::print_line(&serde_json::to_string(&one::judge(file, target))?)
}

/// Judges every file, a folder standing for all files in it, and prints a line for
/// each.
///
/// # Errors
/// If a folder cannot be read, or nothing can be printed.
pub(crate) fn judge_all(paths: &[PathBuf], target: &Target, form: Form) -> io::Result<Tally> {
    let mut tally = Tally::default();
    for path in paths {
        for file in files_of(path)? {
            let judged = in_a_child(&file, target);
            report::print_judged(&file, &judged, form)?;
            tally.add(&file, &judged);
        }
    }
    report::print_tally(&tally, form)?;
    Ok(tally)
}

fn in_a_child(file: &Path, target: &Target) -> Judged {
    let mut command = match std::env::current_exe() {
        Ok(program) => Command::new(program),
        Err(error) => return Judged::broken("no_child", error.to_string()),
    };
    command.arg("--in-this-process").arg(file);
    if let Some(base) = &target.base {
        command.arg("--base").arg(base);
    }
    if target.policy == Policy::Open {
        command.arg("--open");
    }
    match command.stdin(Stdio::null()).stderr(Stdio::null()).output() {
        Err(error) => Judged::broken("no_child", error.to_string()),
        Ok(output) => serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| Judged::broken("died", format!("the process died ({})", output.status))),
    }
}

/// A file, or all files in a folder and the folders in it, by name.
fn files_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries: io::Result<Vec<PathBuf>> =
        std::fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut entries = entries?;
    entries.sort();
    let mut files = Vec::new();
    for entry in entries {
        files.extend(files_of(&entry)?);
    }
    Ok(files)
}
