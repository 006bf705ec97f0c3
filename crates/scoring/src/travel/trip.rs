//! The price of a whole trip: its documents, the tariff of its day and what is
//! known of the ways, put together for [`price_claim`]. The phone and the server
//! call this alike, so that an estimate and a price differ only where they know
//! different things.

use domain::{Currency, DocId, Instant, ReceiptKind, UserId};
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::{
    Claim, DayKind, DistanceSource, Held, Hours, JobTravel, KnownDistances, PayerShare, PricedClaim, Proof,
    ReferenceDistance, SiteZone, Tariff, TravelCoverage, TravelFlag, TravelKind, TravelProfile, TravelReason,
    TripTravel, price_claim, share_tour,
};
use crate::{SplitProblem, Trillionths, split_by_largest_remainder};

/// Whether the same fault came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// It did, within the days of the rules.
    Yes,
    /// It did not, as far as is known.
    No,
}

/// A job that the trip served.
#[derive(Debug, Clone)]
pub struct JobScene {
    /// The job.
    pub job: DocId,
    /// What it says; none if it is not known here.
    pub facts: Option<JobTravel>,
    /// What is known of the way to it: to its zone, then to its city.
    pub known: Vec<KnownDistances>,
    /// Whether the same fault came back.
    pub repeat: Repeat,
}

/// Everything that a trip's price rests on.
#[derive(Debug, Clone, Copy)]
pub struct TripScene<'a> {
    /// Whose trip it is.
    pub technician: UserId,
    /// What it says of itself.
    pub trip: &'a TripTravel,
    /// When it began, as far as that can be believed.
    pub started_at: Instant,
    /// The same on the wall of the organisation.
    pub local: DateTime,
    /// A working day or a holiday.
    pub day: DayKind,
    /// The tariff of that day, and whether it held.
    pub tariff: &'a Tariff,
    /// Whether it held; if not, nothing is priced.
    pub held: Held,
    /// How the agency travels.
    pub profile: &'a TravelProfile,
    /// The jobs, in the order of the trip.
    pub jobs: &'a [JobScene],
    /// Distances that were approved later than this are not taken.
    pub known_before: Instant,
}

/// A job's part in the price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobPart {
    /// The job.
    pub job: DocId,
    /// Inside the city limit, or by distance.
    pub zone: SiteZone,
    /// The way to it alone; none if nothing says it.
    pub distance: Option<ReferenceDistance>,
    /// How it is covered.
    pub coverage: TravelCoverage,
    /// Why there was a trip to it.
    pub reason: TravelReason,
}

/// The price of a trip, before caps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripPrice {
    /// What was claimed.
    pub claim: Claim,
    /// What it costs by the tariff, with all that somebody has to look at.
    pub priced: PricedClaim,
    /// The part of it that a trip inside the city would have cost.
    pub in_city_part: i64,
    /// Where the reference distance comes from.
    pub distance: DistanceSource,
    /// The jobs' parts.
    pub jobs: Vec<JobPart>,
}

/// A job's share of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobShare {
    /// The job.
    pub job: DocId,
    /// How much, in rial.
    pub minor: i64,
}

/// An amount, shared among the jobs and among those who pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripDivision {
    /// Each job's share; they sum exactly.
    pub shares: Vec<JobShare>,
    /// Who pays how much, each once; they sum exactly, if anybody pays.
    pub payers: Vec<PayerShare>,
    /// What has to be shown before headquarters approves.
    pub proofs: Vec<Proof>,
    /// Whether no rule says who pays for some job.
    pub unpaid: bool,
}

/// Prices a trip. A number beyond all measure gives a price of nothing and a flag.
#[must_use]
pub fn price_trip(scene: &TripScene<'_>) -> TripPrice {
    let jobs: Vec<JobPart> = scene.jobs.iter().map(|job| part_of(scene, job)).collect();
    let (one_way_m, distance, unknown) = reference_of(scene, &jobs);
    let inside = !jobs.is_empty() && jobs.iter().all(|job| job.zone == SiteZone::InsideCity);
    let (claim, foreign) =
        claim_of(scene, one_way_m, if inside { SiteZone::InsideCity } else { SiteZone::ByDistance });
    let mut priced = match (scene.held, price_claim(scene.tariff, &claim)) {
        (Held::No, _) => nothing(scene.tariff, TravelFlag::NoTariff),
        (Held::Yes, Ok(priced)) => priced,
        (Held::Yes, Err(_beyond)) => nothing(scene.tariff, TravelFlag::ClaimRange),
    };
    let others = [(TravelFlag::DistanceUnknown, unknown && !inside), (TravelFlag::ReceiptCurrency, foreign)];
    priced.flags.extend(others.into_iter().filter(|(_, holds)| *holds).map(|(flag, _)| flag));
    // Never more than the total, so that what is not priced has no such part.
    let in_city_part = if priced.total > 0 { priced.in_city_part(scene.tariff, &claim) } else { 0 };
    let distance = if inside { DistanceSource::Table } else { distance };
    TripPrice { claim, priced, in_city_part, distance, jobs }
}

fn part_of(scene: &TripScene<'_>, job: &JobScene) -> JobPart {
    let facts = job.facts.as_ref();
    let when = (scene.local.date(), scene.known_before);
    let position = facts.and_then(|facts| facts.position);
    let reason = if job.repeat == Repeat::Yes {
        TravelReason::Repeat
    } else {
        facts.and_then(|facts| facts.absence(scene.technician, scene.trip)).unwrap_or(TravelReason::Service)
    };
    JobPart {
        job: job.job,
        zone: scene.profile.zone_of(facts.and_then(|facts| facts.place.as_ref())),
        distance: scene.profile.distance_to(scene.tariff, &job.known, position, when),
        coverage: facts.map_or(TravelCoverage::OutOfWarranty, |facts| facts.coverage(scene.started_at)),
        reason,
    }
}

/// The way that counts, where it comes from, and whether some way is not known.
///
/// It is the way to the farthest site. A tour to several places beyond the free
/// radius may have been longer: it counts as it was driven, up to what the ways to
/// all of them one by one are charged for.
fn reference_of(scene: &TripScene<'_>, jobs: &[JobPart]) -> (i64, DistanceSource, bool) {
    let free = scene.tariff.free_m.of(scene.profile.city_class);
    let outside = || jobs.iter().filter(|job| job.zone == SiteZone::ByDistance);
    let unknown = jobs.is_empty() || outside().any(|job| job.distance.is_none());
    let driven = scene.trip.driven_m.map(|driven| driven.max(0).div_euclid(2) + driven.max(0) % 2);
    let Some(farthest) = outside().filter_map(|job| job.distance).max_by_key(|way| way.one_way_m) else {
        return (if unknown { driven.unwrap_or(0) } else { 0 }, DistanceSource::Table, unknown);
    };
    let mut ways: Vec<i64> = outside().filter_map(|job| job.distance).map(|way| way.one_way_m).collect();
    ways.sort_unstable();
    ways.dedup();
    let beyond = ways.iter().map(|way| way.saturating_sub(free).max(0)).fold(0, i64::saturating_add);
    let guessed =
        outside().any(|job| job.distance.is_some_and(|way| way.source == DistanceSource::StraightLine));
    let source = if guessed { DistanceSource::StraightLine } else { farthest.source };
    let longest = free.saturating_add(beyond).max(farthest.one_way_m);
    let way = driven.map_or(farthest.one_way_m, |driven| driven.clamp(farthest.one_way_m, longest));
    (if ways.len() > 1 { way } else { farthest.one_way_m }, source, unknown)
}

/// The claim, and whether there are receipts in another currency.
fn claim_of(scene: &TripScene<'_>, one_way_m: i64, zone: SiteZone) -> (Claim, bool) {
    let TripTravel { ended_at, driven_m, receipts, .. } = scene.trip;
    let city = scene.profile.city_class;
    let free = scene.tariff.free_m.of(city);
    let sum = |of: &dyn Fn(&super::ReceiptFacts) -> bool| {
        let rial = receipts.iter().filter(|receipt| receipt.currency == Currency::IRR);
        rial.filter(|receipt| of(receipt)).map(|receipt| receipt.minor).fold(0, i64::saturating_add)
    };
    let away_ms = ended_at.map_or(0, |end| end.millis().saturating_sub(scene.started_at.millis()));
    let minute = u16::try_from(i32::from(scene.local.hour()) * 60 + i32::from(scene.local.minute()));
    let claim = Claim {
        city,
        zone,
        one_way_m,
        claimed_m: driven_m.map(|driven| driven.saturating_sub(free.saturating_mul(2)).max(0)),
        hours: Hours::at(scene.tariff, minute.unwrap_or_default()),
        day: scene.day,
        away_minutes: away_ms.div_euclid(60_000),
        receipts: sum(&|receipt| receipt.photo && receipt.kind != ReceiptKind::Lodging),
        unreceipted: sum(&|receipt| !receipt.photo),
        lodging: sum(&|receipt| receipt.photo && receipt.kind == ReceiptKind::Lodging),
    };
    (claim, receipts.iter().any(|receipt| receipt.currency != Currency::IRR))
}

fn nothing(tariff: &Tariff, why: TravelFlag) -> PricedClaim {
    PricedClaim {
        tariff: tariff.version.clone(),
        kind: TravelKind::InCity,
        reference_m: 0,
        chargeable_m: 0,
        fare: Trillionths::ZERO,
        allowance: 0,
        receipts_paid: 0,
        unreceipted_paid: 0,
        lodging_paid: 0,
        total: 0,
        flags: vec![why],
    }
}

/// Shares an amount of a trip among its jobs by the way to each alone, and among
/// those who pay by the table. Without a job nobody pays.
///
/// # Errors
/// A negative amount.
pub fn divide(tariff: &Tariff, price: &TripPrice, amount: i64) -> Result<TripDivision, SplitProblem> {
    let alone = |job: &JobPart| match job.zone {
        SiteZone::InsideCity => 0,
        SiteZone::ByDistance => job.distance.map_or(0, |way| way.one_way_m),
    };
    let mut division = TripDivision {
        shares: Vec::new(),
        payers: Vec::new(),
        proofs: Vec::new(),
        unpaid: price.jobs.is_empty(),
    };
    if price.jobs.is_empty() {
        return if amount < 0 { Err(SplitProblem::Negative) } else { Ok(division) };
    }
    let ways: Vec<i64> = price.jobs.iter().map(alone).collect();
    let shares = share_tour(tariff, price.claim.city, amount, &ways)?;
    let weights: Vec<u64> = shares.iter().map(|share| share.unsigned_abs()).collect();
    let in_city = split_by_largest_remainder(price.in_city_part.min(amount), &weights)?;
    let payers = tariff.payers();
    for ((job, share), in_city_part) in price.jobs.iter().zip(shares).zip(in_city) {
        division.shares.push(JobShare { job: job.job, minor: share });
        let kind = price.priced.kind;
        match payers.who_pays(job.coverage, kind, job.reason, share, in_city_part) {
            Some(who) => {
                who.shares.into_iter().for_each(|part| add(&mut division.payers, part));
                let new = who.proofs.into_iter().filter(|proof| !division.proofs.contains(proof));
                let new: Vec<Proof> = new.collect();
                division.proofs.extend(new);
            }
            None => division.unpaid = true,
        }
    }
    Ok(division)
}

fn add(payers: &mut Vec<PayerShare>, part: PayerShare) {
    match payers.iter_mut().find(|share| share.payer == part.payer) {
        Some(share) => share.amount = share.amount.saturating_add(part.amount),
        None => payers.push(part),
    }
}
