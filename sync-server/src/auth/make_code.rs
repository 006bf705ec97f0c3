//! Makes a one-time code by which a person's phone is enrolled.

use domain::{EnrolmentCodeId, Instant, Secret, UserId};
use rusqlite::Transaction;

use super::code_text::CodeText;
use super::{Auth, AuthError, KeyRing};
use crate::clock::{Clock, Entropy, random_bytes};
use crate::people::{self, CodeRow, PeopleError};

/// A code, shown once.
#[derive(Debug, Clone)]
pub struct NewCode {
    /// Its id.
    pub id: EnrolmentCodeId,
    /// What the technician types.
    pub code: Secret,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// A code together with what is kept of it.
#[derive(Clone)]
pub struct DraftCode {
    /// What is kept.
    pub row: CodeRow,
    /// What is shown once.
    pub shown: NewCode,
}

impl Auth {
    /// Makes a code for a person.
    ///
    /// # Errors
    ///
    /// When there is no such person, or the person is barred.
    pub async fn make_code(&self, user: UserId, made_by: UserId) -> Result<NewCode, AuthError> {
        let inner = &self.inner;
        let seconds = inner.lifetimes.enrolment_code_seconds;
        let mut draft = draft_code(&inner.keys, &*inner.clock, &*inner.entropy, user, seconds);
        draft.row.made_by = Some(made_by);
        let shown = draft.shown.clone();
        inner.store.write(move |transaction| keep_code(transaction, &draft.row)).await?;
        Ok(shown)
    }
}

/// Draws a code for a person.
pub fn draft_code(
    keys: &KeyRing,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    user: UserId,
    lifetime_seconds: u32,
) -> DraftCode {
    let now = clock.now();
    let id = EnrolmentCodeId::new(now, random_bytes(entropy));
    let text = CodeText::from_random(random_bytes(entropy));
    let expires_at = now.plus_millis(i64::from(lifetime_seconds) * 1000);
    let shown = NewCode { id, code: text.to_text(), expires_at };
    let row = CodeRow {
        id,
        mac: keys.code_mac(id, text.secret.expose()),
        selector: text.selector,
        user,
        made_by: None,
        made_at: now,
        expires_at,
        attempts: 0,
        used_at: None,
        device: None,
    };
    DraftCode { row, shown }
}

/// Writes a drafted code down.
///
/// # Errors
///
/// When there is no such person, or the person is barred.
pub fn keep_code(transaction: &Transaction<'_>, code: &CodeRow) -> Result<(), AuthError> {
    if people::find_user(transaction, code.user)?.disabled_at.is_some() {
        return Err(AuthError::UserDisabled);
    }
    match people::insert_code(transaction, code) {
        // One in a million or so; the office asks again.
        Err(PeopleError::Store(_)) if people::find_code(transaction, &code.selector)?.is_some() => {
            Err(AuthError::Busy)
        }
        other => Ok(other?),
    }
}
