//! Travel costs: what a journey costs by the tariff of its day, what the caps
//! leave of it, who pays, and how far the claim is (`docs/travel.md`).
//!
//! ```text
//! trip, jobs → facts → price (each trip alone) → claim (caps of the month, decisions) → phone
//! ```
//!
//! Facts, prices and claims are derived: they follow from the documents and from
//! what people entered here, and `rebuild` makes them again. Decisions, approvals,
//! distances, profiles and statements are entered and never changed.

mod approve;
mod claim;
mod decide;
mod distances;
mod facts;
mod list;
mod month;
mod phones;
mod preview;
mod price;
mod profiles;
mod show;
mod standing;
mod statement;
mod statements;
mod tariffs;
mod words;

use std::collections::BTreeSet;

use calendar::Date;
use domain::{AgencyId, DocId, Instant};
use rusqlite::Transaction;

pub use approve::{PriorDecision, decide_prior_approval};
pub use decide::{ClaimDecision, decide_claim};
pub use distances::{
    DistanceRow, NewDistance, add_distances, list_distances, parse_distances, set_distances,
};
pub(crate) use facts::note;
pub use list::{ClaimFilter, ClaimPage, ClaimRow, list_claims};
pub(crate) use phones::{agency_entered, drop_scopes, enter_scopes, rebuild_scopes, scopes_changed};
pub use preview::{TariffPreview, preview_tariff};
pub use profiles::{ProfileRow, add_profile, list_profiles, set_profile};
pub use show::{Act, ClaimShow, show_claim};
pub use statement::{Statement, StatementLine, make_statement};
pub use statements::{StatementFilter, list_statements, show_statement};

use crate::error::CoreError;
use crate::scores;

/// The trips whose price may have changed.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Moved(pub(crate) BTreeSet<DocId>);

/// Prices trips again, with everything that follows for their months, and tells
/// the phones.
pub(crate) fn price_again(tx: &Transaction<'_>, moved: &Moved, now: Instant) -> Result<(), CoreError> {
    if moved.0.is_empty() {
        return Ok(());
    }
    let changed = settle(tx, &moved.0)?;
    phones::tell_claims(tx, &changed, now)?;
    for trip in &changed {
        scores::touch_trip(tx, *trip)?;
    }
    Ok(())
}

/// Prices trips and settles their months; tells which claims changed.
fn settle(tx: &Transaction<'_>, trips: &BTreeSet<DocId>) -> Result<Vec<DocId>, CoreError> {
    let mut rules = tariffs::Rules::read(tx)?;
    let priced = price::write(tx, &mut rules, trips)?;
    month::settle(tx, &mut rules, &priced)
}

/// A version of a tariff was entered: phones are told, and trips of its time are
/// priced again.
pub(crate) fn tariffs_changed(
    tx: &Transaction<'_>,
    agency: Option<AgencyId>,
    from: Date,
    now: Instant,
) -> Result<(), CoreError> {
    tariffs::check_subjects(tx, agency)?;
    phones::publish_tariffs(tx, agency, now)?;
    // The first one ends what the placeholder priced, on earlier days as well.
    let first = tariffs::versions(tx, agency)?.len() == 1;
    let since = if first { Date::MIN } else { from };
    price_again(tx, &profiles::priced_since(tx, agency, since)?, now)
}

/// Makes all prices and claims again; the phones know them.
pub(crate) fn rebuild(tx: &Transaction<'_>) -> Result<(), CoreError> {
    settle(tx, &facts::all_trips(tx)?).map(drop)
}
