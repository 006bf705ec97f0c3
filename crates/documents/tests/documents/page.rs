//! `docs/documents.md` is printed from the tables.

#[test]
#[expect(clippy::disallowed_methods, reason = "the developer asks for the page to be written")]
fn the_page_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/documents.md");
    if std::env::var("UPDATE_DOCS").is_ok() {
        std::fs::write(path, documents::schema::markdown()).expect("the page is written");
    }
    let written = std::fs::read_to_string(path).expect("docs/documents.md");
    assert!(
        written == documents::schema::markdown(),
        "docs/documents.md is stale: UPDATE_DOCS=1 cargo test -p documents"
    );
}
