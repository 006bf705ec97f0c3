//! The part of `docs/policy.md` about the desk is printed from the tables. The part before it
//! is the gate's, whose test prints that and leaves this alone.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;

/// The heading with which the part begins.
const HEADING: &str = "## Who does what at the desk\n";

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch with which a person renews the page")]
fn the_page_of_duties_is_what_the_tables_say() {
    let part = format!(
        "{HEADING}\nPrinted from `crates/desk` by `UPDATE_DOCS=1 cargo test -p desk`; the same \
         test fails when this part is stale. What the acts are is told in [requests.md](requests.md).\n\n{}\n{}",
        desk::policy_page().trim_start(),
        desk::status_page().trim_start(),
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policy.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let before = page.split(HEADING).next().unwrap_or_default();
    let whole = format!("{before}{part}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &whole).expect("the page can be written");
        return;
    }
    assert!(page == whole, "docs/policy.md is stale: run UPDATE_DOCS=1 cargo test -p desk");
}
