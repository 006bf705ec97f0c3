//! The yearly award.

use axum::extract::State;
use scoring::{Prior, YearResult};
use serde::Serialize;
use utoipa::ToSchema;
use wire::ErrorCode;

use crate::http::extract::{Json, Path};
use crate::http::{AppState, Problem};
use crate::scores;

/// A year's award.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct AwardBody {
    /// The Jalali year.
    year: i32,
    /// How many of its months were published; all twelve make it final.
    published_months: usize,
    /// The version of the rules.
    rules_version: String,
    /// What the year's surveys were drawn to.
    #[schema(value_type = Object)]
    csat_prior: Prior,
    /// Everybody's standing with the conditions that were missed, the winners of all and
    /// of each city, and what decided.
    #[schema(value_type = Object)]
    result: YearResult,
}

/// The best representative of a year, as far as its months were published.
#[utoipa::path(get, path = "/v1/awards/{year}", tag = "Scores", params(("year" = i32, Path, example = 1404)),
    responses((status = 200, description = "Standings and winners.", body = AwardBody)))]
pub(in crate::http) async fn show_award(
    State(app): State<AppState>,
    Path(year): Path<i32>,
) -> Result<Json<AwardBody>, Problem> {
    if !(1_000..=2_000).contains(&year) {
        return Err(Problem::new(ErrorCode::NotFound).with_detail("a Jalali year such as 1404"));
    }
    let awarded = app.store.read(move |connection| scores::award(connection, year)).await?;
    Ok(Json(AwardBody {
        year: awarded.year,
        published_months: awarded.published_months,
        rules_version: awarded.rules_version,
        csat_prior: awarded.csat_prior,
        result: awarded.result,
    }))
}
