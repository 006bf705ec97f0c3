//! The secret that every address begins with. It stays in the data folder, so that the
//! addresses are the same after a restart.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::error::BridgeError;

const BYTES: usize = 16;

/// The secret of a data folder, made when there is none yet.
pub(crate) fn of_folder(data: &Path) -> Result<String, BridgeError> {
    std::fs::create_dir_all(data).map_err(BridgeError::os("make the data folder"))?;
    let file = data.join("secret");
    match std::fs::read_to_string(&file) {
        Ok(secret) if is_secret(&secret) => Ok(secret),
        _ => {
            let secret = drawn()?;
            write(&file, &secret).map_err(BridgeError::os("write the secret"))?;
            Ok(secret)
        }
    }
}

fn is_secret(text: &str) -> bool {
    text.len() == BYTES * 2 && text.bytes().all(|letter| letter.is_ascii_hexdigit())
}

#[expect(clippy::disallowed_methods, reason = "the program's only source of randomness")]
fn drawn() -> Result<String, BridgeError> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes)
        .map_err(|error| BridgeError::os("draw a secret")(std::io::Error::other(error)))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text grows");
        text
    }))
}

/// Only its owner may read it, where the system knows owners.
fn write(file: &Path, secret: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(secret.as_bytes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_folder_keeps_its_secret_and_another_has_another() {
        let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let secret = super::of_folder(one.path()).expect("made");
        assert_eq!(super::of_folder(one.path()).expect("kept"), secret);
        assert_ne!(super::of_folder(other.path()).expect("made"), secret);
        std::fs::write(one.path().join("secret"), "short").expect("spoilt");
        assert!(super::is_secret(&super::of_folder(one.path()).expect("made again")));
    }
}
