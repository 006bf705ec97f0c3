//! Customers: found, shown with their whole past, entered, joined.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{DocId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::contracts::ContractBody;
use super::request_bodies::RequestBody;
use crate::desk::{self as heart, Contact, ContactDraft, CustomerCard, CustomerDraft, PastJobRow, SiteDraft};
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct CustomersQuery {
    /// A telephone number, a name, a contact or a serial number, in any letters and digits.
    text: String,
}

/// A customer that was found.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct FoundBody {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    account: Uuid,
    /// What is known of it.
    #[schema(value_type = Object)]
    customer: serde_json::Value,
    /// By what it was found: `number`, `name`, `contact` or `serial`.
    by: &'static str,
}

/// Customers.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct FoundList {
    /// Numbers first.
    customers: Vec<FoundBody>,
}

/// A contact.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ContactBody {
    /// His id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// What is known of him.
    contact: ContactDraft,
    /// Since when he is known.
    created_at: Rfc3339,
    /// Since when he is no contact any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Rfc3339>,
}

impl From<Contact> for ContactBody {
    fn from(contact: Contact) -> Self {
        Self {
            id: contact.id,
            contact: contact.draft,
            created_at: Rfc3339(contact.created_at),
            ended_at: contact.ended_at.map(Rfc3339),
        }
    }
}

/// A place of a customer.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct SiteBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// What is known of it.
    site: SiteDraft,
}

/// A device of a customer.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct AssetBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    id: Uuid,
    /// What is known of it.
    #[schema(value_type = Object)]
    asset: serde_json::Value,
}

/// A job in a customer's past.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PastJobBody {
    /// Which.
    #[schema(value_type = String, format = "uuid")]
    id: DocId,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Where it stands.
    status: String,
    /// What it is about.
    subject: String,
    /// When it was registered.
    received_at: Rfc3339,
    /// On which device.
    #[serde(skip_serializing_if = "Option::is_none")]
    serial: Option<String>,
}

impl From<PastJobRow> for PastJobBody {
    fn from(row: PastJobRow) -> Self {
        let PastJobRow { doc, number, status, subject, received_at, serial } = row;
        Self { id: doc, number, status, subject, received_at: Rfc3339(received_at), serial }
    }
}

/// All that is known of a customer.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct CustomerBody {
    /// The account.
    #[schema(value_type = String, format = "uuid")]
    account: Uuid,
    /// What is known of it.
    #[schema(value_type = Object)]
    customer: serde_json::Value,
    /// Records that were joined with this one.
    #[schema(value_type = Vec<String>)]
    joined: Vec<Uuid>,
    /// His people.
    contacts: Vec<ContactBody>,
    /// His places.
    sites: Vec<SiteBody>,
    /// His devices.
    assets: Vec<AssetBody>,
    /// His contracts, as they stand now.
    contracts: Vec<ContractBody>,
    /// His requests, the newest first.
    requests: Vec<RequestBody>,
    /// His jobs, the newest first.
    jobs: Vec<PastJobBody>,
}

impl From<CustomerCard> for CustomerBody {
    fn from(card: CustomerCard) -> Self {
        Self {
            account: card.account,
            customer: card.json,
            joined: card.joined,
            contacts: card.contacts.into_iter().map(ContactBody::from).collect(),
            sites: card.sites.into_iter().map(|(id, site)| SiteBody { id, site }).collect(),
            assets: card.assets.into_iter().map(|(id, asset)| AssetBody { id, asset }).collect(),
            contracts: card.contracts.into_iter().map(ContractBody::from).collect(),
            requests: card.requests.into_iter().map(|row| RequestBody::of(row, true)).collect(),
            jobs: card.jobs.into_iter().map(PastJobBody::from).collect(),
        }
    }
}

/// Something that was entered.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EnteredBody {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: Uuid,
}

/// Which records.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct DuplicatesQuery {
    /// Those that may be the same as this one.
    #[param(value_type = Option<String>)]
    account: Option<Uuid>,
}

/// Two records that may be one customer.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DuplicateBody {
    /// The one.
    #[schema(value_type = String, format = "uuid")]
    one: Uuid,
    /// The other.
    #[schema(value_type = String, format = "uuid")]
    other: Uuid,
    /// What they share: `number`, `email` or `name`.
    shared: String,
}

/// Records that may be one customer.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DuplicateList {
    /// Pairs.
    duplicates: Vec<DuplicateBody>,
}

/// Two records to be joined.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MergeBody {
    /// The record that stays.
    #[schema(value_type = String, format = "uuid")]
    into: Uuid,
    /// Why they are one.
    #[schema(min_length = 1, max_length = 20_000)]
    reason: String,
}

/// Finds customers.
#[utoipa::path(get, path = "/v1/customers", tag = "Customers", params(CustomersQuery),
    responses((status = 200, description = "Those that fit.", body = FoundList)))]
pub(in crate::http) async fn find_customers(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<CustomersQuery>,
) -> Result<Json<FoundList>, Problem> {
    let found = heart::find_customers(&app.core, &DeviceSession::from(caller), query.text).await?;
    let body = |one: heart::Found| FoundBody { account: one.account, customer: one.json, by: one.by };
    Ok(Json(FoundList { customers: found.into_iter().map(body).collect() }))
}

/// Shows a customer with people, places, devices, contracts and the whole past.
#[utoipa::path(get, path = "/v1/customers/{id}", tag = "Customers", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The customer.", body = CustomerBody)))]
pub(in crate::http) async fn show_customer(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<Json<CustomerBody>, Problem> {
    Ok(Json(heart::show_customer(&app.core, &DeviceSession::from(caller), id).await?.into()))
}

/// Enters a customer.
#[utoipa::path(post, path = "/v1/customers", tag = "Customers", request_body = CustomerDraft,
    responses((status = 201, description = "Entered.", body = EnteredBody)))]
pub(in crate::http) async fn create_customer(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(draft): Json<CustomerDraft>,
) -> Result<(StatusCode, Json<EnteredBody>), Problem> {
    let id = heart::edit_customer(&app.core, &DeviceSession::from(caller), None, draft).await?;
    Ok((StatusCode::CREATED, Json(EnteredBody { id })))
}

/// Corrects a customer; an empty text clears a fact, what is left out stays.
#[utoipa::path(patch, path = "/v1/customers/{id}", tag = "Customers", request_body = CustomerDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "Corrected.", body = EnteredBody)))]
pub(in crate::http) async fn edit_customer(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(draft): Json<CustomerDraft>,
) -> Result<Json<EnteredBody>, Problem> {
    let id = heart::edit_customer(&app.core, &DeviceSession::from(caller), Some(id), draft).await?;
    Ok(Json(EnteredBody { id }))
}

/// Enters a contact of a customer.
#[utoipa::path(post, path = "/v1/customers/{id}/contacts", tag = "Customers", request_body = ContactDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, description = "Entered.", body = EnteredBody)))]
pub(in crate::http) async fn create_contact(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(draft): Json<ContactDraft>,
) -> Result<(StatusCode, Json<EnteredBody>), Problem> {
    let id = heart::add_contact(&app.core, &DeviceSession::from(caller), id, draft).await?;
    Ok((StatusCode::CREATED, Json(EnteredBody { id })))
}

/// Corrects a contact.
#[utoipa::path(put, path = "/v1/contacts/{id}", tag = "Customers", request_body = ContactDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Corrected.")))]
pub(in crate::http) async fn edit_contact(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(draft): Json<ContactDraft>,
) -> Result<StatusCode, Problem> {
    heart::edit_contact(&app.core, &DeviceSession::from(caller), id, Some(draft)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says that somebody is no contact any more.
#[utoipa::path(delete, path = "/v1/contacts/{id}", tag = "Customers", params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "No contact any more.")))]
pub(in crate::http) async fn end_contact(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    heart::edit_contact(&app.core, &DeviceSession::from(caller), id, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters a place of a customer.
#[utoipa::path(post, path = "/v1/customers/{id}/sites", tag = "Customers", request_body = SiteDraft,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, description = "Entered.", body = EnteredBody)))]
pub(in crate::http) async fn create_site(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(site): Json<SiteDraft>,
) -> Result<(StatusCode, Json<EnteredBody>), Problem> {
    let id = heart::add_site(&app.core, &DeviceSession::from(caller), id, site).await?;
    Ok((StatusCode::CREATED, Json(EnteredBody { id })))
}

/// Lists records that may be one customer.
#[utoipa::path(get, path = "/v1/customer-duplicates", tag = "Customers", params(DuplicatesQuery),
    responses((status = 200, description = "Pairs.", body = DuplicateList)))]
pub(in crate::http) async fn list_duplicates(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<DuplicatesQuery>,
) -> Result<Json<DuplicateList>, Problem> {
    let found = heart::duplicates(&app.core, &DeviceSession::from(caller), query.account).await?;
    let body =
        |pair: heart::Duplicate| DuplicateBody { one: pair.one, other: pair.other, shared: pair.shared };
    Ok(Json(DuplicateList { duplicates: found.into_iter().map(body).collect() }))
}

/// Joins a record with another one of the same customer.
#[utoipa::path(post, path = "/v1/customers/{id}/merge", tag = "Customers", request_body = MergeBody,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Joined.")))]
pub(in crate::http) async fn merge_customers(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
    Json(asked): Json<MergeBody>,
) -> Result<StatusCode, Problem> {
    let session = DeviceSession::from(caller);
    heart::merge_customers(&app.core, &session, (id, asked.into), asked.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Parts a record that had been joined with another.
#[utoipa::path(post, path = "/v1/customers/{id}/part", tag = "Customers", params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Parted.")))]
pub(in crate::http) async fn part_customers(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    heart::part_customers(&app.core, &DeviceSession::from(caller), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
