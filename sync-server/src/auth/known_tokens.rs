//! Tokens whose signature was found good before. A phone shows the same one for hours,
//! and checking it again costs as much as a small request; what it says cannot change.
//! Whether it still counts is asked at each use.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::token::read_token;
use super::{AuthError, Claims, KeyRing};

/// Tokens remembered; beyond that all are forgotten and checked again.
const TOKENS_MAX: usize = 20_000;

/// By the hash of the whole token, so that no token is kept.
#[derive(Debug, Default)]
pub(super) struct KnownTokens {
    claims: Mutex<HashMap<[u8; 32], Claims>>,
}

impl KnownTokens {
    /// What a token of this server says, whatever its age.
    pub(super) fn read(&self, keys: &KeyRing, token: &str) -> Result<Claims, AuthError> {
        let key: [u8; 32] = Sha256::digest(token).into();
        let known = || self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(claims) = known().get(&key) {
            return Ok(claims.clone());
        }
        let claims = read_token(keys, token)?;
        let mut known = known();
        if known.len() >= TOKENS_MAX {
            known.clear();
        }
        known.insert(key, claims.clone());
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use domain::{DeviceId, Instant, Role, SessionId, UserId};
    use wire::DeviceKind;

    use super::*;
    use crate::auth::{Bearer, issue_token};
    use crate::clock::{SystemClock, SystemEntropy};

    const NOW: Instant = Instant::from_millis(1_800_000_000_000);

    #[test]
    fn a_known_token_says_the_same_and_another_is_checked() {
        let data = tempfile::tempdir().expect("a folder");
        KeyRing::create_missing(data.path(), &SystemClock, &SystemEntropy).expect("keys are made");
        let keys = KeyRing::open(data.path()).expect("opens");
        let bearer = Bearer {
            user: UserId::new(NOW, [1; 10]),
            role: Role::Technician,
            agency: None,
            device: DeviceId::new(NOW, [2; 10]),
            kind: DeviceKind::Phone,
            session: SessionId::new(NOW, [3; 10]),
            version: 1,
        };
        let token = issue_token(&keys, &bearer, NOW, 600).expect("issued");
        let known = KnownTokens::default();
        let first = known.read(&keys, token.expose()).expect("good");
        assert_eq!(known.read(&keys, token.expose()).expect("known"), first);
        assert!(first.check_not_over(NOW.plus_millis(700_000)).is_err(), "known or not, it ends");

        // The same claims under a signature of nobody's.
        let (signed, signature) = token.expose().rsplit_once('.').expect("three parts");
        let turned: String = signature.chars().rev().collect();
        assert!(known.read(&keys, &format!("{signed}.{turned}")).is_err());
    }
}
