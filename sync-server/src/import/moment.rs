//! Dates and times as files have them: ISO 8601, RFC 3339, Persian and Arabic
//! digits. One without a zone is the office's.

use domain::{Instant, Stamp};
use jiff::civil::Time;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use super::number::ascii_digits;

const EXPECTED: &str = "write a date such as 2004-07-01, 2004-07-01 14:30 or 2004-07-01T14:30:00+03:30";
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;
const JALALI_YEARS: std::ops::RangeInclusive<i16> = 1250..=1499;

/// Reads a date or an instant; one without a zone lies `office_offset_minutes`
/// east of UTC, and a date alone is its first moment.
///
/// # Errors
///
/// A sentence that says what would do.
pub(super) fn read_moment(text: &str, office_offset_minutes: i16) -> Result<Stamp, String> {
    let plain = ascii_digits(text);
    let pieces = Pieces::parse(&plain).map_err(|_unreadable| EXPECTED.to_owned())?;
    let date = pieces.date();
    if JALALI_YEARS.contains(&date.year()) {
        return Err(format!(
            "the year {} looks like one of the Jalali calendar: write it in the Gregorian one, such as 2004-07-01",
            date.year()
        ));
    }
    if !YEARS.contains(&date.year()) {
        return Err(format!("the year must lie between {} and {}", YEARS.start(), YEARS.end()));
    }
    let office = i32::from(office_offset_minutes) * 60;
    let seconds = pieces.to_numeric_offset().map_or(office, Offset::seconds);
    let offset = Offset::from_seconds(seconds).map_err(|_too_far| EXPECTED.to_owned())?;
    let civil = date.to_datetime(pieces.time().unwrap_or(Time::midnight()));
    let timestamp = offset.to_timestamp(civil).map_err(|_too_far| EXPECTED.to_owned())?;
    let offset_minutes = i16::try_from(seconds / 60).map_err(|_too_far| EXPECTED.to_owned())?;
    Ok(Stamp { at: Instant::from_millis(timestamp.as_millisecond()), offset_minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, i16), String> {
        let stamp = read_moment(text, 210)?;
        Ok((crate::rfc3339::format_instant(stamp.at), stamp.offset_minutes))
    }

    #[test]
    fn the_office_s_zone_counts_where_none_is_given() {
        for (text, instant, offset) in [
            ("2004-07-01", "2004-06-30T20:30:00Z", 210),
            ("۲۰۰۴-۰۷-۰۱", "2004-06-30T20:30:00Z", 210),
            ("2004-07-01 14:30", "2004-07-01T11:00:00Z", 210),
            ("2004-07-01T14:30:15.25", "2004-07-01T11:00:15.25Z", 210),
            ("2004-07-01T14:30:00Z", "2004-07-01T14:30:00Z", 0),
            ("2004-07-01T14:30:00+05:00", "2004-07-01T09:30:00Z", 300),
        ] {
            assert_eq!(read(text), Ok((instant.to_owned(), offset)), "{text}");
        }
    }

    #[test]
    fn what_is_no_such_date_is_refused_with_what_would_do() {
        for bad in ["", "yesterday", "01/07/2004", "2004-13-01", "2004-02-30", "45000"] {
            assert!(read(bad).expect_err(bad).contains("2004-07-01"), "{bad}");
        }
        assert!(read("1383-04-11").expect_err("Jalali").contains("Jalali"));
        assert!(read("0007-01-01").expect_err("too old").contains("between"));
    }
}
