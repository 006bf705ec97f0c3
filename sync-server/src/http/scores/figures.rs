//! The figures of a month and the cases behind each.

use axum::extract::State;
use domain::{AgencyId, DocId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::check_agency;
use crate::error::CoreError;
use crate::figures::{Figure, FigureCase, Group, Measured, MonthCases, Summary};
use crate::http::extract::{Json, Path, Query};
use crate::http::guard::SignedIn;
use crate::http::words::unknown_word;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::scores::period::MonthKey;

/// The figures of a month.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct FigureList {
    /// In the order in which people read them.
    figures: Vec<FigureBody>,
}

/// A figure, counted from its cases.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct FigureBody {
    /// Which.
    #[schema(value_type = FigureName)]
    figure: &'static str,
    /// What the amounts of its cases are: `cases` (none), `hours` or `rial`.
    #[schema(value_type = MeasureName)]
    measure: &'static str,
    /// How many cases it has: as many as `…/figures/{figure}` lists.
    cases: usize,
    /// The jobs among them, each once.
    jobs: usize,
    /// How many went as they should.
    met: Option<usize>,
    /// The same as a share.
    share: Option<f64>,
    /// Of times: the value in the middle.
    median_hours: Option<f64>,
    /// Of times: nine in ten took no longer.
    p90_hours: Option<f64>,
    /// Of times: the mean.
    mean_hours: Option<f64>,
    /// Of money: the sum.
    total_rial: Option<i64>,
    /// What the cases have in common, the most frequent first; those of which nothing is
    /// recorded last.
    groups: Vec<GroupBody>,
}

/// The figures.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "names the words in the description; the figures themselves write them")]
enum FigureName {
    ClosedJobs,
    FirstTimeFix,
    RepeatVisits,
    ResponseTime,
    RepairTime,
    Parts,
    Travel,
    Faults,
    Products,
    Cities,
}

/// What amounts are.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "names the words in the description; the figures themselves write them")]
enum MeasureName {
    Cases,
    Hours,
    Rial,
}

/// Cases with something in common.
#[derive(Serialize, ToSchema)]
struct GroupBody {
    /// What; none where nothing is recorded.
    name: Option<String>,
    /// How many.
    cases: usize,
    /// Of money: their sum.
    total_rial: Option<i64>,
}

/// The cases of a figure.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct FigureCases {
    /// The figure, counted from the cases below.
    figure: FigureBody,
    /// The cases, as they became known.
    cases: Vec<CaseBody>,
}

/// A case.
#[derive(Serialize, ToSchema)]
struct CaseBody {
    /// Which: a job's id, a clock of it, a trip.
    case_id: String,
    /// The job.
    #[schema(value_type = Option<String>, format = "uuid")]
    job: Option<DocId>,
    /// The number by which people know it.
    number: Option<String>,
    /// What it has in common with others.
    group: Option<String>,
    /// Whether it went as it should; none where that is not asked.
    met: Option<bool>,
    /// Of times.
    hours: Option<f64>,
    /// Of money.
    rial: Option<i64>,
    /// When it became known, or when the journey began.
    at: Rfc3339,
}

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct CaseQuery {
    /// Of one group; empty for those of which nothing is recorded.
    group: Option<String>,
    /// Those that went as they should, or those that did not.
    met: Option<bool>,
}

impl CaseQuery {
    fn asks_for(&self, case: &FigureCase) -> bool {
        let group = self.group.as_deref();
        group.is_none_or(|group| group == case.group.as_deref().unwrap_or_default())
            && self.met.is_none_or(|met| case.is_met == Some(met))
    }
}

impl From<Summary> for FigureBody {
    fn from(sum: Summary) -> Self {
        Self {
            figure: sum.figure.name(),
            measure: sum.figure.measured().name(),
            cases: sum.cases,
            jobs: sum.jobs,
            met: sum.met,
            share: sum.share(),
            median_hours: sum.median_ms.map(hours),
            p90_hours: sum.p90_ms.map(hours),
            mean_hours: sum.mean_ms.map(|millis| millis / HOUR_MS),
            total_rial: sum.total_rial,
            groups: sum.groups.into_iter().map(GroupBody::from).collect(),
        }
    }
}

impl From<Group> for GroupBody {
    fn from(Group { name, cases, total_rial }: Group) -> Self {
        Self { name, cases, total_rial }
    }
}

impl CaseBody {
    fn of(figure: Figure, case: FigureCase) -> Self {
        let amount = |measured| case.amount.filter(|_| figure.measured() == measured);
        Self {
            hours: amount(Measured::Time).map(hours),
            rial: amount(Measured::Money),
            case_id: case.case,
            job: case.job,
            number: case.number,
            group: case.group,
            met: case.is_met,
            at: Rfc3339(case.at),
        }
    }
}

const HOUR_MS: f64 = 3_600_000.0;

fn hours(millis: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "hours are shown to people")]
    let millis = millis as f64;
    millis / HOUR_MS
}

/// The figures of an agency's month beside its score, each counted from the cases that
/// `…/figures/{figure}` lists.
#[utoipa::path(get, path = "/v1/scores/{agency}/{month}/figures", tag = "Scores",
    params(("agency" = String, Path, format = "uuid"), ("month" = String, Path, example = "1404-07")),
    responses((status = 200, description = "The figures.", body = FigureList)))]
pub(in crate::http) async fn list_figures(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((agency, month)): Path<(AgencyId, String)>,
) -> Result<Json<FigureList>, Problem> {
    check_agency(&caller, agency)?;
    let month = MonthKey::parse(&month)?;
    let figures = app
        .store
        .read(move |connection| {
            let cases = MonthCases::read(connection, agency, month)?;
            let figure = |figure| Ok(FigureBody::from(Summary::of(figure, &cases.of(figure)?)));
            Figure::ALL.into_iter().map(figure).collect::<Result<Vec<_>, CoreError>>()
        })
        .await?;
    Ok(Json(FigureList { figures }))
}

/// The cases of a figure, all or those of a group, and the figure that they make.
#[utoipa::path(get, path = "/v1/scores/{agency}/{month}/figures/{figure}", tag = "Scores", params(
        ("agency" = String, Path, format = "uuid"), ("month" = String, Path, example = "1404-07"),
        ("figure" = inline(FigureName), Path), CaseQuery),
    responses((status = 200, description = "The cases.", body = FigureCases)))]
pub(in crate::http) async fn list_figure_cases(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((agency, month, figure)): Path<(AgencyId, String, String)>,
    Query(query): Query<CaseQuery>,
) -> Result<Json<FigureCases>, Problem> {
    check_agency(&caller, agency)?;
    let month = MonthKey::parse(&month)?;
    let figure =
        Figure::named(&figure).ok_or_else(|| unknown_word("figure", &Figure::ALL.map(Figure::name)))?;
    let mut cases =
        app.store.read(move |connection| MonthCases::read(connection, agency, month)?.of(figure)).await?;
    cases.retain(|case| query.asks_for(case));
    let sum = Summary::of(figure, &cases);
    let cases = cases.into_iter().map(|case| CaseBody::of(figure, case)).collect();
    Ok(Json(FigureCases { figure: sum.into(), cases }))
}
