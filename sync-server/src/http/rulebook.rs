//! The rulebook: what holds from which day.

pub(super) mod preview;

use axum::extract::State;
use axum::http::StatusCode;
use calendar::Date;
use domain::{AgencyId, Role, UserId};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::devices::own_agency;
use super::extract::{Json, Path};
use super::guard::SignedIn;
use super::{AppState, Problem};
use crate::error::CoreError;
use crate::rfc3339::Rfc3339;
use crate::rulebook::{self, Kind, NewVersion, Version, unknown_kind};

/// A version to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRules {
    /// The first day on which it holds.
    #[schema(value_type = String, format = "date")]
    effective_from: Date,
    /// The agency for which it holds; left out for the whole organisation.
    #[schema(value_type = Option<String>, format = "uuid")]
    agency: Option<AgencyId>,
    /// A tariff's maker and vehicle; mostly left out.
    #[serde(default)]
    #[schema(max_length = 200)]
    subject: String,
    /// Its name, where the content does not carry one.
    #[schema(max_length = 200)]
    version: Option<String>,
    /// What holds; `GET /v1/rulebook/{kind}/template` shows the form.
    #[schema(value_type = Object)]
    content: Value,
}

/// A version.
#[derive(Serialize, ToSchema)]
pub(super) struct RulesBody {
    /// Its number.
    id: i64,
    /// The first day on which it holds.
    #[schema(value_type = String, format = "date")]
    effective_from: Date,
    /// The agency for which it holds; none for the whole organisation.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    agency: Option<AgencyId>,
    /// A tariff's maker and vehicle.
    #[serde(skip_serializing_if = "String::is_empty")]
    subject: String,
    /// Its name, as results show it.
    version: String,
    /// What holds.
    #[schema(value_type = Object)]
    content: Value,
    /// Who entered it; nobody at the command line.
    #[schema(value_type = Option<String>, format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<UserId>,
    /// When.
    made_at: Rfc3339,
}

/// Versions.
#[derive(Serialize, ToSchema)]
pub(super) struct RulesList {
    /// By the day from which they hold. Where there is none, the template holds.
    versions: Vec<RulesBody>,
}

impl From<Version> for RulesBody {
    fn from(version: Version) -> Self {
        Self {
            id: version.id,
            effective_from: version.effective_from,
            agency: version.agency,
            subject: version.subject,
            version: version.version,
            content: serde_json::from_str(&version.json).unwrap_or_default(),
            made_by: version.made_by,
            made_at: Rfc3339(version.made_at),
        }
    }
}

fn kind_of(name: &str) -> Result<Kind, Problem> {
    Kind::named(name).ok_or_else(|| unknown_kind(name).into())
}

/// Lists every version of a kind; a representative sees the organisation's and
/// the own agency's.
#[utoipa::path(get, path = "/v1/rulebook/{kind}", tag = "Rulebook",
    params(("kind" = String, Path, description = "calendar, clock_policies, tariff, scoring_rules, survey_questions, routing or checklists")),
    responses((status = 200, description = "All versions.", body = RulesList)))]
pub(super) async fn list_rules(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(kind): Path<String>,
) -> Result<Json<RulesList>, Problem> {
    let kind = kind_of(&kind)?;
    let only = if caller.role == Role::Representative { Some(own_agency(&caller)?) } else { None };
    let versions = app.store.read(move |connection| rulebook::versions(connection, kind)).await?;
    let seen = |version: &Version| only.is_none_or(|own| version.agency.is_none_or(|agency| agency == own));
    Ok(Json(RulesList { versions: versions.into_iter().filter(seen).map(RulesBody::from).collect() }))
}

/// Enters a version. It is never changed afterwards; a later one takes its place
/// from its own day on, and what is frozen keeps the one by which it was made.
#[utoipa::path(post, path = "/v1/rulebook/{kind}", tag = "Rulebook", request_body = NewRules,
    params(("kind" = String, Path, description = "calendar, clock_policies, tariff, scoring_rules, survey_questions, routing or checklists")),
    responses((status = 201, description = "Entered.", body = RulesBody)))]
pub(super) async fn create_rules(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(kind): Path<String>,
    Json(asked): Json<NewRules>,
) -> Result<(StatusCode, Json<RulesBody>), Problem> {
    let new = NewVersion {
        kind: kind_of(&kind)?,
        agency: asked.agency,
        subject: asked.subject.trim().to_owned(),
        effective_from: asked.effective_from,
        version: asked.version,
        json: asked.content.to_string(),
        by: Some(caller.user),
    };
    let now = app.clock.now();
    let add = move |tx: &Transaction<'_>| {
        let version = rulebook::add(tx, &new, now)?;
        Ok::<_, CoreError>((version, crate::log::newest(tx)?.0))
    };
    let (version, position) = app.store.write(add).await?;
    // Phones are given tariffs.
    app.core.announce(position);
    app.core.wake_timer();
    Ok((StatusCode::CREATED, Json(version.into())))
}

/// What holds where nothing was entered, as a form to be changed. Of calendars
/// there is an example only.
#[utoipa::path(get, path = "/v1/rulebook/{kind}/template", tag = "Rulebook",
    params(("kind" = String, Path, description = "calendar, clock_policies, tariff, scoring_rules, survey_questions, routing or checklists")),
    responses((status = 200, description = "The content of a version.", body = Object)))]
pub(super) async fn show_rules_template(Path(kind): Path<String>) -> Result<Json<Value>, Problem> {
    let template = rulebook::template(kind_of(&kind)?);
    Ok(Json(serde_json::from_str(&template).unwrap_or_default()))
}
