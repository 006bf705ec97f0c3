//! A claim and its shares as rows.

use std::sync::LazyLock;

use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Connection, Row, Transaction, params};
use scoring::{
    CappedClaim, JobShare, PriorApproval, TravelCase, TripDivision, WhoPays, divide, review_reasons,
};

use super::month::course;
use super::price::Found;
use super::standing::{self, Acts, Course, Standing, Submission};
use super::words::{json, not_now};
use crate::error::CoreError;
use crate::readmodel::Table;
use crate::sql::column;

const CLAIMS: Table = Table {
    name: "travel_claims",
    keys: &["trip"],
    fixed: &[],
    columns: &[
        "agency",
        "technician",
        "started_at",
        "day",
        "month",
        "state",
        "total_minor",
        "decided_at",
        "decided_by",
        "decision_reason",
        "violation",
        "kind",
        "tariff",
        "chargeable_m",
        "price_minor",
        "capped_minor",
        "before_minor",
        "estimate_minor",
        "estimate_tariff",
        "prior_approval",
        "settled_minor",
        "flags",
        "reasons",
        "payers",
    ],
};
static UPSERT: LazyLock<String> = LazyLock::new(|| CLAIMS.upsert());
const SHARES: &str = "SELECT job, minor FROM travel_shares WHERE trip = ?1 ORDER BY job";
const CLEAR_SHARES: &str = "DELETE FROM travel_shares WHERE trip = ?1";
const ADD_SHARE: &str = "INSERT INTO travel_shares (trip, job, minor) VALUES (?1, ?2, ?3)";

/// A claim, worked out.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) trip: DocId,
    pub(super) month: String,
    pub(super) found: Found,
    pub(super) acts: Acts,
    pub(super) capped: CappedClaim,
    pub(super) prior: PriorApproval,
    pub(super) standing: Standing,
    pub(super) division: TripDivision,
}

impl Claimed {
    pub(super) fn new(
        tx: &Transaction<'_>,
        trip: DocId,
        (month, basis): (&str, Vec<u8>),
        found: Found,
        acts: Acts,
        mut capped: CappedClaim,
    ) -> Result<Self, CoreError> {
        let course = course(&found);
        if course == Course::Void {
            capped = CappedClaim { paid: 0, flags: Vec::new() };
        }
        let prior = standing::prior_approval(tx, trip, found.facts.approval_request.as_deref())?;
        let priced_division = division(&found, capped.paid)?;
        let reasons = reasons(&found, &capped, prior, &priced_division);
        let standing = acts.standing(&Submission {
            course,
            basis: &basis,
            amount: capped.paid,
            reasons: &reasons,
            heard_at: found.row.updated_at,
        })?;
        let division =
            if standing.amount == capped.paid { priced_division } else { division(&found, standing.amount)? };
        Ok(Self { trip, month: month.to_owned(), found, acts, capped, prior, standing, division })
    }
}

fn division(found: &Found, amount: i64) -> Result<TripDivision, CoreError> {
    divide(&found.tariff, &found.price, amount).map_err(|problem| not_now(problem.code(), problem))
}

/// Why a person has to look at it.
fn reasons(
    found: &Found,
    capped: &CappedClaim,
    prior_approval: PriorApproval,
    division: &TripDivision,
) -> Vec<scoring::TravelFlag> {
    let payer = WhoPays { shares: division.payers.clone(), proofs: division.proofs.clone() };
    review_reasons(&TravelCase {
        tariff: &found.tariff,
        claim: &found.price.claim,
        priced: &found.price.priced,
        capped,
        distance: found.price.distance,
        prior_approval,
        payer: (!division.unpaid).then_some(&payer),
    })
}

/// The word of a prior approval.
pub(super) const fn prior_word(prior: PriorApproval) -> &'static str {
    match prior {
        PriorApproval::NotRequested => "not_requested",
        PriorApproval::Requested => "requested",
        PriorApproval::Granted => "granted",
        PriorApproval::Refused => "refused",
    }
}

/// Writes the rows of a claim; whether anything differed.
pub(super) fn write(tx: &Transaction<'_>, claimed: &Claimed) -> Result<bool, CoreError> {
    let shared = write_shares(tx, claimed)?;
    let Claimed { trip, month, found, acts, capped, prior, standing, division } = claimed;
    let priced = &found.price.priced;
    let violation = priced.is_violation() && standing.decided_at.is_some();
    let written = tx.prepare_cached(&UPSERT)?.execute(params![
        trip.as_bytes(),
        found.agency.as_ref().map(AgencyId::as_bytes),
        found.row.technician.as_bytes(),
        found.started_at.millis(),
        found.day.to_string(),
        month,
        standing.state,
        standing.amount,
        standing.decided_at.map(Instant::millis),
        standing.decided_by.as_ref().map(UserId::as_bytes),
        standing.reason,
        violation,
        priced.kind.name(),
        priced.tariff,
        priced.chargeable_m,
        priced.total,
        capped.paid,
        standing.before,
        found.facts.estimate,
        found.facts.estimate_tariff,
        prior_word(*prior),
        acts.paid.as_ref().map_or(0, |paid| paid.sum),
        json(&[priced.flags.as_slice(), &capped.flags].concat())?,
        json(&standing.reasons)?,
        json(&division.payers)?,
    ])?;
    Ok(shared || written > 0)
}

fn write_shares(tx: &Transaction<'_>, claimed: &Claimed) -> Result<bool, CoreError> {
    let mut wanted = claimed.division.shares.clone();
    wanted.sort_unstable_by_key(|share| share.job);
    if wanted == shares(tx, claimed.trip)? {
        return Ok(false);
    }
    let trip = claimed.trip.as_bytes();
    tx.prepare_cached(CLEAR_SHARES)?.execute([trip])?;
    for JobShare { job, minor } in &wanted {
        tx.prepare_cached(ADD_SHARE)?.execute((trip, job.as_bytes(), minor))?;
    }
    Ok(true)
}

/// The amount's shares among the jobs, by job.
pub(super) fn shares(connection: &Connection, trip: DocId) -> Result<Vec<JobShare>, CoreError> {
    let mut statement = connection.prepare_cached(SHARES)?;
    let share = |row: &Row<'_>| Ok(JobShare { job: column(row, 0)?, minor: row.get(1)? });
    Ok(statement.query_map([trip.as_bytes()], share)?.collect::<Result<_, _>>()?)
}
