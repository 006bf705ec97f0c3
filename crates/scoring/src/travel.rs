//! What a journey costs by the tariff, and who pays it.
//!
//! All amounts are whole rials; distances are metres, factors thousandths. The
//! fare itself may have fractions of a rial (a factor of 1.5 on an odd amount),
//! which stay exact until the total is rounded.

mod price;
mod tariff;

pub use price::{
    Claim, ClaimProblem, DayKind, Hours, PricedClaim, SiteZone, TravelFlag, TravelKind, price_claim,
};
pub use tariff::{Allowance, ByCity, CityClass, Tariff, TariffProblem, TariffSpec};
