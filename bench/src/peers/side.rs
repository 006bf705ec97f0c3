//! Who is measured and what each is asked to do.

use std::net::SocketAddr;

use clap::ValueEnum;
use serde::Serialize;

use super::lines::FleetFile;
use super::meter::{Ingest, Sample};
use super::proxy::Proxy;
use crate::failure::Failure;

/// Documents that are changed at the server and at the phone before a catch-up; the
/// programs of the peers have the same two numbers.
pub(crate) const OFFICE_EDITS: usize = 20;
pub(crate) const PHONE_EDITS: usize = 10;
/// Documents of each phone that edits.
pub(crate) const EACH: usize = 4;

/// Ours and theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
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
}

impl Peer {
    /// Every one, in the order of the tables.
    pub(crate) const ALL: [Self; 4] = [Self::Hamgam, Self::Pouchdb, Self::Hocuspocus, Self::AutomergeRepo];

    /// In tables.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Hamgam => "Hamgam",
            Self::Pouchdb => "PouchDB",
            Self::Hocuspocus => "Hocuspocus",
            Self::AutomergeRepo => "automerge-repo",
        }
    }

    /// Of its program, its packages and its folder; none for ours.
    pub(crate) const fn program(self) -> Option<&'static str> {
        match self {
            Self::Hamgam => None,
            Self::Pouchdb => Some("pouchdb"),
            Self::Hocuspocus => Some("hocuspocus"),
            Self::AutomergeRepo => Some("automerge-repo"),
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
                 the phone is the real client over real HTTP, with its own durable database"
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
            Self::AutomergeRepo => {
                "the whole history travels; no sign-in, no gate, no read model; files are written without \
                 a flush, and nothing waits for them; while edits are taken in, its phones keep nothing"
            }
        }
    }
}

/// What a phone does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
    /// Stops the server.
    fn stop(&mut self) -> Result<(), Failure>;
}
