//! Error codes: one enum for both ends and for the docs (`docs/errors.md`).

use serde::{Deserialize, Serialize};

/// What a caller can do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// The same request may be sent again at once.
    Now,
    /// The same request may succeed later.
    Later,
    /// After signing in again.
    AfterSignIn,
    /// Not as it is: something has to be changed first.
    Never,
}

macro_rules! codes {
    ($($variant:ident, $name:literal, $status:literal, $retry:ident, $doc:literal;)*) => {
        /// A stable error code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode { $(#[doc = $doc] $variant,)* }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// The word that stands in problem documents and verdicts, for ever.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
            /// The HTTP status under which it is sent.
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
            /// What a caller can do.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $(Self::$variant => Retry::$retry,)* }
            }
            /// What it means and what to do, in a sentence.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
            /// The inverse of [`name`](Self::name).
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    // The request as a whole.
    BadRequest, "bad_request", 400, Never, "The request cannot be read; `detail` says where.";
    BodyTruncated, "body_truncated", 400, Now, "The body ended early; send it again.";
    Invalid, "invalid", 422, Never, "A value is missing, of the wrong type, too long or out of range; `errors` names each.";
    UnsupportedMediaType, "unsupported_media_type", 415, Never, "The content type is not the one this endpoint takes.";
    BodyTooLarge, "body_too_large", 413, Never, "The body is over the limit of this endpoint.";
    NotFound, "not_found", 404, Never, "There is no such record, or it is outside your scope.";
    MethodNotAllowed, "method_not_allowed", 405, Never, "This address does not take that method.";
    Conflict, "conflict", 409, Never, "The record is not in a state that allows this.";
    IdempotencyMismatch, "idempotency_mismatch", 409, Never, "This idempotency key was used for another request.";
    PreconditionRequired, "precondition_required", 428, Never, "Send If-Match with the ETag that you read.";
    PreconditionFailed, "precondition_failed", 412, Never, "Somebody changed the record since you read it; read it again.";
    UpdateApp, "update_app", 426, Never, "This version of the app is too old for the server; your edits are kept, update the app.";
    // Who is asking.
    SignInRequired, "sign_in_required", 401, AfterSignIn, "No valid access token was sent; sign in.";
    TokenExpired, "token_expired", 401, AfterSignIn, "The access token has expired; refresh it or sign in.";
    BadCredentials, "bad_credentials", 401, Never, "The name or the password is wrong.";
    CodeInvalid, "code_invalid", 401, Never, "The one-time code is wrong, used or expired; ask for another.";
    SessionRevoked, "session_revoked", 401, AfterSignIn, "The session was ended by the office or by reuse of an old token.";
    DeviceRevoked, "device_revoked", 403, Never, "The office has blocked this device; edits may still be deposited for review.";
    DeviceQuarantined, "device_quarantined", 403, Later, "This device sent broken data several times; the office must release it.";
    UserDisabled, "user_disabled", 403, Never, "This person may not sign in any more.";
    Forbidden, "forbidden", 403, Never, "Your role does not allow this.";
    // Surveys.
    SurveyLinkInvalid, "survey_link_invalid", 404, Never, "The link to a survey is not one of ours, or was cut off on its way.";
    SurveyLinkExpired, "survey_link_expired", 410, Never, "The link to a survey has expired; the customer may be called instead.";
    SurveyTaken, "survey_taken", 409, Never, "The survey is answered already; the first answers stand.";
    SurveyNotAsked, "survey_not_asked", 409, Never, "The job goes on or was cancelled, so nobody is asked about it now.";
    // The desk.
    DutyRequired, "duty_required", 403, Never, "No duty of yours allows this; `docs/policy.md` says whose it is.";
    RequestStep, "request_step", 409, Never, "This does not fit where the request stands; `detail` names what does.";
    RequestClosed, "request_closed", 409, Never, "The request is over; open it again within 30 days, or register a new one.";
    RequestLinkInvalid, "request_link_invalid", 404, Never, "The link to a request is not one of ours, or was cut off on its way.";
    RequestLinkExpired, "request_link_expired", 410, Never, "The link to a request has expired; each message about it brings a new one.";
    HookUnsigned, "hook_unsigned", 401, Never, "The message of a gateway is not signed with its key, or its signature is old.";
    HookReplayed, "hook_replayed", 409, Never, "This message of a gateway was taken before; it is not taken twice.";
    // The server's state.
    TooManyRequests, "too_many_requests", 429, Later, "Too many requests; `Retry-After` says when to try again.";
    Busy, "busy", 503, Later, "The server is busy or starting; try again shortly.";
    DiskFull, "disk_full", 507, Later, "There is no room left on the disk; work goes on when there is.";
    Internal, "internal", 500, Later, "Something went wrong in the server; it has been logged.";
    // Verdicts of the gate on one change. Stage A: structure.
    ChangeTooLarge, "change_too_large", 413, Never, "The change is over the size limit.";
    ChangeMalformed, "change_malformed", 422, Never, "The bytes are not one well-formed change.";
    ChangeChecksum, "change_checksum", 422, Never, "The checksum does not match the bytes.";
    ChangeTooManyOps, "change_too_many_ops", 422, Never, "The change has too many operations.";
    ChangeCounter, "change_counter", 422, Never, "A sequence number or counter is beyond what honest work reaches.";
    // Stage B: causality.
    ChangeNotCanonical, "change_not_canonical", 422, Never, "The change is not encoded as our editor encodes it.";
    ChangeUnreadable, "change_unreadable", 422, Never, "The change cannot be decoded.";
    ActorUnknown, "actor_unknown", 422, Never, "The actor belongs to another device or is of the wrong class.";
    SequenceGap, "sequence_gap", 422, Never, "The sequence number does not follow the actor's last change.";
    DepsIncomplete, "deps_incomplete", 422, Never, "The change does not come after the actor's own previous change.";
    StartOpWrong, "start_op_wrong", 422, Never, "The operation counter does not follow from the dependencies.";
    // Stage C: policy.
    ShapeForeign, "shape_foreign", 422, Never, "An operation has a shape that the editor never writes.";
    PathUnknown, "path_unknown", 422, Never, "There is no such place in the document.";
    ValueInvalid, "value_invalid", 422, Never, "The value has the wrong type, size or range.";
    NotYours, "not_yours", 403, Never, "Your role may not write this, or the line is somebody else's.";
    NotAssigned, "not_assigned", 403, Never, "You are not assigned to this job.";
    WrongStatus, "wrong_status", 422, Never, "The job's status does not allow this.";
    AuthorForged, "author_forged", 403, Never, "The change names somebody else as its author.";
    LateWork, "late_work", 403, Never, "The assignment was withdrawn too long ago; offer the edit to the office.";
    // Stage D: trial and budgets.
    TrialFailed, "trial_failed", 422, Never, "The change does not apply cleanly.";
    DocBudget, "doc_budget", 422, Never, "The document has reached its size limit.";
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let name = String::deserialize(input)?;
        Self::from_name(&name).ok_or_else(|| serde::de::Error::custom(format!("no error code {name:?}")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ErrorCode;

    #[test]
    fn names_are_unique_and_found_again() {
        let names: BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_name(code.name()), Some(*code));
        }
    }
}
