//! The tariffs that hold for an agency.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::AgencyId;
use rusqlite::Connection;
use scoring::{TariffShelf, TariffSpec, TariffVersion};
use wire::FieldProblem;

use super::words::read_json;
use crate::error::CoreError;
use crate::rulebook;

/// The tariffs of agencies, each read once.
#[derive(Debug, Default)]
pub(super) struct Shelves(BTreeMap<Option<AgencyId>, TariffShelf>);

impl Shelves {
    /// Those of an agency.
    pub(super) fn of(
        &mut self,
        connection: &Connection,
        agency: Option<AgencyId>,
    ) -> Result<&TariffShelf, CoreError> {
        Ok(match self.0.entry(agency) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(TariffShelf::new(versions(connection, agency)?)),
        })
    }
}

/// The versions that count for an agency: its own if it has any, else the
/// organisation's.
pub(super) fn versions(
    connection: &Connection,
    agency: Option<AgencyId>,
) -> Result<Vec<TariffVersion>, CoreError> {
    let versions = rulebook::versions_for(connection, rulebook::Kind::Tariff, agency)?;
    let tariff = |version: rulebook::Version| {
        let tariff: TariffSpec = read_json(&version.json)?;
        let (subject, effective_from) = (version.subject, version.effective_from);
        Ok(TariffVersion { subject, effective_from, tariff })
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
