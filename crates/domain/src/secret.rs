//! Passwords, codes and tokens: texts that must reach no log.

use serde::{Deserialize, Serialize};

/// A text that proves who somebody is. It is shown by nothing but
/// [`expose`](Self::expose), so each place that reads it can be found.
///
/// It goes into messages as the plain text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[derive(Debug, serde::Serialize)]
    struct Request {
        name: &'static str,
        password: Secret,
    }

    #[test]
    fn it_goes_into_messages_and_into_no_log() {
        let request = Request { name: "reza", password: "hunter2".into() };
        assert_eq!(format!("{request:?}"), r#"Request { name: "reza", password: Secret(…) }"#);
        let sent = serde_json::to_string(&request).expect("written");
        assert_eq!(sent, r#"{"name":"reza","password":"hunter2"}"#);
    }
}
