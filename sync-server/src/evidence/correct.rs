//! From a device's instants to those that are judged by; pure.
//!
//! What a device says is moved by the offset that was measured at its exchange. It
//! is believed where it can be: not before what its author had seen from others, not
//! after it came, and in the order in which the device made it. Where it cannot be,
//! the nearest bound is taken and the reason is kept.

use domain::{DAY_MS, Instant};

/// A clock that is further off than this is named, also where its instants fit.
const OFFSET_MAX_MS: i64 = DAY_MS;

/// Why an instant cannot be, or should not be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suspect {
    /// Before something that its author had seen.
    BeforeSeen,
    /// After the server had it.
    AfterReceipt,
    /// Not in the order in which the device made its changes.
    OutOfOrder,
    /// It fits, but the device's clock is more than a day off.
    ClockOff,
}

impl Suspect {
    /// The stable code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::BeforeSeen => "time_suspect.before_seen",
            Self::AfterReceipt => "time_suspect.after_receipt",
            Self::OutOfOrder => "time_suspect.out_of_order",
            Self::ClockOff => "time_suspect.clock_off",
        }
    }
}

/// An event as its device tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    /// By the device's clock.
    pub(crate) at: Instant,
    /// When the server received the latest of what the author had seen from others.
    pub(crate) seen: Option<Instant>,
}

/// What an exchange says of the claims that it brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Brought {
    /// Server minus device, if it was measured.
    pub(crate) offset_ms: Option<i64>,
    /// The server's clock.
    pub(crate) received_at: Instant,
    /// The last event of the same hand before these.
    pub(crate) last: Option<Instant>,
}

/// An instant to be judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Corrected {
    pub(crate) at: Instant,
    pub(crate) suspect: Option<Suspect>,
}

/// A bound and what it is made of.
type Bound = (Instant, Suspect);

/// Corrects the claims of one hand, in the order in which it made them. The offset
/// is truest for what was made last, so bounds are taken from the end: if a clock was
/// set in between, the earlier claim is the doubtful one.
pub(crate) fn correct(claims: &[Claim], brought: &Brought) -> Vec<Corrected> {
    let floors = floors(claims, brought.last);
    let mut ceiling = (brought.received_at, Suspect::AfterReceipt);
    let mut corrected: Vec<Corrected> = Vec::with_capacity(claims.len());
    for (claim, floor) in claims.iter().zip(floors).rev() {
        let told = claim.at.plus_millis(brought.offset_ms.unwrap_or(0));
        let one = within(told, floor, ceiling);
        ceiling = (one.at, Suspect::OutOfOrder);
        let off = brought.offset_ms.is_some_and(|offset| offset.saturating_abs() > OFFSET_MAX_MS);
        let suspect = one.suspect.or(off.then_some(Suspect::ClockOff));
        corrected.push(Corrected { suspect, ..one });
    }
    corrected.reverse();
    corrected
}

/// Before which instant each claim cannot be: a later one has seen what an earlier
/// one had.
fn floors(claims: &[Claim], last: Option<Instant>) -> Vec<Option<Bound>> {
    let mut floor: Option<Bound> = last.map(|last| (last, Suspect::OutOfOrder));
    let mut floors = Vec::with_capacity(claims.len());
    for claim in claims {
        if let Some(seen) = claim.seen
            && floor.is_none_or(|(floor, _)| floor < seen)
        {
            floor = Some((seen, Suspect::BeforeSeen));
        }
        floors.push(floor);
    }
    floors
}

/// Nothing is later than its receipt, whatever the server's own clock did meanwhile.
fn within(told: Instant, floor: Option<Bound>, ceiling: Bound) -> Corrected {
    if told > ceiling.0 {
        return Corrected { at: ceiling.0, suspect: Some(ceiling.1) };
    }
    match floor {
        Some((floor, why)) if told < floor => Corrected { at: floor.min(ceiling.0), suspect: Some(why) },
        _ => Corrected { at: told, suspect: None },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000;
    /// When the exchange is.
    const NOON: i64 = 1_790_000_000_000;

    const fn at(hours: i64) -> Instant {
        Instant::from_millis(NOON + hours * HOUR)
    }
    const fn claim(hours: i64) -> Claim {
        Claim { at: at(hours), seen: None }
    }
    fn brought(offset_hours: i64) -> Brought {
        Brought { offset_ms: Some(offset_hours * HOUR), received_at: at(0), last: None }
    }
    fn told(claims: &[Claim], brought: &Brought) -> Vec<(Instant, Option<&'static str>)> {
        let corrected = correct(claims, brought);
        corrected.into_iter().map(|one| (one.at, one.suspect.map(Suspect::code))).collect()
    }

    #[test]
    fn a_wrong_clock_is_corrected_by_what_was_measured() {
        // Two hours behind: what it calls five hours ago was three hours ago.
        assert_eq!(told(&[claim(-5), claim(-3)], &brought(2)), [(at(-3), None), (at(-1), None)]);
        assert_eq!(told(&[claim(-1)], &Brought { offset_ms: None, ..brought(0) }), [(at(-1), None)]);
    }

    #[test]
    fn what_cannot_be_takes_the_nearest_bound_and_says_why() {
        let seen = Claim { seen: Some(at(-2)), ..claim(-4) };
        assert_eq!(told(&[seen], &brought(0)), [(at(-2), Some("time_suspect.before_seen"))]);
        assert_eq!(told(&[claim(1)], &brought(0)), [(at(0), Some("time_suspect.after_receipt"))]);
        let after = Brought { last: Some(at(-1)), ..brought(0) };
        assert_eq!(told(&[claim(-3)], &after), [(at(-1), Some("time_suspect.out_of_order"))]);
    }

    #[test]
    fn of_two_in_the_wrong_order_the_earlier_is_doubted() {
        // The clock was set back by six hours between the two, then measured.
        let corrected = told(&[claim(4), claim(-1)], &brought(0));
        assert_eq!(corrected, [(at(-1), Some("time_suspect.out_of_order")), (at(-1), None)]);
    }

    #[test]
    fn a_clock_ten_years_off_is_named_and_its_instants_are_corrected() {
        let ten_years = 10 * 365 * 24;
        assert_eq!(
            told(&[claim(-1 - ten_years)], &brought(ten_years)),
            [(at(-1), Some("time_suspect.clock_off"))]
        );
        assert_eq!(told(&[claim(ten_years)], &brought(0)), [(at(0), Some("time_suspect.after_receipt"))]);
    }

    #[test]
    fn a_server_whose_clock_went_back_judges_nothing_later_than_its_receipt() {
        let seen = Claim { seen: Some(at(3)), ..claim(-1) };
        assert_eq!(told(&[seen], &brought(0)), [(at(0), Some("time_suspect.before_seen"))]);
    }

    proptest! {
        #[test]
        fn instants_are_in_order_and_within_their_bounds(
            claims in prop::collection::vec((-100_i64..100, prop::option::of(-100_i64..0)), 0..8),
            offset in prop::option::of(-50_i64..50),
            last in prop::option::of(-100_i64..0),
        ) {
            let claims: Vec<Claim> =
                claims.into_iter().map(|(hours, seen)| Claim { at: at(hours), seen: seen.map(at) }).collect();
            let brought = Brought {
                offset_ms: offset.map(|hours| hours * HOUR),
                received_at: at(0),
                last: last.map(at),
            };
            let corrected = correct(&claims, &brought);
            prop_assert_eq!(corrected.len(), claims.len());
            prop_assert!(corrected.is_sorted_by_key(|one| one.at));
            for (one, claim) in corrected.iter().zip(&claims) {
                prop_assert!(one.at <= brought.received_at);
                for floor in claim.seen.into_iter().chain(brought.last) {
                    prop_assert!(one.at >= floor);
                }
                if one.suspect.is_none() {
                    prop_assert_eq!(one.at, claim.at.plus_millis(brought.offset_ms.unwrap_or(0)));
                }
            }
        }
    }
}
