//! Requests as they are said over HTTP.

use axum::http::HeaderMap;
use desk::{Channel, RequestKind, RequestStatus};
use domain::{UserId, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::FieldProblem;

use crate::desk::{
    ActDone, ActivityRow, Registered, RequestFields, RequestFile, RequestFilter, RequestRow, RequestShow,
    SentMessage, StillOpen, TellHow, VisitRow, Worklist,
};
use crate::http::Problem;
use crate::http::deadlines::DeadlineBody;
use crate::http::extract::Json;
use crate::http::preconditions::etag_header;
use crate::http::words::known_word;
use crate::rfc3339::Rfc3339;

/// A request to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewRequestBody {
    /// `complaint`, `information`, `service`, `purchase`, `installation` or `pre_sale`.
    #[schema(value_type = String)]
    pub(super) kind: RequestKind,
    /// How it came.
    #[schema(value_type = String)]
    pub(super) channel: Channel,
    /// What is known of it.
    #[serde(default)]
    pub(super) fields: RequestFields,
    /// When it came, if that was before now.
    pub(super) received_at: Option<Rfc3339>,
    /// The unit, where the registrar knows better than the rules.
    pub(super) unit: Option<String>,
    /// How its people want to be told.
    pub(super) tell: Option<TellHow>,
}

/// A request.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RequestBody {
    /// Its id.
    #[schema(format = "uuid")]
    id: String,
    /// The number that people use.
    number: String,
    /// Its type.
    kind: &'static str,
    /// Where it stands.
    status: &'static str,
    /// How it came.
    channel: &'static str,
    /// What is known of it; without contact data for who may not reach the customer.
    fields: RequestFields,
    /// The unit that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// The sales agency to which it was passed.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    sales_agency: Option<Uuid>,
    /// Who is accountable for it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<UserId>,
    /// Who controls its course.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    controller: Option<UserId>,
    /// Who registered it; absent: the customer himself.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_by: Option<UserId>,
    /// When it came.
    received_at: Rfc3339,
    /// When it was registered.
    registered_at: Rfc3339,
    /// The time that the customer was promised.
    #[serde(skip_serializing_if = "Option::is_none")]
    promised_at: Option<Rfc3339>,
    /// When the customer was answered last.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Rfc3339>,
    /// When somebody first did something on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    touched_at: Option<Rfc3339>,
    /// When it was done and handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Rfc3339>,
    /// When it was closed or called off.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Rfc3339>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// Its state; goes into `If-Match`.
    version: i64,
}

impl RequestBody {
    /// A request as it is shown to who may, or may not, reach the customer (R7).
    pub(super) fn of(row: RequestRow, sees_contact: bool) -> Self {
        let fields = if sees_contact { row.fields } else { row.fields.without_contact() };
        Self {
            id: row.id.to_string(),
            number: row.number,
            kind: row.kind.name(),
            status: row.status.name(),
            channel: row.channel.name(),
            fields,
            unit: row.unit,
            sales_agency: row.sales_agency,
            owner: row.owner,
            controller: row.controller,
            registered_by: row.registered_by,
            received_at: Rfc3339(row.received_at),
            registered_at: Rfc3339(row.registered_at),
            promised_at: row.promised_at.map(Rfc3339),
            answered_at: row.answered_at.map(Rfc3339),
            touched_at: row.touched_at.map(Rfc3339),
            finished_at: row.finished_at.map(Rfc3339),
            ended_at: row.ended_at.map(Rfc3339),
            result: row.result,
            version: row.version,
        }
    }
}

/// A request just registered.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RegisteredBody {
    /// The request.
    request: RequestBody,
    /// What the registrar should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<WarningBody>,
}

/// What somebody should know.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct WarningBody {
    /// A stable code, such as `routing.no_rule`.
    code: String,
    /// In a sentence.
    message: String,
}

impl From<FieldProblem> for WarningBody {
    fn from(problem: FieldProblem) -> Self {
        Self { code: problem.code.unwrap_or_default(), message: problem.message }
    }
}

impl From<Registered> for RegisteredBody {
    fn from(registered: Registered) -> Self {
        let warnings = registered.warnings.into_iter().map(WarningBody::from).collect();
        Self { request: RequestBody::of(registered.request, true), warnings }
    }
}

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct RequestsQuery {
    /// `mine`, `unit`, `untouched`, `promised_today`, `waiting`, `controlled`, `no_unit` or
    /// `solutions`; all if left out.
    list: Option<String>,
    /// Of a status.
    status: Option<String>,
    /// `true`: only those that are not over.
    open: Option<bool>,
    /// Of a type.
    kind: Option<String>,
    /// Of a unit.
    unit: Option<String>,
    /// Of an owner.
    #[param(value_type = Option<String>)]
    owner: Option<UserId>,
    /// Of an account.
    #[param(value_type = Option<String>)]
    account: Option<Uuid>,
    /// On a device.
    serial: Option<String>,
    /// With these words.
    text: Option<String>,
    /// The page, as the one before named it.
    cursor: Option<String>,
    /// Requests on the page: 50, at most 500.
    limit: Option<u32>,
}

impl RequestsQuery {
    pub(super) fn into_filter(self) -> Result<RequestFilter, Problem> {
        let lists: Vec<&str> = WORKLISTS.iter().map(|(word, _)| *word).collect();
        let worklist = |word: &str| WORKLISTS.iter().find(|(name, _)| *name == word).map(|(_, list)| *list);
        let list = known_word("list", self.list.as_deref(), (&lists, worklist))?.unwrap_or_default();
        let statuses: Vec<&str> = RequestStatus::ALL.iter().map(|status| status.name()).collect();
        let kinds: Vec<&str> = RequestKind::ALL.iter().map(|kind| kind.name()).collect();
        Ok(RequestFilter {
            list,
            status: known_word("status", self.status.as_deref(), (&statuses, RequestStatus::from_name))?,
            open: self.open.filter(|open| *open).map(|_| StillOpen),
            kind: known_word("kind", self.kind.as_deref(), (&kinds, RequestKind::from_name))?,
            unit: self.unit,
            owner: self.owner,
            account: self.account,
            serial: self.serial,
            text: self.text,
            cursor: self.cursor,
            limit: self.limit.unwrap_or(0),
        })
    }
}

const WORKLISTS: [(&str, Worklist); 9] = [
    ("all", Worklist::All),
    ("mine", Worklist::Mine),
    ("unit", Worklist::Unit),
    ("untouched", Worklist::Untouched),
    ("promised_today", Worklist::PromisedToday),
    ("waiting", Worklist::Waiting),
    ("controlled", Worklist::Controlled),
    ("no_unit", Worklist::NoUnit),
    ("solutions", Worklist::Solutions),
];

/// A page of requests.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RequestList {
    /// The newest first.
    pub(super) requests: Vec<RequestBody>,
    /// Goes into `cursor` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}

/// An activity.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ActivityBody {
    /// Its number.
    id: i64,
    /// When it happened.
    at: Rfc3339,
    /// When it was recorded.
    recorded_at: Rfc3339,
    /// Who did it.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<UserId>,
    /// The name that people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_name: Option<String>,
    /// `desk`, `customer` or `server`.
    author: String,
    /// What was done.
    kind: String,
    /// Whether the customer sees it.
    shown: bool,
    /// The words.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Rfc3339>,
    /// To which unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// On which visit.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
    /// More about it.
    #[schema(value_type = Object)]
    detail: serde_json::Value,
}

impl From<ActivityRow> for ActivityBody {
    fn from(row: ActivityRow) -> Self {
        Self {
            id: row.id,
            at: Rfc3339(row.at),
            recorded_at: Rfc3339(row.recorded_at),
            by: row.by,
            by_name: row.by_name,
            author: row.author,
            kind: row.kind,
            shown: row.shown,
            text: row.text,
            until: row.until.map(Rfc3339),
            unit: row.unit,
            job: row.job.map(|job| job.to_string()),
            detail: row.detail,
        }
    }
}

/// A visit, as its job stands now.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct VisitBody {
    /// The job.
    #[schema(format = "uuid")]
    job: String,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// `visit` or `bench`.
    kind: String,
    /// Where it stands.
    status: String,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_since: Option<Rfc3339>,
    /// Who goes.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    technician: Option<UserId>,
    /// The name that people see.
    #[serde(skip_serializing_if = "Option::is_none")]
    technician_name: Option<String>,
    /// From when he comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    window_start: Option<Rfc3339>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    window_end: Option<Rfc3339>,
    /// Lines of parts.
    parts: i64,
    /// Work so far, in milliseconds.
    labour_ms: i64,
}

impl From<VisitRow> for VisitBody {
    fn from(row: VisitRow) -> Self {
        Self {
            job: row.job.to_string(),
            number: row.number,
            kind: row.kind,
            status: row.status,
            status_since: row.status_since.map(Rfc3339),
            technician: row.technician,
            technician_name: row.technician_name,
            window_start: row.window.0.map(Rfc3339),
            window_end: row.window.1.map(Rfc3339),
            parts: row.parts,
            labour_ms: row.labour_ms,
        }
    }
}

/// A message to one of the request's people.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct MessageBody {
    /// `email` or `sms`.
    channel: String,
    /// To where; forgotten once it is out.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Of which activity.
    activity: i64,
    /// `queued`, `sent`, `skipped` or `dead`.
    state: String,
    /// When it was queued.
    queued_at: Rfc3339,
    /// When it was sent or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    settled_at: Option<Rfc3339>,
}

impl From<SentMessage> for MessageBody {
    fn from(sent: SentMessage) -> Self {
        let SentMessage { channel, address, activity, state, queued_at, settled_at } = sent;
        let settled_at = settled_at.map(Rfc3339);
        Self { channel, address, activity, state, queued_at: Rfc3339(queued_at), settled_at }
    }
}

/// A file that came with a request.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct FileBody {
    /// Its number, for `/v1/requests/{id}/files/{file}`.
    id: i64,
    /// With which activity it came.
    activity: i64,
    /// As its sender called it.
    name: String,
    /// What its sender says that it is.
    media_type: String,
    /// How large it is.
    bytes: i64,
    /// When it came.
    at: Rfc3339,
}

impl From<RequestFile> for FileBody {
    fn from(file: RequestFile) -> Self {
        let RequestFile { id, activity, name, media_type, bytes, at } = file;
        Self { id, activity, name, media_type, bytes, at: Rfc3339(at) }
    }
}

/// A request with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct RequestDetail {
    /// The request.
    request: RequestBody,
    /// What was done, the first first.
    activities: Vec<ActivityBody>,
    /// Its visits.
    visits: Vec<VisitBody>,
    /// What came with it.
    files: Vec<FileBody>,
    /// Its clocks.
    deadlines: Vec<DeadlineBody>,
    /// What its people were told.
    messages: Vec<MessageBody>,
    /// To which unit it escalates.
    #[serde(skip_serializing_if = "Option::is_none")]
    escalates_to: Option<String>,
}

impl From<RequestShow> for RequestDetail {
    fn from(shown: RequestShow) -> Self {
        Self {
            request: RequestBody::of(shown.request, shown.sees_contact),
            activities: shown.activities.into_iter().map(ActivityBody::from).collect(),
            visits: shown.visits.into_iter().map(VisitBody::from).collect(),
            files: shown.files.into_iter().map(FileBody::from).collect(),
            deadlines: shown.clocks.into_iter().map(DeadlineBody::from).collect(),
            messages: shown.messages.into_iter().map(MessageBody::from).collect(),
            escalates_to: shown.escalates_to,
        }
    }
}

/// A request after an act.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ActedBody {
    /// The request's id.
    #[schema(format = "uuid")]
    id: String,
    /// The activity that the act is.
    activity: i64,
    /// Where the request stands now.
    status: &'static str,
    /// The unit that has it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    /// Its state now; goes into `If-Match`.
    version: i64,
    /// The job that was made.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<String>,
}

pub(super) fn acted(done: ActDone, job: Option<String>) -> (HeaderMap, Json<ActedBody>) {
    let ActDone { request, activity } = done;
    let headers = etag_header(&request.version.to_string());
    let body = ActedBody {
        id: request.id.to_string(),
        activity,
        status: request.status.name(),
        unit: request.unit,
        version: request.version,
        job,
    };
    (headers, Json(body))
}

/// A visit to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewVisitBody {
    /// `visit`, or `bench` for the workshop.
    #[serde(default)]
    pub(super) kind: VisitKind,
    /// What the technician should know besides.
    #[schema(max_length = 20_000)]
    pub(super) note: Option<String>,
}

/// Where the work is done.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum VisitKind {
    /// At the customer's.
    #[default]
    Visit,
    /// At the workshop.
    Bench,
}
