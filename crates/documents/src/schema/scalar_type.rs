//! The type and size of a scalar in a document.

use domain::{Currency, FieldType};

use super::after_ids;
use crate::inspect::Scalar;

/// The earliest and latest instants that a document holds: the years 1 to 9999.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// The type and size of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalarType {
    /// Exactly so many bytes.
    Bytes(usize),
    /// At most so many event ids, ascending, one after another.
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
            (Self::EventIds(max), Scalar::Text(text)) => after_ids(text).is_some_and(|ids| ids.len() <= *max),
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
            (Self::EventIds(_), Scalar::Text(text)) => after_ids(text).is_some(),
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
            Self::EventIds(max) => {
                format!("at most {max} event ids of 11 characters, ascending, no two alike")
            }
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

#[cfg(test)]
mod tests {
    use domain::EventId;

    use super::super::after_scalar;
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
    fn a_reader_takes_wider_limits_and_new_words_but_no_other_type() {
        assert!(ScalarType::Text(2).understands(&Scalar::Text("longer".into())));
        assert!(ScalarType::Word(&["van"]).understands(&Scalar::Text("drone".into())));
        assert!(ScalarType::Int(1, 3).understands(&Scalar::Int(9)));
        assert!(!ScalarType::Int(1, 3).understands(&Scalar::Uint(2)));
        assert!(!ScalarType::Bytes(16).understands(&Scalar::Bytes(vec![0; 15])));
        assert!(!ScalarType::EventIds(2).understands(&Scalar::Text("twelve chars".into())));
    }

    #[test]
    fn event_ids_are_as_many_as_fit() {
        let ids =
            |count: u8| after_scalar(&(0..count).map(|n| EventId::from_bytes([n; 8])).collect::<Vec<_>>());
        assert!(ScalarType::EventIds(2).admits(&ids(2)));
        assert!(!ScalarType::EventIds(2).admits(&ids(3)));
    }
}
