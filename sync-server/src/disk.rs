//! Files that are whole or not there: written beside their place, flushed, and
//! put there by renaming.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use domain::Hash32;
use sha2::{Digest, Sha256};

const BUFFER_BYTES: usize = 64 * 1024;

/// Writes a file as a whole; an older one stays until then.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    put(&beside, path)
}

/// Copies a file and gives the hash of its bytes; nothing is at the target before
/// all of it is.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<Hash32> {
    let beside = beside(to);
    let mut source = File::open(from)?;
    let mut target = File::create(&beside)?;
    let mut digest = Sha256::new();
    each_block(&mut source, |block| {
        digest.update(block);
        target.write_all(block)
    })?;
    target.sync_all()?;
    put(&beside, to)?;
    Ok(Hash32::from_bytes(digest.finalize().into()))
}

/// The hash of a file's bytes.
pub(crate) fn hash_of(path: &Path) -> io::Result<Hash32> {
    let mut digest = Sha256::new();
    each_block(&mut File::open(path)?, |block| {
        digest.update(block);
        Ok(())
    })?;
    Ok(Hash32::from_bytes(digest.finalize().into()))
}

/// Puts a finished file in its place, on disk when this returns.
pub(crate) fn put(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

/// Waits until the names in a file's folder are on disk.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// A name beside a file for what is not finished.
pub(crate) fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    path.with_file_name(name)
}

fn each_block(source: &mut File, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match source.read(&mut buffer)? {
            0 => return Ok(()),
            read => take(buffer.get(..read).unwrap_or_default())?,
        }
    }
}
