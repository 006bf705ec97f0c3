//! The ids of what is imported. They follow from what a row is known by, so that
//! the same file, imported again, finds what it made the first time.

use domain::{DocId, Instant, Uuid, fold_search_text};
use sha2::{Digest, Sha256};

use super::row::Row;

/// The id of a record that people know by a number: the same however its letters
/// and digits are written.
#[must_use]
pub fn id_by_number(kind: &str, number: &str) -> Uuid {
    let hash = hashed([kind, &fold_search_text(number.trim())]);
    uuid_of(&hash)
}

/// The id of a past job that has a key of its own in its source.
pub(super) fn job_by_key(key: &str) -> DocId {
    let hash = hashed(["past job by key", &fold_search_text(key)]);
    DocId::new(Instant::from_millis(0), first_ten(&hash))
}

/// What a row without a key is known by: all of its cells under their headers.
pub(super) fn content_of(row: &Row<'_>) -> [u8; 32] {
    let mut cells: Vec<(&str, &str)> = row.content().collect();
    cells.sort_unstable();
    hashed(cells.into_iter().flat_map(|(header, cell)| [header, cell]))
}

/// The id of the past job that is the `ordinal`-th of the rows of one content.
pub(super) fn job_by_content(content: &[u8; 32], ordinal: u64, received: Instant) -> DocId {
    let mut digest = Sha256::new();
    digest.update(content);
    digest.update(ordinal.to_be_bytes());
    DocId::new(received, first_ten(&digest.finalize().into()))
}

/// Each part with its length before it, so that no two lists are the same bytes.
fn hashed<'a>(parts: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

fn first_ten(hash: &[u8; 32]) -> [u8; 10] {
    std::array::from_fn(|index| hash[index])
}

fn uuid_of(hash: &[u8; 32]) -> Uuid {
    uuid::Builder::from_custom_bytes(std::array::from_fn(|index| hash[index])).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_however_it_is_written_and_two_kinds_do_not_meet() {
        assert_eq!(id_by_number("customer", " AB-12 "), id_by_number("customer", "ab-۱۲"));
        assert_ne!(id_by_number("customer", "12"), id_by_number("asset", "12"));
        assert_eq!(id_by_number("part", "12").get_version_num(), 8);
        assert_ne!(hashed(["ab", "c"]), hashed(["a", "bc"]));
    }

    #[test]
    fn equal_rows_differ_by_their_ordinal() {
        let (content, at) = ([7; 32], Instant::from_millis(1_000));
        assert_eq!(job_by_content(&content, 1, at), job_by_content(&content, 1, at));
        assert_ne!(job_by_content(&content, 1, at), job_by_content(&content, 2, at));
    }
}
