//! Scalars between Automerge, our own neutral form, and the domain.

use automerge::ScalarValue;
use domain::{FieldValue, Instant, Uuid};

use crate::inspect::Scalar;

impl Scalar {
    /// How Automerge holds it; `Foreign` becomes null, but is never written.
    pub(crate) fn into_engine(self) -> ScalarValue {
        match self {
            Self::Bytes(bytes) => ScalarValue::Bytes(bytes),
            Self::Text(text) => ScalarValue::Str(text.into()),
            Self::Int(number) => ScalarValue::Int(number),
            Self::Uint(number) => ScalarValue::Uint(number),
            Self::Timestamp(millis) => ScalarValue::Timestamp(millis),
            Self::Bool(yes) => ScalarValue::Boolean(yes),
            Self::Null | Self::Foreign => ScalarValue::Null,
        }
    }

    pub(crate) fn from_engine(value: &ScalarValue) -> Self {
        match value {
            ScalarValue::Bytes(bytes) => Self::Bytes(bytes.clone()),
            ScalarValue::Str(text) => Self::Text(text.to_string()),
            ScalarValue::Int(number) => Self::Int(*number),
            ScalarValue::Uint(number) => Self::Uint(*number),
            ScalarValue::Timestamp(millis) => Self::Timestamp(*millis),
            ScalarValue::Boolean(yes) => Self::Bool(*yes),
            ScalarValue::Null => Self::Null,
            ScalarValue::F64(_) | ScalarValue::Counter(_) | ScalarValue::Unknown { .. } => Self::Foreign,
        }
    }

    pub(crate) fn of_field(value: &FieldValue) -> Self {
        match value {
            FieldValue::Text(text) => Self::Text(text.clone()),
            FieldValue::Int(number) => Self::Int(*number),
            FieldValue::Bool(yes) => Self::Bool(*yes),
            FieldValue::Instant(instant) => Self::Timestamp(instant.millis()),
            FieldValue::Id(id) => Self::Bytes(id.as_bytes().to_vec()),
        }
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn instant(instant: Instant) -> Self {
        Self::Timestamp(instant.millis())
    }

    pub(crate) fn bytes(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }

    /// The value as people see it in a list of rivals; bytes that are no UUID are
    /// written in hexadecimal. `None` for a cleared one.
    pub(crate) fn shown(&self) -> Option<FieldValue> {
        match self {
            Self::Bytes(bytes) => Some(match Uuid::from_slice(bytes) {
                Ok(id) => FieldValue::Id(id),
                Err(_) => FieldValue::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
            }),
            Self::Text(text) => Some(FieldValue::Text(text.clone())),
            Self::Int(number) => Some(FieldValue::Int(*number)),
            Self::Uint(number) => i64::try_from(*number).ok().map(FieldValue::Int),
            Self::Timestamp(millis) => Some(FieldValue::Instant(Instant::from_millis(*millis))),
            Self::Bool(yes) => Some(FieldValue::Bool(*yes)),
            Self::Null | Self::Foreign => None,
        }
    }
}
