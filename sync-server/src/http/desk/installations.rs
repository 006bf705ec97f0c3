//! Installations over HTTP.

use axum::extract::State;
use domain::{DocId, UserId, Uuid};
use serde::Serialize;
use utoipa::ToSchema;

use crate::desk::{self as heart, Installation, InstallationAct, Item, RequestId};
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// An installation.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct InstallationBody {
    /// The request of which it was made.
    #[schema(format = "uuid")]
    request: String,
    /// `planned`, `running`, `handed_over`, `approved`, `closed` or `cancelled`.
    status: &'static str,
    /// Who leads it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<UserId>,
    /// The version of the checklists by which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    /// What is to be done, and what came of it.
    checklist: Vec<Item>,
    /// How long the warranty is.
    warranty_months: u32,
    /// The visit on which the customer signed.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    handover_job: Option<DocId>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    handed_over_at: Option<Rfc3339>,
    /// Who approved it for the sales department.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<UserId>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_at: Option<Rfc3339>,
    /// Until when the warranty is.
    #[serde(skip_serializing_if = "Option::is_none")]
    warranty_until: Option<Rfc3339>,
    /// Who made it.
    #[schema(value_type = String, format = "uuid")]
    made_by: UserId,
    /// When.
    made_at: Rfc3339,
}

impl From<Installation> for InstallationBody {
    fn from(made: Installation) -> Self {
        Self {
            request: made.request.to_string(),
            status: made.status.name(),
            lead: made.lead,
            template: made.template,
            checklist: made.checklist,
            warranty_months: made.warranty_months,
            handover_job: made.handover_job,
            handed_over_at: made.handed_over_at.map(Rfc3339),
            approved_by: made.approved_by,
            approved_at: made.approved_at.map(Rfc3339),
            warranty_until: made.warranty_until.map(Rfc3339),
            made_by: made.made_by,
            made_at: Rfc3339(made.made_at),
        }
    }
}

/// Shows the installation of a request.
#[utoipa::path(get, path = "/v1/requests/{id}/installation", tag = "Installations",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The installation.", body = InstallationBody)))]
pub(in crate::http) async fn show_installation(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<InstallationBody>, Problem> {
    let id = RequestId::from_uuid(id);
    Ok(Json(heart::show_installation(&app.core, &DeviceSession::from(caller), id).await?.into()))
}

/// Does something on the installation of a request.
#[utoipa::path(post, path = "/v1/requests/{id}/installation", tag = "Installations",
    request_body = InstallationAct, params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Done.", body = InstallationBody)))]
pub(in crate::http) async fn act_on_installation(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(act): Json<InstallationAct>,
) -> Result<Json<InstallationBody>, Problem> {
    let id = RequestId::from_uuid(id);
    Ok(Json(heart::act_on_installation(&app.core, &DeviceSession::from(caller), id, act).await?.into()))
}
