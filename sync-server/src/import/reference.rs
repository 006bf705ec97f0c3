//! Customers, assets and parts: each row laid over what is known already, and
//! written as the reference row that phones get (`docs/wire.md`).

use domain::{Currency, FieldValue, Money, Uuid};
use serde_json::{Map, Value};

use super::columns::ImportKind;
use super::error::Halt;
use super::identity::id_by_number;
use super::number::{minor_places, read_decimal};
use super::row::{Row, short};
use super::{Desk, ImportError, Outcome};
use crate::sync::{ReferenceKind, ReferenceRow, ReferenceWrite, read_reference, write_reference};

/// Rows that are written together.
const ROWS_AT_ONCE: usize = 200;

/// Takes reference rows of one kind.
#[derive(Debug)]
pub(super) struct ReferenceTaker {
    kind: ReferenceKind,
    /// The column by which a row is known.
    key: &'static str,
    waiting: Vec<ReferenceWrite>,
}

impl ReferenceTaker {
    /// The taker of a kind that is reference data.
    pub(super) fn of(kind: ImportKind) -> Option<Self> {
        let (kind, key) = match kind {
            ImportKind::Customers => (ReferenceKind::Customer, "number"),
            ImportKind::Assets => (ReferenceKind::Asset, "serial"),
            ImportKind::Parts => (ReferenceKind::Part, "part_no"),
            ImportKind::Technicians | ImportKind::Jobs => return None,
        };
        Some(Self { kind, key, waiting: Vec::new() })
    }

    /// Takes a row.
    pub(super) fn take(&mut self, desk: &Desk<'_>, row: &Row<'_>, line: u64) -> Result<Outcome, Halt> {
        let number = row.required(self.key)?;
        let id = id_by_number(self.kind.name(), number);
        let known = read_reference(desk.tx, self.kind, id)?;
        let write = self.draft(desk, row, id, known.as_ref())?;
        let (first, times) = super::seen::see(desk.tx, id.as_bytes(), line)?;
        if times > 1 {
            let message = format!("{:?} stands on line {first} already: keep one of the two", short(number));
            return Err(row.fault(self.key, message));
        }
        let outcome = match &known {
            None => Outcome::New,
            Some(known) if known.json == write.json && known.account == write.account => Outcome::Unchanged,
            Some(known) if known.json.is_none() => Outcome::New,
            Some(_) => Outcome::Updated,
        };
        if outcome != Outcome::Unchanged {
            self.waiting.push(write);
        }
        if self.waiting.len() >= ROWS_AT_ONCE {
            self.flush(desk)?;
        }
        Ok(outcome)
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self, desk: &Desk<'_>) -> Result<(), ImportError> {
        write_reference(desk.tx, &self.waiting, desk.now)?;
        self.waiting.clear();
        Ok(())
    }

    /// A column that the file lacks keeps what is known; an empty cell clears it.
    fn draft(
        &self,
        desk: &Desk<'_>,
        row: &Row<'_>,
        id: Uuid,
        known: Option<&ReferenceRow>,
    ) -> Result<ReferenceWrite, Halt> {
        let known_json = known.and_then(|known| known.json.as_deref());
        let mut json: Map<String, Value> =
            known_json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
        for (column, value) in row.values()? {
            put(&mut json, &column.name, value.map(as_json));
        }
        let mut account = known.and_then(|known| known.account);
        match self.kind {
            ReferenceKind::Customer => account = Some(id),
            ReferenceKind::Asset if row.has("customer") => {
                account = customer(desk, row)?.map(|customer| customer.id);
                put(&mut json, "customer", account.map(|id| Value::String(id.to_string())));
            }
            ReferenceKind::Part if row.has("price") => {
                put(&mut json, "price", price(desk, row)?);
            }
            // The others have no such column, or are not taken from files.
            _ => {}
        }
        Ok(ReferenceWrite { kind: self.kind, id, account, json: Some(Value::Object(json).to_string()) })
    }
}

/// A customer that a row names by its number.
#[derive(Debug)]
pub(super) struct NamedCustomer {
    pub(super) id: Uuid,
    pub(super) name: Option<String>,
}

/// The customer whose number stands in the column `customer`.
pub(super) fn customer(desk: &Desk<'_>, row: &Row<'_>) -> Result<Option<NamedCustomer>, Halt> {
    let Some(number) = row.text("customer") else { return Ok(None) };
    let id = id_by_number(ReferenceKind::Customer.name(), number);
    match read_reference(desk.tx, ReferenceKind::Customer, id)?.and_then(|row| row.json) {
        Some(json) => {
            let json: Value = serde_json::from_str(&json).unwrap_or_default();
            let name = json.get("name").and_then(Value::as_str).map(str::to_owned);
            Ok(Some(NamedCustomer { id, name }))
        }
        None => {
            let message =
                format!("there is no customer of the number {:?}: import customers first", short(number));
            Err(row.fault("customer", message))
        }
    }
}

/// The asset of a serial number, if it is known.
pub(super) fn asset(desk: &Desk<'_>, serial: &str) -> Result<Option<Uuid>, ImportError> {
    let id = id_by_number(ReferenceKind::Asset.name(), serial);
    let known = read_reference(desk.tx, ReferenceKind::Asset, id)?;
    Ok(known.filter(|row| row.json.is_some()).map(|_| id))
}

fn price(desk: &Desk<'_>, row: &Row<'_>) -> Result<Option<Value>, Halt> {
    let Some(text) = row.text("price") else { return Ok(None) };
    let currency = match row.text("currency") {
        Some(code) => Some(Currency::parse(&code.to_uppercase()).ok_or_else(|| {
            row.fault("currency", format!("{:?} will not do: write three letters such as IRR", short(code)))
        })?),
        None => desk.currency,
    };
    let Some(currency) = currency else {
        return Err(row.fault("price", "its currency is not given: name it with --currency, such as IRR"));
    };
    let minor = read_decimal(text).and_then(|price| price.scaled(minor_places(currency)));
    match minor {
        Ok(minor) if minor >= 0 => Ok(serde_json::to_value(Money { minor, currency }).ok()),
        Ok(_) => Err(row.fault("price", format!("{:?} will not do: a price is not negative", short(text)))),
        Err(message) => Err(row.fault("price", format!("{:?} will not do: {message}", short(text)))),
    }
}

fn put(json: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(json.insert(key.to_owned(), value)),
        None => drop(json.remove(key)),
    }
}

fn as_json(value: FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => Value::String(text),
        FieldValue::Int(number) => Value::from(number),
        FieldValue::Bool(is_so) => Value::Bool(is_so),
        FieldValue::Instant(instant) => Value::from(instant.millis()),
        FieldValue::Id(id) => Value::String(id.to_string()),
    }
}
