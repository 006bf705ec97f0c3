//! Access tokens: JWTs signed with Ed25519 (RFC 8037, RFC 9068).
//!
//! A token says who asks, from which device, in which session. It is believed
//! for its short life only together with the session's state in the database
//! ([`Auth::admit`](super::Auth::admit)), so a revocation need not wait for it.

use domain::{AgencyId, DeviceId, Instant, Role, Secret, SessionId, UserId};
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use wire::DeviceKind;

use super::{AuthError, KeyRing};

const ISSUER: &str = "hamgam";
const AUDIENCE: &str = "hamgam-api";
const TOKEN_TYPE: &str = "at+jwt";
/// How far the clocks of two nodes may differ.
const LEEWAY_SECONDS: i64 = 5;
/// Longer than any token that this server writes.
const TOKEN_CHARS_MAX: usize = 2048;

/// What an access token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    /// The person.
    pub sub: UserId,
    /// Issued at, seconds since the epoch.
    pub iat: i64,
    nbf: i64,
    /// Expires at, seconds since the epoch.
    pub exp: i64,
    /// The person's role when it was issued.
    pub role: Role,
    /// The person's agency when it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
    /// The device.
    pub dev: DeviceId,
    /// The kind of device.
    pub knd: DeviceKind,
    /// The session.
    pub sid: SessionId,
    /// The person's session version when it was issued: a new password raises it.
    pub ver: u32,
}

/// Who gets a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// The person.
    pub user: UserId,
    /// The role.
    pub role: Role,
    /// The agency.
    pub agency: Option<AgencyId>,
    /// The device.
    pub device: DeviceId,
    /// Its kind.
    pub kind: DeviceKind,
    /// The session.
    pub session: SessionId,
    /// The person's session version.
    pub version: u32,
}

/// Issues a token that is good for so many seconds from now.
///
/// # Errors
///
/// When the key cannot sign, which a readable key always can.
pub fn issue_token(
    keys: &KeyRing,
    bearer: &Bearer,
    now: Instant,
    lifetime_seconds: u32,
) -> Result<Secret, AuthError> {
    let signing = keys.signing();
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TOKEN_TYPE.to_owned());
    header.kid = Some(signing.kid.clone());
    let iat = now.millis().div_euclid(1000);
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: bearer.user,
        iat,
        nbf: iat,
        exp: iat + i64::from(lifetime_seconds),
        role: bearer.role,
        agency: bearer.agency,
        dev: bearer.device,
        knd: bearer.kind,
        sid: bearer.session,
        ver: bearer.version,
    };
    let token = encode(&header, &claims, &signing.key);
    token.map(Secret::from).map_err(|error| AuthError::Internal(error.to_string()))
}

/// Checks a token's signature, form and times, and returns what it says.
///
/// # Errors
///
/// [`AuthError::TokenExpired`] for a good token that is over, else
/// [`AuthError::SignInRequired`]: a forger learns nothing more.
pub fn verify_token(keys: &KeyRing, token: &str, now: Instant) -> Result<Claims, AuthError> {
    let claims = read_token(keys, token)?;
    claims.check_begun(now)?;
    claims.check_not_over(now)?;
    Ok(claims)
}

impl Claims {
    pub(super) fn check_begun(&self, now: Instant) -> Result<(), AuthError> {
        let has_begun = self.nbf <= seconds(now) + LEEWAY_SECONDS;
        if has_begun { Ok(()) } else { Err(AuthError::SignInRequired) }
    }

    pub(super) fn check_not_over(&self, now: Instant) -> Result<(), AuthError> {
        let is_over = self.exp <= seconds(now) - LEEWAY_SECONDS;
        if is_over { Err(AuthError::TokenExpired) } else { Ok(()) }
    }
}

const fn seconds(at: Instant) -> i64 {
    at.millis().div_euclid(1000)
}

/// Checks a token's signature and form: what it says stays true for ever, whether it
/// still counts is for [`Claims::check_begun`] and [`Claims::check_not_over`].
///
/// # Errors
///
/// [`AuthError::SignInRequired`] for one that this server did not write.
pub(super) fn read_token(keys: &KeyRing, token: &str) -> Result<Claims, AuthError> {
    let forged = |_: jsonwebtoken::errors::Error| AuthError::SignInRequired;
    if token.len() > TOKEN_CHARS_MAX {
        return Err(AuthError::SignInRequired);
    }
    let header = decode_header(token).map_err(forged)?;
    // An extension that must be understood (RFC 7515, 4.1.11) is none of ours.
    if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(TOKEN_TYPE) || header.crit.is_some() {
        return Err(AuthError::SignInRequired);
    }
    let key = header.kid.as_deref().and_then(|kid| keys.verifying(kid)).ok_or(AuthError::SignInRequired)?;
    Ok(decode::<Claims>(token, key, &validation()).map_err(forged)?.claims)
}

/// Times are checked above against the clock that the server was given; the
/// library would ask the machine's.
fn validation() -> Validation {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{SystemClock, SystemEntropy};

    const NOW: Instant = Instant::from_millis(1_800_000_000_000);

    fn ring() -> (tempfile::TempDir, KeyRing) {
        let data = tempfile::tempdir().expect("a folder");
        KeyRing::create_missing(data.path(), &SystemClock, &SystemEntropy).expect("keys are made");
        let ring = KeyRing::open(data.path()).expect("opens");
        (data, ring)
    }

    fn bearer() -> Bearer {
        Bearer {
            user: UserId::new(NOW, [1; 10]),
            role: Role::Dispatcher,
            agency: None,
            device: DeviceId::new(NOW, [2; 10]),
            kind: DeviceKind::Browser,
            session: SessionId::new(NOW, [3; 10]),
            version: 1,
        }
    }

    fn base64url(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let letter = |bits: u32| char::from(LETTERS[usize::try_from(bits & 63).expect("six bits")]);
        let group = |chunk: &[u8]| {
            let bits =
                chunk.iter().chain([0, 0].iter()).take(3).fold(0, |bits, byte| bits << 8 | u32::from(*byte));
            (0..=chunk.len()).map(|place| letter(bits >> (18 - 6 * place))).collect::<String>()
        };
        bytes.chunks(3).map(group).collect()
    }

    #[test]
    fn a_token_is_good_from_its_issue_to_its_end() {
        let (_data, keys) = ring();
        let token = issue_token(&keys, &bearer(), NOW, 600).expect("issued");
        let claims = verify_token(&keys, token.expose(), NOW.plus_millis(599_000)).expect("good");
        assert_eq!((claims.sub, claims.dev, claims.ver), (bearer().user, bearer().device, 1));
        assert!(matches!(
            verify_token(&keys, token.expose(), NOW.plus_millis(606_000)),
            Err(AuthError::TokenExpired)
        ));
        assert!(matches!(
            verify_token(&keys, token.expose(), NOW.plus_millis(-60_000)),
            Err(AuthError::SignInRequired)
        ));
    }

    #[test]
    fn a_token_of_another_server_is_forged() {
        let (_data, keys) = ring();
        let (_other_data, others) = ring();
        let token = issue_token(&others, &bearer(), NOW, 600).expect("issued");
        assert!(matches!(verify_token(&keys, token.expose(), NOW), Err(AuthError::SignInRequired)));
    }

    #[test]
    fn a_token_changed_in_any_letter_is_forged() {
        let (_data, keys) = ring();
        let token = issue_token(&keys, &bearer(), NOW, 600).expect("issued");
        for place in 0..token.expose().len() {
            let mut letters = token.expose().as_bytes().to_vec();
            letters[place] = if letters[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(letters).expect("ASCII");
            assert!(verify_token(&keys, &changed, NOW).is_err(), "letter {place}");
        }
    }

    /// Checked by letting the header's algorithm and type through unread.
    #[test]
    fn other_algorithms_and_types_are_refused() {
        let (_data, keys) = ring();
        let token = issue_token(&keys, &bearer(), NOW, 600).expect("issued");
        let (_, rest) = token.expose().split_once('.').expect("three parts");
        let kid = &keys.signing().kid;
        for header in [
            r#"{"alg":"none","typ":"at+jwt"}"#.to_owned(),
            format!(r#"{{"alg":"HS256","typ":"at+jwt","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"EdDSA","typ":"JWT","kid":"{kid}"}}"#),
            r#"{"alg":"EdDSA","typ":"at+jwt"}"#.to_owned(),
        ] {
            let forged = format!("{}.{rest}", base64url(header.as_bytes()));
            assert!(matches!(verify_token(&keys, &forged, NOW), Err(AuthError::SignInRequired)), "{header}");
        }
    }

    #[test]
    fn a_signed_token_of_another_type_is_refused() {
        let (_data, keys) = ring();
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(keys.signing().kid.clone());
        let token = issue_token(&keys, &bearer(), NOW, 600).expect("issued");
        let claims = verify_token(&keys, token.expose(), NOW).expect("good");
        let plain = encode(&header, &claims, &keys.signing().key).expect("signed");
        assert!(matches!(verify_token(&keys, &plain, NOW), Err(AuthError::SignInRequired)));
        header.typ = Some(TOKEN_TYPE.to_owned());
        let elsewhere = Claims { aud: "another-api".to_owned(), ..claims };
        let token = encode(&header, &elsewhere, &keys.signing().key).expect("signed");
        assert!(matches!(verify_token(&keys, &token, NOW), Err(AuthError::SignInRequired)));
    }

    #[test]
    fn text_that_is_no_token_is_refused() {
        let (_data, keys) = ring();
        for text in ["", ".", "..", "a.b.c", "ééé.ü.x", &"x".repeat(100_000)] {
            assert!(matches!(verify_token(&keys, text, NOW), Err(AuthError::SignInRequired)));
        }
    }
}
