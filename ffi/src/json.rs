//! The same calls with JSON in and out, for screens that are web pages: one door for
//! a page in a browser and for a page in an app's web view.
//!
//! What a value looks like follows from `json/surface.json`, which is generated out of
//! the library's own description, as the bindings are; a value crosses here in the
//! same bytes as there. So nothing has to be declared a third time.
//!
//! Records are objects; names are those of `api.snap`. An instant is a whole number
//! of milliseconds since 1970, bytes are base64. A word without fields is a text, such
//! as `"waitingPart"`; among words that carry something each is an object with its
//! `type`, such as `{"type": "jobsChanged", "jobs": […]}`.

mod arguments;
mod calls;
mod read;
mod shape;
mod write;

use serde_json::{Value, json};

use crate::client::FieldClient;
use crate::{FieldError, FieldEvent, UniFfiTag};

pub use calls::CALLS;

use shape::{Shape, Surface};

#[uniffi::export]
impl FieldClient {
    /// Carries out a call by its name. The arguments are a JSON object, named as in
    /// the surface; what has a default may be left out. The answer is
    /// `{"value": …}`, or `{"error": …}` with the error as the same call throws it.
    ///
    /// The client is not opened, closed or listened to this way, and no path of a
    /// file is taken or given: those are its owner's (`json/kept.json`).
    pub async fn call_json(&self, method: String, arguments: String) -> String {
        match calls::call(self, &method, &arguments).await {
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": told(error) }),
        }
        .to_string()
    }
}

/// An event as JSON, for a page that listens.
#[must_use]
#[uniffi::export]
pub fn event_json(event: FieldEvent) -> String {
    written(event, &Shape::Named("FieldEvent".to_owned())).unwrap_or(Value::Null).to_string()
}

/// An error as JSON. One that cannot be written still tells what it is.
fn told(error: FieldError) -> Value {
    let english = error.to_string();
    written(error, &Shape::Named("FieldError".to_owned())).unwrap_or_else(|_| json!({ "english": english }))
}

/// A value as JSON, by its shape.
fn written<T: uniffi::Lower<UniFfiTag>>(value: T, shape: &Shape) -> Result<Value, FieldError> {
    let mut bytes = Vec::new();
    T::write(value, &mut bytes);
    write::json(Surface::of_library()?, shape, &mut bytes.as_slice())
}

#[cfg(test)]
mod tests;
