//! What gateways bring: short messages, and calls to the answering machine. Each is signed
//! (`docs/requests.md`), and none is taken twice.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::ErrorCode;

use crate::http::extract::{Body, Json, Path, parse_json};
use crate::http::{AppState, Problem};
use crate::inbound::{HookProblem, Incoming, Source, Taken, take_message};

/// When it was signed, in seconds.
const TIMESTAMP: &str = "x-hamgam-timestamp";
/// `sha256=` and the HMAC in hexadecimal.
const SIGNATURE: &str = "x-hamgam-signature";

/// A message of a gateway.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct HookBody {
    /// By which the gateway knows it; the same again is not taken again.
    #[schema(min_length = 1, max_length = 200)]
    id: String,
    /// The caller's or sender's number.
    #[schema(min_length = 1, max_length = 200)]
    from: String,
    /// What was written, or what was chosen and said at the answering machine.
    #[schema(max_length = 20_000)]
    text: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct HookTakenBody {
    /// `request`, `reply`, `late` or `ignored`.
    outcome: &'static str,
    /// The number of the request, to be read out to the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
}

/// Takes what a gateway brings.
#[utoipa::path(post, path = "/v1/hooks/{source}", tag = "Gateways", request_body = HookBody,
    params(("source" = String, Path, description = "sms or ivr"),
        ("x-hamgam-timestamp" = String, Header, description = "Seconds since the epoch, at most 300 off."),
        ("x-hamgam-signature" = String, Header, description = "sha256= and HMAC-SHA-256 of timestamp, \".\", body.")),
    responses((status = 200, description = "Taken.", body = HookTakenBody)))]
pub(in crate::http) async fn take_hook(
    State(app): State<AppState>,
    Path(source): Path<String>,
    headers: HeaderMap,
    Body(bytes): Body,
) -> Result<Json<HookTakenBody>, Problem> {
    let source = match source.as_str() {
        "sms" => Source::Sms,
        "ivr" => Source::Ivr,
        _ => return Err(Problem::new(ErrorCode::NotFound)),
    };
    let unsigned = |detail: String| Problem::new(ErrorCode::HookUnsigned).with_detail(detail);
    let key = app.hook_key.as_ref();
    let key =
        key.ok_or_else(|| unsigned("this server takes nothing from gateways: set hook_key".to_owned()))?;
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signed = key.check((text(TIMESTAMP), text(SIGNATURE)), &bytes, app.clock.now());
    signed.map_err(|problem: HookProblem| unsigned(problem.to_string()))?;
    let asked: HookBody = parse_json(&bytes)?;
    for (path, value) in [("id", &asked.id), ("from", &asked.from)] {
        if value.trim().is_empty() || value.chars().count() > 200 {
            return Err(Problem::invalid(path, "1 to 200 characters"));
        }
    }
    let message = Incoming {
        source,
        key: asked.id,
        from: asked.from,
        name: None,
        subject: None,
        text: asked.text,
        sent_at: None,
        answers: Vec::new(),
        automatic: None,
        files: Vec::new(),
    };
    let (outcome, number) = match take_message(&app.core, message).await? {
        Taken::Request(number) => ("request", Some(number)),
        Taken::Reply(number) => ("reply", Some(number)),
        Taken::Late(number) => ("late", Some(number)),
        Taken::Ignored(_) => ("ignored", None),
        Taken::Known => return Err(Problem::new(ErrorCode::HookReplayed)),
    };
    Ok(Json(HookTakenBody { outcome, number }))
}
