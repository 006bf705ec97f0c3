//! The bytes of attachments are those of their names.

use std::fs;
use std::path::Path;

use domain::Hash32;
use rusqlite::Connection;

use super::{FindingKind, VerifyReport};
use crate::attachments::files::whole_path;
use crate::disk;
use crate::sql::{column, uint};

const ATTACHMENTS: &str = "SELECT hash, length FROM attachments ORDER BY hash";

/// Those that were missing already when a backup was made are no news.
pub(super) fn check(
    connection: &Connection,
    folder: &Path,
    known_missing: &[String],
    report: &mut VerifyReport,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare(ATTACHMENTS)?;
    let rows = statement.query_map([], |row| Ok((column::<Hash32>(row, 0)?, uint(row, 1)?)))?;
    for row in rows {
        let (hash, length) = row?;
        if known_missing.contains(&hash.to_string()) {
            continue;
        }
        report.attachments += 1;
        let path = whole_path(folder, hash);
        let found = disk::hash_of(&path).and_then(|found| Ok((found, fs::metadata(&path)?.len())));
        match found {
            Err(error) => report.find(FindingKind::Attachment, hash, error),
            Ok((found, bytes)) if found != hash || usize::try_from(bytes) != Ok(length) => {
                report.find(FindingKind::Attachment, hash, "its bytes have changed");
            }
            Ok(_) => {}
        }
    }
    Ok(())
}
