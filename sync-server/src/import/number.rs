//! Numbers as people write them: Persian and Arabic digits, separators of
//! thousands, a comma or a point before the decimals. What could be read in two
//! ways is refused.

use domain::Currency;

/// A decimal number, exactly as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    is_negative: bool,
    whole: String,
    decimals: String,
}

const EXPECTED: &str = "write a number such as 1250 or 12.50";

/// Makes Persian and Arabic digits ASCII; everything else stays as it is.
pub(super) fn ascii_digits(text: &str) -> String {
    let ascii = |letter: char, zero: char| {
        char::from_digit(u32::from(letter) - u32::from(zero), 10).unwrap_or(letter)
    };
    text.chars()
        .map(|letter| match letter {
            '۰'..='۹' => ascii(letter, '۰'),
            '٠'..='٩' => ascii(letter, '٠'),
            _ => letter,
        })
        .collect()
}

/// Reads a number.
///
/// # Errors
///
/// A sentence that says what would do.
pub(super) fn read_decimal(text: &str) -> Result<Decimal, String> {
    let plain: String = ascii_digits(text)
        .chars()
        .filter(|letter| !matches!(letter, '\u{66c}' | '\'' | '’') && !letter.is_whitespace())
        .map(|letter| match letter {
            '\u{66b}' => '.',
            '\u{2212}' => '-',
            other => other,
        })
        .collect();
    let (is_negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.as_str()),
    };
    let pointed = without_thousands(digits)?;
    let (whole, decimals) = pointed.split_once('.').unwrap_or((&pointed, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(decimals) || pointed.ends_with('.') {
        return Err(EXPECTED.to_owned());
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(Decimal { is_negative, whole: whole.to_owned(), decimals: decimals.to_owned() })
}

/// Takes separators of thousands out; a decimal comma becomes a point.
fn without_thousands(digits: &str) -> Result<String, String> {
    if !digits.contains(',') {
        return Ok(digits.to_owned());
    }
    let (whole, decimals) = digits.split_once('.').map_or((digits, None), |(a, b)| (a, Some(b)));
    let groups: Vec<&str> = whole.split(',').collect();
    let in_thousands = groups.iter().skip(1).all(|group| group.len() == 3)
        && matches!(groups.first(), Some(first) if (1..=3).contains(&first.len()));
    match (groups.as_slice(), decimals) {
        ([whole, decimals], None) if decimals.len() != 3 => Ok(format!("{whole}.{decimals}")),
        ([whole, decimals], None) => Err(format!(
            "one comma may part thousands or decimals here: write {whole}{decimals} or {whole}.{decimals}"
        )),
        (groups, decimals) if in_thousands => Ok(match decimals {
            Some(decimals) => format!("{}.{decimals}", groups.concat()),
            None => groups.concat(),
        }),
        _ => Err(EXPECTED.to_owned()),
    }
}

impl Decimal {
    /// The number in units of ten to the power of `-places`.
    ///
    /// # Errors
    ///
    /// When it has more decimals than that, or does not fit.
    pub(super) fn scaled(&self, places: usize) -> Result<i64, String> {
        let decimals = self.decimals.trim_end_matches('0');
        if decimals.len() > places {
            return Err(match places {
                0 => "write a whole number, without decimals".to_owned(),
                _ => format!("write at most {places} decimals"),
            });
        }
        let text = format!("{}{decimals:0<places$}", self.whole);
        let number: i64 = text
            .parse()
            .map_err(|_too_large: std::num::ParseIntError| "the number is too large".to_owned())?;
        Ok(if self.is_negative { -number } else { number })
    }

    /// The same in millionths, cut off after six decimals: a place on the globe to
    /// 11 cm.
    ///
    /// # Errors
    ///
    /// When it does not fit.
    pub(super) fn millionths(&self) -> Result<i64, String> {
        let decimals = self.decimals.chars().take(6).collect();
        Self { decimals, ..self.clone() }.scaled(6)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.is_negative { "-" } else { "" };
        let point = if self.decimals.is_empty() { "" } else { "." };
        write!(f, "{sign}{}{point}{}", self.whole, self.decimals)
    }
}

/// How many decimals a currency's minor unit has: ISO 4217, but none for the
/// rial, whose hundredth nobody uses.
pub(super) fn minor_places(currency: Currency) -> usize {
    match currency.code() {
        "IRR" | "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(text: &str, places: usize) -> Result<i64, String> {
        read_decimal(text)?.scaled(places)
    }

    #[test]
    fn digits_and_separators_of_three_scripts_are_read() {
        for (text, minor) in [
            ("183.05", 18_305),
            ("۱۸۳٫۰۵", 18_305),
            ("١٨٣٫٠٥", 18_305),
            ("1,234,567.8", 123_456_780),
            ("۱٬۲۳۴٬۵۶۷", 123_456_700),
            ("1 234,5", 123_450),
            ("-139.52", -13_952),
            ("0", 0),
            ("007.10", 710),
        ] {
            assert_eq!(scaled(text, 2), Ok(minor), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_or_two_is_refused_with_what_would_do() {
        for bad in ["", "PM01", "1.2.3", "12.", ".5", "1,2,3", "--1", "1e5", "1,23,456.0"] {
            assert!(read_decimal(bad).is_err(), "{bad}");
        }
        assert!(read_decimal("1,234").expect_err("two readings").contains("1234 or 1.234"));
        assert!(scaled("1.234", 2).expect_err("too fine").contains("at most 2 decimals"));
        assert!(scaled("1.5", 0).expect_err("too fine").contains("whole number"));
        assert!(scaled("99999999999999999999", 0).expect_err("too large").contains("too large"));
    }

    #[test]
    fn a_place_is_cut_to_millionths() {
        let place = read_decimal("۳۵٫۷۲۱۹۳۴۵").expect("a number");
        assert_eq!(place.millionths(), Ok(35_721_934));
        assert_eq!(place.to_string(), "35.7219345");
    }
}
