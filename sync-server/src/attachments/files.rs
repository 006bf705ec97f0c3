//! Where the bytes lie: `attachments/ab/abcd…` when whole, `attachments/partial/`
//! until then.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use domain::{BlobHash, UserId};

/// Where unfinished uploads lie.
pub(super) fn partial_folder(folder: &Path) -> PathBuf {
    folder.join("partial")
}

/// A person's unfinished upload.
pub(super) fn partial_path(folder: &Path, user: UserId, hash: BlobHash) -> PathBuf {
    partial_folder(folder).join(format!("{user}-{hash}"))
}

/// A whole attachment.
pub(crate) fn whole_path(folder: &Path, hash: BlobHash) -> PathBuf {
    let name = hash.to_string();
    let (start, _) = name.split_at_checked(2).unwrap_or((&name, ""));
    folder.join(start).join(&name)
}

/// Bytes of an unfinished upload.
pub(super) fn held(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

/// Adds bytes to an upload that holds exactly `offset`. If they cannot all be
/// written, none are kept.
pub(super) fn append(path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().create(true).truncate(false).write(true).open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes).inspect_err(|_| {
        if let Err(error) = file.set_len(offset) {
            tracing::warn!(%error, "a chunk that was not wholly written is left to the hash to find");
        }
    })
}

/// Makes a verified upload a whole attachment, on disk when this returns.
pub(super) fn settle(partial: &Path, whole: &Path) -> io::Result<()> {
    File::open(partial)?.sync_all()?;
    let folder = whole.parent().unwrap_or(whole);
    if !folder.is_dir() {
        fs::create_dir_all(folder)?;
        // The name of a new folder lasts only once the one above it is flushed.
        File::open(folder.parent().unwrap_or(folder))?.sync_all()?;
    }
    fs::rename(partial, whole)?;
    File::open(folder)?.sync_all()
}

/// Puts a damaged attachment out of the way, if it is there.
pub(super) fn set_aside(folder: &Path, hash: BlobHash) -> io::Result<()> {
    let aside = folder.join("damaged");
    fs::create_dir_all(&aside)?;
    match fs::rename(whole_path(folder, hash), aside.join(hash.to_string())) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Forgets an unfinished upload.
pub(super) fn forget(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
