//! What a journey costs, estimated on the phone from the tariff that it holds, and
//! what the server made of it. The same function prices on both sides; the phone
//! knows neither what other trips of the month left of the caps nor what other
//! technicians did, and where the results differ, both are shown.

mod claim;
mod scene;

use calendar::{Date, Zone};
use domain::{DocId, FieldValue, Instant, TripCommand, TripField, TripFieldEdit};
use scoring::{
    DayKind, DistanceSource, JobShare, PayerShare, PricedClaim, PriorApproval, Proof, Repeat, Spent,
    TravelCase, TravelFlag, TripScene, TripTravel, WhoPays, apply_caps, divide, price_trip, review_reasons,
};

pub(super) use claim::of_row;
pub use claim::{TravelTotals, TripClaim};

use super::{Client, EditOutcome};
use crate::store::session;
use crate::{ClientError, EditReceipt, Session};

/// An estimate that can be shown to the customer, before and after the trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FareEstimate {
    /// The day of the trip, by which the tariff was chosen.
    pub day: Date,
    /// The parts of the price: kind, chargeable distance, fare, allowance,
    /// receipts, and the version of the tariff.
    pub priced: PricedClaim,
    /// What is expected to be paid, in rial: the price, or the cap of one trip.
    pub total: i64,
    /// Who pays how much of it.
    pub payers: Vec<PayerShare>,
    /// What has to be shown before headquarters approves.
    pub proofs: Vec<Proof>,
    /// Each job's share.
    pub shares: Vec<JobShare>,
    /// Where the reference distance comes from.
    pub distance: DistanceSource,
    /// Why a person at the office will have to look at it; empty if nobody will.
    pub reasons: Vec<TravelFlag>,
}

impl FareEstimate {
    /// Whether the trip needs approval before it, which it has not yet.
    #[must_use]
    pub fn needs_prior_approval(&self) -> bool {
        self.reasons.contains(&TravelFlag::NoPriorApproval)
    }
}

impl Client {
    /// What a trip on this phone is expected to cost. Works offline.
    ///
    /// # Errors
    ///
    /// When the trip is not on this phone, or the database cannot be read.
    pub fn estimate_fare(&self, trip: DocId) -> Result<FareEstimate, ClientError> {
        let detail = self.trip(trip)?;
        let prior = detail.claim.as_ref().map(|claim| claim.prior_approval);
        let facts = TripTravel::of(&detail.view);
        let asked = facts.approval_request.is_some();
        let unheard = if asked { PriorApproval::Requested } else { PriorApproval::NotRequested };
        self.estimate(&facts, prior.filter(|_| asked).unwrap_or(unheard))
    }

    /// What a trip that is being typed is expected to cost.
    ///
    /// # Errors
    ///
    /// When nobody is signed in, or the database cannot be read.
    pub fn estimate_fare_of(&self, trip: &TripTravel) -> Result<FareEstimate, ClientError> {
        self.estimate(trip, PriorApproval::NotRequested)
    }

    /// Estimates a trip's fare and writes it into the trip, as what was shown to
    /// the customer; the office sees it beside its own price.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn record_estimate(&self, trip: DocId) -> Result<(FareEstimate, EditReceipt), ClientError> {
        let estimate = self.estimate_fare(trip)?;
        let version = FieldValue::Text(estimate.priced.tariff.clone());
        let facts = TripTravel::of(&self.trip(trip)?.view);
        let known = (facts.estimate, facts.estimate_tariff.as_deref());
        if known == (Some(estimate.total), Some(estimate.priced.tariff.as_str())) {
            return Ok((estimate, EditReceipt { doc: trip, outcome: EditOutcome::NothingToChange }));
        }
        let edits = vec![
            TripFieldEdit { field: TripField::EstimateMinor, value: Some(FieldValue::Int(estimate.total)) },
            TripFieldEdit { field: TripField::EstimateTariff, value: Some(version) },
        ];
        let receipt = self.execute(trip, &domain::EditCommand::Trip(TripCommand::SetFields { edits }))?;
        Ok((estimate, receipt))
    }

    fn estimate(&self, trip: &TripTravel, prior: PriorApproval) -> Result<FareEstimate, ClientError> {
        let now = self.core.clock.now().at;
        let session = self.core.store.read(session::read)?.ok_or(ClientError::NotSignedIn)?;
        let held = self.core.store.read(|connection| scene::read(connection, trip))?;
        priced(&session, trip, &held, prior, now)
    }
}

/// The estimate from what the phone holds.
fn priced(
    session: &Session,
    trip: &TripTravel,
    holds: &scene::Holds,
    prior_approval: PriorApproval,
    now: Instant,
) -> Result<FareEstimate, ClientError> {
    let started_at = trip.started_at.unwrap_or(now);
    let local = Zone::organisation().local(started_at);
    let profile = holds.profile_on(local.date());
    let maker = (profile.maker.as_deref(), profile.vehicle.as_deref());
    let (tariff, held) = holds.tariffs.on(local.date(), maker.0, maker.1);
    let mut jobs = holds.jobs.clone();
    for job in &mut jobs {
        let again = job.facts.as_ref().is_some_and(|facts| facts.reopened(started_at));
        job.repeat = if again { Repeat::Yes } else { Repeat::No };
    }
    let price = price_trip(&TripScene {
        technician: session.user,
        trip,
        started_at,
        local,
        day: if calendar::is_rest_day(local.date()) { DayKind::Holiday } else { DayKind::Workday },
        tariff,
        held,
        profile: &profile,
        jobs: &jobs,
        known_before: Instant::from_millis(i64::MAX),
    });
    let capped = apply_caps(tariff, &price.priced, &Spent::default());
    let division = divide(tariff, &price, capped.paid)
        .map_err(|problem| ClientError::Storage(format!("a fare cannot be shared: {problem}")))?;
    let payer = WhoPays { shares: division.payers.clone(), proofs: division.proofs.clone() };
    let reasons = review_reasons(&TravelCase {
        tariff,
        claim: &price.claim,
        priced: &price.priced,
        capped: &capped,
        distance: price.distance,
        prior_approval,
        payer: (!division.unpaid).then_some(&payer),
    });
    Ok(FareEstimate {
        day: local.date(),
        total: capped.paid,
        payers: division.payers,
        proofs: division.proofs,
        shares: division.shares,
        distance: price.distance,
        priced: price.priced,
        reasons,
    })
}
