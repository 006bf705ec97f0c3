//! Who pays: a table that a person can read and an organisation may change.

use serde::{Deserialize, Serialize};

use super::TravelKind;

/// How the job is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelCoverage {
    /// The customer's warranty.
    Warranty,
    /// No warranty, or none any more.
    OutOfWarranty,
    /// A device that the seller has not sold yet.
    PreSale,
}

/// Why there was a trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelReason {
    /// To do the job.
    Service,
    /// The same fault came back within the days of the rules.
    Repeat,
    /// The customer was absent, as the technician can show.
    CustomerAbsentProven,
    /// Nobody can show that the customer was absent.
    CustomerAbsentUnproven,
    /// The customer refuses to pay the difference of an out-of-city trip.
    CustomerRefuses,
}

/// Who pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The maker.
    Maker,
    /// The representative, who gets nothing back.
    Representative,
    /// The customer.
    Customer,
    /// The seller.
    Seller,
}

/// What has to be shown before headquarters approves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// A photograph of the device's label.
    DeviceLabel,
    /// The warranty card.
    WarrantyCard,
    /// The customer's identity.
    Identity,
}

/// One row of the table. A list that is empty matches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayerRule {
    /// For these coverages,
    pub coverage: Vec<TravelCoverage>,
    /// these places
    pub zone: Vec<TravelKind>,
    /// and these reasons:
    pub reason: Vec<TravelReason>,
    /// who pays what a trip inside the city would cost,
    pub in_city_part: Payer,
    /// and who pays the rest.
    pub rest: Payer,
    /// What headquarters has to approve by; empty where nobody is asked.
    pub proofs: Vec<Proof>,
}

/// The table; the first row that matches says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayerMatrix(pub Vec<PayerRule>);

/// An amount and who pays it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayerShare {
    /// Who.
    pub payer: Payer,
    /// How much, in rial.
    pub amount: i64,
}

/// The answer of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhoPays {
    /// One share, or two; they sum to the total.
    pub shares: Vec<PayerShare>,
    /// What headquarters has to approve by.
    pub proofs: Vec<Proof>,
}

impl PayerMatrix {
    /// Who pays a total, of which one part is what a trip inside the city costs;
    /// none if no row matches, and then a person has to decide.
    #[must_use]
    pub fn who_pays(
        &self,
        coverage: TravelCoverage,
        zone: TravelKind,
        reason: TravelReason,
        total: i64,
        in_city_part: i64,
    ) -> Option<WhoPays> {
        let matches = |rule: &&PayerRule| {
            rule.coverage.contains(&coverage) && rule.zone.contains(&zone) && rule.reason.contains(&reason)
        };
        let rule = self.0.iter().find(matches)?;
        let first = in_city_part.clamp(0, total.max(0));
        let shares = if rule.in_city_part == rule.rest {
            vec![PayerShare { payer: rule.rest, amount: total }]
        } else {
            let parts = [(rule.in_city_part, first), (rule.rest, total - first)];
            let shares = parts.into_iter().filter(|(_, amount)| *amount > 0);
            shares.map(|(payer, amount)| PayerShare { payer, amount }).collect()
        };
        Some(WhoPays { shares, proofs: rule.proofs.clone() })
    }
}

impl Default for PayerMatrix {
    fn default() -> Self {
        use Payer::{Customer, Maker, Representative};
        use TravelCoverage::{OutOfWarranty, PreSale, Warranty};
        use TravelKind::{InCity, OutOfCity};
        use TravelReason::{CustomerAbsentProven, CustomerAbsentUnproven, CustomerRefuses, Repeat, Service};
        let every = [Warranty, OutOfWarranty, PreSale];
        let both = [InCity, OutOfCity];
        let rule = |coverage: &[TravelCoverage],
                    zone: &[TravelKind],
                    reason: TravelReason,
                    (in_city_part, rest): (Payer, Payer)| PayerRule {
            coverage: coverage.to_vec(),
            zone: zone.to_vec(),
            reason: vec![reason],
            in_city_part,
            rest,
            proofs: Vec::new(),
        };
        Self(vec![
            rule(&every, &both, Repeat, (Representative, Representative)),
            rule(&every, &both, CustomerAbsentProven, (Customer, Customer)),
            rule(&every, &both, CustomerAbsentUnproven, (Maker, Maker)),
            rule(&[Warranty], &[InCity], Service, (Maker, Maker)),
            rule(&[Warranty], &[OutOfCity], Service, (Maker, Customer)),
            PayerRule {
                proofs: vec![Proof::DeviceLabel, Proof::WarrantyCard, Proof::Identity],
                ..rule(&[Warranty], &[OutOfCity], CustomerRefuses, (Maker, Maker))
            },
            rule(&[OutOfWarranty], &both, Service, (Customer, Customer)),
            rule(&[PreSale], &both, Service, (Maker, Maker)),
        ])
    }
}
