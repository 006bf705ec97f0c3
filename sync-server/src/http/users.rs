//! People and agencies.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{AgencyId, Role, Secret, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::ErrorCode;

use super::devices::own_agency;
use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::sessions::RoleName;
use super::{AppState, Problem};
use crate::clock::random_bytes;
use crate::error::CoreError;
use crate::people::{self, AgencyRow, Correction, NewUser, UserFilter, UserRow};
use crate::rfc3339::Rfc3339;

/// A person to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewUserRequest {
    /// The name that signs in; spellings that differ in case or letter forms are one name.
    #[schema(max_length = 200)]
    name: String,
    /// The name that people see.
    #[schema(max_length = 200)]
    display_name: String,
    /// The role.
    #[schema(value_type = RoleName)]
    role: Role,
    /// The agency; a representative must have one.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// The password; without one the person enrols a phone by code.
    #[schema(min_length = 8, max_length = 512, value_type = Option<String>)]
    password: Option<Secret>,
}

/// A person, corrected; the name that signs in stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EditedUser {
    /// The name that people see.
    #[schema(max_length = 200)]
    display_name: String,
    /// The role, which stays when it is left out. Another one ends all sessions. A technician
    /// who has worked keeps the role: jobs, ratings and phone belong to this record.
    #[schema(value_type = Option<RoleName>)]
    role: Option<Role>,
    /// The agency; a representative must have one.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PasswordRequest {
    /// The password as it shall be.
    #[schema(min_length = 8, max_length = 512, value_type = String)]
    password: Secret,
    /// The present one, to change one's own.
    #[schema(value_type = Option<String>)]
    present_password: Option<Secret>,
}

/// A person.
#[derive(Serialize, ToSchema)]
pub(super) struct UserBody {
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
    /// When the person was entered.
    created_at: Rfc3339,
    /// Since when the person may not sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Rfc3339>,
    /// Whether there is a password to sign in with.
    has_password: bool,
}

/// People.
#[derive(Serialize, ToSchema)]
pub(super) struct UserList {
    /// By name.
    users: Vec<UserBody>,
}

/// Which people.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct UserQuery {
    /// Of one role.
    #[param(value_type = Option<RoleName>)]
    role: Option<Role>,
    /// Of one agency.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
}

/// An agency to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAgencyRequest {
    /// Its name.
    #[schema(max_length = 200)]
    name: String,
    /// Its city.
    #[schema(max_length = 200)]
    city: Option<String>,
}

/// A service agency.
#[derive(Serialize, ToSchema)]
pub(super) struct AgencyBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: AgencyId,
    /// Its name.
    name: String,
    /// Its city.
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    /// When it was entered.
    created_at: Rfc3339,
}

/// Agencies.
#[derive(Serialize, ToSchema)]
pub(super) struct AgencyList {
    /// By name.
    agencies: Vec<AgencyBody>,
}

impl From<UserRow> for UserBody {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            display_name: row.display_name,
            role: row.role,
            agency: row.agency,
            created_at: Rfc3339(row.created_at),
            disabled_at: row.disabled_at.map(Rfc3339),
            has_password: row.password_hash.is_some(),
        }
    }
}

impl From<AgencyRow> for AgencyBody {
    fn from(row: AgencyRow) -> Self {
        Self { id: row.id, name: row.name, city: row.city, created_at: Rfc3339(row.created_at) }
    }
}

/// Lists people; a representative sees those of the own agency.
#[utoipa::path(get, path = "/v1/users", tag = "People", params(UserQuery),
    responses((status = 200, description = "People in the caller's scope.", body = UserList)))]
pub(super) async fn list_users(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<UserQuery>,
) -> Result<Json<UserList>, Problem> {
    let mut filter = UserFilter { role: query.role, agency: query.agency };
    if caller.role == Role::Representative {
        filter.agency = Some(own_agency(&caller)?);
    }
    let rows = app.store.read(move |connection| people::list_users(connection, filter)).await?;
    Ok(Json(UserList { users: rows.into_iter().map(UserBody::from).collect() }))
}

/// Enters a person.
#[utoipa::path(post, path = "/v1/users", tag = "People", request_body = NewUserRequest,
    responses((status = 201, description = "Entered.", body = UserBody)))]
pub(super) async fn create_user(
    State(app): State<AppState>,
    Json(asked): Json<NewUserRequest>,
) -> Result<(StatusCode, Json<UserBody>), Problem> {
    let password_hash = match asked.password {
        Some(password) => Some(app.auth.hash_password(password).await?),
        None => None,
    };
    let new = NewUser {
        id: UserId::new(app.clock.now(), random_bytes(&*app.entropy)),
        name: asked.name,
        display_name: asked.display_name,
        role: asked.role,
        agency: asked.agency,
        password_hash,
    };
    let user = app.auth.change(move |transaction, now| people::create_user(transaction, &new, now)).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// Corrects a person's shown name, role and agency.
#[utoipa::path(put, path = "/v1/users/{id}", tag = "People", request_body = EditedUser,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Corrected.", body = UserBody)))]
pub(super) async fn edit_user(
    State(app): State<AppState>,
    Path(id): Path<UserId>,
    Json(asked): Json<EditedUser>,
) -> Result<Json<UserBody>, Problem> {
    let EditedUser { display_name, role, agency } = asked;
    let wanted = Correction { display_name, role, agency };
    let edit = move |transaction: &rusqlite::Transaction<'_>, now| {
        people::correct_user(transaction, id, &wanted, now)
    };
    let user = app.auth.change(edit).await?;
    let position = app.store.read(|connection| Ok::<_, CoreError>(crate::log::newest(connection)?.0)).await?;
    // A technician who changes agency is given its travel rules.
    app.core.announce(position);
    Ok(Json(user.into()))
}

/// Bars a person and ends all sessions.
#[utoipa::path(post, path = "/v1/users/{id}/disable", tag = "People",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Barred.", body = UserBody)))]
pub(super) async fn disable_user(
    State(app): State<AppState>,
    Path(id): Path<UserId>,
) -> Result<Json<UserBody>, Problem> {
    let user = app.auth.change(move |transaction, now| people::disable_user(transaction, id, now)).await?;
    Ok(Json(user.into()))
}

/// Lets a person sign in again.
#[utoipa::path(post, path = "/v1/users/{id}/enable", tag = "People",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "May sign in.", body = UserBody)))]
pub(super) async fn enable_user(
    State(app): State<AppState>,
    Path(id): Path<UserId>,
) -> Result<Json<UserBody>, Problem> {
    let user = app.auth.change(move |transaction, _| people::enable_user(transaction, id)).await?;
    Ok(Json(user.into()))
}

/// Sets a password and ends all sessions: anybody's as an administrator, one's
/// own with the present password.
#[utoipa::path(post, path = "/v1/users/{id}/password", tag = "People", request_body = PasswordRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Set; sign in again.")))]
pub(super) async fn set_user_password(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<UserId>,
    Json(asked): Json<PasswordRequest>,
) -> Result<StatusCode, Problem> {
    if caller.user == id {
        let present = asked.present_password.unwrap_or_else(|| "".into());
        let user = app.store.read(move |connection| people::find_user(connection, id)).await?;
        app.auth.check_password(&user, present).await?;
    } else if caller.role != Role::Administrator {
        return Err(Problem::new(ErrorCode::NotFound));
    }
    let hash = app.auth.hash_password(asked.password).await?;
    app.auth.change(move |transaction, now| people::set_password(transaction, id, &hash, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists agencies; a representative sees the own one.
#[utoipa::path(get, path = "/v1/agencies", tag = "People",
    responses((status = 200, description = "Agencies in the caller's scope.", body = AgencyList)))]
pub(super) async fn list_agencies(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
) -> Result<Json<AgencyList>, Problem> {
    let only = if caller.role == Role::Representative { Some(own_agency(&caller)?) } else { None };
    let rows = app.store.read(people::list_agencies).await?;
    let in_scope = rows.into_iter().filter(|row| only.is_none_or(|own| own == row.id));
    Ok(Json(AgencyList { agencies: in_scope.map(AgencyBody::from).collect() }))
}

/// Corrects an agency's name and city.
#[utoipa::path(put, path = "/v1/agencies/{id}", tag = "People", request_body = NewAgencyRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Corrected.", body = AgencyBody)))]
pub(super) async fn edit_agency(
    State(app): State<AppState>,
    Path(id): Path<AgencyId>,
    Json(asked): Json<NewAgencyRequest>,
) -> Result<Json<AgencyBody>, Problem> {
    let edit = move |transaction: &rusqlite::Transaction<'_>, _| {
        people::edit_agency(transaction, id, &asked.name, asked.city.as_deref())
    };
    Ok(Json(app.auth.change(edit).await?.into()))
}

/// Enters an agency.
#[utoipa::path(post, path = "/v1/agencies", tag = "People", request_body = NewAgencyRequest,
    responses((status = 201, description = "Entered.", body = AgencyBody)))]
pub(super) async fn create_agency(
    State(app): State<AppState>,
    Json(asked): Json<NewAgencyRequest>,
) -> Result<(StatusCode, Json<AgencyBody>), Problem> {
    let id = AgencyId::new(app.clock.now(), random_bytes(&*app.entropy));
    let create = move |transaction: &rusqlite::Transaction<'_>, now| {
        people::create_agency(transaction, id, &asked.name, asked.city.as_deref(), now)
    };
    Ok((StatusCode::CREATED, Json(app.auth.change(create).await?.into())))
}
