//! What phones are given: tariffs, profile and distances of the technician's own
//! agency, and what became of the technician's own trips. All of it are rows of
//! reference data that belong to an account, so that the feed knows nothing new:
//! the account is the agency, or the technician.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AgencyId, DocId, Instant, UserId, Uuid};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use scoring::{Place, TariffVersion};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::words::read_json;
use super::{Moved, claim, distances, price_again, profiles, tariffs};
use crate::error::CoreError;
use crate::log::commit_reference;
use crate::sql::column;
use crate::sync::{ReferenceKind, ReferenceWrite, write_reference};

const ENTER: &str = "INSERT INTO reference_scopes (scope, account, entered_at) \
     VALUES (?1, ?2, (SELECT coalesce(max(position), 0) FROM commits)) \
     ON CONFLICT (scope, account) DO UPDATE SET entered_at = excluded.entered_at, left_at = NULL";
const LEAVE: &str = "UPDATE reference_scopes SET left_at = (SELECT max(position) FROM commits) \
     WHERE scope = ?1 AND account = ?2";
const FORGET_SCOPES: &str = "DELETE FROM reference_scopes WHERE scope = ?1";
const FORGET_MEMBER: &str = "DELETE FROM membership WHERE scope = ?1 AND kind = 'account'";
const MEMBER: &str = "INSERT INTO membership \
     (scope, item, kind, entered_at, left_at, reason, last_position) \
     SELECT scope, account, 'account', entered_at, left_at, iif(left_at IS NULL, NULL, 'withdrawn'), \
     coalesce(left_at, entered_at) FROM reference_scopes \
     WHERE (?1 IS NULL OR scope = ?1) AND (?2 IS NULL OR account = ?2) \
     ON CONFLICT (scope, item) DO UPDATE SET entered_at = excluded.entered_at, left_at = excluded.left_at, \
     reason = excluded.reason, last_position = excluded.last_position";
const TRIPS_OF: &str = "SELECT doc FROM trips WHERE technician = ?1";
const AGENCIES: &str = "SELECT id FROM agencies ORDER BY id";
const CLAIM: &str = "SELECT technician, state, total_minor, decided_at, decision_reason, kind, tariff, \
     chargeable_m, price_minor, capped_minor, estimate_minor, prior_approval, flags, reasons, payers, \
     before_minor, day FROM travel_claims JOIN users ON users.id = technician \
     WHERE trip = ?1 AND role = 'technician'";
const APPROVED: &str = "SELECT reason, at FROM travel_approvals WHERE trip = ?1 ORDER BY id DESC LIMIT 1";

/// The account under which an agency's rows stand; zeros for the organisation's
/// own technicians.
fn account_of(agency: Option<AgencyId>) -> Uuid {
    agency.map_or(Uuid::nil(), AgencyId::uuid)
}

/// A new technician's phone gets the rows of the agency and its own. It has no
/// cursor yet, so no position is taken.
pub(crate) fn enter_scopes(
    tx: &Transaction<'_>,
    technician: UserId,
    agency: Option<AgencyId>,
) -> rusqlite::Result<()> {
    for account in [account_of(agency), technician.uuid()] {
        tx.prepare_cached(ENTER)?.execute((technician.as_bytes(), account.as_bytes()))?;
        tx.prepare_cached(MEMBER)?.execute((technician.as_bytes(), account.as_bytes()))?;
    }
    Ok(())
}

/// Who never had a phone is no technician any more: nobody has to be told.
pub(crate) fn drop_scopes(tx: &Transaction<'_>, person: UserId) -> rusqlite::Result<()> {
    for sql in [FORGET_SCOPES, FORGET_MEMBER] {
        tx.prepare_cached(sql)?.execute([person.as_bytes()])?;
    }
    Ok(())
}

/// A technician went to another agency: the phone forgets the rows of one and gets
/// those of the other, and trips that nobody paid yet are priced by the new one.
pub(crate) fn scopes_changed(
    tx: &Transaction<'_>,
    technician: UserId,
    (before, after): (Option<AgencyId>, Option<AgencyId>),
    now: Instant,
) -> Result<(), CoreError> {
    if before == after {
        return Ok(());
    }
    let hash = Sha256::digest([technician.as_bytes().as_slice(), account_of(after).as_bytes()].concat());
    commit_reference(tx, &[hash.into()], now)?;
    for (sql, account) in [(LEAVE, account_of(before)), (ENTER, account_of(after))] {
        tx.prepare_cached(sql)?.execute((technician.as_bytes(), account.as_bytes()))?;
        tx.prepare_cached(MEMBER)?.execute((technician.as_bytes(), account.as_bytes()))?;
    }
    let mut statement = tx.prepare_cached(TRIPS_OF)?;
    let trips = statement.query_map([technician.as_bytes()], |row| column(row, 0))?;
    price_again(tx, &Moved(trips.collect::<Result<_, _>>()?), now)
}

/// Makes the memberships again.
pub(crate) fn rebuild_scopes(tx: &Transaction<'_>) -> Result<(), CoreError> {
    tx.prepare_cached(MEMBER)?.execute(params![None::<&[u8]>, None::<&[u8]>])?;
    Ok(())
}

/// An id that follows from what a row is about.
fn row_id(kind: ReferenceKind, account: Uuid, about: &[&str]) -> Uuid {
    let mut digest = Sha256::new();
    digest.update(kind.name());
    digest.update(account.as_bytes());
    for part in about {
        digest.update([0]);
        digest.update(part);
    }
    let mut id = [0; 16];
    id.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
    Uuid::from_bytes(id)
}

/// Gives an agency's phones the tariffs that count for it; every agency's, where those
/// of the organisation changed.
pub(super) fn publish_tariffs(
    tx: &Transaction<'_>,
    agency: Option<AgencyId>,
    now: Instant,
) -> Result<(), CoreError> {
    let mut writes = tariff_rows(tx, agency)?;
    if agency.is_none() {
        let mut statement = tx.prepare_cached(AGENCIES)?;
        for agency in statement.query_map([], |row| column::<AgencyId>(row, 0))? {
            writes.extend(tariff_rows(tx, Some(agency?))?);
        }
    }
    write_reference(tx, &writes, now)?;
    Ok(())
}

/// A new agency's phones get the organisation's tariffs.
pub(crate) fn agency_entered(tx: &Transaction<'_>, agency: AgencyId, now: Instant) -> Result<(), CoreError> {
    write_reference(tx, &tariff_rows(tx, Some(agency))?, now)?;
    Ok(())
}

fn tariff_rows(connection: &Connection, agency: Option<AgencyId>) -> Result<Vec<ReferenceWrite>, CoreError> {
    let account = account_of(agency);
    let kind = ReferenceKind::Tariff;
    let write = |version: TariffVersion| {
        let (subject, day) = (version.subject.as_str(), version.effective_from.to_string());
        let own = version.agency.map(|_| "own");
        let about: Vec<&str> = [subject, &day].into_iter().chain(own).collect();
        let (id, json) = (row_id(kind, account, &about), Some(super::words::json(&version)?));
        Ok(ReferenceWrite { kind, id, account: Some(account), json })
    };
    tariffs::versions(connection, agency)?.into_iter().map(write).collect()
}

/// Gives an agency's phones its profiles.
pub(super) fn publish_profile(tx: &Transaction<'_>, agency: AgencyId, now: Instant) -> Result<(), CoreError> {
    let profiles = profiles::list_profiles(tx, agency)?
        .into_iter()
        .map(|row| json!({"effective_from": row.effective_from.to_string(), "profile": row.profile}));
    let json = json!({"profiles": profiles.collect::<Vec<Value>>()}).to_string();
    let account = agency.uuid();
    let kind = ReferenceKind::TravelBase;
    write_reference(
        tx,
        &[ReferenceWrite { kind, id: account, account: Some(account), json: Some(json) }],
        now,
    )?;
    Ok(())
}

/// Gives an agency's phones what is known of the ways to places.
pub(super) fn publish_distances(
    tx: &Transaction<'_>,
    agency: AgencyId,
    places: Vec<Place>,
    now: Instant,
) -> Result<(), CoreError> {
    let account = agency.uuid();
    let kind = ReferenceKind::Distance;
    let mut rows = BTreeMap::new();
    for place in places {
        let (city, zone) = place.folded();
        let known = distances::known_exactly(tx, Some(agency), &place)?;
        let json = json!({"city": city, "zone": zone, "table": known.table, "history": known.history});
        rows.insert(row_id(kind, account, &[&city, &zone]), json.to_string());
    }
    let write = |(id, json)| ReferenceWrite { kind, id, account: Some(account), json: Some(json) };
    write_reference(tx, &rows.into_iter().map(write).collect::<Vec<_>>(), now)?;
    Ok(())
}

/// Tells technicians what became of their trips.
pub(super) fn tell_claims(tx: &Transaction<'_>, trips: &[DocId], now: Instant) -> Result<(), CoreError> {
    let trips: BTreeSet<&DocId> = trips.iter().collect();
    let mut writes = Vec::new();
    for trip in trips {
        writes.extend(claim_row(tx, *trip)?);
    }
    write_reference(tx, &writes, now)?;
    Ok(())
}

/// Of people whom this server does not know as technicians no phone asks.
fn claim_row(tx: &Transaction<'_>, trip: DocId) -> Result<Option<ReferenceWrite>, CoreError> {
    let read = |row: &Row<'_>| Ok((column::<UserId>(row, 0)?, claim_json(row)?));
    let Some((technician, mut json)) =
        tx.prepare_cached(CLAIM)?.query_row([trip.as_bytes()], read).optional()?
    else {
        return Ok(None);
    };
    for list in ["flags", "reasons", "payers"] {
        json[list] = read_json(json[list].as_str().unwrap_or("[]"))?;
    }
    json["shares"] = json!(claim::shares(tx, trip)?);
    let answer = |row: &Row<'_>| Ok((row.get::<_, Option<String>>(0)?, row.get::<_, i64>(1)?));
    if let Some((reason, at)) =
        tx.prepare_cached(APPROVED)?.query_row([trip.as_bytes()], answer).optional()?
    {
        json["approval_reason"] = json!(reason);
        json["approval_at"] = json!(at);
    }
    Ok(Some(ReferenceWrite {
        kind: ReferenceKind::TravelClaim,
        id: trip.uuid(),
        account: Some(technician.uuid()),
        json: Some(json.to_string()),
    }))
}

fn claim_json(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "state": row.get::<_, String>(1)?,
        "amount": row.get::<_, i64>(2)?,
        "decided_at": row.get::<_, Option<i64>>(3)?,
        "reason": row.get::<_, Option<String>>(4)?,
        "kind": row.get::<_, String>(5)?,
        "tariff": row.get::<_, String>(6)?,
        "chargeable_m": row.get::<_, i64>(7)?,
        "price": row.get::<_, i64>(8)?,
        "capped": row.get::<_, i64>(9)?,
        "estimate": row.get::<_, Option<i64>>(10)?,
        "prior_approval": row.get::<_, String>(11)?,
        "flags": row.get::<_, String>(12)?,
        "reasons": row.get::<_, String>(13)?,
        "payers": row.get::<_, String>(14)?,
        "before": row.get::<_, Option<i64>>(15)?,
        "day": row.get::<_, String>(16)?,
    }))
}
