//! Where the server's and the phones' databases lie.

use std::path::PathBuf;

use crate::DemoError;

/// A folder; a temporary one goes away at the end.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// The folder asked for, which must be empty, or a temporary one.
    pub(crate) fn open(asked: Option<PathBuf>) -> Result<Self, DemoError> {
        let failed = DemoError::files("make the data folder");
        let Some(path) = asked else {
            let temporary = tempfile::Builder::new().prefix("hamgam-demo-").tempdir().map_err(&failed)?;
            return Ok(Self { path: temporary.path().to_path_buf(), _temporary: Some(temporary) });
        };
        std::fs::create_dir_all(&path).map_err(&failed)?;
        if std::fs::read_dir(&path).map_err(&failed)?.next().is_some() {
            return Err(DemoError::FolderNotEmpty(path));
        }
        Ok(Self { path, _temporary: None })
    }
}
