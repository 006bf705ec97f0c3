//! The bytes of attachments: files named by the hash of what they hold, so that
//! one is either whole or not there.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use domain::BlobHash;
use sha2::{Digest, Sha256};

use super::error::{Result, StoreError};
use super::files::{Files, flush_folder_of, replace_file};

/// Where an attachment lies when it is there whole.
pub(crate) fn path_of(files: &Files, hash: BlobHash) -> PathBuf {
    let name = hash.to_string();
    files.blobs().join(&name)
}

/// Where a download grows.
fn partial_path(files: &Files, hash: BlobHash) -> PathBuf {
    files.blobs().join(format!("{hash}.part"))
}

/// The hash of bytes.
pub(crate) fn hash_of(bytes: &[u8]) -> BlobHash {
    BlobHash::from_bytes(Sha256::digest(bytes).into())
}

/// Writes an attachment; durable under its name when this returns.
pub(crate) fn write(files: &Files, hash: BlobHash, bytes: &[u8]) -> Result<()> {
    make_folder(files)?;
    let path = path_of(files, hash);
    if look(files, hash)? == Bytes::Sound { Ok(()) } else { replace_file(&path, bytes) }
}

fn make_folder(files: &Files) -> Result<()> {
    if files.blobs().is_dir() {
        return Ok(());
    }
    fs::create_dir_all(files.blobs()).map_err(StoreError::file("making the attachments' folder"))?;
    flush_folder_of(&files.blobs())
}

/// A stretch of an attachment that is there whole.
pub(crate) fn read_chunk(files: &Files, hash: BlobHash, from: u64, bytes_max: usize) -> Result<Vec<u8>> {
    let mut file = File::open(path_of(files, hash)).map_err(StoreError::file("opening an attachment"))?;
    file.seek(SeekFrom::Start(from)).map_err(StoreError::file("reading an attachment"))?;
    let mut chunk = Vec::new();
    file.take(bytes_max as u64).read_to_end(&mut chunk).map_err(StoreError::file("reading an attachment"))?;
    Ok(chunk)
}

/// How much of a download is here.
pub(crate) fn partial_len(files: &Files, hash: BlobHash) -> Result<u64> {
    match fs::metadata(partial_path(files, hash)) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        Err(source) => Err(StoreError::File { what: "looking at a download", source }),
    }
}

/// Adds to a download.
pub(crate) fn append_partial(files: &Files, hash: BlobHash, chunk: &[u8]) -> Result<()> {
    make_folder(files)?;
    let mut file = File::options()
        .append(true)
        .create(true)
        .open(partial_path(files, hash))
        .map_err(StoreError::file("writing a download"))?;
    file.write_all(chunk).map_err(StoreError::file("writing a download"))
}

/// Drops a download that came to the wrong bytes.
pub(crate) fn drop_partial(files: &Files, hash: BlobHash) -> Result<()> {
    match fs::remove_file(partial_path(files, hash)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreError::File { what: "dropping a download", source: error })
        }
        _ => Ok(()),
    }
}

/// Whether a finished download has the right bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finished {
    /// It is in its place.
    Whole,
    /// Its bytes are not those of its hash; it was dropped.
    Wrong,
}

/// What became of an attachment's bytes on this phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bytes {
    /// They are as they were.
    Sound,
    /// They are not there.
    Absent,
    /// They are others.
    Damaged,
}

/// Compares an attachment that should be there with its hash.
pub(crate) fn look(files: &Files, hash: BlobHash) -> Result<Bytes> {
    let mut file = match File::open(path_of(files, hash)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Bytes::Absent),
        Err(source) => return Err(StoreError::File { what: "opening an attachment", source }),
    };
    let is_same = hash_of_file(&mut file, "reading an attachment")? == hash;
    Ok(if is_same { Bytes::Sound } else { Bytes::Damaged })
}

fn hash_of_file(file: &mut File, what: &'static str) -> Result<BlobHash> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer).map_err(StoreError::file(what))? {
            0 => return Ok(BlobHash::from_bytes(hasher.finalize().into())),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}

/// Compares a download with its hash and puts it in its place.
pub(crate) fn finish_partial(files: &Files, hash: BlobHash) -> Result<Finished> {
    let partial = partial_path(files, hash);
    let mut file = File::open(&partial).map_err(StoreError::file("reading a download"))?;
    if hash_of_file(&mut file, "reading a download")? != hash {
        drop_partial(files, hash)?;
        return Ok(Finished::Wrong);
    }
    file.sync_all().map_err(StoreError::file("flushing a download"))?;
    let path = path_of(files, hash);
    fs::rename(&partial, &path).map_err(StoreError::file("renaming a download"))?;
    flush_folder_of(&path)?;
    Ok(Finished::Whole)
}

/// Copies a file in, under the name of its hash; durable when this returns.
pub(crate) fn copy_in(files: &Files, source: &std::path::Path, bytes_max: u64) -> Result<(BlobHash, u64)> {
    let mut from = File::open(source).map_err(StoreError::file("opening the attached file"))?;
    let bytes = from.metadata().map_err(StoreError::file("looking at the attached file"))?.len();
    if bytes > bytes_max {
        return Err(crate::ClientError::AttachmentTooLarge { bytes, bytes_max }.into());
    }
    make_folder(files)?;
    let draft = files.blobs().join("incoming.part");
    let mut into = File::create(&draft).map_err(StoreError::file("copying the attached file"))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0_u64;
    loop {
        let read = from.read(&mut buffer).map_err(StoreError::file("reading the attached file"))?;
        let chunk = buffer.get(..read).unwrap_or_default();
        if chunk.is_empty() {
            break;
        }
        size += chunk.len() as u64;
        hasher.update(chunk);
        into.write_all(chunk).map_err(StoreError::file("copying the attached file"))?;
    }
    into.sync_all().map_err(StoreError::file("flushing the attached file"))?;
    let hash = BlobHash::from_bytes(hasher.finalize().into());
    let path = path_of(files, hash);
    fs::rename(&draft, &path).map_err(StoreError::file("renaming the attached file"))?;
    flush_folder_of(&path)?;
    Ok((hash, size))
}
