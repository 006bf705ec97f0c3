//! What the quality officer decides on surveys, and the numbers of the staff.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{UserId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::SurveyBody;
use super::list::find;
use super::survey_id;
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::surveys::{self, StaffPhone};

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SurveyReasonRequest {
    /// Kept with the decision and shown to those whom it concerns.
    #[schema(max_length = 1000)]
    #[serde(default)]
    reason: String,
}

/// Takes an answered survey out of the scores, with a reason.
#[utoipa::path(post, path = "/v1/surveys/{id}/annul", tag = "Surveys", request_body = SurveyReasonRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Annulled.", body = SurveyBody)))]
pub(in crate::http) async fn annul_survey(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(asked): Json<SurveyReasonRequest>,
) -> Result<Json<SurveyBody>, Problem> {
    let (id, now) = (survey_id(id), app.clock.now());
    let annul =
        move |tx: &rusqlite::Transaction<'_>| surveys::annul_survey(tx, id, caller.user, &asked.reason, now);
    app.store.write(annul).await?;
    find(&app, &caller, id).await.map(|(body, _)| Json(body))
}

/// Takes an annulment back, with a reason.
#[utoipa::path(post, path = "/v1/surveys/{id}/restore", tag = "Surveys", request_body = SurveyReasonRequest,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "It counts again.", body = SurveyBody)))]
pub(in crate::http) async fn restore_survey(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(asked): Json<SurveyReasonRequest>,
) -> Result<Json<SurveyBody>, Problem> {
    let (id, now) = (survey_id(id), app.clock.now());
    let restore = move |tx: &rusqlite::Transaction<'_>| {
        surveys::restore_survey(tx, id, caller.user, &asked.reason, now)
    };
    app.store.write(restore).await?;
    find(&app, &caller, id).await.map(|(body, _)| Json(body))
}

/// A number of the staff to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct StaffPhoneRequest {
    /// The number, in any spelling.
    number: String,
    /// Whose it is.
    #[schema(max_length = 200)]
    whose: String,
}

/// A number of the staff.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StaffPhoneBody {
    /// As it is compared: its last ten digits.
    number: String,
    /// Whose it is.
    whose: String,
    /// Who entered it.
    #[schema(value_type = String, format = "uuid")]
    added_by: UserId,
    /// When.
    added_at: Rfc3339,
}

/// Numbers of the staff.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StaffPhoneList {
    /// By whose they are.
    phones: Vec<StaffPhoneBody>,
}

impl From<StaffPhone> for StaffPhoneBody {
    fn from(phone: StaffPhone) -> Self {
        let StaffPhone { number, whose, added_by, added_at } = phone;
        Self { number, whose, added_by, added_at: Rfc3339(added_at) }
    }
}

/// Lists the telephone numbers of the staff; surveys under them count for nobody.
#[utoipa::path(get, path = "/v1/staff-phones", tag = "Surveys",
    responses((status = 200, description = "All of them.", body = StaffPhoneList)))]
pub(in crate::http) async fn list_staff_phones(
    State(app): State<AppState>,
) -> Result<Json<StaffPhoneList>, Problem> {
    let rows = app.store.read(surveys::list_staff_phones).await?;
    Ok(Json(StaffPhoneList { phones: rows.into_iter().map(StaffPhoneBody::from).collect() }))
}

/// Enters a number of the staff.
#[utoipa::path(post, path = "/v1/staff-phones", tag = "Surveys", request_body = StaffPhoneRequest,
    responses((status = 201, description = "Entered.", body = StaffPhoneBody)))]
pub(in crate::http) async fn add_staff_phone(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(asked): Json<StaffPhoneRequest>,
) -> Result<(StatusCode, Json<StaffPhoneBody>), Problem> {
    let now = app.clock.now();
    let add = move |tx: &rusqlite::Transaction<'_>| {
        surveys::add_staff_phone(tx, &asked.number, &asked.whose, caller.user, now)
    };
    Ok((StatusCode::CREATED, Json(app.store.write(add).await?.into())))
}

/// Takes a number of the staff out.
#[utoipa::path(delete, path = "/v1/staff-phones/{number}", tag = "Surveys", params(("number" = String, Path)),
    responses((status = 204, description = "Out.")))]
pub(in crate::http) async fn remove_staff_phone(
    State(app): State<AppState>,
    Path(number): Path<String>,
) -> Result<StatusCode, Problem> {
    app.store.write(move |tx| surveys::remove_staff_phone(tx, &number)).await?;
    Ok(StatusCode::NO_CONTENT)
}
