//! What a version would have changed in a month, before it is entered.

use std::collections::BTreeMap;

use axum::extract::State;
use calendar::Zone;
use domain::AgencyId;
use rusqlite::Connection;
use scoring::{ComponentKey, MonthScore, RulesVersion, TariffSpec, TariffVersion};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::kind_of;
use crate::error::CoreError;
use crate::http::extract::{Json, Path};
use crate::http::scores::broken;
use crate::http::{AppState, Problem};
use crate::people;
use crate::rulebook::{self, Kind, parsed};
use crate::scores::period::MonthKey;
use crate::scores::{self, PreviewLine, Trial};
use crate::travel::{self, TariffPreview};

/// A version to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct TriedRules {
    /// On which month; the last one that has ended when left out.
    #[schema(example = "1404-07")]
    month: Option<String>,
    /// Of a tariff: the agency for which it would hold; left out for all.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// A tariff's maker and vehicle; mostly left out.
    #[serde(default)]
    #[schema(max_length = 200)]
    subject: String,
    /// What would hold.
    #[schema(value_type = Object)]
    content: Value,
}

/// What would have come of a month.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PreviewBody {
    /// The month.
    month: String,
    /// The agencies, those that would lose most first.
    agencies: Vec<AgencyPreview>,
    /// How many surveys would be worth something else.
    surveys_changed: usize,
    /// What is new in the rules and shows only once new cases are judged by it:
    /// `complaint_points`, `repeat_days`, `technician`, `award`.
    not_shown: Vec<&'static str>,
}

/// What would have come of an agency's month.
#[derive(Serialize, ToSchema)]
struct AgencyPreview {
    /// Which; none for trips of nobody's.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// Its name.
    name: String,
    /// Of rules and questions: the scores.
    score: Option<ScorePreview>,
    /// Of tariffs: what the trips cost.
    travel: Option<TravelPreview>,
}

/// A score under the rules that hold, and under those that are tried.
#[derive(Serialize, ToSchema)]
struct ScorePreview {
    /// As it is, on what is recorded now.
    before: ScoreOf,
    /// As it would be.
    after: ScoreOf,
    /// By how much it would be higher.
    change: Option<f64>,
    /// The points of the components before and after; none where one does not apply.
    #[schema(value_type = Vec<ComponentPreview>)]
    components: Vec<ComponentPreview>,
}

/// A score in short.
#[derive(Serialize, ToSchema)]
struct ScoreOf {
    /// Rounded to a tenth.
    score_shown: Option<f64>,
    /// The band; none where there was too little to judge by.
    #[schema(value_type = Option<String>)]
    band: Option<scoring::Band>,
}

/// A component in short.
#[derive(Serialize, ToSchema)]
struct ComponentPreview {
    /// Which.
    #[schema(value_type = String)]
    component: ComponentKey,
    before: Option<f64>,
    after: Option<f64>,
}

/// What the trips of a month cost and would cost; caps and decisions left out.
#[derive(Serialize, ToSchema)]
struct TravelPreview {
    trips: usize,
    before_rial: i64,
    after_rial: i64,
}

impl From<&MonthScore> for ScoreOf {
    fn from(score: &MonthScore) -> Self {
        Self { score_shown: score.score_shown, band: score.band }
    }
}

impl ScorePreview {
    fn of(line: &PreviewLine) -> Self {
        let (before, after) = (ScoreOf::from(&line.before), ScoreOf::from(&line.after));
        let points = |score: &MonthScore, key| {
            let part = score.components.iter().find(|part| part.key == key)?;
            part.result.map(|result| result.points)
        };
        let component = |key: ComponentKey| ComponentPreview {
            component: key,
            before: points(&line.before, key),
            after: points(&line.after, key),
        };
        let change = after.score_shown.zip(before.score_shown);
        Self {
            change: change.map(|(after, before)| scoring::shown_to_tenth(after - before)),
            before,
            after,
            components: ComponentKey::ALL.into_iter().map(component).collect(),
        }
    }
    fn order(&self) -> f64 {
        self.change.unwrap_or(f64::INFINITY)
    }
}

impl From<TariffPreview> for TravelPreview {
    fn from(TariffPreview { trips, before_rial, after_rial }: TariffPreview) -> Self {
        Self { trips, before_rial, after_rial }
    }
}

/// Which month is tried: the one that was asked for, else the last that has ended.
fn month_of(app: &AppState, asked: Option<&str>) -> Result<MonthKey, Problem> {
    match asked {
        Some(text) => Ok(MonthKey::parse(text)?),
        None => Ok(MonthKey::at(app.clock.now()).unwrap_or(MonthKey(0)).previous()),
    }
}

/// What scoring rules, questions or a tariff would have changed in a month. Nothing is
/// kept; the content is checked as if it were entered.
#[utoipa::path(post, path = "/v1/rulebook/{kind}/preview", tag = "Rulebook", request_body = TriedRules,
    params(("kind" = String, Path, description = "scoring_rules, survey_questions or tariff")),
    responses((status = 200, description = "The effect.", body = PreviewBody)))]
pub(in crate::http) async fn preview_rules(
    State(app): State<AppState>,
    Path(kind): Path<String>,
    Json(asked): Json<TriedRules>,
) -> Result<Json<PreviewBody>, Problem> {
    let kind = kind_of(&kind)?;
    let month = month_of(&app, asked.month.as_deref())?;
    let json = asked.content.to_string();
    rulebook::check(kind, &json).map_err(CoreError::Invalid)?;
    let body = match kind {
        Kind::Tariff => {
            let trial = tariff_of(month, &asked, &json)?;
            app.store.read(move |connection| of_tariff(connection, month, &trial)).await?
        }
        Kind::ScoringRules | Kind::SurveyQuestions => {
            let trial = trial_of(kind, &json)?;
            app.store.read(move |connection| of_scores(connection, month, &trial)).await?
        }
        _ => return Err(Problem::invalid("kind", "scoring_rules, survey_questions or tariff")),
    };
    Ok(Json(body))
}

fn trial_of(kind: Kind, json: &str) -> Result<Trial, CoreError> {
    if kind == Kind::SurveyQuestions {
        return Ok(Trial::Questions(parsed(json).map_err(CoreError::Invalid)?));
    }
    let version: RulesVersion = parsed(json).map_err(CoreError::Invalid)?;
    let rules = scoring::Rules::new(version);
    // It was checked before.
    let rules = rules.map_err(|problems| CoreError::Outside(format!("{problems:?}")))?;
    Ok(Trial::Rules(Box::new(rules)))
}

fn tariff_of(month: MonthKey, asked: &TriedRules, json: &str) -> Result<TariffVersion, CoreError> {
    let tariff: TariffSpec = parsed(json).map_err(CoreError::Invalid)?;
    let effective_from = Zone::organisation().date(month.begins());
    Ok(TariffVersion {
        agency: asked.agency,
        subject: asked.subject.trim().to_owned(),
        effective_from,
        tariff,
    })
}

type Names = BTreeMap<AgencyId, String>;

fn names(connection: &Connection) -> Result<Names, CoreError> {
    let agencies = people::list_agencies(connection).map_err(broken)?;
    Ok(agencies.into_iter().map(|agency| (agency.id, agency.name)).collect())
}

fn of_scores(connection: &Connection, month: MonthKey, trial: &Trial) -> Result<PreviewBody, CoreError> {
    let mut names = names(connection)?;
    let preview = scores::preview(connection, month, trial)?;
    let mut scored: Vec<(AgencyId, ScorePreview)> =
        preview.agencies.iter().map(|line| (line.agency, ScorePreview::of(line))).collect();
    scored.sort_by(|(_, one), (_, other)| one.order().total_cmp(&other.order()));
    let line = |(agency, score): (AgencyId, ScorePreview)| AgencyPreview {
        agency: Some(agency),
        name: names.remove(&agency).unwrap_or_default(),
        score: Some(score),
        travel: None,
    };
    Ok(PreviewBody {
        month: month.to_string(),
        agencies: scored.into_iter().map(line).collect(),
        surveys_changed: preview.surveys_changed,
        not_shown: preview.not_shown,
    })
}

fn of_tariff(
    connection: &Connection,
    month: MonthKey,
    trial: &TariffVersion,
) -> Result<PreviewBody, CoreError> {
    let mut names = names(connection)?;
    let mut priced: Vec<(Option<AgencyId>, TariffPreview)> =
        travel::preview_tariff(connection, month, trial)?.into_iter().collect();
    priced.sort_by_key(|(_, sums)| sums.after_rial - sums.before_rial);
    let line = |(agency, sums): (Option<AgencyId>, TariffPreview)| AgencyPreview {
        agency,
        name: agency.and_then(|agency| names.remove(&agency)).unwrap_or_default(),
        score: None,
        travel: Some(sums.into()),
    };
    Ok(PreviewBody {
        month: month.to_string(),
        agencies: priced.into_iter().map(line).collect(),
        surveys_changed: 0,
        not_shown: Vec::new(),
    })
}
