//! Golden files: the bytes of every protocol version, for ever readable.
//!
//! `golden/v1/` holds messages as version 1 writes them, `golden/v2/` what version 2
//! adds. This code must write them so, byte for byte, and read them back. A change that breaks a file is a
//! new protocol version: keep the old files and add a folder. The example of
//! `docs/wire.md`, in CBOR diagnostic notation, must give the same bytes.
//! `UPDATE_GOLDEN=1` writes files that do not exist yet; it replaces none.

mod notation;
mod samples;

use std::fmt::Debug;
use std::path::PathBuf;

use wire::{Encoding, Message, PROTOCOL_VERSION, SyncRequest, SyncResponse};

/// The file of a message, such as `v1/request.cbor`.
fn golden(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

#[expect(clippy::disallowed_methods, reason = "the switch with which a person adds a golden file")]
fn read_golden(name: &str, bytes: &[u8]) -> Vec<u8> {
    let path = golden(name);
    if !path.exists() && std::env::var("UPDATE_GOLDEN").is_ok() {
        std::fs::write(&path, bytes).expect("write the golden file");
    }
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn holds<M: Message + PartialEq + Debug>(name: &str, message: &M) {
    let bytes = minicbor::to_vec(message).expect("encodes");
    let kept = read_golden(name, &bytes);
    assert_eq!(bytes, kept, "{name}: this code writes other bytes than that version did");
    let read = M::from_body(&kept, Encoding::Plain).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(&read, message, "{name}: this code reads another message");
}

/// Seen to fail: with the keys of `budget` and `pushes` exchanged, `request.cbor`
/// was reported as written differently.
#[test]
fn version_1_is_written_and_read_as_ever() {
    holds("v1/request.cbor", &samples::request());
    holds("v1/request_idle.cbor", &samples::request_idle());
    holds("v1/request_cold.cbor", &samples::request_cold());
    holds("v1/response.cbor", &samples::response());
    holds("v1/response_idle.cbor", &samples::response_idle());
    holds("v1/response_outcomes.cbor", &samples::response_outcomes());
}

#[test]
fn version_2_is_written_and_read_as_ever() {
    assert_eq!(PROTOCOL_VERSION, 2, "a new version needs golden files of its own beside v2");
    holds("v2/request_cold.cbor", &samples::request_cold_2());
    holds("v2/response_packed.cbor", &samples::response_packed());
    holds("v2/request_repair.cbor", &samples::request_repair());
    holds("v2/response_repair.cbor", &samples::response_repair());
    holds("v2/response_vouched.cbor", &samples::response_vouched());
    holds("v2/response_barred.cbor", &samples::response_barred());
    holds("v2/response_kept.cbor", &samples::response_kept());
}

#[test]
fn a_message_of_a_later_version_is_still_read() {
    // Keys that version 1 does not have, with values of every shape, at the
    // top, in a push and in a refusal.
    let request = notation::encode(
        "{0: 2, 4: [{0: h'01900000000070008000000000000001', 1: 0, 2: [], 77: {1: [true]}}], 99: [1, {2: \"x\"}]}",
    );
    let read = SyncRequest::from_body(&request, Encoding::Plain).expect("reads");
    assert_eq!((read.version, read.pushes.map(|pushes| pushes.len())), (2, Some(1)));
    let response = notation::encode(
        "{0: [{0: h'01900000000070008000000000000001', \
          1: h'3333333333333333333333333333333333333333333333333333333333333333', \
          2: [2, {0: \"new_code\", 2: \"why\", 9: h'00'}]}], 3: h'01', 50: true}",
    );
    let read = SyncResponse::from_body(&response, Encoding::Plain).expect("reads");
    assert_eq!(read.verdicts.map(|verdicts| verdicts.len()), Some(1));
}

#[test]
fn the_example_in_the_docs_is_what_is_sent() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/wire.md");
    let page = std::fs::read_to_string(page).expect("docs/wire.md");
    for name in ["request", "response"] {
        let example = example(&page, name).unwrap_or_else(|| panic!("docs/wire.md has no example {name}"));
        let kept = std::fs::read(golden(&format!("v1/{name}.cbor"))).expect("golden file");
        assert_eq!(notation::encode(example), kept, "docs/wire.md: {name} gives other bytes");
    }
}

/// The code block after `<!-- golden: name -->`.
fn example<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = page.split_once(&format!("<!-- golden: {name} -->\n```text\n"))?;
    Some(after.split_once("```")?.0)
}
