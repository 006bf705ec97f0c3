//! The signed links by which a customer answers a survey, follows a request or registers one,
//! and the codes that let him in.
//!
//! A token is the id of what it is for, the second until which it is good, and 16 bytes of
//! HMAC-SHA-256 over both under `keys/survey.key`, which lies outside the database:
//! a copy of the database lets nobody answer for a customer. Nothing of it is stored.

use std::path::Path;

use domain::{Hash32, Instant, Uuid};
use ring::hmac;
use wire::ErrorCode;

use super::SurveyId;
use crate::auth::{KeyError, survey_key};
use crate::clock::Entropy;
use crate::desk::RequestId;
use crate::error::CoreError;
use crate::receipts::holds;

const MAC_BYTES: usize = 16;
/// How many codes there are.
const CODES: u128 = 1_000_000;
const TOKEN_BYTES: usize = 16 + 4 + MAC_BYTES;

/// Makes and reads links.
#[derive(Clone)]
pub struct SurveyLinks {
    key: hmac::Key,
    /// Until when a link is good, counted from its making.
    days: u32,
    /// Where the server is reached from outside, without a slash at the end.
    public_url: String,
}

impl std::fmt::Debug for SurveyLinks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SurveyLinks").field("days", &self.days).finish_non_exhaustive()
    }
}

/// What a link is for; one for one thing opens no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// To answer a survey.
    Survey,
    /// To follow a request.
    Request,
    /// To register requests.
    Intake,
    /// A code that lets somebody in.
    Code,
}

impl Purpose {
    const fn words(self) -> &'static [u8] {
        match self {
            Self::Survey => b"hamgam survey link 1",
            Self::Request => b"hamgam request link 1",
            Self::Intake => b"hamgam intake link 1",
            Self::Code => b"hamgam intake code 1",
        }
    }
}

/// A link that is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkProblem {
    /// Not one of ours, or altered.
    #[error("this link is not valid; it may have been cut off on its way")]
    Forged,
    /// It was good once.
    #[error("this link has expired")]
    Expired,
}

impl From<LinkProblem> for CoreError {
    fn from(problem: LinkProblem) -> Self {
        let code = match problem {
            LinkProblem::Forged => ErrorCode::SurveyLinkInvalid,
            LinkProblem::Expired => ErrorCode::SurveyLinkExpired,
        };
        Self::refused(code, problem.to_string())
    }
}

impl SurveyLinks {
    /// Reads the key of a data folder; makes it when there is none.
    ///
    /// # Errors
    ///
    /// When the key cannot be read or written, or others can read it.
    pub fn open(data: &Path, entropy: &dyn Entropy, days: u32, public_url: &str) -> Result<Self, KeyError> {
        Ok(Self::new(&survey_key(data, entropy)?, days, public_url))
    }

    pub(super) fn new(key: &[u8; 32], days: u32, public_url: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        Self { key, days, public_url: public_url.trim_end_matches('/').to_owned() }
    }

    /// A token that is good from now on for as many days as are set.
    #[must_use]
    pub fn token(&self, survey: SurveyId, now: Instant) -> String {
        self.token_for(Purpose::Survey, survey.as_bytes(), self.days_from(now))
    }

    /// A token by which a customer follows a request.
    #[must_use]
    pub fn request_token(&self, request: RequestId, now: Instant) -> String {
        self.token_for(Purpose::Request, request.as_bytes(), self.days_from(now))
    }

    /// The address by which a customer follows a request.
    #[must_use]
    pub fn request_address(&self, request: RequestId, now: Instant) -> String {
        format!("{}/request/{}", self.public_url, self.request_token(request, now))
    }

    /// A token by which a customer registers requests, good until an instant.
    #[must_use]
    pub fn intake_token(&self, link: Uuid, until: Instant) -> String {
        self.token_for(Purpose::Intake, link.as_bytes(), until)
    }

    /// The address by which a customer registers requests, good as long as other links are.
    #[must_use]
    pub fn intake_address(&self, link: Uuid, now: Instant) -> String {
        format!("{}/intake/{}", self.public_url, self.intake_token(link, self.days_from(now)))
    }

    /// Which intake link a token is for.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_intake(&self, token: &str, now: Instant) -> Result<Uuid, LinkProblem> {
        self.read_for(Purpose::Intake, token, now).map(Uuid::from_bytes)
    }

    /// The six digits of a one-time code: they follow from its id and the key.
    #[must_use]
    pub fn code(&self, id: Uuid) -> String {
        let mac = self.mac(Purpose::Code, id.as_bytes(), [0; 4]);
        format!("{:06}", u128::from_be_bytes(mac) % CODES)
    }

    /// Whether what was typed is the code of an id, in constant time.
    #[must_use]
    pub fn is_code(&self, id: Uuid, typed: &str) -> bool {
        let right = hmac::sign(&self.key, self.code(id).as_bytes());
        hmac::verify(&self.key, typed.as_bytes(), right.as_ref()).is_ok()
    }

    fn days_from(&self, now: Instant) -> Instant {
        now.plus_days(i64::from(self.days))
    }

    fn token_for(&self, purpose: Purpose, id: &[u8; 16], until: Instant) -> String {
        let until = until.millis().div_euclid(1_000);
        let until = u32::try_from(until).unwrap_or(u32::MAX).to_be_bytes();
        let mac = self.mac(purpose, id, until);
        let bytes = id.iter().chain(&until).chain(&mac);
        bytes.map(|byte| format!("{byte:02x}")).collect()
    }

    /// The address that a customer opens.
    #[must_use]
    pub fn address(&self, survey: SurveyId, now: Instant) -> String {
        format!("{}/survey/{}", self.public_url, self.token(survey, now))
    }

    /// Which survey a token is for.
    ///
    /// # Errors
    ///
    /// When it is forged, altered or expired. Whether it is ours is looked at first.
    pub fn read(&self, token: &str, now: Instant) -> Result<SurveyId, LinkProblem> {
        self.read_for(Purpose::Survey, token, now).map(SurveyId::from_bytes)
    }

    /// Which request a token is for.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn read_request(&self, token: &str, now: Instant) -> Result<RequestId, LinkProblem> {
        let id = self.read_for(Purpose::Request, token, now)?;
        Ok(RequestId::from_uuid(Uuid::from_bytes(id)))
    }

    fn read_for(&self, purpose: Purpose, token: &str, now: Instant) -> Result<[u8; 16], LinkProblem> {
        let bytes = unhex(token).ok_or(LinkProblem::Forged)?;
        let (mut id, mut until) = ([0; 16], [0; 4]);
        id.copy_from_slice(&bytes[..16]);
        until.copy_from_slice(&bytes[16..20]);
        if !holds(&bytes[20..], &self.mac(purpose, &id, until)) {
            return Err(LinkProblem::Forged);
        }
        let good_until = i64::from(u32::from_be_bytes(until)) * 1_000;
        if now.millis() < good_until { Ok(id) } else { Err(LinkProblem::Expired) }
    }

    fn mac(&self, purpose: Purpose, id: &[u8; 16], until: [u8; 4]) -> [u8; MAC_BYTES] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(purpose.words());
        context.update(id);
        context.update(&until);
        let mut mac = [0; MAC_BYTES];
        mac.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        mac
    }
}

fn unhex(text: &str) -> Option<[u8; TOKEN_BYTES]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * TOKEN_BYTES {
        return None;
    }
    let mut bytes = [0; TOKEN_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |letter: u8| char::from(letter).to_digit(16).filter(|_| !letter.is_ascii_uppercase());
        *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok()?;
    }
    Some(bytes)
}

/// What a page's policy names its style by: drawn anew for each page.
pub(crate) fn nonce(random: [u8; 32]) -> String {
    Hash32::from_bytes(random).to_string()
}

#[cfg(test)]
mod tests {
    use domain::{DocId, Instant, Uuid};

    use super::{LinkProblem, SurveyLinks};
    use crate::surveys::SurveyId;

    const NOW: Instant = Instant::from_millis(1_790_000_000_000);

    fn survey(number: u128) -> SurveyId {
        SurveyId::of(DocId::from_uuid(Uuid::from_u128(number)))
    }

    /// Without the comparison in `read` an altered token was taken: `Ok(SurveyId(023f…))`
    /// where `Err(Forged)` was expected.
    #[test]
    fn a_link_is_good_for_one_survey_until_it_expires() {
        let links = SurveyLinks::new(&[7; 32], 30, "https://service.example/");
        let token = links.token(survey(1), NOW);
        assert_eq!(links.read(&token, NOW), Ok(survey(1)));
        assert_eq!(links.read(&token, NOW.plus_days(30).plus_millis(-1_000)), Ok(survey(1)));
        assert_eq!(links.read(&token, NOW.plus_days(30)), Err(LinkProblem::Expired));
        let address = links.address(survey(1), NOW);
        assert_eq!(address, format!("https://service.example/survey/{token}"));
        for at in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[at] = if altered[at] == b'0' { b'1' } else { b'0' };
            let altered = String::from_utf8(altered).expect("digits");
            assert_eq!(links.read(&altered, NOW), Err(LinkProblem::Forged), "letter {at}");
        }
        let other = SurveyLinks::new(&[8; 32], 30, "");
        assert_eq!(other.read(&token, NOW), Err(LinkProblem::Forged));
        let cut: String = token.chars().skip(2).collect();
        for foreign in ["", "00", &cut, &token.to_uppercase(), &format!("{token}00")] {
            assert_eq!(links.read(foreign, NOW), Err(LinkProblem::Forged), "{foreign}");
        }
    }

    /// Six digits for each id, other ones under another key, and nothing else is taken.
    #[test]
    fn a_code_follows_from_its_id_and_the_key() {
        let (links, other) = (SurveyLinks::new(&[7; 32], 30, ""), SurveyLinks::new(&[8; 32], 30, ""));
        let ids = (1..=1_000).map(Uuid::from_u128);
        let codes: std::collections::BTreeSet<String> = ids.clone().map(|id| links.code(id)).collect();
        assert!(codes.len() > 990 && codes.iter().all(|code| code.len() == 6), "{codes:?}");
        assert!(ids.clone().filter(|id| other.code(*id) == links.code(*id)).count() < 5);
        let (id, code) = (Uuid::from_u128(1), links.code(Uuid::from_u128(1)));
        assert!(links.is_code(id, &code) && !other.is_code(id, &code));
        for wrong in [
            "",
            "0",
            &code.chars().take(5).collect::<String>(),
            &format!("{code}0"),
            &links.code(Uuid::from_u128(2)),
        ] {
            assert!(!links.is_code(id, wrong), "{wrong}");
        }
        let token = links.intake_token(id, NOW.plus_millis(3_600_000));
        assert_eq!(links.read_intake(&token, NOW), Ok(id));
        assert_eq!(links.read_intake(&token, NOW.plus_millis(3_600_000)), Err(LinkProblem::Expired));
        assert_eq!(links.read_request(&token, NOW), Err(LinkProblem::Forged), "it opens nothing else");
    }

    #[test]
    fn a_job_has_one_survey_for_ever() {
        assert_eq!(survey(1), survey(1));
        assert_ne!(survey(1), survey(2));
        assert_eq!(survey(1).to_string().as_bytes()[14], b'8');
    }
}
