//! What `cargo metadata` says of the workspace, as far as the checks need it.

use std::path::PathBuf;

use serde::Deserialize;

use crate::command::{Failure, cargo, output};

/// The workspace and, when asked for, all that it is built from.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Members only, or every package.
    pub(crate) packages: Vec<Package>,
    /// Where cargo builds to.
    pub(crate) target_directory: PathBuf,
}

/// One package.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its licence as an SPDX expression.
    pub(crate) license: Option<String>,
    /// Where its Cargo.toml lies.
    pub(crate) manifest_path: PathBuf,
    /// What it asks for.
    pub(crate) dependencies: Vec<Dependency>,
    /// Where it comes from; none for the workspace's own.
    pub(crate) source: Option<String>,
}

/// One dependency as a package asks for it.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The package's name.
    pub(crate) name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Which versions will do.
    pub(crate) req: String,
    /// Where it lies, if it is one of the workspace's own.
    pub(crate) path: Option<PathBuf>,
}

/// The workspace's own members.
pub(crate) fn members() -> Result<Metadata, Failure> {
    read(&["--no-deps"])
}

/// Every package that any member is built from, on any platform.
pub(crate) fn everything() -> Result<Metadata, Failure> {
    read(&[])
}

fn read(options: &[&str]) -> Result<Metadata, Failure> {
    let text = output(cargo().args(["metadata", "--format-version", "1"]).args(options))?;
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("cannot read cargo metadata: {error}")))
}
