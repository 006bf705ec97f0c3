//! Ours beside the best peer of the same run: the target is a share of what that took.

use super::meter::{Ingest, Many};
use super::report::{IngestRow, Live, Once, Row};
use super::side::{Peer, Work};
use crate::figures::{Figure, mib};

type Pick = fn(&Ingest) -> f64;

/// Of one work with the large fleet: how many times less bytes, less time, and less time
/// with a long round trip.
struct Target {
    work: Work,
    what: &'static str,
    bytes: f64,
    time: f64,
    far: f64,
}

const TARGETS: &[Target] = &[
    Target { work: Work::Idle, what: "nothing new", bytes: 5.0, time: 4.0, far: 2.5 },
    Target { work: Work::CatchUp, what: "20 + 10 changed", bytes: 5.0, time: 2.0, far: 3.0 },
    Target { work: Work::Cold, what: "cold phone", bytes: 2.0, time: 2.0, far: 2.0 },
];
/// What the best peer may reach of our edits: half as many.
const EDITS_SHARE_MAX: f64 = 0.5;
const INGEST_P99_MS_MAX: f64 = 40.0;
/// A third of ours is what the quickest may take.
const PROPAGATION: f64 = 1.0 / 3.0;
const RESTART_MS_MAX: f64 = 200.0;

/// Every target for which both ours and a peer were measured.
pub(crate) fn figures(exchanges: &[Row], ingest: &[IngestRow]) -> Vec<Figure> {
    let documents = exchanges.iter().map(|row| row.documents).max().unwrap_or(0);
    let mut figures = Vec::new();
    for target in TARGETS {
        let rows = |round_trip_ms_over: u64, is_far: bool| {
            exchanges.iter().filter(move |row| {
                let far = row.round_trip_ms > round_trip_ms_over;
                row.documents == documents && row.work == target.work && far == is_far
            })
        };
        let bytes = |row: &Row| row.bytes().map(|spread| spread.median);
        let ms = |row: &Row| row.ms().map(|spread| spread.median);
        let what = |figure: &str| format!("{documents} documents, {}: {figure}", target.what);
        let near: Vec<(Peer, Option<f64>)> = rows(0, false).map(|row| (row.peer, bytes(row))).collect();
        figures.extend(beside(&what("bytes"), "B", &near, target.bytes));
        let near: Vec<_> = rows(0, false).map(|row| (row.peer, ms(row))).collect();
        figures.extend(beside(&what("time"), "ms", &near, target.time));
        let far: Vec<_> = rows(0, true).map(|row| (row.peer, ms(row))).collect();
        figures.extend(beside(&what("time at 100 ms round trip"), "ms", &far, target.far));
    }
    figures.extend(ingest_figures(ingest));
    figures
}

/// Ours, and at most a share of the least that a peer took.
fn beside(what: &str, unit: &'static str, of: &[(Peer, Option<f64>)], times: f64) -> Option<Figure> {
    let ours = of.iter().find(|(peer, _)| *peer == Peer::Hamgam)?.1?;
    let measured = of.iter().filter(|(peer, _)| *peer != Peer::Hamgam);
    let best = measured.filter_map(|(peer, figure)| Some((*peer, (*figure)?)));
    let (peer, least) = best.min_by(|one, other| one.1.total_cmp(&other.1))?;
    let what = format!("{what} ({} {})", peer.title(), Figure::new("", least, unit).shown_measured());
    Some(Figure::new(what, ours, unit).at_most(least / times))
}

/// Against those peers whose acknowledged edits outlive a kill of the server.
fn ingest_figures(ingest: &[IngestRow]) -> Vec<Figure> {
    let Some(ours) = ingest.iter().find(|row| row.peer == Peer::Hamgam) else { return Vec::new() };
    let mut figures = Vec::new();
    let rates: [(&str, Pick); 2] = [
        ("edits per second", |ingest| ingest.edits_per_second),
        ("edits per CPU second of the server", |ingest| ingest.edits_per_server_cpu_second),
    ];
    for (what, pick) in rates {
        let others = ingest.iter().filter(|row| row.peer != Peer::Hamgam && row.peer.keeps_acknowledged());
        let rates = others.filter_map(|row| Some((row.peer, row.of(pick)?.median)));
        let best = rates.max_by(|one, other| one.1.total_cmp(&other.1));
        if let (Some(mine), Some((peer, most))) = (ours.of(pick), best) {
            let what = format!("{what}, {} beside ours ({most:.0} and {:.0})", peer.title(), mine.median);
            figures.push(Figure::new(what, most / mine.median, "×").at_most(EDITS_SHARE_MAX));
        }
    }
    if let Some(p99) = ours.of(|ingest| ingest.p99_ms) {
        let what = format!("an edit of {} phones acknowledged, 99th of a hundred", ours.phones);
        figures.push(Figure::new(what, p99.median, "ms").at_most(INGEST_P99_MS_MAX));
    }
    figures
}

/// Another phone has an edit within three times what the quickest peer takes.
pub(crate) fn live_figures(live: &[Once<Live>]) -> Vec<Figure> {
    let of = |pick: fn(&Live) -> f64| -> Vec<(Peer, Option<f64>)> {
        live.iter().map(|row| (row.peer, row.measured.as_ref().map(pick))).collect()
    };
    let p50 =
        beside("another phone has an edit, half of them", "ms", &of(|live| live.seen.p50_ms), PROPAGATION);
    let p99 =
        beside("another phone has an edit, 99 of a hundred", "ms", &of(|live| live.seen.p99_ms), PROPAGATION);
    p50.into_iter().chain(p99).collect()
}

/// Very many documents: the server's memory, the push, and the next start.
pub(crate) fn many_figures(many: &[Once<Many>]) -> Vec<Figure> {
    let of = |pick: fn(&Many) -> f64| -> Vec<(Peer, Option<f64>)> {
        many.iter().map(|row| (row.peer, row.measured.as_ref().map(pick))).collect()
    };
    let memory = of(|many| mib(many.full_kib));
    let memory = beside("memory of the server after very many documents", "MiB", &memory, 3.0);
    let push = beside("very many documents from one phone", "s", &of(|many| many.push_s), 2.0);
    let ours = many.iter().find(|row| row.peer == Peer::Hamgam).and_then(|row| row.measured);
    let start = ours.map(|many| {
        let what = "started again on very many documents, first exchange served";
        Figure::new(what, many.start_ms + many.first_ms, "ms").at_most(RESTART_MS_MAX)
    });
    memory.into_iter().chain(push).chain(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peers::meter::Sample;

    fn row(peer: Peer, ms: Option<f64>) -> Row {
        let sample = |ms| Sample { ms, up: 100, down: 900, server_cpu_ms: 1 };
        let failed = if ms.is_none() { Some("it is not there".to_owned()) } else { None };
        Row {
            peer,
            work: Work::Idle,
            documents: 1_000,
            round_trip_ms: 0,
            samples: ms.map(sample).into_iter().collect(),
            failed,
        }
    }

    #[test]
    fn ours_is_held_against_the_best_peer_that_was_measured() {
        let rows = [
            row(Peer::Hamgam, Some(10.0)),
            row(Peer::Pouchdb, Some(44.0)),
            row(Peer::Hocuspocus, Some(90.0)),
            row(Peer::AutomergeRepo, None),
        ];
        let figures = figures(&rows, &[]);
        let time = figures.iter().find(|figure| figure.what.contains("time")).expect("a target");
        assert_eq!(time.target, Some(11.0), "a failed peer is not the best: {time:?}");
        assert!(time.is_met() && time.what.contains("PouchDB"), "{time:?}");
        let bytes = figures.iter().find(|figure| figure.what.contains("bytes")).expect("a target");
        assert!(!bytes.is_met(), "as many as theirs is not a fifth: {bytes:?}");
    }

    #[test]
    fn without_a_peer_there_is_no_target_to_reach() {
        assert_eq!(figures(&[row(Peer::Hamgam, Some(1.0)), row(Peer::Pouchdb, None)], &[]), []);
    }
}
