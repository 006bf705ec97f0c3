//! `cargo xtask bench growth`: what ours costs with ever more documents on the server,
//! and with ever more phones at it.

mod documents;
mod page;
mod phones;

use std::path::Path;

use clap::Args;
use serde::Serialize;

use crate::failure::Failure;
use crate::machine;

/// Measures ours with more and more documents, and with more and more phones.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// So many documents on the server, one after another.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000, 100_000, 1_000_000])]
    documents: Vec<usize>,
    /// So many phones at the server, one after another.
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1_000, 5_000])]
    phones: Vec<usize>,
}

/// Everything of one run.
#[derive(Debug, Serialize)]
struct Report {
    machine: String,
    load: Option<f64>,
    documents: Vec<documents::Row>,
    phones: Vec<phones::Row>,
}

/// Measures, prints, and writes the page's section with its pictures.
pub(crate) fn measure(
    options: &Options,
    program: &Path,
    root: &Path,
    page: Option<&Path>,
) -> Result<(), Failure> {
    let load = machine::load();
    let documents = documents::measure(program, &root.join("documents"), &options.documents)?;
    let phones = phones::measure(program, &root.join("phones"), &options.phones)?;
    let report = Report { machine: machine::describe(root), load, documents, phones };
    page::write(&report, page)
}
