//! Why somebody is not let in.

use crate::people::PeopleError;
use crate::store::StoreError;

/// A sign-in, token or code that is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No token, or one that this server did not write.
    #[error("no valid access token was sent")]
    SignInRequired,
    /// A good token that is over.
    #[error("the access token has expired")]
    TokenExpired,
    /// The session was ended.
    #[error("the session was ended")]
    SessionRevoked,
    /// The name or the password is wrong.
    #[error("the name or the password is wrong")]
    BadCredentials,
    /// The enrolment code is wrong, used or expired.
    #[error("the code is wrong, used or expired")]
    CodeInvalid,
    /// The person is barred.
    #[error("this person may not sign in any more")]
    UserDisabled,
    /// The device is blocked.
    #[error("this device is blocked")]
    DeviceRevoked,
    /// The device sent broken data several times.
    #[error("this device is held back after sending broken data")]
    DeviceQuarantined,
    /// A new password is too short or too long.
    #[error("a password has 8 characters or more, and at most 512 bytes")]
    WeakPassword,
    /// Too many passwords wait to be checked.
    #[error("too many are signing in at once")]
    Busy,
    /// An operation on people failed.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// Something that should not happen.
    #[error("sign-in failed: {0}")]
    Internal(String),
}

impl From<StoreError> for AuthError {
    fn from(error: StoreError) -> Self {
        Self::People(PeopleError::Store(error))
    }
}
