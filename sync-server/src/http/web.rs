//! The pages of `sync-server/web`, as they were built: one page for every address of
//! theirs, and the files that it asks for. All of it is part of the program; a debug build
//! reads it from the disk, so that what was just built is what is seen.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::{EmbeddedFile, RustEmbed};
use wire::ErrorCode;

use super::guard::guarded_plain;
use super::operations::SHOW_HEALTH;
use super::{AppState, Problem};

/// The first parts of the pages' addresses, besides `/`.
pub const PAGES: &[&str] = &["board", "inbox", "jobs", "month", "admin", "desk"];

/// Nothing but the server's own files, and no code that a text could bring in.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; \
     font-src 'self'; connect-src 'self'; media-src blob:; base-uri 'none'; form-action 'self'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";
const POWERS: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
/// A name with a hash in it never means other bytes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Built;

/// Adds the pages' addresses.
pub(super) fn add(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    let page = || guarded_plain(get(show_page), &SHOW_HEALTH, state);
    let router = router
        .route("/", page())
        .route("/assets/{name}", guarded_plain(get(show_asset), &SHOW_HEALTH, state));
    PAGES.iter().fold(router, |router, name| {
        router.route(&format!("/{name}"), page()).route(&format!("/{name}/{{*rest}}"), page())
    })
}

/// The page: its script reads from the address what to show.
async fn show_page(headers: HeaderMap) -> Result<Response, Problem> {
    let mut response = file("index.html", ASK_AGAIN, headers).await?;
    let own = response.headers_mut();
    own.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    own.insert(POWERS, HeaderValue::from_static("geolocation=(), microphone=(), camera=(), payment=()"));
    own.insert(OPENER, HeaderValue::from_static("same-origin"));
    Ok(response)
}

async fn show_asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    if name.contains(['/', '\\']) {
        return Err(Problem::new(ErrorCode::NotFound));
    }
    file(&format!("assets/{name}"), FOR_EVER, headers).await
}

/// A file of the build, compressed where the browser reads that, and not at all where it
/// has it already. Browsers read Brotli over TLS and from their own machine only.
async fn file(name: &str, keep: &'static str, asked: HeaderMap) -> Result<Response, Problem> {
    let smaller = Built::get(&format!("{name}.br"));
    let coding = ["br", "gzip"].into_iter().find(|coding| smaller.is_some() && takes(&asked, coding));
    let found = smaller.filter(|_| coding == Some("br")).or_else(|| Built::get(name));
    let file = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let tag = tag_of(&file, coding);
    let mut response = if asked.get(header::IF_NONE_MATCH).is_some_and(|held| *held == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else if coding == Some("gzip") {
        let zipped = tokio::task::spawn_blocking(move || zipped(&file)).await;
        let zipped = zipped.map_err(|error| Problem::internal(&error))?;
        Body::from(zipped.map_err(|error| Problem::internal(&error))?).into_response()
    } else {
        Body::from(file.data.into_owned()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, tag);
    if let Some(coding) = coding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    Ok(response)
}

fn takes(asked: &HeaderMap, coding: &str) -> bool {
    let text = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(',').any(|one| one.trim() == coding)
}

/// A file for browsers that read no Brotli; each is compressed once.
fn zipped(file: &EmbeddedFile) -> io::Result<Bytes> {
    static KEPT: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(zipped) = kept.get(&file.metadata.sha256_hash()) {
        return Ok(zipped.clone());
    }
    let mut zip = GzEncoder::new(Vec::new(), Compression::default());
    zip.write_all(&file.data)?;
    let zipped = Bytes::from(zip.finish()?);
    kept.insert(file.metadata.sha256_hash(), zipped.clone());
    Ok(zipped)
}

fn tag_of(file: &EmbeddedFile, coding: Option<&str>) -> HeaderValue {
    let [a, b, c, d, e, f, g, h, ..] = file.metadata.sha256_hash();
    let (hash, coding) = (u64::from_be_bytes([a, b, c, d, e, f, g, h]), coding.unwrap_or_default());
    let text = format!("\"{hash:016x}{coding}\"");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("\"\""))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
