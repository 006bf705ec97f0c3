//! What was measured, as tables for people beside the targets, and as JSON for machines.

use serde::Serialize;

use super::meter::{Ingest, Sample};
use super::side::{Peer, Work};
use super::spread::Spread;
use super::targets;
use crate::figures::{Figure, table};

/// One work of one peer.
#[derive(Debug, Clone, Serialize)]
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
#[derive(Debug, Clone, Serialize)]
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
            of(|ingest| count(ingest.server_peak_kib) / 1024.0, 0),
        )
    }
}

/// Everything of one run of the benchmark.
#[derive(Debug, Serialize)]
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
}

impl Report {
    /// Beside the targets, which are shares of what the best peer took in the same run.
    pub(crate) fn figures(&self) -> Vec<Figure> {
        targets::figures(&self.exchanges, &self.ingest)
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
        parts.push("Medians (least–most); bytes up / down; CPU of the server:".to_owned());
        parts.push(self.exchange_table());
        if !self.ingest.is_empty() {
            parts.push(self.ingest_table());
        }
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

    fn failures(&self) -> Vec<String> {
        let exchanges = self.exchanges.iter().filter_map(|row| {
            Some(format!("* {}, {}: {}", row.peer.title(), row.title(), row.failed.as_ref()?))
        });
        let ingest = self
            .ingest
            .iter()
            .filter_map(|row| Some(format!("* {}, edits: {}", row.peer.title(), row.failed.as_ref()?)));
        let all: Vec<String> = exchanges.chain(ingest).collect();
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
        };
        let section = report.section();
        let line =
            "| 200 documents, cold phone, 100 ms round trip | 12.0 ms; 1.5 / 20.0 KB; 30 ms | failed |";
        assert!(section.contains(line), "{section}");
        assert!(
            section.contains("* PouchDB, 200 documents, cold phone, 100 ms round trip: only 3 documents")
        );
        assert!(section.contains("The machine was busy"), "{section}");
    }
}
