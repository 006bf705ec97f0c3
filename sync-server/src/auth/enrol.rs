//! Enrols a phone by a one-time code.

use domain::Secret;
use rusqlite::Transaction;
use wire::DeviceKind;

use super::code_text::CodeText;
use super::start_session::{Session, SessionSeed, Started, begin};
use super::{Auth, AuthError};
use crate::people::{self, CODE_ATTEMPTS_MAX, CodeRow};

/// A phone that wants to be enrolled.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The code as it was typed.
    pub code: Secret,
    /// The phone's name.
    pub device_name: String,
}

/// A wrong attempt is counted, so it is no error inside the transaction.
enum Answer {
    Enrolled(Box<Started>),
    Wrong,
}

impl Auth {
    /// Enrols a phone: a new device of the person that the code was made for.
    ///
    /// # Errors
    ///
    /// When the code is wrong, used, expired or tried too often, or the person is
    /// barred.
    pub async fn enrol(&self, asked: Enrolment) -> Result<Session, AuthError> {
        let code = CodeText::parse(asked.code.expose()).ok_or(AuthError::CodeInvalid)?;
        let seed = self.session_seed();
        let this = self.clone();
        let answer = self
            .inner
            .store
            .write(move |transaction| this.enrol_in(transaction, &code, &asked.device_name, &seed));
        match answer.await? {
            Answer::Enrolled(started) => self.hand_out(*started, seed.now),
            Answer::Wrong => Err(AuthError::CodeInvalid),
        }
    }

    fn enrol_in(
        &self,
        transaction: &Transaction<'_>,
        code: &CodeText,
        device_name: &str,
        seed: &SessionSeed,
    ) -> Result<Answer, AuthError> {
        let Some(row) = people::find_code(transaction, &code.selector)?.filter(|row| is_open(row, seed))
        else {
            return Ok(Answer::Wrong);
        };
        if !self.inner.keys.code_matches(row.id, code.secret.expose(), &row.mac) {
            people::miss_code(transaction, row.id)?;
            return Ok(Answer::Wrong);
        }
        let user = people::find_user(transaction, row.user)?;
        if user.disabled_at.is_some() {
            return Err(AuthError::UserDisabled);
        }
        let kind = DeviceKind::Phone;
        people::insert_device(transaction, seed.device, user.id, device_name, kind, seed.now)?;
        people::mark_code_used(transaction, row.id, seed.device, seed.now)?;
        let started = begin(transaction, user, kind, seed, self.refresh_seconds(kind))?;
        Ok(Answer::Enrolled(Box::new(started)))
    }
}

fn is_open(row: &CodeRow, seed: &SessionSeed) -> bool {
    row.used_at.is_none() && row.expires_at > seed.now && row.attempts < CODE_ATTEMPTS_MAX
}
