//! Units of the organisation, their members, and what is known of people for planning.

use axum::extract::State;
use axum::http::StatusCode;
use calendar::Date;
use desk::Duty;
use domain::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::desk::{self as heart, Area, NewLeave, NewUnit, Skill, StaffCard, Unit};
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

/// A unit to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewUnitBody {
    /// How rules name it: small Latin letters, digits, `_`.
    key: String,
    /// How people name it.
    name: String,
    /// Its level of support, from 1; left out for other units.
    level: Option<u8>,
    /// What its members do.
    #[schema(value_type = Vec<String>)]
    #[serde(default)]
    duties: Vec<Duty>,
    /// The unit to which its members escalate.
    escalates_to: Option<String>,
}

/// A unit.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct UnitBody {
    /// How rules name it.
    key: String,
    /// How people name it.
    name: String,
    /// Its level of support.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    /// What its members do.
    #[schema(value_type = Vec<String>)]
    duties: Vec<Duty>,
    /// The unit to which its members escalate.
    #[serde(skip_serializing_if = "Option::is_none")]
    escalates_to: Option<String>,
    /// Its members, heads first.
    members: Vec<MemberBody>,
}

/// A member of a unit.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct MemberBody {
    /// Who.
    #[schema(value_type = String, format = "uuid")]
    user: UserId,
    /// The name that people see.
    display_name: String,
    /// Whether he heads it.
    is_head: bool,
    /// Since when.
    since: Rfc3339,
}

/// Units.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct UnitList {
    /// Levels of support first.
    units: Vec<UnitBody>,
}

impl From<Unit> for UnitBody {
    fn from(unit: Unit) -> Self {
        let members = unit.members.into_iter().map(|member| MemberBody {
            user: member.user,
            display_name: member.display_name,
            is_head: member.is_head,
            since: Rfc3339(member.since),
        });
        let NewUnit { key, name, level, duties, escalates_to } = unit.unit;
        Self { key, name, level, duties, escalates_to, members: members.collect() }
    }
}

/// Membership.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MembershipBody {
    /// Whether he heads the unit.
    #[serde(default)]
    is_head: bool,
}

/// A skill.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct SkillBody {
    /// The product or system.
    #[schema(max_length = 200)]
    product: String,
    /// 1 begins, 2 works alone, 3 teaches others; 0 takes the skill away.
    #[schema(maximum = 3)]
    level: u8,
}

/// Days on which somebody is away.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct LeaveBody {
    /// The first.
    #[schema(value_type = String, format = "date")]
    from: Date,
    /// The last.
    #[schema(value_type = String, format = "date")]
    to: Date,
    /// Why.
    #[schema(max_length = 1000)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Where somebody works.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AreaBody {
    /// The city.
    city: String,
    /// A zone of it; empty for all.
    #[serde(default)]
    zone: String,
}

/// Where somebody works; replaces what was said before.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct AreasBody {
    /// The areas.
    areas: Vec<AreaBody>,
}

/// What is known of a person for planning.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct StaffBody {
    /// By product.
    skills: Vec<SkillBody>,
    /// Leave that has not ended.
    leave: Vec<LeaveBody>,
    /// By city.
    areas: Vec<AreaBody>,
}

impl From<StaffCard> for StaffBody {
    fn from(card: StaffCard) -> Self {
        let skills = card.skills.into_iter().map(|Skill { product, level }| SkillBody { product, level });
        let leave = card.leave.into_iter().map(|row| {
            let NewLeave { from, to, reason } = row.leave;
            LeaveBody { from, to, reason }
        });
        let areas = card.areas.into_iter().map(|Area { city, zone }| AreaBody { city, zone });
        Self { skills: skills.collect(), leave: leave.collect(), areas: areas.collect() }
    }
}

/// Lists units with their members.
#[utoipa::path(get, path = "/v1/units", tag = "Units",
    responses((status = 200, description = "Units.", body = UnitList)))]
pub(in crate::http) async fn list_units(State(app): State<AppState>) -> Result<Json<UnitList>, Problem> {
    let units = app.store.read(heart::list_units).await?;
    Ok(Json(UnitList { units: units.into_iter().map(UnitBody::from).collect() }))
}

/// Enters a unit.
#[utoipa::path(post, path = "/v1/units", tag = "Units", request_body = NewUnitBody,
    responses((status = 204, description = "Entered.")))]
pub(in crate::http) async fn create_unit(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Json(asked): Json<NewUnitBody>,
) -> Result<StatusCode, Problem> {
    let NewUnitBody { key, name, level, duties, escalates_to } = asked;
    let new = NewUnit { key, name, level, duties, escalates_to };
    heart::create_unit(&app.core, &DeviceSession::from(caller), new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes somebody a member of a unit.
#[utoipa::path(put, path = "/v1/units/{key}/members/{user}", tag = "Units", request_body = MembershipBody,
    params(("key" = String, Path), ("user" = String, Path, format = "uuid")),
    responses((status = 204, description = "A member.")))]
pub(in crate::http) async fn add_unit_member(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((key, user)): Path<(String, UserId)>,
    Json(asked): Json<MembershipBody>,
) -> Result<StatusCode, Problem> {
    heart::add_member(&app.core, &DeviceSession::from(caller), (key, user, asked.is_head)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody out of a unit.
#[utoipa::path(delete, path = "/v1/units/{key}/members/{user}", tag = "Units",
    params(("key" = String, Path), ("user" = String, Path, format = "uuid")),
    responses((status = 204, description = "No member any more.")))]
pub(in crate::http) async fn remove_unit_member(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path((key, user)): Path<(String, UserId)>,
) -> Result<StatusCode, Problem> {
    heart::remove_member(&app.core, &DeviceSession::from(caller), (key, user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Shows what is known of a person for planning: skills, leave, areas.
#[utoipa::path(get, path = "/v1/staff/{user}", tag = "Units", params(("user" = String, Path, format = "uuid")),
    responses((status = 200, description = "The person.", body = StaffBody)))]
pub(in crate::http) async fn show_staff(
    State(app): State<AppState>,
    Path(user): Path<UserId>,
) -> Result<Json<StaffBody>, Problem> {
    let today = calendar::Zone::organisation().date(app.clock.now());
    let card = app.store.read(move |connection| heart::show_staff(connection, user, today)).await?;
    Ok(Json(card.into()))
}

/// Says how well somebody knows a product.
#[utoipa::path(put, path = "/v1/staff/{user}/skills", tag = "Units", request_body = SkillBody,
    params(("user" = String, Path, format = "uuid")),
    responses((status = 204, description = "Kept.")))]
pub(in crate::http) async fn set_skill(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(user): Path<UserId>,
    Json(asked): Json<SkillBody>,
) -> Result<StatusCode, Problem> {
    let skill = Skill { product: asked.product, level: asked.level };
    heart::set_skill(&app.core, &DeviceSession::from(caller), user, skill).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Enters leave.
#[utoipa::path(post, path = "/v1/staff/{user}/leave", tag = "Units", request_body = LeaveBody,
    params(("user" = String, Path, format = "uuid")),
    responses((status = 204, description = "Kept.")))]
pub(in crate::http) async fn take_leave(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(user): Path<UserId>,
    Json(asked): Json<LeaveBody>,
) -> Result<StatusCode, Problem> {
    let LeaveBody { from, to, reason } = asked;
    heart::take_leave(&app.core, &DeviceSession::from(caller), user, NewLeave { from, to, reason }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says where somebody works.
#[utoipa::path(put, path = "/v1/staff/{user}/areas", tag = "Units", request_body = AreasBody,
    params(("user" = String, Path, format = "uuid")),
    responses((status = 204, description = "Kept.")))]
pub(in crate::http) async fn set_areas(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(user): Path<UserId>,
    Json(asked): Json<AreasBody>,
) -> Result<StatusCode, Problem> {
    let areas = asked.areas.into_iter().map(|AreaBody { city, zone }| Area { city, zone }).collect();
    heart::set_areas(&app.core, &DeviceSession::from(caller), user, areas).await?;
    Ok(StatusCode::NO_CONTENT)
}
