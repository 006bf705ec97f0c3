//! The type and size of a scalar in a document.

use domain::{Currency, FieldType};

use crate::inspect::Scalar;

/// The earliest and latest instants that a document holds: the years 1 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// The type and size of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// Exactly so many bytes.
    Bytes(usize),
    /// At most so many 8-byte event ids one after another, ascending.
    EventIds(usize),
    /// Text of at most so many characters.
    Text(usize),
    /// One of the given words.
    Word(&'static [&'static str]),
    /// Three capital letters of ISO 4217.
    Currency,
    /// A signed number in a range.
    Int(i64, i64),
    /// An unsigned number of at most so much.
    Uint(u64),
    /// Milliseconds since the epoch.
    Timestamp,
    /// Yes or no.
    Bool,
}

impl ScalarType {
    /// How a field of the domain's table is written.
    #[must_use]
    pub const fn of_field(field: FieldType) -> Self {
        match field {
            FieldType::Text(max) => Self::Text(max),
            FieldType::Int(low, high) => Self::Int(low, high),
            FieldType::Bool => Self::Bool,
            FieldType::Instant => Self::Timestamp,
            FieldType::Id => Self::Bytes(16),
            FieldType::Choice(words) => Self::Word(words),
        }
    }

    /// Whether a scalar may be written here.
    #[must_use]
    pub fn admits(&self, scalar: &Scalar) -> bool {
        match (self, scalar) {
            (Self::Bytes(length), Scalar::Bytes(bytes)) => bytes.len() == *length,
            (Self::EventIds(max), Scalar::Bytes(bytes)) => is_sorted_ids(bytes, *max),
            (Self::Text(max), Scalar::Text(text)) => text.chars().nth(*max).is_none(),
            (Self::Word(words), Scalar::Text(text)) => words.contains(&text.as_str()),
            (Self::Currency, Scalar::Text(text)) => Currency::parse(text).is_some(),
            (Self::Int(low, high), Scalar::Int(number)) => (low..=high).contains(&number),
            (Self::Uint(max), Scalar::Uint(number)) => number <= max,
            (Self::Timestamp, Scalar::Timestamp(millis)) => INSTANTS.contains(millis),
            (Self::Bool, Scalar::Bool(_)) => true,
            _ => false,
        }
    }

    /// Whether a reader understands a scalar found here: the right type, whatever
    /// its size, since a later schema may have widened a limit or a list of words.
    #[must_use]
    pub(crate) fn understands(&self, scalar: &Scalar) -> bool {
        match (self, scalar) {
            (Self::Bytes(length), Scalar::Bytes(bytes)) => bytes.len() == *length,
            (Self::EventIds(_), Scalar::Bytes(bytes)) => bytes.len().is_multiple_of(8),
            (Self::Text(_) | Self::Word(_) | Self::Currency, Scalar::Text(_))
            | (Self::Int(..), Scalar::Int(_))
            | (Self::Uint(_), Scalar::Uint(_))
            | (Self::Timestamp, Scalar::Timestamp(_))
            | (Self::Bool, Scalar::Bool(_)) => true,
            _ => false,
        }
    }

    /// What would do, for error messages and the docs.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Bytes(length) => format!("{length} bytes"),
            Self::EventIds(max) => format!("at most {max} event ids of 8 bytes, ascending, no two alike"),
            Self::Text(max) => format!("text of at most {max} characters"),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Currency => "a currency of three capital letters".to_owned(),
            Self::Int(low, high) => format!("a whole number from {low} to {high}"),
            Self::Uint(u64::MAX) => "an unsigned number".to_owned(),
            Self::Uint(max) => format!("an unsigned number of at most {max}"),
            Self::Timestamp => "an instant in the years 1 to 9999".to_owned(),
            Self::Bool => "yes or no".to_owned(),
        }
    }
}

fn is_sorted_ids(bytes: &[u8], max: usize) -> bool {
    let ids: Vec<&[u8]> = bytes.chunks(8).collect();
    bytes.len().is_multiple_of(8) && ids.len() <= max && ids.is_sorted_by(|earlier, later| earlier < later)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_admits_its_own_up_to_its_size() {
        let cases: &[(ScalarType, Scalar, Scalar)] = &[
            (ScalarType::Bytes(2), Scalar::Bytes(vec![1, 2]), Scalar::Bytes(vec![1, 2, 3])),
            (ScalarType::Text(2), Scalar::Text("هم".into()), Scalar::Text("همگ".into())),
            (ScalarType::Word(&["van"]), Scalar::Text("van".into()), Scalar::Text("lorry".into())),
            (ScalarType::Currency, Scalar::Text("IRR".into()), Scalar::Text("irr".into())),
            (ScalarType::Int(1, 3), Scalar::Int(3), Scalar::Int(4)),
            (ScalarType::Uint(3), Scalar::Uint(3), Scalar::Uint(4)),
            (ScalarType::Timestamp, Scalar::Timestamp(0), Scalar::Timestamp(i64::MAX)),
            (ScalarType::Bool, Scalar::Bool(false), Scalar::Null),
        ];
        for (kind, good, bad) in cases {
            assert!(kind.admits(good), "{kind:?} admits {good:?}");
            assert!(!kind.admits(bad), "{kind:?} refuses {bad:?}");
            assert!(!kind.admits(&Scalar::Foreign), "{kind:?} refuses what is foreign");
        }
    }

    #[test]
    fn event_ids_are_whole_sorted_and_distinct() {
        let ids = ScalarType::EventIds(2);
        let bytes =
            |numbers: &[u64]| Scalar::Bytes(numbers.iter().flat_map(|number| number.to_be_bytes()).collect());
        assert!(ids.admits(&bytes(&[])) && ids.admits(&bytes(&[1])) && ids.admits(&bytes(&[1, 2])));
        for bad in [&[2, 1][..], &[1, 1], &[1, 2, 3]] {
            assert!(!ids.admits(&bytes(bad)), "{bad:?}");
        }
        assert!(!ids.admits(&Scalar::Bytes(vec![0; 7])));
    }
}
