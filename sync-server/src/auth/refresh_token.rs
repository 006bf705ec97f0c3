//! Refresh tokens: 32 secret bytes, as `hgr_` and 64 hexadecimal digits. The
//! first of a session is random; each next one is computed from the one before
//! with a key that lies outside the database, so that the successor of a
//! repeated token can be given again although only hashes are kept.

use domain::{Hash32, Secret, SessionId};
use sha2::{Digest, Sha256};

use super::KeyRing;

const PREFIX: &str = "hgr_";

/// A refresh token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct RefreshToken([u8; 32]);

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

impl RefreshToken {
    pub(super) const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let hex: Hash32 = text.trim().strip_prefix(PREFIX)?.parse().ok()?;
        Some(Self(*hex.as_bytes()))
    }

    pub(super) fn to_text(self) -> Secret {
        format!("{PREFIX}{}", Hash32::from_bytes(self.0)).into()
    }

    /// What the database keeps of it.
    pub(super) fn hash(self) -> Hash32 {
        Hash32::from_bytes(Sha256::digest(self.0).into())
    }

    /// The token that follows it in its session.
    pub(super) fn successor(self, keys: &KeyRing, session: SessionId) -> Self {
        Self(keys.refresh_successor(session.as_bytes(), &self.0))
    }
}
