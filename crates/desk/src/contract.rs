//! What a support contract covers (R11, R97, R175): so many hours, days on site or
//! incidents within its term, or everything.

use domain::Instant;
use serde::{Deserialize, Serialize};

use crate::request::words;

words! {
    /// By what a contract is used up.
    Measure {
        /// Hours of work.
        Hours "hours";
        /// Days on site.
        Days "days";
        /// Requests.
        Incidents "incidents";
        /// By nothing: it covers whatever comes within its term.
        Unlimited "unlimited";
    }
}

/// What was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// By what it is used up.
    pub measure: Measure,
    /// How much, in thousandths of an hour, a day or a request; 0 for unlimited.
    pub thousandths: i64,
    /// From when.
    pub starts_at: Instant,
    /// Until when, this instant excluded; none without an end.
    pub ends_at: Option<Instant>,
}

/// What was used, in thousandths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Hours of work.
    pub hours: i64,
    /// Days on site.
    pub days: i64,
    /// Requests.
    pub incidents: i64,
}

/// What a request will take, in thousandths, as far as anybody can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need(pub i64);

/// How a contract stands towards a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum Standing {
    /// Covered, and what is left before it; none if it is unlimited.
    Covered {
        /// In thousandths.
        left: Option<i64>,
    },
    /// Its term has not begun.
    NotYet,
    /// Its term is over.
    Expired,
    /// What was agreed is used up.
    UsedUp,
}

impl Entitlement {
    /// How it stands at an instant. A request is covered as long as anything is left.
    #[must_use]
    pub fn standing(&self, spent: Spent, at: Instant) -> Standing {
        if at < self.starts_at {
            return Standing::NotYet;
        }
        if self.ends_at.is_some_and(|ends| at >= ends) {
            return Standing::Expired;
        }
        let used = match self.measure {
            Measure::Unlimited => return Standing::Covered { left: None },
            Measure::Hours => spent.hours,
            Measure::Days => spent.days,
            Measure::Incidents => spent.incidents,
        };
        match self.thousandths.saturating_sub(used) {
            left if left > 0 => Standing::Covered { left: Some(left) },
            _ => Standing::UsedUp,
        }
    }

    /// Whether what is left will do for a need; unlimited always does.
    #[must_use]
    pub fn suffices(&self, spent: Spent, at: Instant, need: Need) -> bool {
        match self.standing(spent, at) {
            Standing::Covered { left } => left.is_none_or(|left| left >= need.0),
            Standing::NotYet | Standing::Expired | Standing::UsedUp => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Instant = Instant::from_millis(1_790_000_000_000);

    fn contract(measure: Measure, thousandths: i64) -> Entitlement {
        Entitlement { measure, thousandths, starts_at: NOON, ends_at: Some(NOON.plus_days(30)) }
    }

    #[test]
    fn it_is_used_up_by_its_own_measure_only() {
        let spent = Spent { hours: 9_500, days: 2_000, incidents: 3_000 };
        let left = |measure, thousandths| contract(measure, thousandths).standing(spent, NOON);
        assert_eq!(left(Measure::Hours, 10_000), Standing::Covered { left: Some(500) });
        assert_eq!(left(Measure::Hours, 9_500), Standing::UsedUp);
        assert_eq!(left(Measure::Days, 1_000), Standing::UsedUp);
        assert_eq!(left(Measure::Incidents, 4_000), Standing::Covered { left: Some(1_000) });
        assert_eq!(left(Measure::Unlimited, 0), Standing::Covered { left: None });
        assert!(contract(Measure::Hours, 10_000).suffices(spent, NOON, Need(500)));
        assert!(!contract(Measure::Hours, 10_000).suffices(spent, NOON, Need(501)));
    }

    #[test]
    fn it_holds_within_its_term() {
        let contract = contract(Measure::Unlimited, 0);
        let at = |at| contract.standing(Spent::default(), at);
        assert_eq!(at(NOON.plus_millis(-1)), Standing::NotYet);
        assert_eq!(at(NOON), Standing::Covered { left: None });
        assert_eq!(at(NOON.plus_days(30).plus_millis(-1)), Standing::Covered { left: None });
        assert_eq!(at(NOON.plus_days(30)), Standing::Expired);
        let endless = Entitlement { ends_at: None, ..contract };
        assert_eq!(
            endless.standing(Spent::default(), NOON.plus_days(9_999)),
            Standing::Covered { left: None }
        );
    }
}
