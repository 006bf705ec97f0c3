//! The server's keys, as files of the data folder beside the database, so that
//! a copy of the database alone signs nobody in.
//!
//! `keys/signing-<made>-<kid>.key` holds the seed of an Ed25519 key in hex; the
//! newest signs access tokens, and every one that is there verifies them, so a
//! key is rotated by making another and taking the old file away once its last
//! token has expired. `keys/refresh.key` holds the secret that refresh tokens
//! are chained by, `keys/receipt.key` the one that makes the receipts of phones,
//! `keys/survey.key` the one that signs customers' links. All are readable by their owner only.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use domain::EnrolmentCodeId;
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};

use crate::clock::{Clock, Entropy, random_bytes};

const FOLDER: &str = "keys";
const REFRESH_FILE: &str = "refresh.key";
const RECEIPT_FILE: &str = "receipt.key";
const SURVEY_FILE: &str = "survey.key";

/// The keys in memory.
pub struct KeyRing {
    signing: SigningKey,
    verifying: BTreeMap<String, DecodingKey>,
    refresh: hmac::Key,
}

/// The key that signs.
pub(super) struct SigningKey {
    pub(super) kid: String,
    pub(super) key: EncodingKey,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyRing").field("signing", &self.signing.kid).finish_non_exhaustive()
    }
}

/// Keys that cannot be used. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file or the folder cannot be read or made.
    #[error("{path} cannot be used: {source}; check that this user may read and write there")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is readable by others.
    #[error(
        "{0} can be read by others: run `chmod 600` on it, and make a new key if others use this machine"
    )]
    TooOpen(PathBuf),
    /// A file does not hold a key.
    #[error("{0} does not hold 64 hexadecimal digits: restore it from a backup, or move it away")]
    Malformed(PathBuf),
    /// There is no key.
    #[error("there are no keys in {0}: run `hamgam-server init` first, or restore the folder from a backup")]
    Missing(PathBuf),
}

impl KeyRing {
    /// Makes whatever keys a data folder lacks.
    ///
    /// # Errors
    ///
    /// When the files cannot be written.
    pub fn create_missing(data: &Path, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<(), KeyError> {
        let folder = data.join(FOLDER);
        make_private_folder(&folder).map_err(|source| KeyError::File { path: folder.clone(), source })?;
        if signing_files(&folder)?.is_empty() {
            let seed: [u8; 32] = random_bytes(entropy);
            let path =
                folder.join(format!("signing-{:013}-{}.key", clock.now().millis(), kid_of(&seed, &folder)?));
            write_secret(&path, &seed)?;
        }
        for name in [REFRESH_FILE, RECEIPT_FILE, SURVEY_FILE] {
            let path = folder.join(name);
            if !path.exists() {
                write_secret(&path, &random_bytes(entropy))?;
            }
        }
        Ok(())
    }

    /// Reads the keys of a data folder.
    ///
    /// # Errors
    ///
    /// When one is missing, malformed, or readable by others.
    pub fn open(data: &Path) -> Result<Self, KeyError> {
        super::crypto::install();
        let folder = data.join(FOLDER);
        let mut verifying = BTreeMap::new();
        let mut signing = None;
        // Names begin with the instant of making, so the newest comes last.
        for path in signing_files(&folder)? {
            let seed = read_secret(&path)?;
            let (kid, public) = public_half(&seed).ok_or_else(|| KeyError::Malformed(path.clone()))?;
            verifying.insert(kid.clone(), DecodingKey::from_ed_der(&public));
            signing = Some(SigningKey { kid, key: EncodingKey::from_ed_der(&seed) });
        }
        let signing = signing.ok_or_else(|| KeyError::Missing(folder.clone()))?;
        let path = folder.join(REFRESH_FILE);
        if !path.exists() {
            return Err(KeyError::Missing(folder));
        }
        let refresh = hmac::Key::new(hmac::HMAC_SHA256, &read_secret(&path)?);
        Ok(Self { signing, verifying, refresh })
    }

    pub(super) fn signing(&self) -> &SigningKey {
        &self.signing
    }

    pub(super) fn verifying(&self, kid: &str) -> Option<&DecodingKey> {
        self.verifying.get(kid)
    }

    /// The refresh token that follows another within a family.
    pub(super) fn refresh_successor(&self, family: &[u8; 16], token: &[u8; 32]) -> [u8; 32] {
        let mut message = [0; 48];
        message[..16].copy_from_slice(family);
        message[16..].copy_from_slice(token);
        let mut successor = [0; 32];
        successor.copy_from_slice(hmac::sign(&self.refresh, &message).as_ref());
        successor
    }

    /// What is kept of the secret part of an enrolment code.
    pub(super) fn code_mac(&self, code: EnrolmentCodeId, secret: &str) -> [u8; 32] {
        let mut mac = [0; 32];
        mac.copy_from_slice(hmac::sign(&self.refresh, &code_message(code, secret)).as_ref());
        mac
    }

    /// Whether a secret part is the one that was kept, in constant time.
    pub(super) fn code_matches(&self, code: EnrolmentCodeId, secret: &str, mac: &[u8; 32]) -> bool {
        hmac::verify(&self.refresh, &code_message(code, secret), mac).is_ok()
    }
}

/// The key that makes receipts; made when there is none.
///
/// # Errors
///
/// When the file cannot be written or read, or can be read by others.
pub(crate) fn receipt_key(data: &Path, entropy: &dyn Entropy) -> Result<[u8; 32], KeyError> {
    made_if_missing(data, RECEIPT_FILE, entropy)
}

/// The key that signs customers' links; made when there is none.
///
/// # Errors
///
/// As [`receipt_key`].
pub(crate) fn survey_key(data: &Path, entropy: &dyn Entropy) -> Result<[u8; 32], KeyError> {
    made_if_missing(data, SURVEY_FILE, entropy)
}

fn made_if_missing(data: &Path, name: &str, entropy: &dyn Entropy) -> Result<[u8; 32], KeyError> {
    let folder = data.join(FOLDER);
    let path = folder.join(name);
    if !path.exists() {
        make_private_folder(&folder).map_err(|source| KeyError::File { path: folder, source })?;
        write_secret(&path, &random_bytes(entropy))?;
    }
    read_secret(&path)
}

/// Every key file of a folder that holds `keys/`.
///
/// # Errors
///
/// When the folder cannot be read.
pub(crate) fn key_files(data: &Path) -> std::io::Result<Vec<PathBuf>> {
    let folder = data.join(FOLDER);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "key") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Copies the key files that the other folder lacks, for their owner's eyes only.
///
/// # Errors
///
/// When one cannot be read or written.
pub(crate) fn copy_keys(from: &Path, to: &Path) -> std::io::Result<usize> {
    let folder = to.join(FOLDER);
    make_private_folder(&folder)?;
    let mut copied = 0;
    for path in key_files(from)? {
        let target = folder.join(path.file_name().unwrap_or_default());
        if !target.exists() {
            let mut file = open_private(&target)?;
            file.write_all(&fs::read(&path)?)?;
            file.sync_all()?;
            copied += 1;
        }
    }
    Ok(copied)
}

fn code_message(code: EnrolmentCodeId, secret: &str) -> Vec<u8> {
    [b"enrolment code ".as_slice(), code.as_bytes(), secret.as_bytes()].concat()
}

/// The name of a key: the start of the hash of its public half.
fn public_half(seed: &[u8; 32]) -> Option<(String, Vec<u8>)> {
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
    let public = pair.public_key().as_ref().to_vec();
    let hash = Sha256::digest(&public);
    let kid = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some((kid, public))
}

fn kid_of(seed: &[u8; 32], folder: &Path) -> Result<String, KeyError> {
    public_half(seed).map(|(kid, _)| kid).ok_or_else(|| KeyError::Malformed(folder.to_path_buf()))
}

fn signing_files(folder: &Path) -> Result<Vec<PathBuf>, KeyError> {
    let failed = |source| KeyError::File { path: folder.to_path_buf(), source };
    if !folder.exists() {
        return Err(KeyError::Missing(folder.to_path_buf()));
    }
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("signing-") && path.extension().is_some_and(|extension| extension == "key") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn read_secret(path: &Path) -> Result<[u8; 32], KeyError> {
    let failed = |source| KeyError::File { path: path.to_path_buf(), source };
    check_private(path, &fs::metadata(path).map_err(failed)?)?;
    let text = fs::read_to_string(path).map_err(failed)?;
    let hash: domain::Hash32 =
        text.trim().parse().map_err(|_bad: domain::BadId| KeyError::Malformed(path.to_path_buf()))?;
    Ok(*hash.as_bytes())
}

/// Writes a secret for its owner's eyes only, and waits until it is on disk: a
/// key lost to a power cut would sign everybody out.
fn write_secret(path: &Path, secret: &[u8; 32]) -> Result<(), KeyError> {
    let write = || -> std::io::Result<()> {
        let mut file = open_private(path)?;
        writeln!(file, "{}", domain::Hash32::from_bytes(*secret))?;
        file.sync_all()
    };
    write().map_err(|source| KeyError::File { path: path.to_path_buf(), source })
}

#[cfg(unix)]
fn make_private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn open_private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn open_private(path: &Path) -> std::io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

#[cfg(unix)]
fn check_private(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    if metadata.permissions().mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyError::TooOpen(path.to_path_buf()))
    }
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: &fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{SystemClock, SystemEntropy};

    fn folder_with_keys() -> tempfile::TempDir {
        let data = tempfile::tempdir().expect("a folder");
        KeyRing::create_missing(data.path(), &SystemClock, &SystemEntropy).expect("keys are made");
        data
    }

    #[test]
    fn keys_are_made_once_and_read_again() {
        let data = folder_with_keys();
        let first = KeyRing::open(data.path()).expect("opens");
        KeyRing::create_missing(data.path(), &SystemClock, &SystemEntropy).expect("nothing is missing");
        let second = KeyRing::open(data.path()).expect("opens");
        assert_eq!(first.signing.kid, second.signing.kid);
        assert_eq!(first.refresh_successor(&[1; 16], &[2; 32]), second.refresh_successor(&[1; 16], &[2; 32]));
        assert_ne!(first.refresh_successor(&[1; 16], &[2; 32]), first.refresh_successor(&[3; 16], &[2; 32]));
    }

    #[test]
    fn a_folder_without_keys_says_what_to_run() {
        let data = tempfile::tempdir().expect("a folder");
        let error = KeyRing::open(data.path()).expect_err("no keys");
        assert!(error.to_string().contains("hamgam-server init"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let data = folder_with_keys();
        let path = data.path().join(FOLDER).join(REFRESH_FILE);
        assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("changed");
        assert!(matches!(KeyRing::open(data.path()), Err(KeyError::TooOpen(_))));
    }

    #[test]
    fn a_newer_key_signs_and_the_older_still_verifies() {
        let data = folder_with_keys();
        let old = KeyRing::open(data.path()).expect("opens").signing.kid;
        let seed = [9; 32];
        let kid = kid_of(&seed, data.path()).expect("a key");
        let path = data.path().join(FOLDER).join(format!("signing-9999999999999-{kid}.key"));
        write_secret(&path, &seed).expect("written");
        let ring = KeyRing::open(data.path()).expect("opens");
        assert_eq!(ring.signing.kid, kid);
        assert!(ring.verifying(&old).is_some());
    }
}
