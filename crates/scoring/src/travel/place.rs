//! Places: where an agency sets out from, where a site lies, and how far that is
//! by what is known.

use domain::{Instant, Position, fold_search_text};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{CityClass, ReferenceDistance, SiteZone, Tariff, reference_distance};

/// A city, or a zone of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The city.
    pub city: String,
    /// The zone of the city; none for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

impl Place {
    /// As places are compared: letter forms, digits and case do not matter.
    #[must_use]
    pub fn folded(&self) -> (String, String) {
        let fold = |text: &str| fold_search_text(text.trim());
        (fold(&self.city), fold(self.zone.as_deref().unwrap_or_default()))
    }

    /// Whether another place is this one or lies in it. A place without a city
    /// holds nothing.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        let ((city, zone), (other_city, other_zone)) = (self.folded(), other.folded());
        !city.is_empty() && city == other_city && (zone.is_empty() || zone == other_zone)
    }
}

/// How an agency travels, from one day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TravelProfile {
    /// The class of its city.
    pub city_class: CityClass,
    /// Whose products it looks after, where tariffs differ by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maker: Option<String>,
    /// What its technicians drive, where tariffs differ by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<String>,
    /// Where it sets out from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Position>,
    /// The places inside its city limit, whatever the distance.
    #[serde(default)]
    pub inside: Vec<Place>,
}

impl Default for TravelProfile {
    fn default() -> Self {
        Self { city_class: CityClass::B, maker: None, vehicle: None, base: None, inside: Vec::new() }
    }
}

/// A distance that holds from one day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DistanceOn {
    /// The first day.
    pub from: Date,
    /// Metres one way.
    pub one_way_m: i64,
}

/// What is known of the way from an agency's base to a place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownDistances {
    /// The table, each line from one day on; of two for one day the later counts.
    #[serde(default)]
    pub table: Vec<DistanceOn>,
    /// What a person approved, and when.
    #[serde(default)]
    pub history: Vec<(Instant, i64)>,
}

impl KnownDistances {
    fn in_table(&self, day: Date) -> Option<i64> {
        let held = self.table.iter().filter(|line| line.from <= day);
        held.max_by_key(|line| line.from).map(|line| line.one_way_m)
    }

    fn in_history(&self, before: Instant) -> Option<i64> {
        let approved = self.history.iter().filter(|(at, _)| *at < before);
        approved.max_by_key(|(at, _)| *at).map(|(_, one_way_m)| *one_way_m)
    }
}

impl TravelProfile {
    /// Where a place lies by the list of the city's zones.
    #[must_use]
    pub fn zone_of(&self, place: Option<&Place>) -> SiteZone {
        let listed = place.is_some_and(|place| self.inside.iter().any(|inside| inside.holds(place)));
        if listed { SiteZone::InsideCity } else { SiteZone::ByDistance }
    }

    /// The best distance to a site that is known on a day: the first of `known` that says
    /// anything counts, its zone's before its city's. None if neither a table nor what was
    /// approved before `before` nor two positions say it.
    #[must_use]
    pub fn distance_to(
        &self,
        tariff: &Tariff,
        known: &[KnownDistances],
        site: Option<Position>,
        (day, before): (Date, Instant),
    ) -> Option<ReferenceDistance> {
        let said = known.iter().map(|known| (known.in_table(day), known.in_history(before)));
        let (table, history) = said.into_iter().find(|said| *said != (None, None)).unwrap_or_default();
        let straight = self.base.zip(site).map(|(base, site)| straight_line_m(base, site));
        if table.is_none() && history.is_none() && straight.is_none() {
            return None;
        }
        Some(reference_distance(tariff, table, history, straight.unwrap_or_default()))
    }
}

/// Metres of one degree of latitude, on a sphere of 6,371 km.
const DEGREE_M: i128 = 111_195;
/// One, in the units of the cosine.
const ONE: i128 = 1_000_000_000;
/// Radians of a millionth of a degree, in units of 1e-18.
const RADIANS: i128 = 17_453_292_520;

/// Metres between two positions as the crow flies, within half a percent for the
/// ways of a working day. Whole numbers only, so that the phone and the server
/// find the same.
#[must_use]
pub fn straight_line_m(one: Position, other: Position) -> i64 {
    let north = i128::from(other.lat_microdegrees) - i128::from(one.lat_microdegrees);
    let east = i128::from(other.lon_microdegrees) - i128::from(one.lon_microdegrees);
    let middle = (i128::from(other.lat_microdegrees) + i128::from(one.lat_microdegrees)) / 2;
    let north = north * DEGREE_M / 1_000;
    let east = east * DEGREE_M / 1_000 * cosine(middle) / ONE;
    // Thousandths of a metre, squared: far inside the range of a u128.
    let square = north.unsigned_abs().pow(2) + east.unsigned_abs().pow(2);
    i64::try_from(square.isqrt() / 1_000).unwrap_or(i64::MAX)
}

/// The cosine of an angle in millionths of a degree, from its series, in 1e-9.
fn cosine(microdegrees: i128) -> i128 {
    let x = microdegrees * RADIANS / ONE;
    let square = x * x / ONE;
    let mut term = ONE;
    let mut sum = ONE;
    for step in 1..=8 {
        term = -term * square / ONE / (2 * step * (2 * step - 1));
        sum += term;
    }
    sum.clamp(0, ONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(lat_microdegrees: i64, lon_microdegrees: i64) -> Position {
        Position { lat_microdegrees, lon_microdegrees }
    }

    /// Between these points of Tehran and Qom are 125.6 km, and 39.3 km to Karaj, by the
    /// haversine formula; on the equator a degree is as wide
    /// as it is high, and at the pole it is nothing.
    #[test]
    fn the_straight_line_is_near_what_a_map_says() {
        let tehran = at(35_689_200, 51_389_000);
        let to = |lat, lon| straight_line_m(tehran, at(lat, lon));
        assert!((125_000..126_300).contains(&to(34_640_100, 50_876_400)), "{}", to(34_640_100, 50_876_400));
        assert!((39_100..39_500).contains(&to(35_832_700, 50_991_500)), "{}", to(35_832_700, 50_991_500));
        assert_eq!(straight_line_m(at(0, 0), at(0, 1_000_000)), 111_195);
        assert_eq!(straight_line_m(at(0, 0), at(1_000_000, 0)), 111_195);
        assert_eq!(straight_line_m(at(90_000_000, 0), at(90_000_000, 90_000_000)), 0);
        assert_eq!(straight_line_m(tehran, tehran), 0);
        assert_eq!(cosine(60_000_000), 500_000_000);
    }

    #[test]
    fn a_city_holds_its_zones_and_nothing_holds_what_has_no_city() {
        let place = |city: &str, zone: Option<&str>| Place { city: city.into(), zone: zone.map(Into::into) };
        assert!(place("كرج", None).holds(&place("کرج", Some("۳"))));
        assert!(place("Karaj", Some("۳")).holds(&place(" karaj ", Some("3"))));
        assert!(!place("Karaj", Some("3")).holds(&place("Karaj", None)));
        assert!(!place("", None).holds(&place("", None)));
    }
}
