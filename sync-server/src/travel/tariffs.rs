//! What holds for everybody's trips: the tariffs of an agency, and its holidays.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use calendar::Zone;
use domain::{AgencyId, Instant};
use rusqlite::Connection;
use scoring::{DayKind, TariffShelf, TariffSpec, TariffVersion};
use wire::FieldProblem;

use super::words::read_json;
use crate::deadlines::Calendars;
use crate::error::CoreError;
use crate::rulebook;

/// The tariffs of agencies, each read once, and the calendars of all.
#[derive(Debug)]
pub(super) struct Rules {
    shelves: BTreeMap<Option<AgencyId>, TariffShelf>,
    /// A tariff that is tried in the place of those for the same trips.
    trial: Option<TariffVersion>,
    calendars: Calendars,
}

impl Rules {
    pub(super) fn read(connection: &Connection) -> Result<Self, CoreError> {
        Ok(Self { shelves: BTreeMap::new(), trial: None, calendars: Calendars::read(connection)? })
    }

    /// The rules with a tariff that is not entered.
    pub(super) fn trying(connection: &Connection, trial: TariffVersion) -> Result<Self, CoreError> {
        Ok(Self { trial: Some(trial), ..Self::read(connection)? })
    }

    /// What kind of day it was for an agency when a trip began: a Friday, a holiday of
    /// the solar calendar, or one of the working calendar that had been adopted before.
    /// So a holiday that is entered later changes no price.
    pub(super) fn day(&self, agency: Option<AgencyId>, started_at: Instant) -> DayKind {
        let day = Zone::organisation().date(started_at);
        let listed = || self.calendars.at(agency, started_at.plus_millis(-1)).is_holiday(day);
        if calendar::is_rest_day(day) || listed() { DayKind::Holiday } else { DayKind::Workday }
    }

    /// The tariffs of an agency.
    pub(super) fn tariffs(
        &mut self,
        connection: &Connection,
        agency: Option<AgencyId>,
    ) -> Result<&TariffShelf, CoreError> {
        Ok(match self.shelves.entry(agency) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let entered = versions(connection, agency)?;
                place.insert(TariffShelf::new(tried(entered, agency, self.trial.as_ref())))
            }
        })
    }
}

/// The versions for an agency, with the one that is tried in the place of every other
/// for the same trips, whenever they begin.
fn tried(
    mut versions: Vec<TariffVersion>,
    agency: Option<AgencyId>,
    trial: Option<&TariffVersion>,
) -> Vec<TariffVersion> {
    if let Some(trial) = trial.filter(|trial| trial.agency.is_none() || trial.agency == agency) {
        let on_its_day = |version: &TariffVersion| TariffVersion {
            effective_from: trial.effective_from,
            ..version.clone()
        };
        versions.retain(|version| !on_its_day(version).clashes_with(trial));
        versions.push(trial.clone());
    }
    versions
}

/// The versions that count for an agency: its own, and the organisation's, which hold
/// where none of its own does.
pub(super) fn versions(
    connection: &Connection,
    agency: Option<AgencyId>,
) -> Result<Vec<TariffVersion>, CoreError> {
    let mut versions = rulebook::versions(connection, rulebook::Kind::Tariff)?;
    versions.retain(|version| version.agency.is_none() || version.agency == agency);
    let tariff = |version: rulebook::Version| {
        let tariff: TariffSpec = read_json(&version.json)?;
        let rulebook::Version { agency, subject, effective_from, .. } = version;
        Ok(TariffVersion { agency, subject, effective_from, tariff })
    };
    versions.into_iter().map(tariff).collect()
}

/// Refuses two tariffs for one subject from one day on, however it is written.
pub(super) fn check_subjects(connection: &Connection, agency: Option<AgencyId>) -> Result<(), CoreError> {
    let versions = versions(connection, agency)?;
    let twin = |at: usize| versions[..at].iter().any(|one| one.clashes_with(&versions[at]));
    match (0..versions.len()).find(|at| twin(*at)) {
        Some(_) => {
            let message = "another version holds for this maker and vehicle from that day on already";
            Err(CoreError::Invalid(vec![FieldProblem::coded("subject", "tariff.overlap", message)]))
        }
        None => Ok(()),
    }
}
