//! What this phone holds of all that a fare rests on: the rows of the agency, and
//! the jobs of the trip.

use calendar::Date;
use domain::{DocId, DocView};
use rusqlite::Connection;
use scoring::{
    JobScene, JobTravel, KnownDistances, Place, Repeat, TariffShelf, TariffVersion, TravelProfile, TripTravel,
};
use serde::Deserialize;

use crate::incoming;
use crate::store::documents as document_rows;
use crate::store::error::Result;
use crate::store::reference::{self, ReferenceKind};

const DISTANCE: &str = "SELECT json FROM reference WHERE kind = 'distance' \
     AND json_extract(json, '$.city') = ?1 AND json_extract(json, '$.zone') = ?2";

/// What the phone holds. A row that this version cannot read is passed over: a
/// later server may say more than is understood here.
#[derive(Debug)]
pub(super) struct Holds {
    pub(super) tariffs: TariffShelf,
    profiles: Vec<ProfileOn>,
    pub(super) jobs: Vec<JobScene>,
}

#[derive(Debug, Deserialize)]
struct ProfileOn {
    effective_from: Date,
    profile: TravelProfile,
}

#[derive(Debug, Default, Deserialize)]
struct BaseRow {
    #[serde(default)]
    profiles: Vec<ProfileOn>,
}

impl Holds {
    /// How the agency travels on a day; the documented default where nobody said it.
    pub(super) fn profile_on(&self, day: Date) -> TravelProfile {
        // They come by their days, of two for one day the later last.
        let held = self.profiles.iter().rev().find(|one| one.effective_from <= day);
        held.map_or_else(TravelProfile::default, |one| one.profile.clone())
    }
}

/// Reads what a trip's fare rests on.
pub(super) fn read(connection: &Connection, trip: &TripTravel) -> Result<Holds> {
    let rows = |kind| reference::all(connection, kind);
    let tariffs: Vec<TariffVersion> =
        rows(ReferenceKind::Tariff)?.iter().filter_map(|row| serde_json::from_str(&row.json).ok()).collect();
    let base = rows(ReferenceKind::TravelBase)?;
    let base = base.first().and_then(|row| serde_json::from_str::<BaseRow>(&row.json).ok());
    let mut jobs = Vec::new();
    for job in &trip.jobs {
        jobs.push(job_scene(connection, *job)?);
    }
    Ok(Holds { tariffs: TariffShelf::new(tariffs), profiles: base.unwrap_or_default().profiles, jobs })
}

fn job_scene(connection: &Connection, job: DocId) -> Result<JobScene> {
    let saved = document_rows::read(connection, job)?;
    let view = saved.and_then(|saved| {
        incoming::own(saved.kind, &saved.saved).and_then(|document| incoming::view(&document)).ok()
    });
    let facts = match view {
        Some(DocView::Job(view)) => Some(JobTravel::of(&view)),
        _ => None,
    };
    let place = facts.as_ref().and_then(|facts| facts.place.as_ref());
    let known = place.map(|place| known(connection, place)).transpose()?.unwrap_or_default();
    Ok(JobScene { job, facts, known, repeat: Repeat::No })
}

/// What is known of the way to a place: to its zone, then to its city.
fn known(connection: &Connection, place: &Place) -> Result<Vec<KnownDistances>> {
    let (city, zone) = place.folded();
    let mut found = Vec::new();
    for zone in [zone.as_str(), ""] {
        let mut statement = connection.prepare_cached(DISTANCE)?;
        let mut rows = statement.query_map((&city, zone), |row| row.get::<_, String>(0))?;
        if let Some(json) = rows.next().transpose()?
            && let Ok(known) = serde_json::from_str(&json)
        {
            found.push(known);
        }
    }
    Ok(found)
}
