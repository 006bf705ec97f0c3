//! Lists of jobs: filters, order, pages, search.

use axum::extract::State;
use domain::{AgencyId, CustomerId, DocId, JobField, Status, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::desk::choices;
use crate::http::extract::{Json, Query};
use crate::http::guard::SignedIn;
use crate::http::words::{one_of, unknown_word};
use crate::http::{AppState, Problem};
use crate::office;
use crate::office::{JobFilter, JobList, JobOrder, JobRow, PAGE_ROWS_MAX};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// Ids in one question at most.
const IDS_MAX: usize = 100;

/// Which jobs, in which order, how many.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct JobsQuery {
    /// With one of these ids, with commas between; at most 100.
    id: Option<String>,
    /// In one of these statuses, with commas between: `new,assigned`.
    status: Option<String>,
    /// Assigned to this technician.
    #[param(value_type = Option<String>, format = "uuid")]
    technician: Option<UserId>,
    /// For this agency.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Of this customer.
    #[param(value_type = Option<String>, format = "uuid")]
    customer: Option<CustomerId>,
    /// With this number.
    number: Option<String>,
    /// With this serial number.
    serial: Option<String>,
    /// In this city.
    city: Option<String>,
    /// Of this priority.
    priority: Option<String>,
    /// Whose window overlaps this instant and `window_to`.
    window_from: Option<Rfc3339>,
    /// With `window_from`.
    window_to: Option<Rfc3339>,
    /// Received by the server from this instant.
    received_from: Option<Rfc3339>,
    /// Received by the server before this instant.
    received_to: Option<Rfc3339>,
    /// With all of these words, each from its beginning.
    q: Option<String>,
    /// The order.
    #[param(inline)]
    sort: Option<SortName>,
    /// The page, as the one before named it.
    cursor: Option<String>,
    /// Rows on the page; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum SortName {
    /// The newest first, by when the server first received them.
    Newest,
    /// The last changed first.
    Changed,
    /// By the beginning of the promised window; jobs without one are left out.
    Window,
}

/// What to search for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct SearchQuery {
    /// Words, each from its beginning; letter forms, digits and case do not matter.
    q: String,
    /// Rows on the page; 50 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The page, as the one before named it.
    cursor: Option<String>,
}

macro_rules! row_body {
    ($($(#[$doc:meta])* $field:ident: $kind:ty = $from:expr;)*) => {
        /// A job's row.
        #[derive(Serialize, ToSchema)]
        pub(in crate::http) struct JobRowBody {
            $($(#[$doc])* $field: $kind,)*
        }

        impl From<JobRow> for JobRowBody {
            fn from(row: JobRow) -> Self {
                Self { $($field: ($from)(&row),)* }
            }
        }
    };
}

row_body! {
    /// Its id.
    #[schema(format = "uuid")]
    id: String = |row: &JobRow| row.doc.to_string();
    /// `visit` or `bench`.
    kind: String = |row: &JobRow| row.kind.clone();
    /// The number that people use.
    number: Option<String> = |row: &JobRow| row.number.clone();
    /// Where it stands.
    status: String = |row: &JobRow| row.status.clone();
    /// Since when, by the author's device.
    status_since_at: Option<Rfc3339> = |row: &JobRow| row.status_since_at.map(Rfc3339);
    /// What it is about.
    subject: String = |row: &JobRow| row.subject.clone();
    /// How soon.
    priority: Option<String> = |row: &JobRow| row.priority.clone();
    /// The customer account.
    #[schema(format = "uuid")]
    customer: Option<String> = |row: &JobRow| row.account.map(|id| id.to_string());
    /// The account's name.
    customer_name: Option<String> = |row: &JobRow| row.account_name.clone();
    /// Whom to ask for.
    contact_name: Option<String> = |row: &JobRow| row.contact_name.clone();
    /// The number to call.
    contact_phone: Option<String> = |row: &JobRow| row.contact_phone.clone();
    /// The city.
    city: Option<String> = |row: &JobRow| row.city.clone();
    /// The address.
    address: Option<String> = |row: &JobRow| row.address.clone();
    /// The serial number.
    serial: Option<String> = |row: &JobRow| row.serial.clone();
    /// The model.
    model: Option<String> = |row: &JobRow| row.model.clone();
    /// Who goes.
    #[schema(format = "uuid")]
    technician: Option<String> = |row: &JobRow| row.technician.map(|id| id.to_string());
    /// For which agency.
    #[schema(format = "uuid")]
    agency: Option<String> = |row: &JobRow| row.representative.map(|id| id.to_string());
    /// The window's start.
    window_start: Option<Rfc3339> = |row: &JobRow| row.window_start.map(Rfc3339);
    /// The window's end.
    window_end: Option<Rfc3339> = |row: &JobRow| row.window_end.map(Rfc3339);
    /// When it was registered, by that device.
    created_at: Option<Rfc3339> = |row: &JobRow| row.created_at.map(Rfc3339);
    /// When the technician finished, by that device.
    done_at: Option<Rfc3339> = |row: &JobRow| row.done_at.map(Rfc3339);
    /// When the server first received it.
    received_at: Rfc3339 = |row: &JobRow| Rfc3339(row.received_at);
    /// When the server last received a change.
    updated_at: Rfc3339 = |row: &JobRow| Rfc3339(row.updated_at);
    /// Lines of parts that are not void.
    parts_count: i64 = |row: &JobRow| row.parts_count;
    /// Labour that has ended, in whole minutes.
    labour_minutes: i64 = |row: &JobRow| row.labour_ms / 60_000;
    /// Attachments.
    attachments_count: i64 = |row: &JobRow| row.attachments_count;
    /// The position of the last change.
    position: i64 = |row: &JobRow| row.position;
}

/// A page of jobs.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct JobListBody {
    /// The rows.
    jobs: Vec<JobRowBody>,
    /// Goes into `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<JobList> for JobListBody {
    fn from(list: JobList) -> Self {
        Self { jobs: list.rows.into_iter().map(JobRowBody::from).collect(), next: list.next }
    }
}

impl JobsQuery {
    fn into_filter(self) -> Result<JobFilter, Problem> {
        let statuses = match self.status.as_deref() {
            None | Some("") => Vec::new(),
            Some(words) => words.split(',').map(status).collect::<Result<_, _>>()?,
        };
        let order = match self.sort.unwrap_or(SortName::Newest) {
            SortName::Newest => JobOrder::Newest,
            SortName::Changed => JobOrder::Changed,
            SortName::Window => JobOrder::Window,
        };
        let ids = match self.id.as_deref() {
            None | Some("") => Vec::new(),
            Some(ids) => these_ids(ids)?,
        };
        Ok(JobFilter {
            ids,
            statuses,
            technician: self.technician,
            representative: self.agency,
            account: self.customer,
            number: self.number,
            serial: self.serial,
            city: self.city,
            priority: one_of("priority", self.priority, choices(JobField::RequestPriority))?,
            window: span("window", self.window_from, self.window_to)?,
            received: span("received", self.received_from, self.received_to)?,
            text: self.q,
            order,
            cursor: self.cursor,
            limit: limit(self.limit)?,
        })
    }
}

/// Ids with commas between.
pub(in crate::http) fn these_ids(text: &str) -> Result<Vec<DocId>, Problem> {
    let ids: Option<Vec<DocId>> = text.split(',').map(|id| id.trim().parse().ok()).collect();
    ids.filter(|ids| ids.len() <= IDS_MAX)
        .ok_or_else(|| Problem::invalid("id", format!("at most {IDS_MAX} ids with commas between")))
}

fn status(word: &str) -> Result<Status, Problem> {
    Status::from_name(word.trim()).ok_or_else(|| {
        let words: Vec<_> = Status::ALL.iter().map(|status| status.name()).collect();
        unknown_word("status", &words)
    })
}

fn span(
    name: &str,
    from: Option<Rfc3339>,
    to: Option<Rfc3339>,
) -> Result<Option<(domain::Instant, domain::Instant)>, Problem> {
    match (from, to) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) => Ok(Some((from.0, to.0))),
        (Some(_), None) => Err(Problem::invalid(format!("{name}_to"), "a span has both ends")),
        (None, Some(_)) => Err(Problem::invalid(format!("{name}_from"), "a span has both ends")),
    }
}

fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    match asked {
        None => Ok(0),
        Some(limit) if (1..=PAGE_ROWS_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::invalid("limit", format!("1 to {PAGE_ROWS_MAX}"))),
    }
}

/// Lists jobs: a technician's own, a representative's agency's, or all.
#[utoipa::path(get, path = "/v1/jobs", tag = "Jobs", params(JobsQuery),
    responses((status = 200, description = "A page.", body = JobListBody)))]
pub(in crate::http) async fn list_jobs(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<JobsQuery>,
) -> Result<Json<JobListBody>, Problem> {
    let list = office::list_jobs(&app.core, &DeviceSession::from(caller), query.into_filter()?).await?;
    Ok(Json(list.into()))
}

/// Searches jobs by words of any text in them.
#[utoipa::path(get, path = "/v1/jobs/search", tag = "Jobs", params(SearchQuery),
    responses((status = 200, description = "A page.", body = JobListBody)))]
pub(in crate::http) async fn search_jobs(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Query(query): Query<SearchQuery>,
) -> Result<Json<JobListBody>, Problem> {
    let filter = JobFilter {
        text: Some(query.q),
        cursor: query.cursor,
        limit: limit(query.limit)?,
        ..JobFilter::default()
    };
    let list = office::list_jobs(&app.core, &DeviceSession::from(caller), filter).await?;
    Ok(Json(list.into()))
}
