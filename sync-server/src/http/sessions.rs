//! Signing in, refreshing, signing out.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{AgencyId, DeviceId, Role, Secret, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::DeviceKind;

use super::extract::Json;
use super::guard::{ClientIp, SignedIn};
use super::limits::{Counted, SIGN_IN_NAME};
use super::{AppState, Problem};
use crate::auth::{Session, SignIn};
use crate::people::{UserRow, find_user};
use crate::rfc3339::Rfc3339;

/// Name, password and device.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SignInRequest {
    /// The name that the office gave.
    #[schema(max_length = 200)]
    name: String,
    /// The password.
    #[schema(max_length = 512, value_type = String)]
    password: Secret,
    /// The device; a browser that is not known again when left out.
    device: Option<DeviceClaim>,
}

/// What a device says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DeviceClaim {
    /// The id that it was given at an earlier sign-in of the same person.
    #[schema(value_type = Option<String>, format = "uuid")]
    id: Option<DeviceId>,
    /// A name by which people know it.
    name: String,
    /// Decides how long access tokens live.
    #[schema(value_type = DeviceKindName)]
    kind: DeviceKind,
}

/// What kind of device.
#[derive(ToSchema)]
#[schema(as = DeviceKind, rename_all = "snake_case")]
#[expect(dead_code, reason = "describes wire::DeviceKind to the API document")]
pub(super) enum DeviceKindName {
    Phone,
    Browser,
}

/// A role.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "snake_case")]
#[expect(dead_code, reason = "describes domain::Role to the API document")]
pub(super) enum RoleName {
    Technician,
    Dispatcher,
    Representative,
    Administrator,
    Quality,
    CustomerRelations,
    Desk,
}

/// The newest refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshRequest {
    /// As it was handed out.
    #[schema(value_type = String)]
    refresh_token: Secret,
}

/// A signed-in session.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionBody {
    /// Who is signed in.
    user: SessionUser,
    /// The device's id, to be kept.
    #[schema(value_type = String, format = "uuid")]
    device: DeviceId,
    /// Goes into `Authorization: Bearer …`.
    #[schema(value_type = String)]
    access_token: Secret,
    /// Seconds until the access token expires.
    access_seconds: u32,
    /// Written down before the old one is forgotten.
    #[schema(value_type = String)]
    refresh_token: Secret,
    /// Seconds until the refresh token expires.
    refresh_seconds: u32,
    /// The server's clock, milliseconds since the epoch.
    server_time_ms: i64,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(super) struct SessionUser {
    /// The id.
    #[schema(value_type = String, format = "uuid")]
    id: UserId,
    /// The name that signs in.
    name: String,
    /// The name that people see.
    display_name: String,
    /// The role.
    #[schema(value_type = RoleName)]
    role: Role,
    /// The agency.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
}

/// The caller's own session.
#[derive(Serialize, ToSchema)]
pub(super) struct CurrentSession {
    /// Who is signed in.
    user: SessionUser,
    /// On which device.
    #[schema(value_type = String, format = "uuid")]
    device: DeviceId,
    /// When the access token runs out.
    expires_at: Rfc3339,
}

impl From<UserRow> for SessionUser {
    fn from(user: UserRow) -> Self {
        let UserRow { id, name, display_name, role, agency, .. } = user;
        Self { id, name, display_name, role, agency }
    }
}

impl From<Session> for SessionBody {
    fn from(session: Session) -> Self {
        Self {
            user: session.user.into(),
            device: session.device,
            access_token: session.access_token,
            access_seconds: session.access_seconds,
            refresh_token: session.refresh_token,
            refresh_seconds: session.refresh_seconds,
            server_time_ms: session.now.millis(),
        }
    }
}

/// Signs in by name and password.
#[utoipa::path(post, path = "/v1/sessions", tag = "Signing in", request_body = SignInRequest,
    responses((status = 201, description = "Signed in.", body = SessionBody)))]
pub(super) async fn create_session(
    State(app): State<AppState>,
    ClientIp(address): ClientIp,
    Json(asked): Json<SignInRequest>,
) -> Result<(StatusCode, Json<SessionBody>), Problem> {
    app.count(&SIGN_IN_NAME, Counted::name(address, &asked.name))?;
    let session = app.auth.sign_in(asked.into()).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}

impl From<SignInRequest> for SignIn {
    fn from(asked: SignInRequest) -> Self {
        let (device, device_name, kind) = match asked.device {
            Some(claim) => (claim.id, claim.name, claim.kind),
            None => (None, "a browser".to_owned(), DeviceKind::Browser),
        };
        Self { name: asked.name, password: asked.password, device, device_name, kind }
    }
}

/// Exchanges a refresh token for its successor.
///
/// The token before the newest may be sent again and gets the same successor;
/// anything older ends the session.
#[utoipa::path(post, path = "/v1/sessions/refresh", tag = "Signing in", request_body = RefreshRequest,
    responses((status = 200, description = "The next tokens.", body = SessionBody)))]
pub(super) async fn refresh_session(
    State(app): State<AppState>,
    Json(asked): Json<RefreshRequest>,
) -> Result<Json<SessionBody>, Problem> {
    let session = app.auth.refresh(&asked.refresh_token).await?;
    Ok(Json(session.into()))
}

/// Says who is signed in.
#[utoipa::path(get, path = "/v1/sessions/current", tag = "Signing in",
    responses((status = 200, description = "The caller's session.", body = CurrentSession)))]
pub(super) async fn show_session(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<CurrentSession>, Problem> {
    let user = app.store.read(move |connection| find_user(connection, caller.user)).await?;
    let expires_at = Rfc3339(caller.expires_at);
    Ok(Json(CurrentSession { user: user.into(), device: caller.device, expires_at }))
}

/// Signs out: ends the caller's session.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "Signing in",
    responses((status = 204, description = "Signed out.")))]
pub(super) async fn delete_session(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<StatusCode, Problem> {
    app.auth.sign_out(caller.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use domain::Instant;

    use super::*;

    /// The phone reads what the server writes.
    #[test]
    fn the_body_is_the_one_that_phones_know() {
        let now = Instant::from_millis(1_790_000_000_000);
        let body = SessionBody {
            user: SessionUser {
                id: UserId::new(now, [1; 10]),
                name: "reza".to_owned(),
                display_name: "رضا".to_owned(),
                role: Role::Technician,
                agency: Some(AgencyId::new(now, [2; 10])),
            },
            device: DeviceId::new(now, [3; 10]),
            access_token: "a.b.c".into(),
            access_seconds: 600,
            refresh_token: "hgr_00".into(),
            refresh_seconds: 1000,
            server_time_ms: now.millis(),
        };
        let text = serde_json::to_string(&body).expect("written");
        let read: wire::SessionResponse = serde_json::from_str(&text).expect("read");
        assert_eq!((read.user.id, read.device, read.access_seconds), (body.user.id, body.device, 600));
        assert_eq!(serde_json::to_string(&read).expect("written"), text);
    }
}
