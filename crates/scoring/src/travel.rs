//! What a journey costs by the tariff, and who pays it.
//!
//! All amounts are whole rials; distances are metres, factors thousandths. The
//! fare itself may have fractions of a rial (a factor of 1.5 on an odd amount),
//! which stay exact until the total is rounded.

mod approval;
mod book;
mod caps;
mod facts;
mod flag;
mod payer;
mod place;
mod price;
mod reference;
mod shelf;
mod tariff;
mod trip;

pub use approval::{ApprovalRefusal, ClaimEvent, ClaimState, PriorApproval, TravelCase, review_reasons};
pub use book::TariffBook;
pub use caps::{CappedClaim, Spent, apply_caps};
pub use facts::{JobTravel, ReceiptFacts, SiteEvent, TripTravel};
pub use flag::TravelFlag;
pub use payer::{Payer, PayerMatrix, PayerRule, PayerShare, Proof, TravelCoverage, TravelReason, WhoPays};
pub use place::{DistanceOn, KnownDistances, Place, TravelProfile, straight_line_m};
pub use price::{Claim, ClaimProblem, DayKind, Hours, PricedClaim, SiteZone, TravelKind, price_claim};
pub use reference::{DistanceSource, ReferenceDistance, reference_distance, share_tour};
pub use shelf::{Held, TariffShelf, TariffVersion};
pub use tariff::{Allowance, ByCity, CityClass, Tariff, TariffProblem, TariffSpec};
pub use trip::{JobPart, JobScene, JobShare, Repeat, TripDivision, TripPrice, TripScene, divide, price_trip};
