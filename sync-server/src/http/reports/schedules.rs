//! Reports that are delivered by themselves.

use axum::extract::State;
use axum::http::StatusCode;
use domain::{AgencyId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::CoreError;
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::reports::Language;
use crate::reports::schedule::{self, Cadence, Delivered, NewSchedule, Schedule};
use crate::rfc3339::Rfc3339;

/// A delivery to be set up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewScheduleBody {
    /// A report's name, or `monthly`.
    report: String,
    /// Of one agency; of all when left out.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// `csv` or `xlsx`.
    format: String,
    /// The language of titles; Persian when left out.
    #[serde(default)]
    lang: Language,
    /// `daily`, `weekly` or `monthly`.
    cadence: String,
    /// The day of the month, 1 to 29, or of the week from Saturday, 0 to 6.
    #[serde(default)]
    day: u8,
    /// The hour in the organisation's zone.
    hour: u8,
    /// Addresses that get it by mail.
    #[serde(default)]
    recipients: Vec<String>,
    /// Whether it is put into the folder `reports` of the data folder.
    #[serde(default)]
    to_folder: bool,
    /// The unit that it is for.
    #[schema(max_length = 200)]
    unit: String,
}

/// A delivery.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ScheduleBody {
    /// Its number.
    id: i64,
    /// A report's name, or `monthly`.
    report: String,
    /// Of one agency.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
    /// `csv` or `xlsx`.
    format: &'static str,
    /// The language of titles.
    lang: Language,
    /// `daily`, `weekly` or `monthly`.
    cadence: &'static str,
    /// The day.
    day: u8,
    /// The hour.
    hour: u8,
    /// Addresses that get it by mail.
    recipients: Vec<String>,
    /// Whether it is put into the folder of reports.
    to_folder: bool,
    /// The unit that it is for.
    unit: String,
    /// Who set it up.
    #[schema(value_type = String, format = "uuid")]
    made_by: UserId,
    /// When.
    made_at: Rfc3339,
    /// When it is next due.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_at: Option<Rfc3339>,
    /// When it was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Rfc3339>,
    /// The last twenty deliveries, the newest first.
    deliveries: Vec<DeliveredBody>,
}

/// What was delivered.
#[derive(Serialize, ToSchema)]
struct DeliveredBody {
    /// When it was due.
    due_at: Rfc3339,
    /// When it was made.
    made_at: Rfc3339,
    /// The file's name in the folder of reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Its size in bytes.
    bytes: i64,
    /// Letters queued.
    letters: i64,
    /// Why it was not delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// Deliveries.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ScheduleList {
    /// The newest first.
    schedules: Vec<ScheduleBody>,
}

impl ScheduleBody {
    fn of(schedule: Schedule, deliveries: Vec<Delivered>) -> Self {
        let what = schedule.what;
        let delivered = |one: Delivered| DeliveredBody {
            due_at: Rfc3339(one.due_at),
            made_at: Rfc3339(one.made_at),
            file: one.file,
            bytes: one.bytes,
            letters: one.letters,
            problem: one.problem,
        };
        Self {
            id: schedule.id,
            report: what.report,
            agency: what.agency,
            format: if what.as_csv { "csv" } else { "xlsx" },
            lang: what.language,
            cadence: what.cadence.name(),
            day: what.day,
            hour: what.hour,
            recipients: what.recipients,
            to_folder: what.to_folder,
            unit: what.unit,
            made_by: what.by,
            made_at: Rfc3339(schedule.made_at),
            next_at: schedule.next_at.map(Rfc3339),
            ended_at: schedule.ended_at.map(Rfc3339),
            deliveries: deliveries.into_iter().map(delivered).collect(),
        }
    }
}

/// Lists deliveries with what came of them.
#[utoipa::path(get, path = "/v1/report-schedules", tag = "Reports",
    responses((status = 200, description = "Deliveries.", body = ScheduleList)))]
pub(in crate::http) async fn list_report_schedules(
    State(app): State<AppState>,
) -> Result<Json<ScheduleList>, Problem> {
    let read = |connection: &rusqlite::Connection| {
        let mut bodies = Vec::new();
        for schedule in schedule::list(connection)? {
            let deliveries = schedule::deliveries(connection, schedule.id)?;
            bodies.push(ScheduleBody::of(schedule, deliveries));
        }
        Ok::<_, CoreError>(bodies)
    };
    Ok(Json(ScheduleList { schedules: app.store.read(read).await? }))
}

/// Sets up the delivery of a report to a unit: by mail, as a file, or both.
#[utoipa::path(post, path = "/v1/report-schedules", tag = "Reports", request_body = NewScheduleBody,
    responses((status = 201, description = "Set up.", body = ScheduleBody)))]
pub(in crate::http) async fn create_report_schedule(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(asked): Json<NewScheduleBody>,
) -> Result<(StatusCode, Json<ScheduleBody>), Problem> {
    let cadence = Cadence::named(&asked.cadence)
        .ok_or_else(|| Problem::invalid("cadence", "daily, weekly or monthly"))?;
    let as_csv = match asked.format.as_str() {
        "csv" => true,
        "xlsx" => false,
        _ => return Err(Problem::invalid("format", "csv or xlsx")),
    };
    let new = NewSchedule {
        report: asked.report,
        agency: asked.agency,
        as_csv,
        language: asked.lang,
        cadence,
        day: asked.day,
        hour: asked.hour,
        recipients: asked.recipients,
        to_folder: asked.to_folder,
        unit: asked.unit,
        by: caller.user,
    };
    let now = app.clock.now();
    let schedule = app.store.write(move |tx| schedule::add(tx, &new, now)).await?;
    app.core.wake_timer();
    Ok((StatusCode::CREATED, Json(ScheduleBody::of(schedule, Vec::new()))))
}

/// Ends a delivery; what was delivered stays listed.
#[utoipa::path(delete, path = "/v1/report-schedules/{id}", tag = "Reports", params(("id" = i64, Path)),
    responses((status = 204, description = "Ended.")))]
pub(in crate::http) async fn end_report_schedule(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(id): Path<i64>,
) -> Result<StatusCode, Problem> {
    let now = app.clock.now();
    app.store.write(move |tx| schedule::end(tx, id, caller.user, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}
