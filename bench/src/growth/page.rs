//! The section of the page on growth: tables and two pictures.

use std::path::Path;

use super::{Report, documents, phones};
use crate::chart::{Series, curves};
use crate::failure::Failure;
use crate::figures::{Figure, number, table};

/// A sync with very many documents may cost so much of one with few.
const RATIO_MAX: f64 = 1.2;

pub(super) fn write(report: &Report, page: Option<&Path>) -> Result<(), Failure> {
    let section = section(report);
    println!("\n{section}\n");
    let Some(page) = page else { return Ok(()) };
    let beside = |name: &str| page.with_file_name(format!("benchmarks-growth-{name}"));
    let documents = documents_series(&report.documents);
    let title = "One phone, and ever more documents of others on the server";
    curves(&beside("documents.svg"), title, ["documents on the server", "ms, MiB"], &documents)?;
    let phones = phones_series(&report.phones);
    let title = "Ever more phones connected to one server";
    curves(&beside("phones.svg"), title, ["phones", "each second, ms, MiB"], &phones)?;
    crate::page::write_section(page, "growth", &section)?;
    let json = page.with_file_name("benchmarks-growth.json");
    std::fs::write(&json, format!("{}\n", serde_json::to_string_pretty(report)?))?;
    println!("written: {}, its pictures, and {}", page.display(), json.display());
    Ok(())
}

fn section(report: &Report) -> String {
    let load = report.load.map_or_else(|| "unknown".to_owned(), |load| format!("{load:.1}"));
    [
        format!(
            "## Growth\n\n`cargo xtask bench growth`, one run, on: {}; load average {load} before. The phones are \
             talk without a database, so that the server is what is measured.",
            report.machine
        ),
        table(&figures(&report.documents)).trim_end().to_owned(),
        "![With more documents](benchmarks-growth-documents.svg)".to_owned(),
        documents_table(&report.documents),
        "![With more phones](benchmarks-growth-phones.svg)".to_owned(),
        phones_table(&report.phones),
    ]
    .join("\n\n")
}

/// The largest beside the smallest.
fn figures(rows: &[documents::Row]) -> Vec<Figure> {
    let (Some(few), Some(many)) = (rows.first(), rows.last()) else { return Vec::new() };
    let beside = |what: &str, pick: fn(&documents::Row) -> f64| {
        let what = format!("{what}, {} documents beside {}", many.documents, few.documents);
        Figure::new(what, pick(many) / pick(few), "×").at_most(RATIO_MAX)
    };
    vec![
        beside("an exchange with nothing new", |row| row.idle_ms),
        beside("an exchange with an edit", |row| row.edit_ms),
        beside("a new phone with its 50 jobs", |row| row.cold_ms),
    ]
}

fn documents_table(rows: &[documents::Row]) -> String {
    let mut lines = vec![
        "| documents | start ms | new phone ms | nothing new ms (CPU) | an edit ms (CPU) | memory MiB | database MiB |"
            .to_owned(),
        "|---|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(rows.iter().map(|row| {
        format!(
            "| {} | {:.0} | {:.1} | {:.2} ({:.2}) | {:.2} ({:.2}) | {:.0} | {:.0} |",
            row.documents,
            row.start_ms,
            row.cold_ms,
            row.idle_ms,
            row.idle_cpu_ms,
            row.edit_ms,
            row.edit_cpu_ms,
            row.resident_mib,
            row.database_mib,
        )
    }));
    lines.join("\n")
}

fn phones_table(rows: &[phones::Row]) -> String {
    let mut lines = vec![
        "| phones | memory for each KiB | exchanges a second, 32 at once | p99 ms | CPU ms | edits a second of ten \
         beside the others | p99 ms | memory MiB |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    lines.extend(rows.iter().map(|row| {
        format!(
            "| {} | {:.1} | {:.0} | {:.1} | {:.2} | {:.0} | {:.1} | {:.0} |",
            row.phones,
            row.kib_each,
            row.exchanges_per_second,
            row.exchange_p99_ms,
            row.exchange_cpu_ms,
            row.edits_per_second,
            row.edit_p99_ms,
            row.resident_mib,
        )
    }));
    lines.join("\n")
}

fn documents_series(rows: &[documents::Row]) -> Vec<Series> {
    let of = |name: &str, pick: fn(&documents::Row) -> f64| Series {
        name: name.to_owned(),
        points: rows.iter().map(|row| (number(row.documents), pick(row))).collect(),
    };
    vec![
        of("start, ms", |row| row.start_ms),
        of("new phone, ms", |row| row.cold_ms),
        of("nothing new, ms", |row| row.idle_ms),
        of("an edit, ms", |row| row.edit_ms),
        of("memory, MiB", |row| row.resident_mib),
    ]
}

fn phones_series(rows: &[phones::Row]) -> Vec<Series> {
    let of = |name: &str, pick: fn(&phones::Row) -> f64| Series {
        name: name.to_owned(),
        points: rows.iter().map(|row| (number(row.phones), pick(row))).collect(),
    };
    vec![
        of("exchanges a second", |row| row.exchanges_per_second),
        of("edits a second", |row| row.edits_per_second),
        of("an edit, p99 ms", |row| row.edit_p99_ms),
        of("memory, MiB", |row| row.resident_mib),
    ]
}
