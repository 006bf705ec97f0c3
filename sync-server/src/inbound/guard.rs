//! Whether a gateway's message is the gateway's: signed with the key, and lately.
//!
//! The signature is HMAC-SHA-256 over the timestamp in seconds, a full stop and the body,
//! under the key; hexadecimal, behind `sha256=`.

use domain::{Hash32, Instant, Secret};
use ring::hmac;

/// How old a signature may be, or how far ahead, in seconds.
pub const SIGNED_SECONDS: i64 = 300;

const PREFIX: &str = "sha256=";

/// The key by which gateways sign.
#[derive(Clone)]
pub struct HookKey(hmac::Key);

impl std::fmt::Debug for HookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HookKey(…)")
    }
}

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HookProblem {
    /// There is no signature, or it is not right.
    #[error("the signature is missing or wrong")]
    Unsigned,
    /// It was right once.
    #[error("the signature is too old, or from the future: compare the clocks")]
    Stale,
}

impl HookKey {
    /// The key of the configuration.
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes()))
    }

    /// The signature of a body at a time, as a gateway makes it.
    #[must_use]
    pub fn sign(&self, seconds: i64, body: &[u8]) -> String {
        let digest = hmac::sign(&self.0, &signed(seconds, body));
        let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{PREFIX}{hex}")
    }

    /// Checks a signature; whether it is right is looked at before its age.
    ///
    /// # Errors
    ///
    /// When it is missing, wrong or stale.
    pub fn check(
        &self,
        (timestamp, signature): (Option<&str>, Option<&str>),
        body: &[u8],
        now: Instant,
    ) -> Result<(), HookProblem> {
        let seconds: i64 = timestamp.and_then(|text| text.parse().ok()).ok_or(HookProblem::Unsigned)?;
        let given = signature.and_then(|text| text.strip_prefix(PREFIX)?.parse::<Hash32>().ok());
        let given = given.ok_or(HookProblem::Unsigned)?;
        hmac::verify(&self.0, &signed(seconds, body), given.as_bytes())
            .map_err(|_wrong| HookProblem::Unsigned)?;
        let age = now.millis().div_euclid(1_000).saturating_sub(seconds);
        if age.abs() <= SIGNED_SECONDS { Ok(()) } else { Err(HookProblem::Stale) }
    }
}

fn signed(seconds: i64, body: &[u8]) -> Vec<u8> {
    [seconds.to_string().as_bytes(), b".", body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::from_millis(1_790_000_000_000);

    #[test]
    fn only_what_was_signed_lately_with_the_key_is_taken() {
        let key = HookKey::new(&"sixteen letters!".into());
        let body = br#"{"id":"1"}"#;
        let seconds = 1_790_000_000;
        let signature = key.sign(seconds, body);
        let check = |timestamp: i64, signature: &str, body: &[u8]| {
            key.check((Some(&timestamp.to_string()), Some(signature)), body, NOW)
        };
        assert_eq!(check(seconds, &signature, body), Ok(()));
        assert_eq!(check(seconds, &signature, br#"{"id":"2"}"#), Err(HookProblem::Unsigned));
        assert_eq!(check(seconds + 1, &signature, body), Err(HookProblem::Unsigned));
        let other = HookKey::new(&"another sixteen l".into()).sign(seconds, body);
        assert_eq!(check(seconds, &other, body), Err(HookProblem::Unsigned));
        for age in [-301, 301] {
            let then = seconds - age;
            assert_eq!(check(then, &key.sign(then, body), body), Err(HookProblem::Stale), "{age}");
        }
        assert_eq!(check(seconds - 300, &key.sign(seconds - 300, body), body), Ok(()));
        assert_eq!(key.check((None, Some(&signature)), body, NOW), Err(HookProblem::Unsigned));
        assert_eq!(key.check((Some("1790000000"), None), body, NOW), Err(HookProblem::Unsigned));
    }
}
