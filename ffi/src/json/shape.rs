//! What the values of the surface look like.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::FieldError;

/// What a value looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Shape {
    Bool,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F64,
    Text,
    Bytes,
    Instant,
    Optional(Box<Shape>),
    List(Box<Shape>),
    Map(Box<Shape>),
    Named(String),
}

/// A field of a record or of a word, or an argument.
#[derive(Debug, Deserialize)]
pub(super) struct Field {
    /// `value` where the surface has no name for it.
    pub(super) name: String,
    pub(super) shape: Shape,
    /// What stands in its place when it is left out.
    #[serde(default, deserialize_with = "given")]
    pub(super) default: Option<Value>,
}

/// A default that is null is a default, too.
fn given<'a, D: serde::Deserializer<'a>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// One word of an enum, with what it carries.
#[derive(Debug, Deserialize)]
pub(super) struct Word {
    pub(super) name: String,
    #[serde(default)]
    pub(super) fields: Vec<Field>,
}

/// A type that has a name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Named {
    Record(Vec<Field>),
    /// Words, of which at least one carries something.
    Cases(Vec<Word>),
    /// Words alone.
    Words(Vec<String>),
}

/// A call of the surface.
#[derive(Debug, Deserialize)]
pub(super) struct Method {
    pub(super) arguments: Vec<Field>,
    /// None where it gives nothing back.
    pub(super) answer: Option<Shape>,
}

/// The surface of this library.
#[derive(Debug, Deserialize)]
pub(super) struct Surface {
    pub(super) methods: BTreeMap<String, Method>,
    pub(super) types: BTreeMap<String, Named>,
}

impl Surface {
    pub(super) fn of_library() -> Result<&'static Self, FieldError> {
        static READ: OnceLock<Result<Surface, String>> = OnceLock::new();
        READ.get_or_init(|| {
            serde_json::from_str(include_str!("surface.json")).map_err(|error| error.to_string())
        })
        .as_ref()
        .map_err(|error| FieldError::fault(&format!("the surface: {error}")))
    }

    pub(super) fn named(&self, name: &str) -> Result<&Named, FieldError> {
        self.types.get(name).ok_or_else(|| FieldError::fault(&format!("the surface has no {name}")))
    }
}
