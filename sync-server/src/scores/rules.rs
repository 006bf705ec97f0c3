//! By which rules a month is scored.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use calendar::Zone;
use rusqlite::Connection;
use scoring::Rules;

use super::period::MonthKey;
use crate::error::CoreError;
use crate::rulebook::{self, Kind, Version};

/// Versions as they were read once, by their content: parsing one costs more than
/// folding a job. Few are ever in use; the store is emptied before it grows.
static READ: LazyLock<Mutex<HashMap<String, Arc<Rules>>>> = LazyLock::new(Mutex::default);
const READ_MAX: usize = 64;
static DEFAULT: LazyLock<Arc<Rules>> = LazyLock::new(Arc::default);
const ANY: &str = "SELECT EXISTS (SELECT 1 FROM rulebook WHERE kind = 'scoring_rules')";

/// The rules that hold in a month: the newest version that begins on its first day
/// or before, else the built-in ones.
pub(crate) fn rules_of(connection: &Connection, month: MonthKey) -> Result<Arc<Rules>, CoreError> {
    if !connection.prepare_cached(ANY)?.query_row([], |row| row.get(0))? {
        return Ok(Arc::clone(&DEFAULT));
    }
    let first_day = Zone::organisation().date(month.begins());
    let versions = rulebook::versions_for(connection, Kind::ScoringRules, None)?;
    let holding = versions.iter().rev().find(|version| version.effective_from <= first_day);
    holding.map_or_else(|| Ok(Arc::clone(&DEFAULT)), read)
}

/// The rules of a name, by which a frozen month keeps being computed.
pub(crate) fn rules_named(connection: &Connection, name: &str) -> Result<Option<Arc<Rules>>, CoreError> {
    if name == DEFAULT.version {
        return Ok(Some(Arc::clone(&DEFAULT)));
    }
    let versions = rulebook::versions_for(connection, Kind::ScoringRules, None)?;
    versions.iter().find(|version| version.version == name).map(read).transpose()
}

fn read(version: &Version) -> Result<Arc<Rules>, CoreError> {
    let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rules) = known.get(&version.json) {
        return Ok(Arc::clone(rules));
    }
    let broken = || CoreError::Outside(format!("the scoring rules {:?} cannot be read", version.version));
    let rules = serde_json::from_str(&version.json).ok().and_then(|parsed| Rules::new(parsed).ok());
    let rules = Arc::new(rules.ok_or_else(broken)?);
    if known.len() >= READ_MAX {
        known.clear();
    }
    known.insert(version.json.clone(), Arc::clone(&rules));
    Ok(rules)
}
