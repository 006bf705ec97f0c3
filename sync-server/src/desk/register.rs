//! Registering a request: its facts checked, its number drawn, its unit found by rules,
//! its clocks started, its customer told.

use desk::{Act, ByWhom, Channel, RequestKind, RequestStatus, Routes, Traits};
use domain::{Instant, UserId};
use rusqlite::{Connection, Transaction, params};
use serde_json::json;
use wire::{ErrorCode, FieldProblem};

use super::activity::{self, Author, Kind, NewActivity};
use super::fields::RequestFields;
use super::messages::{TellHow, subscribe};
use super::numbers::{self, Numbered};
use super::person::Person;
use super::row::{RequestId, RequestRow, find_request};
use super::{clocks, contracts, known, units};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::idempotency::{self, IdempotencyKey};
use crate::notices::{self, Audience, NewNotice};
use crate::rulebook;
use crate::session::DeviceSession;

const INSERT: &str = "INSERT INTO requests (id, number, kind, status, channel, fields, unit, owner, controller, \
     registered_by, received_at, registered_at, clock_rules, clocks, agreed, version) \
     VALUES (?1, ?2, ?3, 'new', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0)";

/// A request to be registered.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// Its type.
    pub kind: RequestKind,
    /// How it came.
    pub channel: Channel,
    /// What is known of it.
    pub fields: RequestFields,
    /// When it came, if that was before it is registered (R155).
    pub received_at: Option<Instant>,
    /// The unit, where the registrar knows better than the rules.
    pub unit: Option<String>,
    /// How its people want to be told; by letter if there is an address, if none.
    pub tell: Option<TellHow>,
}

/// A request that was registered.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The request.
    pub request: RequestRow,
    /// What the registrar should know: a stable code and a sentence.
    pub warnings: Vec<FieldProblem>,
}

/// Registers a request for somebody at the desk, once for each key.
///
/// # Errors
///
/// `duty_required`; `invalid` with each fact that is missing or will not do.
pub async fn register_request(
    core: &Core,
    session: &DeviceSession,
    (key, new): (IdempotencyKey, NewRequest),
) -> Result<Registered, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let done = core.store().write(move |tx| {
        let person = Person::read(tx, &session)?;
        person.must(Act::Register)?;
        if let Some(id) = idempotency::answered::<RequestId>(tx, session.user, &key)? {
            let request = find_request(tx, id)?.ok_or_else(no_request)?;
            return Ok(Registered { request, warnings: Vec::new() });
        }
        let registered = register_request_in(&heart, tx, Some(&person), new, now)?;
        idempotency::keep(tx, session.user, &key, (&registered.request.id, now))?;
        Ok::<_, CoreError>(registered)
    });
    let registered = done.await?;
    core.wake_timer();
    Ok(registered)
}

/// Registers a request; for the customer himself where nobody is at the desk. A job of
/// the writer.
///
/// # Errors
///
/// As [`register_request`].
pub fn register_request_in(
    core: &Core,
    tx: &Transaction<'_>,
    person: Option<&Person>,
    new: NewRequest,
    now: Instant,
) -> Result<Registered, CoreError> {
    let mut new = new;
    new.fields = known::completed(tx, new.fields.trimmed())?;
    check(tx, &new, person, now)?;
    let (unit, warnings) = route(tx, &new, person, now)?;
    let by = person.map(Person::user);
    let owner = by.filter(|_| new.kind == RequestKind::Information);
    let id = RequestId::new(now, random_bytes(core.entropy()));
    let number = numbers::take(tx, Numbered::Request)?;
    let received_at = new.received_at.unwrap_or(now);
    let chosen = clocks::choose(tx, (new.kind, new.channel), &new.fields, now)?;
    tx.prepare_cached(INSERT)?.execute(params![
        id.as_bytes(),
        number,
        new.kind.name(),
        new.channel.name(),
        activity::json(&new.fields)?,
        unit,
        owner.as_ref().map(UserId::as_bytes),
        by.as_ref().map(UserId::as_bytes),
        by.as_ref().map(UserId::as_bytes),
        received_at.millis(),
        now.millis(),
        chosen.rules,
        chosen.policies,
        chosen.agreed.map(domain::Uuid::into_bytes),
    ])?;
    let mut request = RequestRow {
        row: tx.last_insert_rowid(),
        id,
        number,
        kind: new.kind,
        status: RequestStatus::New,
        channel: new.channel,
        fields: new.fields,
        unit,
        owner,
        controller: by,
        registered_by: by,
        received_at,
        registered_at: now,
        promised_at: None,
        answered_at: None,
        touched_at: None,
        finished_at: None,
        ended_at: None,
        result: None,
        sales_agency: None,
        version: 0,
    };
    subscribe(tx, &request, new.tell)?;
    let author = by.map_or(Author::Customer, Author::Desk);
    let mut first = NewActivity::new(author, Kind::Registered);
    // A call waits from when it came, not from when somebody wrote it down.
    first.at = Some(received_at);
    first.text = request.fields.description.clone();
    first.unit.clone_from(&request.unit);
    activity::write(tx, &mut request, &first, random_bytes(core.entropy()), now)?;
    let warnings = with_entitlement(tx, &request, warnings, (by, now))?;
    tell_unit(tx, &request, &warnings, now)?;
    Ok(Registered { request, warnings })
}

fn check(
    connection: &Connection,
    new: &NewRequest,
    person: Option<&Person>,
    now: Instant,
) -> Result<(), CoreError> {
    let by = if person.is_some() { ByWhom::Desk } else { ByWhom::Customer };
    let mut wrong = new.fields.problems();
    for missing in desk::missing(new.kind, new.channel, by, &new.fields.known()) {
        let path = missing.0.name();
        wrong.push(FieldProblem::coded(path, "request.required", "this has to be known of such a request"));
    }
    if new.received_at.is_some_and(|at| at > now) {
        wrong.push(FieldProblem::coded(
            "received_at",
            "request.received_later",
            "it cannot come later than now",
        ));
    }
    wrong.extend(known::problems(connection, &new.fields)?);
    if !wrong.is_empty() {
        return Err(CoreError::Invalid(wrong));
    }
    match &new.unit {
        Some(unit) => units::check_unit(connection, "unit", unit),
        None => Ok(()),
    }
}

/// The unit: the one that was said; the registrar's own for what he answers himself
/// (R168); else the first rule that fits (R12).
fn route(
    connection: &Connection,
    new: &NewRequest,
    person: Option<&Person>,
    now: Instant,
) -> Result<(Option<String>, Vec<FieldProblem>), CoreError> {
    if let Some(unit) = &new.unit {
        return Ok((Some(unit.clone()), Vec::new()));
    }
    let own = person.and_then(|person| person.units.first());
    if let (RequestKind::Information, Some(own)) = (new.kind, own) {
        return Ok((Some(own.clone()), Vec::new()));
    }
    let traits = Traits { kind: new.kind, channel: new.channel, product: new.fields.product.clone() };
    if let Some(unit) =
        routes_at(connection, now)?.and_then(|routes| routes.unit_of(&traits).map(str::to_owned))
        && units::unit_exists(connection, &unit)?
    {
        return Ok((Some(unit), Vec::new()));
    }
    let message = "no rule says which unit it goes to; it is on the list of those without a unit";
    Ok((own.cloned(), vec![FieldProblem::coded("unit", "routing.no_rule", message)]))
}

/// The routing rules that hold at an instant.
fn routes_at(connection: &Connection, now: Instant) -> Result<Option<Routes>, CoreError> {
    let today = calendar::Zone::organisation().date(now);
    let versions = rulebook::versions(connection, rulebook::Kind::Routing)?;
    let Some(version) = versions.into_iter().rfind(|version| version.effective_from <= today) else {
        return Ok(None);
    };
    let unreadable = |error: serde_json::Error| CoreError::Outside(format!("routing rules: {error}"));
    serde_json::from_str(&version.json).map(Some).map_err(unreadable)
}

/// Work is checked against the customer's contracts (R11, R170): an incident is taken off
/// the one that covers it; what none covers is said.
fn with_entitlement(
    tx: &Transaction<'_>,
    request: &RequestRow,
    mut warnings: Vec<FieldProblem>,
    (by, now): (Option<UserId>, Instant),
) -> Result<Vec<FieldProblem>, CoreError> {
    let covered = contracts::take_incident(tx, request, (by, now))?;
    if request.kind == RequestKind::Service && covered.is_none() {
        let message = "no support contract of the customer covers it";
        warnings.push(FieldProblem::coded("contract", "contract.none_covers", message));
    }
    Ok(warnings)
}

/// The unit learns of it; where there is none, the owners of the process do.
fn tell_unit(
    tx: &Transaction<'_>,
    request: &RequestRow,
    warnings: &[FieldProblem],
    now: Instant,
) -> Result<(), CoreError> {
    let codes: Vec<&str> = warnings.iter().filter_map(|warning| warning.code.as_deref()).collect();
    let detail = json!({
        "number": request.number, "kind": request.kind.name(), "subject": request.fields.subject, "warnings": codes,
    });
    let audiences = match &request.unit {
        Some(unit) => vec![unit.clone()],
        None => units_with(tx, desk::Duty::AfterSalesOwner)?,
    };
    for unit in &audiences {
        let notice = NewNotice {
            to: Audience::Unit(unit),
            kind: "request_registered",
            doc: Some(request.id.as_case()),
            detail: &detail,
        };
        notices::write(tx, &notice, now)?;
    }
    Ok(())
}

/// The units whose members have a duty.
pub(super) fn units_with(connection: &Connection, duty: desk::Duty) -> Result<Vec<String>, CoreError> {
    const SQL: &str = "SELECT units.key FROM units, json_each(units.duties) AS duty \
         WHERE closed_at IS NULL AND duty.value = ?1 ORDER BY units.key";
    let mut statement = connection.prepare_cached(SQL)?;
    let keys = statement.query_map([duty.name()], |row| row.get(0))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// There is no such request, or it is not for this person.
pub(super) fn no_request() -> CoreError {
    CoreError::refused(ErrorCode::NotFound, "there is no such request, or it is outside your scope")
}
