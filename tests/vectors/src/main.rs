//! `hamgam-vectors FILE`: runs a file of vectors through the public functions,
//! prints each mismatch, and ends with `N passed, M failed`.

#![expect(clippy::print_stdout, reason = "a command-line tool speaks on its terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(file) = std::env::args_os().nth(1).map(PathBuf::from) else {
        println!("usage: hamgam-vectors FILE");
        return ExitCode::FAILURE;
    };
    let report = match std::fs::read_to_string(&file) {
        Ok(text) => vectors::run(&text),
        Err(error) => vectors::Report::unreadable(format!("cannot read {}: {error}", file.display())),
    };
    for line in &report.problems {
        println!("{line}");
    }
    println!("{} passed, {} failed", report.passed, report.failed);
    if report.all_passed() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
