//! Reports as JSON, CSV or a workbook, and their delivery.

pub(super) mod schedules;

use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use domain::{AgencyId, Role};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use wire::ErrorCode;

use super::devices::own_agency;
use super::extract::{Json, Path, Query};
use super::guard::SignedIn;
use super::{AppState, Problem};
use crate::desk::may_export;
use crate::error::CoreError;
use crate::reports::schedule::MONTHLY;
use crate::reports::{self, CSV, Language, Report, Table, XLSX, to_csv, to_xlsx};
use crate::scores::period::MonthKey;
use crate::session::DeviceSession;

/// Which part of a report, and in which form.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReportQuery {
    /// A Jalali month such as `1404-07`; the present one when left out.
    month: Option<String>,
    /// Of one agency. A representative's is always the own one.
    #[param(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// The form; JSON when left out, and a workbook for `monthly`.
    #[param(inline)]
    format: Option<Form>,
    /// The language of the titles in a workbook; Persian when left out.
    #[param(inline)]
    lang: Option<Language>,
}

/// The form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    /// `{"report", "rows": […]}`.
    Json,
    /// UTF-8 with a byte order mark, the first line the columns' keys.
    Csv,
    /// A workbook, right to left in Persian.
    Xlsx,
}

/// Reports.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportList {
    /// Their names; `monthly` beside them is a workbook of all that belongs to a month.
    reports: Vec<&'static str>,
}

/// Lists the reports.
#[utoipa::path(get, path = "/v1/reports", tag = "Reports",
    responses((status = 200, description = "Their names.", body = ReportList)))]
pub(super) async fn list_reports() -> Json<ReportList> {
    let names = Report::ALL.map(Report::name).into_iter().chain([MONTHLY]);
    Json(ReportList { reports: names.collect() })
}

/// A report for a month, as JSON, CSV (`format=csv`) or a workbook (`format=xlsx`).
#[utoipa::path(get, path = "/v1/reports/{name}", tag = "Reports",
    params(("name" = String, Path, example = "scores"), ReportQuery),
    responses((status = 200, description = "The report.", body = Object)))]
pub(super) async fn show_report(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(name): Path<String>,
    Query(query): Query<ReportQuery>,
) -> Result<Response, Problem> {
    let month = match &query.month {
        Some(text) => MonthKey::parse(text)?,
        None => MonthKey::at(app.clock.now()).unwrap_or(MonthKey(0)),
    };
    if caller.role == Role::Desk {
        may_export(&app.core, &DeviceSession::from(caller)).await?;
    }
    let agency = match caller.role {
        Role::Representative => Some(own_agency(&caller)?),
        _ => query.agency,
    };
    let language = query.lang.unwrap_or_default();
    let file = format!("{name}-{month}");
    if name == MONTHLY {
        if !matches!(query.format, None | Some(Form::Xlsx)) {
            return Err(Problem::invalid("format", "the monthly report is a workbook: xlsx"));
        }
        let make = move |connection: &rusqlite::Connection| {
            to_xlsx(&reports::monthly(connection, month, agency)?, language)
        };
        return Ok(attached(app.store.read(make).await?, XLSX, &format!("{file}.xlsx")));
    }
    let report = Report::named(&name)
        .ok_or_else(|| Problem::new(ErrorCode::NotFound).with_detail("no report has this name"))?;
    let form = query.format.unwrap_or(Form::Json);
    let bytes = app
        .store
        .read(move |connection| {
            let table: Table = report.table(connection, month, agency)?;
            match form {
                Form::Json => {
                    serde_json::to_vec(&table).map_err(|error| CoreError::Outside(error.to_string()))
                }
                Form::Csv => to_csv(&table),
                Form::Xlsx => to_xlsx(&[table], language),
            }
        })
        .await?;
    Ok(match form {
        Form::Json => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Form::Csv => attached(bytes, CSV, &format!("{file}.csv")),
        Form::Xlsx => attached(bytes, XLSX, &format!("{file}.xlsx")),
    })
}

/// A file that a browser stores under its name.
fn attached(bytes: Vec<u8>, media_type: &'static str, file: &str) -> Response {
    let headers: [(HeaderName, String); 2] = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{file}\"")),
    ];
    (headers, bytes).into_response()
}
