//! The body of a push, as the server reads it: inflated under a limit, decoded, and
//! every change through the first stage.

use gate::structure::check_change;
use wire::{Encoding, Message, SyncRequest};

/// Any body is refused, or is a request that reads the same once more.
///
/// # Panics
/// If it does not.
pub fn push_body(bytes: &[u8]) {
    for encoding in [Encoding::Plain, Encoding::Zstd] {
        let Ok(request) = SyncRequest::from_body(bytes, encoding) else { continue };
        let again = request.to_body();
        let read = SyncRequest::from_body(&again.bytes, again.encoding);
        assert_eq!(read.ok().as_ref(), Some(&request), "a request reads the same once more");
        for change in request.pushes.iter().flatten().flat_map(|push| &push.changes) {
            drop(check_change(&change.0));
        }
    }
}
