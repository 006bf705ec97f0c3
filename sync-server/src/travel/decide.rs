//! A person's decision on a claim that the rules did not approve by themselves.

use domain::{AgencyId, DocId, Instant};
use rusqlite::{OptionalExtension, Transaction, params};
use scoring::{
    ApprovalRefusal, ClaimEvent, ClaimState, DistanceSource, Place, SiteZone, TravelFlag, TripPrice,
    TripTravel,
};

use super::approve::spoken;
use super::words::{coded, invalid, json, not_now, read_json};
use super::{ClaimShow, Moved, facts, phones, price_again, show};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const CLAIM: &str = "SELECT c.state, c.total_minor, c.reasons, p.basis, p.price, p.agency \
     FROM travel_claims c JOIN travel_prices p USING (trip) WHERE c.trip = ?1";
const ADD: &str = "INSERT INTO travel_decisions (trip, decision, amount_minor, reason, basis, reasons, \
     agency, folded_city, folded_zone, one_way_m, by, at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
/// No trip costs more.
const AMOUNT_MAX: i64 = 1_000_000_000_000;

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimDecision {
    /// It is paid as it stands.
    Approved,
    /// Another amount is paid.
    Adjusted {
        /// How much, in rial.
        amount: i64,
        /// Why.
        reason: String,
    },
    /// Nothing is paid.
    Rejected {
        /// Why.
        reason: String,
    },
}

impl ClaimDecision {
    const fn word(&self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Adjusted { .. } => "adjusted",
            Self::Rejected { .. } => "rejected",
        }
    }
}

/// Decides on a claim that needs review. `seen` is the amount that the decider was
/// shown; if it is another by now, nothing is decided.
///
/// # Errors
///
/// When there is no such claim, when it is at another stage (`travel.wrong_stage`),
/// when it changed meanwhile, or without a reason (`travel.no_reason`).
pub async fn decide_claim(
    core: &Core,
    session: &DeviceSession,
    trip: DocId,
    decision: ClaimDecision,
    seen: Option<i64>,
) -> Result<ClaimShow, CoreError> {
    let (session, now) = (*session, core.now());
    let decide = move |tx: &Transaction<'_>| {
        decide_in(tx, &session, trip, (&decision, seen), now)?;
        price_again(tx, &Moved([trip].into()), now)?;
        Ok::<_, CoreError>((show::show(tx, &session, trip)?, crate::log::newest(tx)?.0))
    };
    let (shown, position) = core.store().write(decide).await?;
    core.announce(position);
    Ok(shown)
}

struct Row {
    state: String,
    amount: i64,
    reasons: String,
    basis: Vec<u8>,
    price: String,
    agency: Option<AgencyId>,
}

fn decide_in(
    tx: &Transaction<'_>,
    session: &DeviceSession,
    trip: DocId,
    (decision, seen): (&ClaimDecision, Option<i64>),
    now: Instant,
) -> Result<(), CoreError> {
    let row = claim(tx, trip)?;
    if seen.is_some_and(|seen| seen != row.amount) {
        let message = format!("the claim has changed; it comes to {} now", row.amount);
        return Err(not_now("travel.changed", message));
    }
    let reasons: Vec<TravelFlag> = read_json(&row.reasons)?;
    let (amount, reason) = step(session, &row, &reasons, decision, now)?;
    let way = match decision {
        ClaimDecision::Approved => approved_way(tx, trip, &read_json(&row.price)?)?,
        ClaimDecision::Adjusted { .. } | ClaimDecision::Rejected { .. } => None,
    };
    let (city, zone) = way.as_ref().map(|(place, _)| place.folded()).unzip();
    tx.prepare_cached(ADD)?.execute(params![
        trip.as_bytes(),
        decision.word(),
        amount,
        spoken(reason.as_deref())?,
        row.basis,
        json(&reasons)?,
        row.agency.as_ref().map(AgencyId::as_bytes),
        city,
        zone,
        way.as_ref().map(|(_, metres)| metres),
        session.user.as_bytes(),
        now.millis(),
    ])?;
    match (row.agency, way) {
        (Some(agency), Some((place, _))) => phones::publish_distances(tx, agency, vec![place], now),
        _ => Ok(()),
    }
}

fn claim(tx: &Transaction<'_>, trip: DocId) -> Result<Row, CoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Row {
            state: row.get(0)?,
            amount: row.get(1)?,
            reasons: row.get(2)?,
            basis: row.get(3)?,
            price: row.get(4)?,
            agency: column(row, 5)?,
        })
    };
    let found = tx.prepare_cached(CLAIM)?.query_row([trip.as_bytes()], read).optional()?;
    found.ok_or_else(CoreError::not_found)
}

/// The step of the scoring crate; the amount and the reason that come of it.
fn step(
    session: &DeviceSession,
    row: &Row,
    reasons: &[TravelFlag],
    decision: &ClaimDecision,
    now: Instant,
) -> Result<(i64, Option<String>), CoreError> {
    let by = session.user;
    let event = match decision {
        ClaimDecision::Approved => ClaimEvent::Approved { by },
        ClaimDecision::Adjusted { amount, reason } if *amount <= AMOUNT_MAX => {
            ClaimEvent::Adjusted { by, amount: *amount, reason: reason.clone() }
        }
        ClaimDecision::Adjusted { .. } => {
            return Err(invalid("amount", format!("at most {AMOUNT_MAX} rial")));
        }
        ClaimDecision::Rejected { reason } => ClaimEvent::Rejected { by, reason: reason.clone() },
    };
    let state = match row.state.as_str() {
        "needs_review" => ClaimState::NeedsReview { reasons: reasons.to_vec(), amount: row.amount },
        _ => ClaimState::Draft,
    };
    match state.step(now, event) {
        Ok(ClaimState::Decided { amount, reason, .. }) => Ok((amount, reason)),
        Ok(_) => Err(refused(ApprovalRefusal::WrongStage)),
        Err(refusal) => Err(refused(refusal)),
    }
}

fn refused(refusal: ApprovalRefusal) -> CoreError {
    match refusal {
        ApprovalRefusal::WrongStage => not_now(refusal.code(), refusal),
        ApprovalRefusal::NoReason => coded("reason", refusal.code(), refusal),
        ApprovalRefusal::Negative => coded("amount", refusal.code(), refusal),
    }
}

/// The way that is approved with a claim, for later trips to the same place: of a
/// trip to one place whose way the table does not hold. As it was driven, if that
/// is known and within the tolerance.
fn approved_way(
    tx: &Transaction<'_>,
    trip: DocId,
    price: &TripPrice,
) -> Result<Option<(Place, i64)>, CoreError> {
    let mut places = Vec::new();
    for part in price.jobs.iter().filter(|part| part.zone == SiteZone::ByDistance) {
        let row = facts::job(tx, part.job)?;
        let place = row.and_then(|row| row.facts.place);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let (Some(Some(place)), 1) = (places.pop(), places.len() + 1) else { return Ok(None) };
    if price.distance == DistanceSource::Table && !price.priced.flags.contains(&TravelFlag::DistanceUnknown) {
        return Ok(None);
    }
    let driven = facts::trip(tx, trip)?.as_ref().and_then(driven_one_way);
    let over = [TravelFlag::KmOverTolerance, TravelFlag::KmOverReject];
    let driven = driven.filter(|_| !price.priced.flags.iter().any(|flag| over.contains(flag)));
    let one_way_m = driven.unwrap_or(price.claim.one_way_m);
    Ok((one_way_m > 0).then_some((place, one_way_m)))
}

fn driven_one_way(trip: &TripTravel) -> Option<i64> {
    trip.driven_m.map(|driven| driven / 2)
}
