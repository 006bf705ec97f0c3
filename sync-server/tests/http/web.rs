//! The pages: how they are served, and that what is served was built from what is here.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use sync_server::http::PAGES;

use crate::office::{Answer, Office};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/web");
/// As in `web/build/sources.js`.
const SOURCES: [&str; 13] = [
    "../../ffi/messages",
    "build",
    "fonts",
    "index.html",
    "messages",
    "package-lock.json",
    "package.json",
    "phone.html",
    "src",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.js",
    "vite.phone.config.js",
];
const NOT_BUILT: &str = "src/lib/api/schema.d.ts";

/// Checked by changing a letter of a message: the hashes differed.
#[test]
fn the_built_pages_are_those_of_the_sources() {
    let kept = std::fs::read_to_string(Path::new(FOLDER).join("dist/sources.sha256")).expect("a build");
    assert_eq!(kept.trim(), hash_of_sources(), "sync-server/web/dist is out of date: cargo xtask web");
}

/// SHA-256 over each file's own hash and path, in the order of the paths.
fn hash_of_sources() -> String {
    let mut files: Vec<String> = SOURCES.iter().flat_map(|source| below(source)).collect();
    files.retain(|file| file != NOT_BUILT);
    files.sort();
    let mut whole = Sha256::new();
    for file in files {
        let bytes = std::fs::read(Path::new(FOLDER).join(&file)).expect("a source");
        whole.update(format!("{}  {file}\n", hex(&Sha256::digest(bytes))));
    }
    hex(&whole.finalize())
}

fn below(path: &str) -> Vec<String> {
    let full = Path::new(FOLDER).join(path);
    if full.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(&full).expect("a folder of sources");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    names.flat_map(|name| below(&format!("{path}/{name}"))).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("into a string");
        text
    })
}

/// Checked by taking `inbox` out of the list: `/inbox` was missing.
#[test]
fn the_server_knows_the_addresses_of_all_pages() {
    let routes = std::fs::read_to_string(PathBuf::from(FOLDER).join("src/shell/routes.ts")).expect("routes");
    let firsts = routes.split("path: '/").skip(1).filter_map(|rest| rest.split(['/', '\'']).next());
    let mut firsts: Vec<&str> = firsts.collect();
    firsts.sort_unstable();
    firsts.dedup();
    let mut known = PAGES.to_vec();
    known.sort_unstable();
    assert_eq!(firsts, known, "src/http/web.rs and web/src/shell/routes.ts differ");
}

#[tokio::test]
async fn a_page_has_a_strict_policy_and_is_asked_for_again() {
    let office = Office::open().await;
    for path in ["/", "/jobs", "/jobs/01999999-9999-7999-8999-999999999999"] {
        let page = Answer::of(office.http.get(office.url(path))).await;
        assert_eq!((page.status.as_u16(), page.header("cache-control")), (200, "no-cache"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let tag = page.header("etag").to_owned();
        let again = office.http.get(office.url(path)).header("if-none-match", tag);
        assert_eq!(Answer::of(again).await.status.as_u16(), 304);
    }
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_compressed() {
    let office = Office::open().await;
    let page = Answer::of(office.http.get(office.url("/"))).await.text;
    let script = page.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a script");
    let plain = Answer::of(office.http.get(office.url(script))).await;
    assert!(plain.header("cache-control").contains("immutable"), "{}", plain.header("cache-control"));
    assert!(plain.header("content-type").starts_with("text/javascript"));
    let small = office.http.get(office.url(script)).header("accept-encoding", "gzip, br");
    let small = small.send().await.expect("answers");
    assert_eq!(small.headers()["content-encoding"], "br");
    assert!(small.bytes().await.expect("bytes").len() < plain.text.len() / 2);
}

/// A browser reads Brotli over TLS alone.
#[tokio::test]
async fn what_reads_no_brotli_is_given_gzip() {
    let office = Office::open().await;
    let plain = Answer::of(office.http.get(office.url("/"))).await;
    let mut tags = vec![plain.header("etag").to_owned()];
    for _ in 0..2 {
        let zipped = office.http.get(office.url("/")).header("accept-encoding", "gzip, deflate");
        let zipped = zipped.send().await.expect("answers");
        assert_eq!(zipped.headers()["content-encoding"], "gzip");
        tags.push(zipped.headers()["etag"].to_str().expect("text").to_owned());
        let bytes = zipped.bytes().await.expect("bytes");
        let mut text = String::new();
        GzDecoder::new(bytes.as_ref()).read_to_string(&mut text).expect("gzip");
        assert_eq!(text, plain.text);
    }
    assert_ne!(tags[0], tags[1], "other bytes, another tag");
    assert_eq!(tags[1], tags[2]);
}

#[tokio::test]
async fn what_is_no_page_stays_a_problem() {
    let office = Office::open().await;
    for path in ["/nowhere", "/v1/nothing", "/assets/none.js", "/assets/..%2findex.html", "/assets/%2e%2e/x"]
    {
        let answer = Answer::of(office.http.get(office.url(path))).await;
        assert_eq!(answer.code(), "not_found", "{path}");
    }
}
