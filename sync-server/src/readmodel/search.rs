//! The text by which a job is found, folded as queries are.

use domain::{JobField, JobView, fold_search_text};
use rusqlite::Transaction;

use super::job::field_text;
use crate::error::CoreError;

const WRITE: &str = "INSERT INTO job_search (row, text) VALUES (?1, ?2) \
     ON CONFLICT (row) DO UPDATE SET text = excluded.text WHERE text <> excluded.text";

/// What people remember of a job.
const SEARCHED: &[JobField] = &[
    JobField::RequestNumber,
    JobField::RequestSubject,
    JobField::RequestDescription,
    JobField::RequestSellerNo,
    JobField::AccountName,
    JobField::ContactName,
    JobField::ContactPhone,
    JobField::ContactMobile,
    JobField::InitiatorName,
    JobField::InitiatorPhone,
    JobField::SiteName,
    JobField::SiteAddress,
    JobField::SiteCity,
    JobField::AssetSerial,
    JobField::AssetModel,
];
/// Written with spaces and dashes in many ways, so also indexed as bare digits.
const NUMBERS: &[JobField] = &[JobField::ContactPhone, JobField::ContactMobile, JobField::InitiatorPhone];

/// Writes the text if it differs.
pub(super) fn fold(tx: &Transaction<'_>, row: i64, view: &JobView) -> Result<(), CoreError> {
    tx.prepare_cached(WRITE)?.execute((row, text_of(view)))?;
    Ok(())
}

fn text_of(view: &JobView) -> String {
    let mut lines: Vec<String> =
        SEARCHED.iter().filter_map(|field| field_text(view, *field)).map(fold_search_text).collect();
    lines.extend(NUMBERS.iter().filter_map(|field| bare_digits(field_text(view, *field)?)));
    lines.extend(view.parts.iter().map(|line| fold_search_text(&line.part.name)));
    lines.extend([&view.diagnosis, &view.solution].map(|text| fold_search_text(text)));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

/// The digits of a number that has more than digits in it.
fn bare_digits(text: &str) -> Option<String> {
    let folded = fold_search_text(text);
    let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 3 && digits != folded).then_some(digits)
}
