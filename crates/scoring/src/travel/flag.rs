//! What somebody has to look at before a journey is paid.

use serde::{Deserialize, Serialize};

/// What somebody has to look at. The percentages in two of the names are those of
/// the first tariff; what counts is the tariff's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelFlag {
    /// Claimed above the tolerance: paid at reference, a reason is asked.
    #[serde(rename = "km_over_10pct")]
    KmOverTolerance,
    /// Claimed far above it: paid at reference, a violation of the component
    /// *travel*.
    #[serde(rename = "km_over_25pct")]
    KmOverReject,
    /// More spent without a receipt than is paid.
    UnreceiptedOverLimit,
    /// More spent on lodging than is paid.
    LodgingOverCap,
    /// More than is paid for one trip.
    TripOverCap,
    /// More than is paid for the trips of a day.
    DayOverCap,
    /// More than is paid for the trips of a month.
    MonthOverCap,
    /// Further than anybody should drive in a day.
    KmOverDayCap,
    /// The reference distance is a guess from the straight line.
    DistanceGuessed,
    /// The trip needed approval before it, and has none.
    NoPriorApproval,
    /// No rule says who pays.
    NoPayer,
    /// Who pays has to be approved with evidence.
    PayerNeedsApproval,
    /// Nothing says how far it is: neither table nor history nor positions.
    DistanceUnknown,
    /// A receipt in another currency, which is not summed.
    ReceiptCurrency,
    /// A number is negative or beyond all measure; nothing is priced.
    ClaimRange,
    /// There are tariffs, but none that held on the day.
    NoTariff,
    /// Something that the price rests on changed after it was decided or settled.
    ChangedAfterDecision,
}

impl TravelFlag {
    /// Its text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KmOverTolerance => "km_over_10pct",
            Self::KmOverReject => "km_over_25pct",
            Self::UnreceiptedOverLimit => "unreceipted_over_limit",
            Self::LodgingOverCap => "lodging_over_cap",
            Self::TripOverCap => "trip_over_cap",
            Self::DayOverCap => "day_over_cap",
            Self::MonthOverCap => "month_over_cap",
            Self::KmOverDayCap => "km_over_day_cap",
            Self::DistanceGuessed => "distance_guessed",
            Self::NoPriorApproval => "no_prior_approval",
            Self::NoPayer => "no_payer",
            Self::PayerNeedsApproval => "payer_needs_approval",
            Self::DistanceUnknown => "distance_unknown",
            Self::ReceiptCurrency => "receipt_currency",
            Self::ClaimRange => "claim_range",
            Self::NoTariff => "no_tariff",
            Self::ChangedAfterDecision => "changed_after_decision",
        }
    }
}
