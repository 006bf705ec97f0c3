//! The fuzz target for access tokens on the stable toolchain; the others are in the
//! crate `hostile`, which does not build the server.

use std::path::Path;

use hostile::seeded::Seeded;
use hostile::targets;

#[test]
fn no_token_is_believed_but_the_one_that_was_issued() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/token");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).expect("a file")).collect();
    corpus.iter().for_each(|input| targets::token(input));
    Seeded::new(5, corpus).take(5_000).for_each(|input| targets::token(&input));
}
