//! Objections of representatives to single rows, and headquarters' answers.

use axum::extract::State;
use axum::http::StatusCode;
use domain::AgencyId;
use scoring::Remark;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::{ScoreBody, ScoreParts};
use super::check_agency;
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::scores::period::MonthKey;
use crate::scores::{self, Ruling};

/// An objection.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewObjection {
    /// The row, as the evidence names it: `first_time_fix/…`.
    #[schema(max_length = 300)]
    row: String,
    /// Why it should not count.
    #[schema(max_length = 2000)]
    text: String,
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewAnswer {
    /// Whether the row is left out.
    accepted: bool,
    /// Why.
    #[schema(max_length = 2000)]
    text: String,
}

/// Objects to a row of the own agency's published month. Objections are taken from
/// the day on which it was frozen, for as long as the rules say.
#[utoipa::path(post, path = "/v1/scores/{agency}/{month}/objections", tag = "Scores", request_body = NewObjection,
    params(("agency" = String, Path, format = "uuid"), ("month" = String, Path, example = "1404-07")),
    responses((status = 201, description = "Taken; the month with it.", body = ScoreBody)))]
pub(in crate::http) async fn create_objection(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((agency, month)): Path<(AgencyId, String)>,
    Json(asked): Json<NewObjection>,
) -> Result<(StatusCode, Json<ScoreBody>), Problem> {
    check_agency(&caller, agency)?;
    let month = MonthKey::parse(&month)?;
    let now = app.clock.now();
    let remark = Remark { by: caller.user, at: now, text: asked.text };
    let parts = app
        .store
        .write(move |tx| {
            scores::object(tx, agency, month, &asked.row, remark)?;
            ScoreParts::read(tx, agency, month)
        })
        .await?;
    Ok((StatusCode::CREATED, Json(ScoreBody::of(parts, now))))
}

/// Answers an objection: the row stays, or it is left out, which makes a new
/// version of the month.
#[utoipa::path(post, path = "/v1/scores/{agency}/{month}/objections/{number}/answer", tag = "Scores",
    request_body = NewAnswer,
    params(("agency" = String, Path, format = "uuid"), ("month" = String, Path, example = "1404-07"),
        ("number" = usize, Path)),
    responses((status = 200, description = "Answered; the month with it.", body = ScoreBody)))]
pub(in crate::http) async fn answer_objection(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((agency, month, number)): Path<(AgencyId, String, usize)>,
    Json(asked): Json<NewAnswer>,
) -> Result<Json<ScoreBody>, Problem> {
    let month = MonthKey::parse(&month)?;
    let now = app.clock.now();
    let ruling = if asked.accepted { Ruling::Accepted } else { Ruling::Rejected };
    let remark = Remark { by: caller.user, at: now, text: asked.text };
    let parts = app
        .store
        .write(move |tx| {
            scores::answer_objection(tx, agency, month, number, ruling, remark)?;
            ScoreParts::read(tx, agency, month)
        })
        .await?;
    Ok(Json(ScoreBody::of(parts, now)))
}
