//! For programs that watch the server: alive, ready, figures.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;
use wire::ErrorCode;

use super::extract::Json;
use super::{AppState, Problem};
use crate::people;

/// How the server is.
#[derive(Serialize, ToSchema)]
pub(super) struct HealthBody {
    /// `ok`.
    status: &'static str,
    /// The server's version.
    version: &'static str,
}

const OK: HealthBody = HealthBody { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Says that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "Operation",
    responses((status = 200, description = "Alive.", body = HealthBody)))]
pub(super) async fn show_health() -> Json<HealthBody> {
    std::future::ready(Json(OK)).await
}

/// Says that the server takes requests: its database answers and it is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "Operation",
    responses((status = 200, description = "Ready.", body = HealthBody)))]
pub(super) async fn show_readiness(State(app): State<AppState>) -> Result<Json<HealthBody>, Problem> {
    if *app.stopping.borrow() {
        return Err(Problem::new(ErrorCode::Busy).with_detail("the server is stopping").retry_after(10));
    }
    app.store.read(people::count_administrators).await?;
    Ok(Json(OK))
}

/// Figures in the OpenMetrics text format; nothing personal.
#[utoipa::path(get, path = "/metrics", tag = "Operation",
    responses((status = 200, description = "Figures.", content_type = "text/plain", body = String)))]
pub(super) async fn show_metrics(State(app): State<AppState>) -> Result<impl IntoResponse, Problem> {
    let text = std::future::ready(app.metrics.as_text()).await.map_err(|error| Problem::internal(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text))
}
