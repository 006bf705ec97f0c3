//! Where a file comes from: this machine's disk, or over the network.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name under which faults speak of a file that was sent.
const SENT: &str = "the file";

/// A file to be imported.
#[derive(Debug, Clone)]
pub enum Source {
    /// On this machine.
    File(PathBuf),
    /// As it was sent.
    Sent(Arc<[u8]>),
}

/// A file, opened.
#[derive(Debug)]
pub(super) enum Opened {
    File(File),
    Sent(Cursor<Arc<[u8]>>),
}

impl Read for Opened {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Sent(bytes) => bytes.read(buffer),
        }
    }
}

impl Source {
    pub(super) fn open(&self) -> io::Result<Opened> {
        Ok(match self {
            Self::File(path) => Opened::File(File::open(path)?),
            Self::Sent(bytes) => Opened::Sent(Cursor::new(Arc::clone(bytes))),
        })
    }
    /// Its place on this machine.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Sent(_) => None,
        }
    }
    /// Its name in faults.
    pub(super) fn path(&self) -> PathBuf {
        self.file().map_or_else(|| PathBuf::from(SENT), Path::to_path_buf)
    }
}
