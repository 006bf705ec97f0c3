//! Scores as JSON. Figures that are sums stand as decimals in text, exactly as they
//! were added up; what was computed from them stands as numbers.

use std::collections::BTreeMap;

use domain::{AgencyId, Instant, UserId};
use rusqlite::Connection;
use scoring::{
    Adjustment, ComponentScore, Computation, Curve, Measure, MonthFacts, MonthScore, ObjectionRow,
    ReasonCode, ScoreVersion, Stage,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::CoreError;
use crate::people::{self, AgencyRow};
use crate::rfc3339::Rfc3339;
use crate::scores::period::MonthKey;
use crate::scores::{self, Benchmark, CaseCounts, MonthOverview, Quartiles};

/// How many earlier months stand beside one.
const EARLIER_MONTHS: usize = 12;

/// A month's scores.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ScoreList {
    /// The month.
    month: String,
    /// The agencies, the best score first, those without one last.
    agencies: Vec<ScoreLine>,
}

/// An agency's month in a line.
#[derive(Serialize, ToSchema)]
struct ScoreLine {
    /// Which agency.
    #[schema(value_type = String, format = "uuid")]
    agency: AgencyId,
    /// Its name.
    name: String,
    /// Jobs closed in the month.
    closed_jobs: i64,
    #[serde(flatten)]
    score: ScoreHead,
}

/// A score without its parts.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ScoreHead {
    /// `provisional`, `frozen` or `final`.
    #[schema(value_type = String)]
    stage: Stage,
    /// Between 0 and 100; none if no component applies.
    score: Option<f64>,
    /// The same, rounded half-up to a tenth: what is published.
    score_shown: Option<f64>,
    /// A+, A, B, C or D; none where there was too little to judge by.
    #[schema(value_type = Option<String>)]
    band: Option<scoring::Band>,
    /// Whether a collapsed component capped the band.
    capped: bool,
    /// The weight of what applies, as a share of all.
    coverage: f64,
    /// Whether there was enough to judge by.
    rated: bool,
    /// Points off for violations.
    deduction: u32,
    /// The version of the rules.
    rules_version: String,
}

impl ScoreHead {
    fn of(stage: Stage, score: &MonthScore, rules_version: &str) -> Self {
        Self {
            stage,
            score: score.score,
            score_shown: score.score_shown,
            band: score.band,
            capped: score.capped,
            coverage: score.coverage,
            rated: score.rated,
            deduction: score.deduction,
            rules_version: rules_version.to_owned(),
        }
    }
}

impl ScoreList {
    pub(in crate::http) fn of(month: MonthKey, lines: Vec<MonthOverview>, agencies: &[AgencyRow]) -> Self {
        let names: BTreeMap<AgencyId, &str> =
            agencies.iter().map(|agency| (agency.id, agency.name.as_str())).collect();
        let line = |line: MonthOverview| ScoreLine {
            agency: line.agency,
            name: names.get(&line.agency).copied().unwrap_or_default().to_owned(),
            closed_jobs: line.closed_jobs,
            score: ScoreHead::of(line.stage, &line.score, &line.rules_version),
        };
        Self { month: month.to_string(), agencies: lines.into_iter().map(line).collect() }
    }
}

/// What a month's page is made of.
pub(in crate::http) struct ScoreParts {
    agency: AgencyId,
    name: String,
    month: MonthKey,
    head: scores::ScoreHead,
    counts: CaseCounts,
    network: MonthFacts,
    benchmark: Benchmark,
    earlier: Vec<(MonthKey, Option<EarlierScore>)>,
}

impl ScoreParts {
    pub(in crate::http) fn read(
        connection: &Connection,
        agency: AgencyId,
        month: MonthKey,
    ) -> Result<Self, CoreError> {
        let name = people::find_agency(connection, agency).map_err(|_absent| CoreError::not_found())?.name;
        let head = scores::head(connection, agency, month)?;
        let counts = scores::counts(connection, agency, month)?;
        let months = std::iter::successors(Some(month.previous()), |month| Some(month.previous()));
        let line_of = |month| {
            let line = scores::published_head(connection, agency, month)?;
            Ok::<_, CoreError>((
                month,
                line.map(|(stage, computation)| EarlierScore::of(stage, &computation)),
            ))
        };
        let earlier = months.take(EARLIER_MONTHS).map(line_of).collect::<Result<_, _>>()?;
        let network = scores::network(connection, month)?;
        let benchmark = scores::benchmark(connection, month)?;
        Ok(Self { agency, name, month, head, counts, network, benchmark, earlier })
    }
}

/// An agency's month, explained.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ScoreBody {
    /// Which agency.
    #[schema(value_type = String, format = "uuid")]
    agency: AgencyId,
    /// Its name.
    name: String,
    /// The month.
    month: String,
    #[serde(flatten)]
    score: ScoreHead,
    /// When the stage changes.
    dates: DatesBody,
    /// Whether the month is over.
    ended: bool,
    /// Up to where the log was read.
    log_position: u64,
    /// Jobs closed in the month.
    closed_jobs: i64,
    /// Confirmed serious violations.
    violations: i64,
    /// The ten components.
    components: Vec<ComponentBody>,
    /// How many cases were left out, by reason.
    #[schema(value_type = Object)]
    excluded: BTreeMap<ReasonCode, usize>,
    /// Published versions, the oldest first.
    versions: Vec<VersionBody>,
    /// Objections, by number.
    objections: Vec<ObjectionBody>,
    /// What became known after the score was final.
    adjustments: Vec<AdjustmentBody>,
    /// The twelve months before, the latest first; none where nothing was published.
    earlier: Vec<EarlierBody>,
    /// By how much the published score is above that of the month before.
    change_month: Option<f64>,
    /// The same against the month a year before.
    change_year: Option<f64>,
    /// How the scores of all rated agencies lie.
    benchmark: BenchmarkBody,
}

/// When a month changes its stage.
#[derive(Serialize, ToSchema)]
struct DatesBody {
    month_ends: Rfc3339,
    frozen_at: Rfc3339,
    objections_until: Rfc3339,
    final_at: Rfc3339,
}

/// A component with what it did to the score.
#[derive(Serialize, ToSchema)]
struct ComponentBody {
    /// Which one.
    #[schema(value_type = String)]
    component: scoring::ComponentKey,
    /// Its weight by the rules.
    weight: u32,
    /// Whether there was anything to judge; where not, the weight is shared out.
    applies: bool,
    /// What was reached, as it was added up.
    numerator: String,
    /// Out of what.
    denominator: String,
    /// The one over the other.
    raw: Option<f64>,
    /// The raw value drawn towards the prior, as far as there are few cases.
    x: Option<f64>,
    /// What few cases are drawn to.
    #[schema(value_type = Option<Object>)]
    prior: Option<scoring::Shrinkage>,
    /// From value to points.
    #[schema(value_type = Object)]
    curve: Curve,
    /// Between 0 and 100.
    points: Option<f64>,
    /// Its weight with that of the missing ones shared out, in percent.
    effective_weight: Option<f64>,
    /// What the score lacks because of it.
    lost: Option<f64>,
    /// The raw value of the whole network's cases; none where few agencies have any.
    network: Option<f64>,
    /// How the points of the agencies lie; none where they are few.
    benchmark: Option<QuartilesBody>,
    /// How many cases counted.
    cases: usize,
    /// How many were left out.
    left_out: usize,
}

/// A published version.
#[derive(Serialize, ToSchema)]
struct VersionBody {
    /// When.
    at: Rfc3339,
    /// Why.
    #[schema(value_type = Object)]
    reason: scoring::VersionReason,
    /// What it came to.
    score_shown: Option<f64>,
}

/// An objection.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ObjectionBody {
    /// Its number.
    number: usize,
    /// The row: component and case.
    row: String,
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    by: UserId,
    /// When.
    at: Rfc3339,
    /// Why the row should not count.
    text: String,
    /// What headquarters said.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<ObjectionAnswer>,
}

/// An answer.
#[derive(Serialize, ToSchema)]
struct ObjectionAnswer {
    /// Whether the row is left out.
    accepted: bool,
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    by: UserId,
    /// When.
    at: Rfc3339,
    /// What was said.
    text: String,
}

/// What became known after the end.
#[derive(Serialize, ToSchema)]
struct AdjustmentBody {
    /// When.
    at: Rfc3339,
    /// The score before.
    was: Option<f64>,
    /// What it would be.
    would_be: Option<f64>,
}

/// A month before.
#[derive(Serialize, ToSchema)]
struct EarlierBody {
    /// Which.
    month: String,
    /// Its score; none where nothing was published.
    score: Option<EarlierScore>,
}

/// What was published of a month before.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EarlierScore {
    #[serde(flatten)]
    head: ScoreHead,
    /// Jobs closed.
    closed_jobs: i64,
    /// The points of each component that applied.
    #[schema(value_type = std::collections::BTreeMap<String, f64>)]
    points: BTreeMap<scoring::ComponentKey, f64>,
}

impl EarlierScore {
    fn of(stage: Stage, computation: &Computation) -> Self {
        let points = |part: &ComponentScore| Some((part.key, part.result?.points));
        Self {
            head: ScoreHead::of(stage, &computation.score, &computation.rules_version),
            closed_jobs: computation.facts.closed_jobs,
            points: computation.score.components.iter().filter_map(points).collect(),
        }
    }
}

/// How the scores of all rated agencies lie, without names.
#[derive(Serialize, ToSchema)]
struct BenchmarkBody {
    /// How many were rated.
    agencies: usize,
    /// With fewer than this nothing is shown: one could be told.
    agencies_min: usize,
    /// Their scores.
    score: Option<QuartilesBody>,
}

/// A quarter lies at or below `low`, half at or below `median`, three quarters at or below `high`.
#[derive(Serialize, ToSchema)]
struct QuartilesBody {
    low: f64,
    median: f64,
    high: f64,
}

impl From<Quartiles> for QuartilesBody {
    fn from(Quartiles { low, median, high }: Quartiles) -> Self {
        Self { low, median, high }
    }
}

impl ScoreBody {
    pub(in crate::http) fn of(parts: ScoreParts, now: Instant) -> Self {
        let ScoreParts { agency, name, month, head, counts, network, benchmark, earlier } = parts;
        let computation = &head.computation;
        let record = head.record.as_ref();
        let objections = record.map(|record| record.objections()).unwrap_or_default();
        let component =
            |part: &ComponentScore| component(part, &computation.facts, &counts, (&network, &benchmark));
        let change = |months_before: usize| {
            let before = earlier.get(months_before - 1)?.1.as_ref()?.head.score_shown?;
            Some(scoring::shown_to_tenth(computation.score.score_shown? - before))
        };
        let (change_month, change_year) = (change(1), change(EARLIER_MONTHS));
        Self {
            agency,
            name,
            month: month.to_string(),
            score: ScoreHead::of(head.stage(), &computation.score, &computation.rules_version),
            dates: DatesBody {
                month_ends: Rfc3339(head.dates.month_ends),
                frozen_at: Rfc3339(head.dates.frozen_at),
                objections_until: Rfc3339(head.dates.objections_until),
                final_at: Rfc3339(head.dates.final_at),
            },
            ended: head.dates.month_ends <= now,
            log_position: computation.log_position,
            closed_jobs: computation.facts.closed_jobs,
            violations: computation.facts.violations,
            components: computation.score.components.iter().map(component).collect(),
            excluded: counts.reasons.clone(),
            versions: record
                .map(|record| record.versions().iter().map(version).collect())
                .unwrap_or_default(),
            objections: objections.iter().enumerate().map(|(at, row)| ObjectionBody::of(at, row)).collect(),
            adjustments: record
                .map(|record| record.adjustments().iter().map(adjustment).collect())
                .unwrap_or_default(),
            change_month,
            change_year,
            benchmark: BenchmarkBody {
                agencies: benchmark.agencies,
                agencies_min: scores::AGENCIES_MIN,
                score: benchmark.score.map(QuartilesBody::from),
            },
            earlier: earlier
                .into_iter()
                .map(|(month, score)| EarlierBody { month: month.to_string(), score })
                .collect(),
        }
    }
}

fn component(
    part: &ComponentScore,
    facts: &MonthFacts,
    counts: &CaseCounts,
    (network, benchmark): (&MonthFacts, &Benchmark),
) -> ComponentBody {
    let tally = facts.tally(part.key);
    let all = network.tally(part.key);
    let cases =
        |counts: &BTreeMap<Measure, usize>| counts.get(&Measure::Component(part.key)).copied().unwrap_or(0);
    ComponentBody {
        component: part.key,
        weight: part.weight,
        applies: part.result.is_some(),
        numerator: tally.numerator.to_string(),
        denominator: tally.denominator.to_string(),
        raw: part.result.map(|result| result.raw),
        x: part.result.map(|result| result.x),
        prior: part.shrinkage,
        curve: part.curve,
        points: part.result.map(|result| result.points),
        effective_weight: part.result.map(|result| result.effective_weight),
        lost: part.result.map(|result| result.lost),
        network: (!all.denominator.is_zero()).then(|| all.numerator.to_f64() / all.denominator.to_f64()),
        benchmark: benchmark.points_of(part.key).map(QuartilesBody::from),
        cases: cases(&counts.counted),
        left_out: cases(&counts.left_out),
    }
}

fn version(version: &ScoreVersion) -> VersionBody {
    VersionBody {
        at: Rfc3339(version.at),
        reason: version.reason.clone(),
        score_shown: version.computation.score.score_shown,
    }
}

fn adjustment(line: &Adjustment) -> AdjustmentBody {
    AdjustmentBody { at: Rfc3339(line.at), was: line.was, would_be: line.would_be }
}

impl ObjectionBody {
    pub(in crate::http) fn of(number: usize, objection: &ObjectionRow) -> Self {
        Self {
            number,
            row: objection.source_event_id.clone(),
            by: objection.remark.by,
            at: Rfc3339(objection.remark.at),
            text: objection.remark.text.clone(),
            answer: objection.answer.as_ref().map(|answer| ObjectionAnswer {
                accepted: answer.accepted,
                by: answer.remark.by,
                at: Rfc3339(answer.remark.at),
                text: answer.remark.text.clone(),
            }),
        }
    }
}
