//! The dispatcher's inbox: conflicts, late work, refused edits that technicians
//! stand by; and the decisions on them.

use axum::extract::State;
use domain::{DocId, Instant, RivalValue, StatusConflictKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::jobs::body::side_name;
use super::jobs::fields::plain;
use super::words::one_of;
use super::{AppState, Problem};
use crate::office::{
    self, InboxFilter, InboxItem, InboxItemId, InboxState, OfferDecision, Resolution, Resolved,
};
use crate::readmodel::{FIELD, LATE_WORK};
use crate::rfc3339::{Rfc3339, format_instant};
use crate::session::DeviceSession;

/// The kind of an offered edit.
const OFFERED_EDIT: &str = "offered_edit";

/// One thing to look at.
#[derive(Serialize, ToSchema)]
pub(super) struct InboxItemBody {
    /// Its name.
    id: String,
    /// The document.
    #[schema(format = "uuid")]
    document: String,
    /// `job` or `trip`.
    document_kind: &'static str,
    /// `field`, `done_while_cancelled`, `started_while_cancelled`, `two_technicians`, `after_the_end`, `late_work` or
    /// `offered_edit`.
    kind: String,
    /// Where in the document.
    path: String,
    /// The values, the events, the changes or the command.
    #[schema(value_type = Object)]
    detail: Value,
    /// When the server received what made it.
    received_at: Rfc3339,
    /// `open`, `superseded` (a later write settled it) or `decided`.
    state: &'static str,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    /// By whom.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Rfc3339>,
    /// With what remark.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A page of the inbox.
#[derive(Serialize, ToSchema)]
pub(super) struct InboxBody {
    /// The newest first.
    items: Vec<InboxItemBody>,
    /// Goes into `cursor` for the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Which items, how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InboxQuery {
    /// Where they stand; open and superseded ones when left out.
    #[param(inline)]
    state: Option<StateName>,
    /// Of this document.
    #[param(value_type = Option<String>, format = "uuid")]
    document: Option<DocId>,
    /// Of this kind.
    kind: Option<String>,
    /// The page, as the one before named it.
    cursor: Option<String>,
    /// Items on the page; 50 when left out, at most 500.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// Where items stand.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum StateName {
    Undecided,
    Open,
    Superseded,
    Decided,
    Any,
}

/// What the office decides on a conflict.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolveRequest {
    /// What becomes of it.
    decision: ResolutionName,
    /// For `choose`: the place of the value in `detail.values`, from 0.
    choice: Option<usize>,
    /// A remark that is kept beside the decision.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// What becomes of a conflict.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ResolutionName {
    /// One of the values is written.
    Choose,
    /// What stands shall stand.
    Keep,
    /// A later write has settled it, and that is in order.
    Seen,
}

/// What the office decides on an offered edit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DecideRequest {
    /// What becomes of it.
    decision: DecisionName,
    /// A remark that is kept beside the decision.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// What becomes of an offered edit.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DecisionName {
    /// It is carried out in its author's name.
    Approve,
    /// It stays refused.
    Reject,
}

impl From<InboxItem> for InboxItemBody {
    fn from(item: InboxItem) -> Self {
        Self {
            id: item.id.to_string(),
            document: item.doc.to_string(),
            document_kind: item.doc_kind.name(),
            detail: detail_for_people(&item.kind, item.detail),
            kind: item.kind,
            path: item.path,
            received_at: Rfc3339(item.received_at),
            state: match item.state {
                InboxState::Superseded => "superseded",
                InboxState::Decided => "decided",
                InboxState::Open | InboxState::Undecided | InboxState::Any => "open",
            },
            decision: item.decision,
            decided_by: item.decided_by.map(|by| by.to_string()),
            decided_at: item.decided_at.map(Rfc3339),
            note: item.note,
        }
    }
}

/// Rows hold milliseconds and typed values; people get instants and plain ones.
fn detail_for_people(kind: &str, detail: Value) -> Value {
    if kind == OFFERED_EDIT {
        return with_instants(detail, &["command"]);
    }
    match detail.get("values").cloned().map(serde_json::from_value::<Vec<RivalValue>>) {
        Some(Ok(values)) => json!({ "values": values.iter().map(rival).collect::<Vec<_>>() }),
        _ => with_instants(detail, &[]),
    }
}

fn rival(value: &RivalValue) -> Value {
    let RivalValue { value, class, op } = value;
    json!({ "value": value.as_ref().map(plain), "side": class.map(side_name), "op": op })
}

/// Turns `at`, `made_at` and the like into RFC 3339, but inside what is kept as
/// it came.
pub(super) fn with_instants(value: Value, kept: &[&str]) -> Value {
    let convert = |(key, value): (String, Value)| {
        let is_instant = key == "at" || key.ends_with("_at");
        let value = match value.as_i64() {
            _ if kept.contains(&key.as_str()) => value,
            Some(millis) if is_instant => Value::String(format_instant(Instant::from_millis(millis))),
            _ => with_instants(value, kept),
        };
        (key, value)
    };
    match value {
        Value::Object(map) => Value::Object(map.into_iter().map(convert).collect::<Map<_, _>>()),
        Value::Array(list) => list.into_iter().map(|value| with_instants(value, kept)).collect(),
        other => other,
    }
}

impl InboxQuery {
    fn into_filter(self) -> Result<InboxFilter, Problem> {
        let Self { state, document, kind, cursor, limit } = self;
        let clashes = StatusConflictKind::ALL.iter().map(|kind| kind.name());
        let kinds: Vec<&str> = [FIELD, LATE_WORK, OFFERED_EDIT].into_iter().chain(clashes).collect();
        let kind = one_of("kind", kind, &kinds)?;
        let state = match state.unwrap_or(StateName::Undecided) {
            StateName::Undecided => InboxState::Undecided,
            StateName::Open => InboxState::Open,
            StateName::Superseded => InboxState::Superseded,
            StateName::Decided => InboxState::Decided,
            StateName::Any => InboxState::Any,
        };
        Ok(InboxFilter { state, doc: document, kind, cursor, limit: limit.unwrap_or_default() })
    }
}

/// Lists what waits for the office: conflicts, late work, offered edits.
#[utoipa::path(get, path = "/v1/inbox", tag = "Inbox", params(InboxQuery),
    responses((status = 200, description = "Items in the caller's scope.", body = InboxBody)))]
pub(super) async fn list_inbox(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<InboxQuery>,
) -> Result<Json<InboxBody>, Problem> {
    let page = office::list_inbox(&app.core, &DeviceSession::from(caller), query.into_filter()?).await?;
    let items = page.items.into_iter().map(InboxItemBody::from).collect();
    Ok(Json(InboxBody { items, next: page.next }))
}

/// Decides on a conflict: writes one of the values, lets stand what stands, or
/// marks it as seen.
#[utoipa::path(post, path = "/v1/conflicts/{id}/resolve", tag = "Inbox", params(("id" = String, Path)),
    request_body = ResolveRequest,
    responses((status = 200, description = "Decided.", body = InboxItemBody)))]
pub(super) async fn resolve_conflict(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Json(asked): Json<ResolveRequest>,
) -> Result<Json<InboxItemBody>, Problem> {
    let InboxItemId::Conflict(id) = id.parse()? else {
        return Err(Problem::new(wire::ErrorCode::NotFound));
    };
    let resolution = match (asked.decision, asked.choice) {
        (ResolutionName::Choose, Some(index)) => Resolution::Choose(index),
        (ResolutionName::Choose, None) => {
            return Err(Problem::invalid("choice", "which of the values is meant?"));
        }
        (ResolutionName::Keep, _) => Resolution::Keep,
        (ResolutionName::Seen, _) => Resolution::Seen,
    };
    check_note(asked.note.as_deref())?;
    let session = DeviceSession::from(caller);
    let Resolved { item, .. } =
        office::resolve_conflict(&app.core, &session, id, resolution, asked.note).await?;
    Ok(Json(item.into()))
}

/// Decides on a refused edit that its author stands by; an approval carries it
/// out in the author's name.
#[utoipa::path(post, path = "/v1/offers/{id}/decide", tag = "Inbox", params(("id" = String, Path)),
    request_body = DecideRequest,
    responses((status = 200, description = "Decided.", body = InboxItemBody)))]
pub(super) async fn decide_offer(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<String>,
    Json(asked): Json<DecideRequest>,
) -> Result<Json<InboxItemBody>, Problem> {
    let InboxItemId::Offer(id) = id.parse()? else {
        return Err(Problem::new(wire::ErrorCode::NotFound));
    };
    let decision = match asked.decision {
        DecisionName::Approve => OfferDecision::Approve,
        DecisionName::Reject => OfferDecision::Reject,
    };
    check_note(asked.note.as_deref())?;
    let session = DeviceSession::from(caller);
    let Resolved { item, .. } = office::decide_offer(&app.core, &session, id, decision, asked.note).await?;
    Ok(Json(item.into()))
}

fn check_note(note: Option<&str>) -> Result<(), Problem> {
    let most = domain::limits::MEDIUM_TEXT_CHARS_MAX;
    match note {
        Some(note) if note.chars().nth(most).is_some() => {
            Err(Problem::invalid("note", format!("at most {most} characters")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_rows_become_text_but_not_inside_a_command() {
        let detail = json!({
            "made_at": 1_790_000_000_000_i64,
            "command": {"job": {"add_labour": {"started_at": 1_790_000_000_000_i64}}},
            "stands": {"at": 1_790_000_000_000_i64, "count_at_hand": 3, "kind": "done"},
        });
        let shown = with_instants(detail, &["command"]);
        assert_eq!(shown["made_at"], "2026-09-21T14:13:20Z");
        assert_eq!(shown["stands"]["at"], "2026-09-21T14:13:20Z");
        assert_eq!(shown["stands"]["count_at_hand"], 3);
        assert_eq!(shown["command"]["job"]["add_labour"]["started_at"], 1_790_000_000_000_i64);
    }

    #[test]
    fn rival_values_are_plain() {
        let detail = json!({"values": [
            {"value": {"instant": 1_790_000_000_000_i64}, "class": "office", "op": "3@4f"},
            {"value": null, "class": null, "op": "2@54"},
        ]});
        let shown = detail_for_people("field", detail);
        assert_eq!(shown["values"][0]["value"], "2026-09-21T14:13:20Z");
        assert_eq!(shown["values"][0]["side"], "office");
        assert_eq!(shown["values"][1]["value"], Value::Null);
    }
}
