//! Signing in, as JSON: what a phone sends and gets before its first exchange.
//! The server's OpenAPI page describes the same bodies for the web.

use domain::{AgencyId, DeviceId, Role, Secret, UserId};
use serde::{Deserialize, Serialize};

/// `POST /v1/sessions`: signs in by name and password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequest {
    /// The name that the office gave.
    pub name: String,
    /// The password.
    pub password: Secret,
    /// The device, where it wants to be known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceClaim>,
}

/// What a device says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceClaim {
    /// The id that it was given at an earlier sign-in of the same person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<DeviceId>,
    /// A name by which people know it, such as its model.
    pub name: String,
    /// Phone or browser; decides how long its access tokens live.
    pub kind: DeviceKind,
}

/// What kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// Runs the app and works offline; its access token is renewed inside the exchange.
    Phone,
    /// A person at a browser; short tokens, refreshed.
    Browser,
}

impl DeviceKind {
    /// The word in rows and bodies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Browser => "browser",
        }
    }
    /// The inverse of [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Phone, Self::Browser].into_iter().find(|kind| kind.name() == name)
    }
}

/// `POST /v1/devices/enrol`: enrols a phone with a one-time code from the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnrolRequest {
    /// The code as it was typed; case, spaces and hyphens do not matter.
    pub code: Secret,
    /// A name by which people know the phone, such as its model.
    pub device_name: String,
}

/// `POST /v1/sessions/refresh`: exchanges a refresh token for its successor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshRequest {
    /// The newest refresh token that the device has written down.
    pub refresh_token: Secret,
}

/// The answer to all three: a signed-in session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionResponse {
    /// Who signed in.
    pub user: SessionUser,
    /// The device's id, to be kept.
    pub device: DeviceId,
    /// Goes into `Authorization: Bearer …`.
    pub access_token: Secret,
    /// Seconds until the access token expires.
    pub access_seconds: u32,
    /// Written down before the old one is forgotten.
    pub refresh_token: Secret,
    /// Seconds until the refresh token expires.
    pub refresh_seconds: u32,
    /// The server's clock, milliseconds since the epoch.
    pub server_time_ms: i64,
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionUser {
    /// The id.
    pub id: UserId,
    /// The name that signs in.
    pub name: String,
    /// The name that people see.
    pub display_name: String,
    /// The role.
    pub role: Role,
    /// The agency, for representatives and technicians who belong to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyId>,
}

/// The body of every error over HTTP: RFC 9457, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where the code is explained.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the code means, the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One of [`ErrorCode`](crate::ErrorCode); a text, since the server may be newer.
    pub code: String,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request's id, as the server's log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The values that are wrong, each with its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// One value that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Its place, such as `contact.phone`.
    pub path: String,
    /// What is wrong with it and what would do.
    pub message: String,
    /// A stable code of its own, where there is one, such as `tariff.overlap`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl FieldProblem {
    /// A wrong value without a code of its own.
    #[must_use]
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), code: None }
    }
    /// A wrong value with its code.
    #[must_use]
    pub fn coded(path: &str, code: &str, message: &str) -> Self {
        Self { path: path.to_owned(), message: message.to_owned(), code: Some(code.to_owned()) }
    }
}

/// Media type of [`Problem`].
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_out_of_debug_output() {
        let request = SignInRequest { name: "reza".into(), password: "hunter2".into(), device: None };
        assert!(!format!("{request:?}").contains("hunter2"));
        let enrol = EnrolRequest { code: "ABCD-EFGH".into(), device_name: "Pixel".into() };
        assert!(!format!("{enrol:?}").contains("ABCD"));
        let renewal = crate::Renewal { access_token: "eyJhbGciOi".into(), expires_at: None };
        assert!(!format!("{renewal:?}").contains("eyJ"));
    }

    #[test]
    fn every_kind_of_device_is_found_again() {
        for kind in [DeviceKind::Phone, DeviceKind::Browser] {
            assert_eq!(DeviceKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(DeviceKind::from_name("toaster"), None);
    }
}
