//! Instants as JSON has them: RFC 3339, UTC, milliseconds.

use std::borrow::Cow;

use domain::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};

/// An instant in a JSON body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rfc3339(pub Instant);

/// As people and programs read it: `2026-11-21T08:30:00Z`.
#[must_use]
pub fn format_instant(instant: Instant) -> String {
    match jiff::Timestamp::from_millisecond(instant.millis()) {
        Ok(timestamp) => timestamp.to_string(),
        // Outside of the years -9999 to 9999, which nobody means.
        Err(_) => jiff::Timestamp::UNIX_EPOCH.to_string(),
    }
}

/// Reads an instant with its offset; what is finer than a millisecond is cut off.
#[must_use]
pub fn parse_instant(text: &str) -> Option<Instant> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    Some(Instant::from_millis(timestamp.as_millisecond()))
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&format_instant(self.0))
    }
}

impl<'de> Deserialize<'de> for Rfc3339 {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(input)?;
        let expected = "an instant such as 2026-11-21T08:30:00Z or 2026-11-21T12:00:00+03:30";
        parse_instant(&text).map(Self).ok_or_else(|| de::Error::custom(format!("expected {expected}")))
    }
}

impl utoipa::PartialSchema for Rfc3339 {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl utoipa::ToSchema for Rfc3339 {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Instant")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_utc_and_read_with_any_offset() {
        let instant = Instant::from_millis(1_790_000_000_123);
        assert_eq!(format_instant(instant), "2026-09-21T14:13:20.123Z");
        assert_eq!(parse_instant("2026-09-21T17:43:20.123+03:30"), Some(instant));
        assert_eq!(parse_instant("2026-09-21T14:13:20.123999Z"), Some(instant));
        for text in ["", "2026-09-21", "2026-09-21T14:13:20", "yesterday", "1790000000123"] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }
}
