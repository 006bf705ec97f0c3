//! Telephone numbers of the staff: a survey under one of them counts for nobody,
//! since whoever is judged must not be the one who answers.

use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{DocId, Instant, UserId, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Transaction};
use wire::{ErrorCode, FieldProblem};

use crate::error::CoreError;
use crate::sql::{column, int};

const OF_JOB: &str = "SELECT jobs.contact_phone, jobs.contact_mobile, reference.json ->> '$.phone', \
     reference.json ->> '$.mobile' FROM jobs \
     LEFT JOIN reference ON reference.kind = 'customer' AND reference.id = jobs.account WHERE jobs.doc = ?1 \
     UNION ALL SELECT fields ->> '$.phone', fields ->> '$.mobile', NULL, NULL FROM requests WHERE id = ?1";
/// A field may hold two numbers, or an extension behind one: a whole number of the staff
/// is looked for anywhere in it.
const IS_STAFF: &str = "SELECT EXISTS (SELECT 1 FROM staff_phones WHERE number = ?1 \
     OR (length(number) = ?2 AND instr(?1, number) > 0))";
const ADD: &str = "INSERT INTO staff_phones (number, whose, added_by, added_at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (number) DO UPDATE SET whose = excluded.whose";
const LIST: &str = "SELECT number, whose, added_by, added_at FROM staff_phones ORDER BY whose, number";
const REMOVE: &str = "DELETE FROM staff_phones WHERE number = ?1";
/// A number without its country's or its trunk prefix.
const DIGITS: usize = 10;
/// Shorter is an extension or a slip.
const DIGITS_MIN: usize = 5;

/// A number of the staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffPhone {
    /// The number as it is compared.
    pub number: String,
    /// Whose it is.
    pub whose: String,
    /// Who entered it.
    pub added_by: UserId,
    /// When.
    pub added_at: Instant,
}

/// A number as it is compared: its digits in Latin form, the last ten of them, so
/// that `+98 912…`, `0098912…` and `۰۹۱۲…` are one. None where there are too few.
pub(crate) fn comparable(number: &str) -> Option<String> {
    let digits = digits(number);
    let from = digits.len().saturating_sub(DIGITS);
    (digits.len() >= DIGITS_MIN).then(|| digits.chars().skip(from).collect())
}

fn digits(text: &str) -> String {
    fold_search_text(text).chars().filter(char::is_ascii_digit).collect()
}

/// Whether one of the customer's numbers, as the job and the account have them now, is
/// of the staff.
pub(super) fn is_of_staff(connection: &Connection, job: DocId) -> Result<bool, CoreError> {
    let numbers: Option<[Option<String>; 4]> = connection
        .prepare_cached(OF_JOB)?
        .query_row([job.as_bytes()], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))
        .optional()?;
    for number in numbers.into_iter().flatten().flatten() {
        let values = (digits(&number), int(DIGITS));
        if connection.prepare_cached(IS_STAFF)?.query_row(values, |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Enters a number; one that is there is said to be somebody else's. It holds for
/// surveys that are answered from now on. A job of the writer.
///
/// # Errors
///
/// `invalid` for what is no telephone number, or without saying whose it is.
pub fn add_staff_phone(
    tx: &Transaction<'_>,
    number: &str,
    whose: &str,
    by: UserId,
    now: Instant,
) -> Result<StaffPhone, CoreError> {
    let invalid =
        |path, code, message: &str| CoreError::Invalid(vec![FieldProblem::coded(path, code, message)]);
    let number = comparable(number).ok_or_else(|| {
        invalid("number", "survey.not_a_number", "a telephone number has five digits or more")
    })?;
    let whose = whose.trim();
    if whose.is_empty() || whose.chars().count() > SHORT_TEXT_CHARS_MAX {
        return Err(invalid("whose", "survey.whose_required", "say whose number it is"));
    }
    tx.prepare_cached(ADD)?.execute((&number, whose, by.as_bytes(), now.millis()))?;
    Ok(StaffPhone { number, whose: whose.to_owned(), added_by: by, added_at: now })
}

/// Every number of the staff.
///
/// # Errors
///
/// When the store fails.
pub fn list_staff_phones(connection: &Connection) -> Result<Vec<StaffPhone>, CoreError> {
    let mut statement = connection.prepare_cached(LIST)?;
    let rows = statement.query_map([], |row| {
        Ok(StaffPhone {
            number: row.get(0)?,
            whose: row.get(1)?,
            added_by: column(row, 2)?,
            added_at: column(row, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Takes a number out. A job of the writer.
///
/// # Errors
///
/// `not_found`.
pub fn remove_staff_phone(tx: &Transaction<'_>, number: &str) -> Result<(), CoreError> {
    let number = comparable(number).unwrap_or_default();
    match tx.prepare_cached(REMOVE)?.execute([number])? {
        0 => Err(CoreError::refused(ErrorCode::NotFound, "no such number is known")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn spellings_of_a_number_are_one() {
        for spelling in ["0912 345 67 89", "+98-912-3456789", "00989123456789", "۰۹۱۲۳۴۵۶۷۸۹", "(912)3456789"]
        {
            assert_eq!(comparable(spelling).as_deref(), Some("9123456789"), "{spelling}");
        }
        assert_eq!(comparable("12-34"), None);
        assert_eq!(comparable("ask at the door"), None);
        assert_eq!(comparable("33445").as_deref(), Some("33445"));
    }
}
