//! The first stage, on bytes as they come and with their checksum mended.

use documents::inspect;
use gate::structure::{check_change, check_document};

use crate::chunk;

/// Any bytes are refused, or are one change that reads the same once more.
///
/// # Panics
/// If the stage does not hold.
pub fn structure(bytes: &[u8]) {
    check(bytes);
    check(&chunk::mended(bytes));
}

fn check(bytes: &[u8]) {
    if let Ok(change) = check_change(bytes) {
        let again = check_change(change.bytes());
        assert_eq!(again.as_ref(), Ok(&change), "a change that passes passes once more");
        assert!(change.ops() <= domain::limits::CHANGE_OPS_MAX);
        // Where both can read it, they read the same.
        if let (Ok(ours), Ok(theirs)) = (gate::testing::decode(&change), inspect::decode(change.bytes())) {
            assert_eq!(ours, theirs, "two readers of a change agree");
        }
    }
    // A document that passes may still be refused by the loading, but not by a crash.
    if check_document(bytes).is_ok() {
        drop(documents::Document::load(domain::DocKind::Job, bytes));
    }
}
