//! The arguments of one call.

use serde_json::{Map, Value};

use super::read::Reader;
use super::shape::{Method, Surface};
use crate::{FieldError, UniFfiTag};

/// A call as it came: which, and the values that it was given.
pub(super) struct Arguments<'a> {
    surface: &'a Surface,
    method: &'a Method,
    given: Map<String, Value>,
}

impl<'a> Arguments<'a> {
    /// Reads the arguments of a call. One that the call does not know is an error, as
    /// it would be in a language that is compiled.
    pub(super) fn read(surface: &'a Surface, method: &'a Method, json: &str) -> Result<Self, FieldError> {
        let given: Map<String, Value> = serde_json::from_str(json)
            .map_err(|error| FieldError::bad_value(&format!("the arguments are no JSON object: {error}")))?;
        let unknown = given.keys().find(|name| method.arguments.iter().all(|known| known.name != **name));
        match unknown {
            Some(name) => Err(FieldError::bad_value(&format!("the call has no argument {name}"))),
            None => Ok(Self { surface, method, given }),
        }
    }

    /// The argument of a name, as the method takes it.
    pub(super) fn take<T: uniffi::Lift<UniFfiTag>>(&self, name: &str) -> Result<T, FieldError> {
        let name = in_camel_case(name);
        let field = self.method.arguments.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| FieldError::fault(&format!("the surface has no argument {name}")))?;
        let mut reader = Reader { surface: self.surface, bytes: Vec::new(), place: Vec::new() };
        reader.field(field, &self.given)?;
        T::try_read(&mut reader.bytes.as_slice()).map_err(|error| {
            error.downcast().unwrap_or_else(|error| FieldError::bad_value(&error.to_string()))
        })
    }
}

/// A name of Rust as the surface writes it.
pub(super) fn in_camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let mut letters = word.chars();
        letters.next().map_or_else(
            || name.clone(),
            |letter| format!("{name}{}{}", letter.to_ascii_uppercase(), letters.as_str()),
        )
    })
}
