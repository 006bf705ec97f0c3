//! How far a long run is, in a file, so that it can be done in several.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sim::{Reached, Run};

/// How far it is.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    first: u64,
    /// Seeds that are done, from the first on.
    pub(crate) done: u64,
    /// Those that failed.
    pub(crate) failed: Vec<u64>,
    /// What all of them came to.
    pub(crate) reached: Reached,
    /// Over all runs, in any order.
    pub(crate) digest: u64,
}

#[derive(Serialize, Deserialize)]
struct Written {
    first: u64,
    done: u64,
    failed: Vec<u64>,
    digest: u64,
    reached: BTreeMap<String, u64>,
}

impl Progress {
    /// Reads where an earlier run stopped; begins anew if there is no file.
    pub(crate) fn read(path: Option<&Path>, first: u64) -> Result<Self, String> {
        let Some(path) = path.filter(|path| path.exists()) else {
            return Ok(Self { first, ..Self::default() });
        };
        let json = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let written: Written =
            serde_json::from_str(&json).map_err(|error| format!("{}: {error}", path.display()))?;
        if written.first != first {
            return Err(format!("{} is of a run from seed {}", path.display(), written.first));
        }
        let Written { first, done, failed, digest, reached } = written;
        Ok(Self { first, done, failed, digest, reached: Reached::from(reached) })
    }

    /// Adds a run.
    pub(crate) fn add(&mut self, seed: u64, run: &Run) {
        self.done += 1;
        self.reached.add(&run.reached);
        self.digest = self.digest.wrapping_add(u64::from_str_radix(&run.digest, 16).unwrap_or(0));
        if run.failure.is_some() {
            self.failed.push(seed);
        }
    }

    /// Writes it down.
    pub(crate) fn write(&self, path: Option<&Path>) -> Result<(), String> {
        let Some(path) = path else { return Ok(()) };
        let written = Written {
            first: self.first,
            done: self.done,
            failed: self.failed.clone(),
            digest: self.digest,
            reached: self.reached.iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        };
        let json = serde_json::to_string_pretty(&written).map_err(|error| error.to_string())?;
        std::fs::write(path, json).map_err(|error| format!("{}: {error}", path.display()))
    }
}
