//! How agencies travel, and the table of distances. Tariffs are versions of the
//! rulebook.

use axum::extract::State;
use axum::http::StatusCode;
use calendar::Date;
use domain::{AgencyId, Role};
use scoring::{Place, TravelProfile};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use wire::ErrorCode;

use crate::auth::Caller;
use crate::http::extract::{Json, Path};
use crate::http::guard::SignedIn;
use crate::http::{AppState, Problem};
use crate::rfc3339::Rfc3339;
use crate::travel::{self, DistanceRow, NewDistance, ProfileRow, parse_distances};

/// How an agency travels, to be entered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewProfileRequest {
    /// The first day on which it holds.
    #[schema(value_type = String, format = "date")]
    effective_from: Date,
    /// `city_class` (`A`, `B` or `C`), and where they differ `maker`, `vehicle`,
    /// `base` (`lat_microdegrees`, `lon_microdegrees`) and `inside`, the places
    /// inside the city limit (`city`, and `zone` if only a part of it).
    #[schema(value_type = Object)]
    profile: TravelProfile,
}

/// How an agency travels.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ProfileBody {
    /// The first day on which it holds.
    #[schema(value_type = String, format = "date")]
    effective_from: Date,
    /// How.
    #[schema(value_type = Object)]
    profile: Value,
    /// Who entered it; nobody at the command line.
    #[schema(format = "uuid")]
    made_by: Option<String>,
    /// When.
    made_at: Rfc3339,
}

/// Every profile of an agency.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct ProfilesBody {
    /// By the day from which they hold. Where there is none, a city of class B.
    profiles: Vec<ProfileBody>,
}

/// Lines of the table of distances, to be entered: as a list or as CSV.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewDistancesRequest {
    /// The lines.
    distances: Option<Vec<NewDistanceLine>>,
    /// Or a file with the heading `city,zone,effective_from,one_way_m`.
    csv: Option<String>,
}

/// A line of the table of distances.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewDistanceLine {
    /// The city.
    #[schema(max_length = 200)]
    city: String,
    /// The zone of the city; left out for all of it.
    #[schema(max_length = 200)]
    zone: Option<String>,
    /// The first day on which it holds.
    #[schema(value_type = String, format = "date")]
    effective_from: Date,
    /// Metres one way.
    #[schema(minimum = 0)]
    one_way_m: i64,
}

/// An agency's table of distances.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct DistancesBody {
    /// The lines, by place and day; of two for one day the later counts.
    distances: Vec<NewDistanceLine>,
}

/// How many lines were taken.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct TakenBody {
    /// All of them.
    taken: usize,
}

impl From<ProfileRow> for ProfileBody {
    fn from(row: ProfileRow) -> Self {
        let ProfileRow { effective_from, profile, made_by, made_at } = row;
        let made_by = made_by.map(|by| by.to_string());
        Self { effective_from, profile: json!(profile), made_by, made_at: Rfc3339(made_at) }
    }
}

impl From<DistanceRow> for NewDistanceLine {
    fn from(row: DistanceRow) -> Self {
        let Place { city, zone } = row.place;
        Self { city, zone, effective_from: row.effective_from, one_way_m: row.one_way_m }
    }
}

/// A representative and a technician ask for the own agency only.
fn check_agency(caller: &Caller, agency: AgencyId) -> Result<(), Problem> {
    let narrowed = matches!(caller.role, Role::Representative | Role::Technician);
    if narrowed && caller.agency != Some(agency) {
        return Err(Problem::new(ErrorCode::NotFound));
    }
    Ok(())
}

/// Lists how an agency travels.
#[utoipa::path(get, path = "/v1/travel/agencies/{agency}/profiles", tag = "Travel",
    params(("agency" = String, Path, format = "uuid")),
    responses((status = 200, description = "All profiles.", body = ProfilesBody)))]
pub(in crate::http) async fn list_travel_profiles(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(agency): Path<AgencyId>,
) -> Result<Json<ProfilesBody>, Problem> {
    check_agency(&caller, agency)?;
    let rows = app.store.read(move |connection| travel::list_profiles(connection, agency)).await?;
    Ok(Json(ProfilesBody { profiles: rows.into_iter().map(ProfileBody::from).collect() }))
}

/// Says how an agency travels from a day on. Trips of that time are priced again.
#[utoipa::path(post, path = "/v1/travel/agencies/{agency}/profiles", tag = "Travel",
    params(("agency" = String, Path, format = "uuid")), request_body = NewProfileRequest,
    responses((status = 201, description = "Entered.", body = ProfilesBody)))]
pub(in crate::http) async fn create_travel_profile(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(agency): Path<AgencyId>,
    Json(asked): Json<NewProfileRequest>,
) -> Result<(StatusCode, Json<ProfilesBody>), Problem> {
    let NewProfileRequest { effective_from, profile } = asked;
    travel::set_profile(&app.core, Some(caller.user), agency, effective_from, profile).await?;
    let rows = app.store.read(move |connection| travel::list_profiles(connection, agency)).await?;
    let profiles = rows.into_iter().map(ProfileBody::from).collect();
    Ok((StatusCode::CREATED, Json(ProfilesBody { profiles })))
}

/// Lists an agency's table of distances.
#[utoipa::path(get, path = "/v1/travel/agencies/{agency}/distances", tag = "Travel",
    params(("agency" = String, Path, format = "uuid")),
    responses((status = 200, description = "The table.", body = DistancesBody)))]
pub(in crate::http) async fn list_travel_distances(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(agency): Path<AgencyId>,
) -> Result<Json<DistancesBody>, Problem> {
    check_agency(&caller, agency)?;
    let rows = app.store.read(move |connection| travel::list_distances(connection, agency)).await?;
    Ok(Json(DistancesBody { distances: rows.into_iter().map(NewDistanceLine::from).collect() }))
}

/// Enters lines of an agency's table of distances, all or none. Trips of that time
/// are priced again.
#[utoipa::path(post, path = "/v1/travel/agencies/{agency}/distances", tag = "Travel",
    params(("agency" = String, Path, format = "uuid")), request_body = NewDistancesRequest,
    responses((status = 201, description = "Entered.", body = TakenBody)))]
pub(in crate::http) async fn create_travel_distances(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(agency): Path<AgencyId>,
    Json(asked): Json<NewDistancesRequest>,
) -> Result<(StatusCode, Json<TakenBody>), Problem> {
    let line = |line: NewDistanceLine| NewDistance {
        place: Place { city: line.city, zone: line.zone },
        effective_from: line.effective_from,
        one_way_m: line.one_way_m,
    };
    let lines = match (asked.distances, asked.csv) {
        (Some(lines), None) => lines.into_iter().map(line).collect(),
        (None, Some(csv)) => parse_distances(csv.as_bytes())?,
        _ => return Err(Problem::invalid("distances", "give either `distances` or `csv`")),
    };
    let taken = travel::set_distances(&app.core, Some(caller.user), agency, lines).await?;
    Ok((StatusCode::CREATED, Json(TakenBody { taken })))
}
