//! Corrective actions over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{UserId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::desk::{self as heart, ActionFilter, ActionList, CorrectiveAction, NewAction, RequestId};
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::words::known_word;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// A corrective action.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ActionBody {
    /// Its number.
    id: i64,
    /// `request`, `complaint` or `fault`.
    on: String,
    /// The request that it is about.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<String>,
    /// The request's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// The product with the fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    /// The fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<String>,
    /// What is to be done, or was.
    text: String,
    /// Who does it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<UserId>,
    /// By when; absent for what was done when it was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<Rfc3339>,
    /// Who wrote it down.
    #[schema(value_type = String, format = "uuid")]
    made_by: UserId,
    /// When.
    made_at: Rfc3339,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// Who said so.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    done_by: Option<UserId>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    done_at: Option<Rfc3339>,
}

impl From<CorrectiveAction> for ActionBody {
    fn from(action: CorrectiveAction) -> Self {
        let (outcome, done_by, done_at) = match action.ended {
            Some((outcome, by, at)) => (Some(outcome), Some(by), Some(Rfc3339(at))),
            None => (None, None, action.due_at.is_none().then_some(Rfc3339(action.made_at))),
        };
        Self {
            id: action.id,
            on: action.about,
            request: action.request.map(|request| request.to_string()),
            number: action.number,
            product: action.product,
            fault: action.fault,
            text: action.text,
            owner: action.owner,
            due_at: action.due_at.map(Rfc3339),
            made_by: action.made_by,
            made_at: Rfc3339(action.made_at),
            outcome,
            done_by,
            done_at,
        }
    }
}

/// Which actions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ActionsQuery {
    /// `all`, `open`, `due` (today or before), `overdue` or `done`.
    list: Option<String>,
    /// Of who does them.
    #[param(value_type = Option<String>, format = "uuid")]
    owner: Option<UserId>,
    /// On a request, its complaint file included.
    #[param(value_type = Option<String>, format = "uuid")]
    request: Option<Uuid>,
}

/// Corrective actions.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ActionListBody {
    /// What is due first; at most 500.
    actions: Vec<ActionBody>,
}

/// The number of what was written down.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ActionMade {
    /// Its number.
    id: i64,
}

/// What came of an action.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct ActionOutcome {
    /// In a sentence.
    #[schema(min_length = 1, max_length = 20_000)]
    outcome: String,
}

/// Lists corrective actions: all for who may correct, one's own for others.
#[utoipa::path(get, path = "/v1/actions", tag = "Corrective actions", params(ActionsQuery),
    responses((status = 200, description = "Actions.", body = ActionListBody)))]
pub(in crate::http) async fn list_actions(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<ActionsQuery>,
) -> Result<Json<ActionListBody>, Problem> {
    let words = ActionList::WORDS.map(|(word, _)| word);
    let named = |word: &str| ActionList::WORDS.iter().find(|(name, _)| *name == word).map(|(_, list)| *list);
    let list = known_word("list", query.list.as_deref(), (&words, named))?.unwrap_or_default();
    let filter = ActionFilter { list, owner: query.owner, request: query.request.map(RequestId::from_uuid) };
    let actions = heart::list_actions(&app.core, &DeviceSession::from(caller), filter).await?;
    Ok(Json(ActionListBody { actions: actions.into_iter().map(ActionBody::from).collect() }))
}

/// Writes a corrective action down: what, who, by when.
#[utoipa::path(post, path = "/v1/actions", tag = "Corrective actions", request_body = NewAction,
    responses((status = 201, description = "Written down.", body = ActionMade)))]
pub(in crate::http) async fn create_action(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(new): Json<NewAction>,
) -> Result<(StatusCode, Json<ActionMade>), Problem> {
    let id = heart::take_action(&app.core, &DeviceSession::from(caller), new).await?;
    Ok((StatusCode::CREATED, Json(ActionMade { id })))
}

/// Says what came of a corrective action; then it is done.
#[utoipa::path(post, path = "/v1/actions/{id}/done", tag = "Corrective actions", request_body = ActionOutcome,
    params(("id" = i64, Path)),
    responses((status = 204, description = "Done.")))]
pub(in crate::http) async fn end_action(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<i64>,
    Json(asked): Json<ActionOutcome>,
) -> Result<StatusCode, Problem> {
    heart::end_action(&app.core, &DeviceSession::from(caller), (id, asked.outcome)).await?;
    Ok(StatusCode::NO_CONTENT)
}
