//! `docs/duties.md` is printed from the tables.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::path::Path;

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch with which a person renews the page")]
fn the_page_of_duties_is_what_the_tables_say() {
    let page = format!(
        "# Who does what at the desk\n\nPrinted from `crates/desk` by `UPDATE_DOCS=1 cargo test -p desk`; the same \
         test fails when this page is stale. What the acts are is told in [requests.md](requests.md).\n\n{}\n{}",
        desk::policy_page().trim_start(),
        desk::status_page().trim_start(),
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/duties.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let printed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(printed == page, "docs/duties.md is stale: run UPDATE_DOCS=1 cargo test -p desk");
}
