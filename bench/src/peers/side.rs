//! Who is measured and what each is asked to do.

use std::net::SocketAddr;
use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::lines::FleetFile;
use super::meter::{Ingest, Many, Sample};
use super::program::Written;
use super::proxy::Proxy;
use crate::failure::Failure;

/// Documents that are changed at the server and at the phone before a catch-up; the
/// programs of the peers have the same two numbers.
pub(crate) const OFFICE_EDITS: usize = 20;
pub(crate) const PHONE_EDITS: usize = 10;
/// Documents of each phone that edits.
pub(crate) const EACH: usize = 10;
/// Between an edit that was seen and the next one, so that each is one by itself.
pub(crate) const BETWEEN_EDITS: Duration = Duration::from_millis(250);
/// Between the last acknowledgement and the kill.
pub(crate) const BEFORE_KILL: Duration = Duration::from_millis(250);
/// After a push of very many documents, before the server's memory is read.
pub(crate) const UNTIL_SETTLED: Duration = Duration::from_secs(5);

/// Ours and theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Peer {
    /// Ours; it is always measured, since the others are compared with it.
    Hamgam,
    /// `PouchDB` on `LevelDB`, with express-pouchdb as the server.
    Pouchdb,
    /// Hocuspocus (Yjs) with `SQLite`.
    Hocuspocus,
    /// automerge-repo with its WebSocket adapters and `NodeFS` storage.
    AutomergeRepo,
    /// samod, the same in Rust, with its own WebSockets and files.
    Samod,
}

impl Peer {
    /// Every one, in the order of the tables.
    pub(crate) const ALL: [Self; 5] =
        [Self::Hamgam, Self::Pouchdb, Self::Hocuspocus, Self::AutomergeRepo, Self::Samod];

    /// In tables.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Hamgam => "Hamgam",
            Self::Pouchdb => "PouchDB",
            Self::Hocuspocus => "Hocuspocus",
            Self::AutomergeRepo => "automerge-repo",
            Self::Samod => "samod",
        }
    }

    /// Of its program and its folder, and what it is written in; none for ours.
    pub(crate) const fn program(self) -> Option<(&'static str, Written)> {
        match self {
            Self::Hamgam => None,
            Self::Pouchdb => Some(("pouchdb", Written::Javascript)),
            Self::Hocuspocus => Some(("hocuspocus", Written::Javascript)),
            Self::AutomergeRepo => Some(("automerge-repo", Written::Javascript)),
            Self::Samod => Some(("samod", Written::Rust)),
        }
    }

    /// Whether an edit that it has acknowledged outlives a kill of its server.
    pub(crate) const fn keeps_acknowledged(self) -> bool {
        !matches!(self, Self::Hocuspocus)
    }

    /// What it does for an edit before and after it acknowledges, and what travels.
    pub(crate) const fn does(self) -> &'static str {
        match self {
            Self::Hamgam => {
                "the whole history travels; each request is signed in, each change passes the gate, its \
                 read model is written, and it is flushed to the disk (FULL) before the acknowledgement; \
                 the phone is the real client over real HTTP, with its own durable database; while edits \
                 are taken in, its phones have made theirs beforehand and keep nothing"
            }
            Self::Pouchdb => {
                "the winning revision travels, gzipped; no sign-in, no gate, no read model; LevelDB writes \
                 without a flush before the acknowledgement; while edits are taken in, its phones write \
                 straight to the server and keep nothing of their own"
            }
            Self::Hocuspocus => {
                "the state travels, not the history; no sign-in, no gate, no read model; it acknowledges \
                 from memory and writes to SQLite some seconds later, so that a kill loses what was \
                 acknowledged; its phones write one file for each document, without a flush"
            }
            Self::AutomergeRepo | Self::Samod => {
                "the whole history travels; no sign-in, no gate, no read model; files are written without \
                 a flush, and nothing waits for them; while edits are taken in, its phones keep nothing"
            }
        }
    }
}

/// What a phone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Work {
    /// A new phone gets everything.
    Cold,
    /// A phone that has everything asks for news; there are none.
    Idle,
    /// Some documents were edited at the server, others on the phone.
    CatchUp,
}

impl Work {
    /// What the programs of the peers call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Idle => "idle",
            Self::CatchUp => "catch_up",
        }
    }
}

/// A server with a fleet, and the phone that is measured on it. A new phone is made by
/// each cold exchange; the others use the newest.
pub(crate) trait Side {
    /// Fills a new server with the first documents of the fleet and leaves it running.
    fn start(&mut self, fleet: &FleetFile, documents: usize) -> Result<(), Failure>;
    /// Where the server listens.
    fn server(&self) -> Result<SocketAddr, Failure>;
    /// One exchange through the proxy. For a catch-up, the edits are made first and are
    /// not measured.
    fn exchange(&mut self, work: Work, proxy: &Proxy) -> Result<Sample, Failure>;
    /// Phones that edit for some seconds, each with one edit under way, on a new server
    /// of their own.
    fn ingest(&mut self, fleet: &FleetFile, phones: usize, seconds: u32) -> Result<Ingest, Failure>;
    /// One phone pushes the first documents of the fleet, or as many of its own with as many
    /// changes, to a new server, which is then started again.
    fn many(&mut self, fleet: &FleetFile, documents: usize) -> Result<Many, Failure>;
    /// Two phones are connected; the first edits again and again, with a pause between. How
    /// long until the second has each edit, in milliseconds.
    fn propagate(&mut self, fleet: &FleetFile, edits: usize) -> Result<Vec<f64>, Failure>;
    /// How many of [`OFFICE_EDITS`] edits are there after the server was killed with
    /// [`BEFORE_KILL`] between its last acknowledgement and the kill.
    fn survivors(&mut self, fleet: &FleetFile) -> Result<usize, Failure>;
    /// Stops the server.
    fn stop(&mut self) -> Result<(), Failure>;
}
