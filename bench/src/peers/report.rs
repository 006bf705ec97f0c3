//! What was measured, as tables for people beside the targets, and as JSON for machines.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::limit::Limit;
use super::meter::{Ingest, Many, Propagation, Sample};
use super::side::{Peer, Work};
use super::spread::Spread;
use super::targets;
use crate::chart;
use crate::failure::Failure;
use crate::figures::{Figure, mib, table};

/// One work of one peer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) peer: Peer,
    pub(crate) work: Work,
    pub(crate) documents: usize,
    pub(crate) round_trip_ms: u64,
    /// One a run.
    pub(crate) samples: Vec<Sample>,
    /// Why there are none.
    pub(crate) failed: Option<String>,
}

impl Row {
    pub(crate) fn ms(&self) -> Option<Spread> {
        self.of(|sample| sample.ms)
    }

    /// Bytes of both directions.
    pub(crate) fn bytes(&self) -> Option<Spread> {
        self.of(|sample| count(sample.up) + count(sample.down))
    }

    fn of(&self, pick: fn(&Sample) -> f64) -> Option<Spread> {
        if self.failed.is_some() {
            return None;
        }
        Spread::of(self.samples.iter().map(pick).collect())
    }

    fn title(&self) -> String {
        let work = match self.work {
            Work::Cold => "cold phone",
            Work::Idle => "nothing new",
            Work::CatchUp => "20 changed at the server, 10 on the phone",
        };
        let trip = match self.round_trip_ms {
            0 => String::new(),
            ms => format!(", {ms} ms round trip"),
        };
        format!("{} documents, {work}{trip}", self.documents)
    }

    /// Beneath a bar.
    fn short(&self) -> String {
        let work = match self.work {
            Work::Cold => "cold",
            Work::Idle => "nothing new",
            Work::CatchUp => "20 + 10 changed",
        };
        if self.round_trip_ms == 0 { work.to_owned() } else { format!("{work}, far") }
    }

    /// A line while it runs.
    pub(crate) fn progress(&self) -> String {
        match &self.failed {
            Some(reason) => format!("{}: failed: {reason}", self.title()),
            None => format!("{}: {}", self.title(), self.cell()),
        }
    }

    fn cell(&self) -> String {
        let kb = |pick: fn(&Sample) -> f64| self.of(pick).map(|bytes| bytes.shown(1_000.0, 1));
        let up = kb(|sample| count(sample.up));
        let down = kb(|sample| count(sample.down));
        let cpu = self.of(|sample| count(sample.server_cpu_ms));
        match (self.ms(), up, down, cpu) {
            (Some(ms), Some(up), Some(down), Some(cpu)) => {
                format!("{} ms; {up} / {down} KB; {:.0} ms", ms.with_range(1), cpu.median)
            }
            _ => "failed".to_owned(),
        }
    }
}

/// The edits of many phones at one peer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct IngestRow {
    pub(crate) peer: Peer,
    pub(crate) phones: usize,
    pub(crate) seconds: u32,
    pub(crate) samples: Vec<Ingest>,
    pub(crate) failed: Option<String>,
}

impl IngestRow {
    pub(crate) fn of(&self, pick: fn(&Ingest) -> f64) -> Option<Spread> {
        if self.failed.is_some() {
            return None;
        }
        Spread::of(self.samples.iter().map(pick).collect())
    }

    /// A line while it runs.
    pub(crate) fn progress(&self) -> String {
        match &self.failed {
            Some(reason) => format!("edits of {} phones: failed: {reason}", self.phones),
            None => format!("edits of {} phones: {}", self.phones, self.line()),
        }
    }

    fn line(&self) -> String {
        let of = |pick: fn(&Ingest) -> f64, digits| {
            self.of(pick).map_or_else(|| "failed".to_owned(), |spread| spread.with_range(digits))
        };
        format!(
            "| {} | {} | {} / {} | {} | {} |",
            self.peer.title(),
            of(|ingest| ingest.edits_per_second, 0),
            of(|ingest| ingest.p50_ms, 1),
            of(|ingest| ingest.p99_ms, 1),
            of(|ingest| ingest.edits_per_server_cpu_second, 0),
            of(|ingest| mib(ingest.server_peak_kib), 0),
        )
    }
}

/// A work that each peer does once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Once<T> {
    pub(crate) peer: Peer,
    pub(crate) measured: Option<T>,
    /// Why nothing was.
    pub(crate) failed: Option<String>,
}

impl<T: Line> Once<T> {
    pub(crate) fn of(peer: Peer, measured: Result<T, Failure>) -> Self {
        match measured {
            Ok(measured) => Self { peer, measured: Some(measured), failed: None },
            Err(failure) => Self::failed(peer, &failure),
        }
    }

    pub(crate) fn failed(peer: Peer, failure: &Failure) -> Self {
        Self { peer, measured: None, failed: Some(failure.to_string()) }
    }

    /// A line while it runs.
    pub(crate) fn progress(&self, what: &str) -> String {
        let said = self.failed.as_ref().map(|reason| format!("failed: {reason}"));
        format!("{what}: {}", said.unwrap_or_else(|| self.line()))
    }

    fn line(&self) -> String {
        let cells = self.measured.as_ref().map_or_else(|| " failed |".repeat(T::CELLS), Line::cells);
        format!("| {} |{cells}", self.peer.title())
    }
}

/// What stands in a table, a line for each peer.
pub(crate) trait Line {
    /// Its heading, after the peer's.
    const HEAD: &str;
    const CELLS: usize;
    fn cells(&self) -> String;
}

/// How soon another phone has an edit, and how many outlive a kill.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) seen: Propagation,
    /// Of those that the server had acknowledged when it was killed.
    pub(crate) kept: usize,
    pub(crate) of: usize,
}

impl Line for Live {
    const HEAD: &str = "another phone has an edit after, p50 / p99 ms | acknowledged edits after `kill -9` |";
    const CELLS: usize = 2;

    fn cells(&self) -> String {
        let Self { seen, kept, of } = self;
        format!(" {:.1} / {:.1} | {kept} of {of} |", seen.p50_ms, seen.p99_ms)
    }
}

impl Line for Many {
    const HEAD: &str = "push s | memory of the server, empty and then, MiB | listens again after ms | then serves \
                        after ms |";
    const CELLS: usize = 4;

    fn cells(&self) -> String {
        let (empty, full) = (mib(self.empty_kib), mib(self.full_kib));
        format!(" {:.1} | {empty:.0}, {full:.0} | {:.0} | {:.0} |", self.push_s, self.start_ms, self.first_ms)
    }
}

fn once_table<T: Line>(what: &str, rows: &[Once<T>]) -> Option<String> {
    let lines: Vec<String> = rows.iter().map(Once::line).collect();
    let head = format!("{what}\n\n| peer | {}\n|---|{}", T::HEAD, "---|".repeat(T::CELLS));
    (!lines.is_empty()).then(|| format!("{head}\n{}", lines.join("\n")))
}

/// Everything of one run of the benchmark.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) machine: String,
    /// Mean of processes that ran or waited, before and after.
    pub(crate) load: [Option<f64>; 2],
    pub(crate) cores: usize,
    pub(crate) runs: usize,
    pub(crate) document_bytes: usize,
    pub(crate) changes: f64,
    /// What each peer is built from.
    pub(crate) versions: Vec<(Peer, String)>,
    pub(crate) exchanges: Vec<Row>,
    pub(crate) ingest: Vec<IngestRow>,
    /// What the disk alone lets through.
    pub(crate) limit: Option<Limit>,
    pub(crate) live: Vec<Once<Live>>,
    pub(crate) many: Vec<Once<Many>>,
    pub(crate) many_documents: usize,
}

impl Report {
    /// Beside the targets, which are shares of what the best peer took in the same run.
    pub(crate) fn figures(&self) -> Vec<Figure> {
        let mut figures = targets::figures(&self.exchanges, &self.ingest);
        figures.extend(targets::live_figures(&self.live));
        figures.extend(targets::many_figures(&self.many));
        figures
    }

    /// The section of the page.
    pub(crate) fn section(&self) -> String {
        let mut parts = vec![format!(
            "## Beside the peers\n\n`cargo xtask bench peers`, {} run(s), on: {}. {}\n\nThe same fleet for \
             all, as JSON lines made from our own documents: {} bytes of final JSON and {:.0} changes each. \
             Bytes are counted by a proxy, with the framing of HTTP and WebSocket; opening a connection is not \
             delayed by its round trip. Peers run one after another.",
            self.runs,
            self.machine,
            self.load_said(),
            self.document_bytes,
            self.changes,
        )];
        parts.push(self.peers_said());
        parts.push(table(&self.figures()).trim_end().to_owned());
        parts.push("![What a phone waits](benchmarks-peers.svg)".to_owned());
        parts.push("Medians (least–most); bytes up / down; CPU of the server:".to_owned());
        parts.push(self.exchange_table());
        if !self.ingest.is_empty() {
            parts.push(self.ingest_table());
        }
        parts.extend(self.limit_said());
        let edits = "Two phones of one server, an edit each quarter of a second; then the server killed a quarter \
                     of a second after it had acknowledged:";
        parts.extend(once_table(edits, &self.live));
        let many = format!(
            "One phone with {} new documents for an empty server, which is then started again:",
            self.many_documents
        );
        parts.extend(once_table(&many, &self.many));
        parts.extend(self.failures());
        parts.join("\n\n")
    }

    fn load_said(&self) -> String {
        let [before, after] = self.load.map(|load| load.unwrap_or(f64::NAN));
        // What the benchmark itself adds shows only in the second one.
        let is_busy = self.load[0].is_none_or(|load| load > 0.5);
        let warning =
            if is_busy { " **The machine was busy: compare nothing with another run.**" } else { "" };
        format!("Load average {before:.1} before and {after:.1} after, {} cores.{warning}", self.cores)
    }

    fn peers_said(&self) -> String {
        let said = self.versions.iter().map(|(peer, version)| {
            let version = if version.is_empty() { String::new() } else { format!(" ({version})") };
            format!("* **{}**{version}: {}.", peer.title(), peer.does())
        });
        said.collect::<Vec<_>>().join("\n")
    }

    fn exchange_table(&self) -> String {
        let peers: Vec<Peer> = self.versions.iter().map(|(peer, _)| *peer).collect();
        let titles: Vec<&str> = peers.iter().map(|peer| peer.title()).collect();
        let mut lines = vec![
            format!("| work | {} |", titles.join(" | ")),
            format!("|---|{}", "---|".repeat(peers.len())),
        ];
        let of_first = self.exchanges.iter().filter(|row| Some(&row.peer) == peers.first());
        for first in of_first {
            let cells = peers.iter().map(|peer| {
                let same = |row: &&Row| row.peer == *peer && row.title() == first.title();
                self.exchanges.iter().find(same).map_or_else(|| "–".to_owned(), Row::cell)
            });
            lines.push(format!("| {} | {} |", first.title(), cells.collect::<Vec<_>>().join(" | ")));
        }
        lines.join("\n")
    }

    fn ingest_table(&self) -> String {
        let about = self.ingest.first().map_or((0, 0), |row| (row.phones, row.seconds));
        let mut lines = vec![
            format!("{} phones, one edit under way each, for {} s:\n", about.0, about.1),
            "| peer | edits/s | p50 / p99 ms | edits per CPU second of the server | peak RSS MiB |"
                .to_owned(),
            "|---|---|---|---|---|".to_owned(),
        ];
        lines.extend(self.ingest.iter().map(IngestRow::line));
        lines.join("\n")
    }

    /// Ours beside what cannot be beaten.
    fn limit_said(&self) -> Option<String> {
        let limit = self.limit?;
        let ours = self.ingest.iter().find(|row| row.peer == Peer::Hamgam)?;
        let rate = ours.of(|ingest| ingest.edits_per_second)?.median;
        let cpu_rate = ours.of(|ingest| ingest.edits_per_server_cpu_second)?.median;
        Some(format!(
            "The disk alone: the bytes of the same changes ({:.0} each) as rows of SQLite, {} in a transaction, \
             flushed each time: {:.0} a second, {:.0} in a second of CPU. Ours takes in one for each {:.0} of \
             those, and one for each {:.0} by CPU.",
            limit.change_bytes,
            limit.group,
            limit.rows_per_second,
            limit.rows_per_cpu_second,
            limit.rows_per_second / rate,
            limit.rows_per_cpu_second / cpu_rate,
        ))
    }

    /// The exchanges of the largest fleet, as bars.
    pub(crate) fn draw(&self, path: &Path) -> Result<(), Failure> {
        let documents = self.exchanges.iter().map(|row| row.documents).max().unwrap_or(0);
        let of = |peer: Peer| {
            self.exchanges.iter().filter(move |row| row.peer == peer && row.documents == documents)
        };
        let groups: Vec<String> = of(Peer::Hamgam).map(Row::short).collect();
        let bars = self.versions.iter().map(|(peer, _)| {
            (peer.title().to_owned(), of(*peer).map(|row| row.ms().map(|spread| spread.median)).collect())
        });
        let title = format!("What a phone with {documents} documents waits, 0 and 100 ms round trip");
        chart::bars(path, &title, "ms", &groups, &bars.collect::<Vec<_>>())
    }

    fn failures(&self) -> Vec<String> {
        let exchanges = self.exchanges.iter().filter_map(|row| {
            Some(format!("* {}, {}: {}", row.peer.title(), row.title(), row.failed.as_ref()?))
        });
        let ingest = self
            .ingest
            .iter()
            .filter_map(|row| Some(format!("* {}, edits: {}", row.peer.title(), row.failed.as_ref()?)));
        let once = |what: &'static str, peer: Peer, failed: &Option<String>| {
            failed.as_ref().map(|reason| format!("* {}, {what}: {reason}", peer.title()))
        };
        let live = self.live.iter().filter_map(|row| once("edits seen and kept", row.peer, &row.failed));
        let many = self.many.iter().filter_map(|row| once("very many documents", row.peer, &row.failed));
        let all: Vec<String> = exchanges.chain(ingest).chain(live).chain(many).collect();
        if all.is_empty() { Vec::new() } else { vec![format!("What failed:\n\n{}", all.join("\n"))] }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no count here reaches 2^52")]
fn count(of: u64) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page and its picture are those of the figures beside them. `UPDATE_DOCS=1` draws
    /// the picture anew.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the developer asks for the picture to be drawn")]
    fn page_and_picture_are_of_the_figures_beside_them() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
        let read = |name: &str| std::fs::read_to_string(docs.join(name)).expect("is in the docs");
        let report: Report = serde_json::from_str(&read("benchmarks-peers.json")).expect("reads");
        assert!(read("benchmarks.md").contains(&report.section()), "the page's section is of another run");
        let folder = tempfile::tempdir().expect("a folder");
        let drawn = folder.path().join("drawn.svg");
        report.draw(&drawn).expect("draws");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::copy(&drawn, docs.join("benchmarks-peers.svg")).expect("is written");
        }
        let drawn = std::fs::read_to_string(&drawn).expect("was drawn");
        assert!(drawn == read("benchmarks-peers.svg"), "drawn from other figures: UPDATE_DOCS=1 draws it");
    }

    fn row(peer: Peer, samples: Vec<Sample>, failed: Option<&str>) -> Row {
        let failed = failed.map(str::to_owned);
        Row { peer, work: Work::Cold, documents: 200, round_trip_ms: 100, samples, failed }
    }

    #[test]
    fn a_failed_peer_is_said_to_have_failed_and_why() {
        let sample = Sample { ms: 12.0, up: 1_500, down: 20_000, server_cpu_ms: 30 };
        let report = Report {
            machine: "a machine".to_owned(),
            load: [Some(6.0), Some(7.0)],
            cores: 2,
            runs: 1,
            document_bytes: 1_500,
            changes: 13.0,
            versions: vec![(Peer::Hamgam, String::new()), (Peer::Pouchdb, "pouchdb 9.0.0".to_owned())],
            exchanges: vec![
                row(Peer::Hamgam, vec![sample], None),
                row(Peer::Pouchdb, vec![sample], Some("only 3 documents came")),
            ],
            ingest: Vec::new(),
            limit: None,
            live: vec![Once::failed(Peer::Pouchdb, &Failure::new("it saw nothing"))],
            many: Vec::new(),
            many_documents: 10,
        };
        let section = report.section();
        let line =
            "| 200 documents, cold phone, 100 ms round trip | 12.0 ms; 1.5 / 20.0 KB; 30 ms | failed |";
        assert!(section.contains(line), "{section}");
        assert!(
            section.contains("* PouchDB, 200 documents, cold phone, 100 ms round trip: only 3 documents")
        );
        assert!(section.contains("| PouchDB | failed | failed |\n"), "{section}");
        assert!(section.contains("* PouchDB, edits seen and kept: it saw nothing"), "{section}");
        assert!(section.contains("The machine was busy"), "{section}");
    }
}
