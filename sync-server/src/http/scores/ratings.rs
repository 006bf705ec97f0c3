//! Technicians' ratings.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::{AgencyId, Instant, Role, UserId};
use scoring::{Prior, Rating, RatingExplanation};
use serde::Serialize;
use utoipa::ToSchema;
use wire::ErrorCode;

use super::{MonthQuery, broken};
use crate::auth::Caller;
use crate::error::CoreError;
use crate::http::devices::own_agency;
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::people::{self, UserFilter, UserRow};
use crate::rfc3339::Rfc3339;
use crate::scores;
use crate::scores::period::MonthKey;

/// Ratings.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RatingList {
    /// The instant that they are of: now, or the end of the month that was asked for.
    at: Rfc3339,
    /// What few surveys are drawn to.
    #[schema(value_type = Object)]
    prior: Prior,
    /// The technicians, the best lower bound first; then those without a survey.
    technicians: Vec<RatingLine>,
}

/// A technician's rating in a line.
#[derive(Serialize, ToSchema)]
struct RatingLine {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    technician: UserId,
    /// The name that people see.
    name: String,
    /// The agency.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
    /// The rating; none without a survey.
    #[schema(value_type = Option<Object>)]
    rating: Option<Rating>,
}

/// A technician's rating, explained.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RatingBody {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    technician: UserId,
    /// The name that people see.
    name: String,
    /// The instant that it is of.
    at: Rfc3339,
    /// Facts, prior, rating, each survey with what it did to the stars, and those that
    /// do not count with their reasons.
    #[schema(value_type = Object)]
    explanation: RatingExplanation,
}

/// Whether a caller may see a technician's rating.
fn sees(caller: &Caller, user: &UserRow) -> Result<bool, Problem> {
    Ok(match caller.role {
        Role::Technician => user.id == caller.user,
        Role::Representative => user.agency == Some(own_agency(caller)?),
        Role::Dispatcher | Role::Administrator | Role::Quality | Role::CustomerRelations => true,
        Role::Desk => false,
    })
}

fn instant(app: &AppState, query: &MonthQuery) -> Result<Instant, Problem> {
    let now = app.clock.now();
    let month: MonthKey = query.month(app)?;
    Ok(now.min(month.ends().plus_millis(-1)))
}

/// Lists technicians with their ratings, as of now or of the end of a month.
#[utoipa::path(get, path = "/v1/ratings", tag = "Scores", params(MonthQuery),
    responses((status = 200, description = "Technicians in the caller's scope.", body = RatingList)))]
pub(in crate::http) async fn list_ratings(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<MonthQuery>,
) -> Result<Json<RatingList>, Problem> {
    let at = instant(&app, &query)?;
    let (users, prior, rated) = app
        .store
        .read(move |connection| {
            let filter = UserFilter { role: Some(Role::Technician), agency: None };
            let users = people::list_users(connection, filter).map_err(broken)?;
            let (prior, rated) = scores::ratings(connection, at)?;
            Ok::<_, CoreError>((users, prior, rated))
        })
        .await?;
    let places: BTreeMap<UserId, usize> =
        rated.iter().enumerate().map(|(place, rated)| (rated.technician, place)).collect();
    let mut lines = Vec::new();
    for user in users {
        if sees(&caller, &user)? {
            let place = places.get(&user.id).copied();
            let rating = place.and_then(|place| rated.get(place)).map(|rated| rated.rating);
            let line =
                RatingLine { technician: user.id, name: user.display_name, agency: user.agency, rating };
            lines.push((place.unwrap_or(usize::MAX), line));
        }
    }
    lines.sort_by_key(|(place, _)| *place);
    let technicians = lines.into_iter().map(|(_, line)| line).collect();
    Ok(Json(RatingList { at: Rfc3339(at), prior, technicians }))
}

/// A technician's rating down to the surveys; a technician sees the own one.
#[utoipa::path(get, path = "/v1/ratings/{technician}", tag = "Scores", params(
        ("technician" = String, Path, format = "uuid"), MonthQuery),
    responses((status = 200, description = "The rating explained.", body = RatingBody)))]
pub(in crate::http) async fn show_rating(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(technician): Path<UserId>,
    Query(query): Query<MonthQuery>,
) -> Result<Json<RatingBody>, Problem> {
    let at = instant(&app, &query)?;
    let user = app.store.read(move |connection| people::find_user(connection, technician)).await?;
    if user.role != Role::Technician || !sees(&caller, &user)? {
        return Err(Problem::new(ErrorCode::NotFound));
    }
    let explained =
        app.store.read(move |connection| scores::explained_rating(connection, technician, at)).await?;
    Ok(Json(RatingBody { technician, name: user.display_name, at: Rfc3339(at), explanation: explained }))
}
