//! Sales agencies and sellers over HTTP.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{UserId, Uuid};
use serde::Serialize;
use utoipa::ToSchema;

use super::customers::EnteredBody;
use crate::desk::{self as heart, SalesAgency, SalesAgencyDraft, SalesEdit, Seller, SellerDraft};
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// A seller.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SellerBody {
    /// His id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// His name.
    name: String,
    /// His telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// As whom he signs in.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserId>,
    /// Since when he sells.
    since: Rfc3339,
}

impl From<Seller> for SellerBody {
    fn from(seller: Seller) -> Self {
        let SellerDraft { name, phone, user } = seller.draft;
        Self { id: seller.id, name, phone, user, since: Rfc3339(seller.since) }
    }
}

/// A sales agency.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SalesAgencyBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// Its name.
    name: String,
    /// Its city.
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    /// Its telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// When it was entered.
    created_at: Rfc3339,
    /// Its sellers.
    sellers: Vec<SellerBody>,
}

impl From<SalesAgency> for SalesAgencyBody {
    fn from(agency: SalesAgency) -> Self {
        let SalesAgencyDraft { name, city, phone } = agency.draft;
        let sellers = agency.sellers.into_iter().map(SellerBody::from).collect();
        Self { id: agency.id, name, city, phone, created_at: Rfc3339(agency.created_at), sellers }
    }
}

/// Sales agencies.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SalesAgencyList {
    /// By name.
    sales_agencies: Vec<SalesAgencyBody>,
}

async fn edit(app: &AppState, caller: crate::auth::Caller, edit: SalesEdit) -> Result<Uuid, Problem> {
    Ok(heart::edit_sales(&app.core, &DeviceSession::from(caller), edit).await?)
}

/// Lists sales agencies with their sellers.
#[utoipa::path(get, path = "/v1/sales-agencies", tag = "Sales agencies",
    responses((status = 200, description = "Agencies.", body = SalesAgencyList)))]
pub(in crate::http) async fn list_sales_agencies(
    State(app): State<AppState>,
) -> Result<Json<SalesAgencyList>, Problem> {
    let agencies = app.store.read(heart::list_sales_agencies).await?;
    Ok(Json(SalesAgencyList { sales_agencies: agencies.into_iter().map(SalesAgencyBody::from).collect() }))
}

/// Enters a sales agency.
#[utoipa::path(post, path = "/v1/sales-agencies", tag = "Sales agencies", request_body = SalesAgencyDraft,
    responses((status = 201, description = "Entered.", body = EnteredBody)))]
pub(in crate::http) async fn create_sales_agency(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(draft): Json<SalesAgencyDraft>,
) -> Result<(StatusCode, Json<EnteredBody>), Problem> {
    let id = edit(&app, caller, SalesEdit::Enter(draft)).await?;
    Ok((StatusCode::CREATED, Json(EnteredBody { id })))
}

/// Corrects a sales agency.
#[utoipa::path(put, path = "/v1/sales-agencies/{id}", tag = "Sales agencies", request_body = SalesAgencyDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Corrected.")))]
pub(in crate::http) async fn edit_sales_agency(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(draft): Json<SalesAgencyDraft>,
) -> Result<StatusCode, Problem> {
    edit(&app, caller, SalesEdit::Correct(id, draft)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes a sales agency; what was passed to it stays with the sales department.
#[utoipa::path(delete, path = "/v1/sales-agencies/{id}", tag = "Sales agencies",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Closed.")))]
pub(in crate::http) async fn close_sales_agency(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    edit(&app, caller, SalesEdit::Close(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters a seller of an agency.
#[utoipa::path(post, path = "/v1/sales-agencies/{id}/sellers", tag = "Sales agencies", request_body = SellerDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, description = "Entered.", body = EnteredBody)))]
pub(in crate::http) async fn create_seller(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(draft): Json<SellerDraft>,
) -> Result<(StatusCode, Json<EnteredBody>), Problem> {
    let id = edit(&app, caller, SalesEdit::EnterSeller(id, draft)).await?;
    Ok((StatusCode::CREATED, Json(EnteredBody { id })))
}

/// Corrects a seller.
#[utoipa::path(put, path = "/v1/sellers/{id}", tag = "Sales agencies", request_body = SellerDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Corrected.")))]
pub(in crate::http) async fn edit_seller(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(draft): Json<SellerDraft>,
) -> Result<StatusCode, Problem> {
    edit(&app, caller, SalesEdit::CorrectSeller(id, draft)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A seller sells no longer.
#[utoipa::path(delete, path = "/v1/sellers/{id}", tag = "Sales agencies",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Ended.")))]
pub(in crate::http) async fn end_seller(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    edit(&app, caller, SalesEdit::EndSeller(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
