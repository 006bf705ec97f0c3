//! A job's row.

use std::sync::LazyLock;

use domain::{EventKind, FieldValue, Instant, JobField, JobView, LabourLine, PartLine, Status, UserId, Uuid};
use rusqlite::{Transaction, params};

use super::Fold;
use super::upsert::Table;
use crate::error::CoreError;
use crate::sql::int;

const JOBS: Table = Table {
    name: "jobs",
    keys: &["doc"],
    fixed: &["received_at"],
    columns: &[
        "kind",
        "number",
        "status",
        "status_since_at",
        "subject",
        "priority",
        "severity",
        "category",
        "type",
        "channel",
        "team",
        "owner",
        "account",
        "account_name",
        "contact_name",
        "contact_phone",
        "contact_mobile",
        "city",
        "zone",
        "address",
        "asset",
        "serial",
        "model",
        "technician",
        "representative",
        "window_start",
        "window_end",
        "created_by",
        "created_at",
        "requested_at",
        "done_at",
        "closed_at",
        "updated_at",
        "updated_by",
        "parts_count",
        "parts_minor",
        "parts_currency",
        "labour_ms",
        "events_count",
        "notes_count",
        "attachments_count",
        "misplaced_count",
        "position",
        "lat",
        "lon",
        "estimated_minutes",
    ],
};
static UPSERT: LazyLock<String> = LazyLock::new(|| JOBS.upsert());
const ROW: &str = "SELECT row FROM jobs WHERE doc = ?1";

/// Writes the row; returns its number.
pub(super) fn fold(tx: &Transaction<'_>, fold: &Fold<'_>, view: &JobView) -> Result<i64, CoreError> {
    use JobField as F;
    let text = |field| field_text(view, field);
    let instant = |field| view.instant(field).map(Instant::millis);
    let id = |field| view.id_of(field).map(Uuid::into_bytes);
    let registered = view.registered();
    let price = PartsPrice::of(&view.parts);
    tx.prepare_cached(&UPSERT)?.execute(params![
        fold.doc.as_bytes(),
        fold.received_at.millis(),
        view.kind.name(),
        text(F::RequestNumber),
        view.status.name(),
        view.status_since.and_then(|event| view.event(event)).map(|event| event.stamp.at.millis()),
        view.text(F::RequestSubject),
        text(F::RequestPriority),
        text(F::RequestSeverity),
        text(F::RequestCategory),
        text(F::RequestType),
        text(F::RequestChannel),
        text(F::RequestTeam),
        id(F::RequestOwner),
        id(F::AccountId),
        text(F::AccountName),
        text(F::ContactName),
        text(F::ContactPhone),
        text(F::ContactMobile),
        text(F::SiteCity),
        text(F::SiteZone),
        text(F::SiteAddress),
        id(F::AssetId),
        text(F::AssetSerial),
        text(F::AssetModel),
        id(F::AssignmentTechnician),
        id(F::AssignmentRepresentative),
        instant(F::AssignmentWindowStart),
        instant(F::AssignmentWindowEnd),
        registered.map(|event| *event.by.as_bytes()),
        registered.map(|event| event.stamp.at.millis()),
        instant(F::RequestReceivedAt),
        reached(view, &[EventKind::Done, EventKind::Imported], &[Status::Done, Status::Closed]),
        reached(view, &[EventKind::Closed, EventKind::Imported], &[Status::Closed]),
        fold.received_at.millis(),
        fold.by.as_ref().map(UserId::as_bytes),
        int(price.lines),
        price.minor,
        price.currency,
        labour_ms(&view.labour),
        int(view.events.len()),
        int(view.notes.iter().filter(|note| note.void.is_none()).count()),
        int(view.attachments.len()),
        int(view.misplaced.len()),
        fold.position,
        number(view, F::SiteLat),
        number(view, F::SiteLon),
        number(view, F::RequestEstimatedMinutes),
    ])?;
    Ok(tx.prepare_cached(ROW)?.query_row([fold.doc.as_bytes()], |row| row.get(0))?)
}

/// A text field, if it has a value.
pub(super) fn field_text(view: &JobView, field: JobField) -> Option<&str> {
    match view.fields.get(&field) {
        Some(FieldValue::Text(text)) => Some(text),
        _ => None,
    }
}

fn number(view: &JobView, field: JobField) -> Option<i64> {
    match view.fields.get(&field) {
        Some(FieldValue::Int(number)) => Some(*number),
        _ => None,
    }
}

/// The device's time of the last event of some kinds, while the status still is
/// one that they lead to. A job that was taken over was done and closed at once.
fn reached(view: &JobView, kinds: &[EventKind], statuses: &[Status]) -> Option<i64> {
    if !statuses.contains(&view.status) {
        return None;
    }
    view.events.iter().filter(|event| kinds.contains(&event.kind)).map(|event| event.stamp.at.millis()).max()
}

/// What the parts that are not void come to.
struct PartsPrice {
    lines: usize,
    minor: Option<i64>,
    currency: Option<String>,
}

impl PartsPrice {
    /// No sum where currencies mix or where it leaves the range.
    fn of(parts: &[PartLine]) -> Self {
        let lines: Vec<&PartLine> = parts.iter().filter(|line| line.void.is_none()).collect();
        let currency = lines.first().map(|line| line.part.unit_price.currency);
        let one = currency.filter(|one| lines.iter().all(|line| line.part.unit_price.currency == *one));
        let total: i128 = lines.iter().map(|line| line_price(line)).sum();
        let minor = one.and_then(|_| i64::try_from(total).ok());
        Self { lines: lines.len(), minor, currency: one.map(|one| one.code().to_owned()) }
    }
}

/// Quantity times price, rounded half away from zero to the minor unit.
fn line_price(line: &PartLine) -> i128 {
    let thousandfold = i128::from(line.part.quantity.0) * i128::from(line.part.unit_price.minor);
    (thousandfold + 500 * thousandfold.signum()) / 1000
}

/// What has ended; a stretch that ends before it began counts for nothing.
fn labour_ms(labour: &[LabourLine]) -> i64 {
    labour
        .iter()
        .filter_map(|line| Some(line.ended_at?.millis().saturating_sub(line.started_at.millis()).max(0)))
        .fold(0, i64::saturating_add)
}
