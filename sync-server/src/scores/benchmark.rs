//! What an agency's month is seen beside: how the scores of all rated agencies lie,
//! without names, and not at all where they are so few that one could be told.

use rusqlite::Connection;
use scoring::ComponentKey;

use super::months::{MonthOverview, overview};
use super::period::MonthKey;
use crate::error::CoreError;
use crate::figures::percentile;

/// With fewer agencies nothing is shown.
pub const AGENCIES_MIN: usize = 5;

/// A quarter of the agencies lies at or below the first, half at or below the second,
/// three quarters at or below the third.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    /// The lower quarter.
    pub low: f64,
    /// The middle.
    pub median: f64,
    /// The upper quarter.
    pub high: f64,
}

/// How a month's agencies lie.
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmark {
    /// How many were rated.
    pub agencies: usize,
    /// Their scores.
    pub score: Option<Quartiles>,
    /// The points of each component of those to whom it applied, of enough of them.
    pub points: Vec<(ComponentKey, Quartiles)>,
}

impl Benchmark {
    /// How a component's points lie.
    #[must_use]
    pub fn points_of(&self, key: ComponentKey) -> Option<Quartiles> {
        self.points.iter().find(|(known, _)| *known == key).map(|(_, quartiles)| *quartiles)
    }
}

/// How the scores of a month lie, published ones or live before.
///
/// # Errors
///
/// When the store fails.
pub fn benchmark(connection: &Connection, month: MonthKey) -> Result<Benchmark, CoreError> {
    let mut lines = overview(connection, month, None)?;
    lines.retain(|line| line.score.rated);
    Ok(of(&lines))
}

fn of(rated: &[MonthOverview]) -> Benchmark {
    let points = |key: ComponentKey| {
        let of_line = |line: &MonthOverview| {
            let part = line.score.components.iter().find(|part| part.key == key)?;
            part.result.map(|result| result.points)
        };
        Some((key, quartiles(rated.iter().filter_map(of_line).collect())?))
    };
    Benchmark {
        agencies: rated.len(),
        score: quartiles(rated.iter().filter_map(|line| line.score.score_shown).collect()),
        points: ComponentKey::ALL.into_iter().filter_map(points).collect(),
    }
}

fn quartiles(mut values: Vec<f64>) -> Option<Quartiles> {
    if values.len() < AGENCIES_MIN {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let at = |percent| percentile(&values, percent);
    Some(Quartiles { low: at(25)?, median: at(50)?, high: at(75)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_are_shown_of_five_and_not_of_four() {
        assert_eq!(quartiles(vec![4.0, 1.0, 3.0, 2.0]), None);
        let five = quartiles(vec![5.0, 4.0, 1.0, 3.0, 2.0]);
        assert_eq!(five, Some(Quartiles { low: 2.0, median: 3.0, high: 4.0 }));
    }
}
