//! Devices and the one-time codes by which phones are enrolled.

mod picture;

use axum::extract::State;
use axum::http::StatusCode;
use domain::{DeviceId, EnrolmentCodeId, Role, Secret, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::{DeviceKind, ErrorCode};

use self::picture::Picture;
use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::sessions::{DeviceKindName, SessionBody};
use super::{AppState, Problem};
use crate::auth::{Caller, Enrolment};
use crate::people::{self, CodeRow, DeviceFilter, DeviceRow, PeopleError};
use crate::rfc3339::Rfc3339;

/// The code and the phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EnrolRequest {
    /// As it was typed; case, spaces and hyphens do not matter.
    #[schema(value_type = String)]
    code: Secret,
    /// A name by which people know the phone, such as its model.
    device_name: String,
}

/// A device.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: DeviceId,
    /// Whose it is.
    #[schema(value_type = String, format = "uuid")]
    user: UserId,
    /// A name by which people know it.
    name: String,
    /// Phone or browser.
    #[schema(value_type = DeviceKindName)]
    kind: DeviceKind,
    /// When it was first signed in.
    created_at: Rfc3339,
    /// Its last sign-in, refresh or renewal.
    seen_at: Rfc3339,
    /// Since when it is blocked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Rfc3339>,
    /// How often it sent broken data.
    strikes: u32,
    /// Since when it is held back for broken data.
    #[serde(skip_serializing_if = "Option::is_none")]
    quarantined_at: Option<Rfc3339>,
}

/// Devices.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceList {
    /// The last seen first.
    devices: Vec<DeviceBody>,
}

/// Which devices.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DeviceQuery {
    /// Of one person.
    #[param(value_type = Option<String>, format = "uuid")]
    user: Option<UserId>,
}

/// For whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCodeRequest {
    /// The person whose phone it will be.
    #[schema(value_type = String, format = "uuid")]
    user: UserId,
    /// Where the phone reaches this server; it goes into the picture.
    #[schema(max_length = 200)]
    server: Option<String>,
}

/// A code, shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct NewCodeBody {
    /// Its id, to withdraw it by.
    #[schema(value_type = String, format = "uuid")]
    id: EnrolmentCodeId,
    /// What is typed on the phone.
    #[schema(value_type = String)]
    code: Secret,
    /// The same as a picture for the phone's camera.
    picture: Option<Picture>,
    /// Until when it is good.
    expires_at: Rfc3339,
}

/// A code that was not used, without itself.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: EnrolmentCodeId,
    /// For whom it was made.
    #[schema(value_type = String, format = "uuid")]
    user: UserId,
    /// By whom; nobody when made at the command line.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<UserId>,
    /// When.
    made_at: Rfc3339,
    /// Until when it is good.
    expires_at: Rfc3339,
    /// Wrong attempts; five end it.
    attempts: u32,
}

/// Codes.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeList {
    /// The newest first.
    codes: Vec<CodeBody>,
}

impl From<DeviceRow> for DeviceBody {
    fn from(row: DeviceRow) -> Self {
        Self {
            id: row.id,
            user: row.user,
            name: row.name,
            kind: row.kind,
            created_at: Rfc3339(row.created_at),
            seen_at: Rfc3339(row.seen_at),
            revoked_at: row.revoked_at.map(Rfc3339),
            strikes: row.strikes,
            quarantined_at: row.quarantined_at.map(Rfc3339),
        }
    }
}

impl From<CodeRow> for CodeBody {
    fn from(row: CodeRow) -> Self {
        let CodeRow { id, user, made_by, made_at, expires_at, attempts, .. } = row;
        Self { id, user, made_by, made_at: Rfc3339(made_at), expires_at: Rfc3339(expires_at), attempts }
    }
}

/// Enrols a phone by a one-time code.
#[utoipa::path(post, path = "/v1/devices/enrol", tag = "Devices", request_body = EnrolRequest,
    responses((status = 201, description = "Enrolled and signed in.", body = SessionBody)))]
pub(super) async fn enrol_device(
    State(app): State<AppState>,
    Json(asked): Json<EnrolRequest>,
) -> Result<(StatusCode, Json<SessionBody>), Problem> {
    let session = app.auth.enrol(Enrolment { code: asked.code, device_name: asked.device_name }).await?;
    Ok((StatusCode::CREATED, Json(session.into())))
}

/// Lists devices: a technician's own, a representative's agency's, or all.
#[utoipa::path(get, path = "/v1/devices", tag = "Devices", params(DeviceQuery),
    responses((status = 200, description = "Devices in the caller's scope.", body = DeviceList)))]
pub(super) async fn list_devices(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<DeviceQuery>,
) -> Result<Json<DeviceList>, Problem> {
    let filter = devices_in_scope(&caller, query.user)?;
    let rows = app.store.read(move |connection| people::list_devices(connection, filter)).await?;
    Ok(Json(DeviceList { devices: rows.into_iter().map(DeviceBody::from).collect() }))
}

fn devices_in_scope(caller: &Caller, user: Option<UserId>) -> Result<DeviceFilter, Problem> {
    match caller.role {
        Role::Dispatcher | Role::Administrator => Ok(DeviceFilter { user, agency: None }),
        Role::Representative => Ok(DeviceFilter { user, agency: Some(own_agency(caller)?) }),
        Role::Technician | Role::Quality | Role::CustomerRelations | Role::Desk
            if user.is_none_or(|user| user == caller.user) =>
        {
            Ok(DeviceFilter { user: Some(caller.user), agency: None })
        }
        Role::Technician | Role::Quality | Role::CustomerRelations | Role::Desk => {
            Err(Problem::new(ErrorCode::NotFound))
        }
    }
}

/// A representative's agency.
pub(super) fn own_agency(caller: &Caller) -> Result<domain::AgencyId, Problem> {
    caller.agency.ok_or_else(|| Problem::new(ErrorCode::Forbidden).with_detail("you belong to no agency"))
}

/// Blocks a device for good: one's own lost phone, or anybody's as a dispatcher.
#[utoipa::path(delete, path = "/v1/devices/{id}", tag = "Devices", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Blocked.", body = DeviceBody)))]
pub(super) async fn revoke_device(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<DeviceId>,
) -> Result<Json<DeviceBody>, Problem> {
    let revoke = move |transaction: &rusqlite::Transaction<'_>, now| {
        let device = people::find_device(transaction, id)?;
        let any = matches!(caller.role, Role::Dispatcher | Role::Administrator);
        if !any && device.user != caller.user {
            return Err(PeopleError::NotFound("device"));
        }
        people::revoke_device(transaction, id, now)
    };
    Ok(Json(app.auth.change(revoke).await?.into()))
}

/// Lets a device go on that was held back for broken data.
#[utoipa::path(post, path = "/v1/devices/{id}/release", tag = "Devices",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Released.", body = DeviceBody)))]
pub(super) async fn release_device(
    State(app): State<AppState>,
    Path(id): Path<DeviceId>,
) -> Result<Json<DeviceBody>, Problem> {
    let released = app.auth.change(move |transaction, _| people::release_device(transaction, id)).await?;
    Ok(Json(released.into()))
}

/// Lists the enrolment codes that were not used.
#[utoipa::path(get, path = "/v1/enrolment-codes", tag = "Devices",
    responses((status = 200, description = "Codes, without themselves.", body = CodeList)))]
pub(super) async fn list_enrolment_codes(State(app): State<AppState>) -> Result<Json<CodeList>, Problem> {
    let rows = app.store.read(people::list_codes).await?;
    Ok(Json(CodeList { codes: rows.into_iter().map(CodeBody::from).collect() }))
}

/// Makes a one-time code for a person's phone. A dispatcher makes them for
/// technicians, an administrator for anybody.
#[utoipa::path(post, path = "/v1/enrolment-codes", tag = "Devices", request_body = NewCodeRequest,
    responses((status = 201, description = "The code, shown this once.", body = NewCodeBody)))]
pub(super) async fn create_enrolment_code(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(asked): Json<NewCodeRequest>,
) -> Result<(StatusCode, Json<NewCodeBody>), Problem> {
    let user = app.store.read(move |connection| people::find_user(connection, asked.user)).await?;
    if caller.role != Role::Administrator && user.role != Role::Technician {
        let detail = "a dispatcher makes codes for technicians only";
        return Err(Problem::new(ErrorCode::Forbidden).with_detail(detail));
    }
    let made = app.auth.make_code(user.id, caller.user).await?;
    let server = asked.server.as_deref().map(str::trim).filter(|server| !server.is_empty());
    let picture = Picture::of(made.code.expose(), server);
    let body = NewCodeBody { id: made.id, code: made.code, picture, expires_at: Rfc3339(made.expires_at) };
    Ok((StatusCode::CREATED, Json(body)))
}

/// Withdraws a code that was not used.
#[utoipa::path(delete, path = "/v1/enrolment-codes/{id}", tag = "Devices",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Withdrawn.")))]
pub(super) async fn delete_enrolment_code(
    State(app): State<AppState>,
    Path(id): Path<EnrolmentCodeId>,
) -> Result<StatusCode, Problem> {
    app.auth.change(move |transaction, _| people::withdraw_code(transaction, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
