//! `docs/errors.md` is written from [`wire::ErrorCode`] and is always fresh.
//! `UPDATE_DOCS=1 cargo test --package wire` writes it anew.

use std::fmt::Write;
use std::path::Path;

use wire::{ErrorCode, Retry};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");

const OPENING: &str = "\
# Errors

Every error has a code that never changes its meaning. Codes stand in problem documents (RFC 9457,
field `code`) and in the verdicts of the exchange ([wire.md](wire.md#verdicts)). This page is written
from `wire::ErrorCode`; a test fails when it is stale (`UPDATE_DOCS=1 cargo test --package wire`
writes it anew).

The last column says what a program can do: send the same again *now* or *later*, sign in first, or
nothing until something was changed.

| code | HTTP | what it means | again |
|---|---|---|---|
";

fn page() -> String {
    let mut page = OPENING.to_owned();
    for code in ErrorCode::ALL {
        let again = match code.retry() {
            Retry::Now => "now",
            Retry::Later => "later",
            Retry::AfterSignIn => "after signing in",
            Retry::Never => "no",
        };
        writeln!(page, "| `{}` | {} | {} | {again} |", code.name(), code.http_status(), code.doc())
            .expect("writing to a String cannot fail");
    }
    page
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch with which a person renews the page")]
fn the_page_is_fresh() {
    if std::env::var("UPDATE_DOCS").is_ok() {
        std::fs::write(PAGE, page()).expect("write the page");
    }
    let written = std::fs::read_to_string(Path::new(PAGE)).expect("docs/errors.md");
    assert!(written == page(), "docs/errors.md is stale: UPDATE_DOCS=1 cargo test --package wire");
}
