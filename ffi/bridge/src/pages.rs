//! The built pages, read once: nothing but what was there then is ever served.

use std::collections::BTreeMap;
use std::path::Path;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::error::BridgeError;

const PAGE: &str = "phone.html";

/// Files by their path within the folder.
pub(crate) struct Pages(BTreeMap<String, Vec<u8>>);

impl Pages {
    pub(crate) fn read(folder: &Path) -> Result<Self, BridgeError> {
        let mut files = BTreeMap::new();
        if folder.join(PAGE).exists() {
            below(folder, "", &mut files).map_err(BridgeError::os("read the pages"))?;
            return Ok(Self(files));
        }
        Err(BridgeError::NoPages(folder.to_path_buf()))
    }

    /// The page itself for an empty path; none for what is no file of it.
    pub(crate) fn answer(&self, path: &str) -> Option<Response> {
        let path = if path.is_empty() { PAGE } else { path };
        let bytes = self.0.get(path)?.clone();
        // The names of what the page loads change with what is in them.
        let cache = if path == PAGE { "no-store" } else { "private, max-age=31536000, immutable" };
        Some(([(CONTENT_TYPE, media_type(path)), (CACHE_CONTROL, cache)], bytes).into_response())
    }
}

fn below(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            below(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "json" | "webmanifest" => "application/json",
        _ => "application/octet-stream",
    }
}
