//! The calls are those of the surface, and values come back as they went in.

use std::collections::{BTreeMap, BTreeSet};

use client_core::domain::{
    Coverage, Currency, FieldValue, Instant, JobField, JobFieldEdit, Money, Part, PartSource, Position,
    Thousandths,
};
use client_core::{JobFilter, Retry};
use serde_json::{Value, json};

use super::arguments::{Arguments, in_camel_case};
use super::calls::CALLS;
use super::event_json;
use super::shape::{Field, Method, Named, Shape, Surface};
use super::written;
use crate::types::TypedEdit;
use crate::{ErrorInfo, FieldError, FieldEvent};

/// The methods of `FieldClient` in the reviewed snapshot.
fn reviewed() -> BTreeSet<String> {
    let snapshot = include_str!("../../api.snap");
    let class = snapshot.split("open class FieldClient").nth(1).expect("the client");
    let class = class.split("public protocol").next().expect("its end");
    let methods = class.lines().filter_map(|line| {
        let named = line.strip_prefix("open func ").or_else(|| line.strip_prefix("public static func "))?;
        named.split('(').next().map(|name| name.trim_matches('`').to_owned())
    });
    methods.collect()
}

/// Seen to fail: with `accept(job)` taken out of the list it named `accept`.
#[test]
fn every_call_of_the_surface_is_carried_out_or_kept_for_a_reason() {
    let kept: BTreeMap<String, String> = serde_json::from_str(include_str!("kept.json")).expect("reasons");
    let mut known: BTreeSet<String> = CALLS.iter().map(|name| in_camel_case(name)).collect();
    let described: BTreeSet<String> =
        Surface::of_library().expect("described").methods.keys().cloned().collect();
    assert_eq!(described, known, "surface.json is stale: UPDATE_DOCS=1 cargo test --package bindings");
    known.extend(kept.into_keys());
    assert_eq!(known, reviewed());
}

/// A call of one argument of the shape, to read a value by.
fn read<T: uniffi::Lift<crate::UniFfiTag>>(shape: &str, value: &Value) -> Result<T, FieldError> {
    let shape = Shape::Named(shape.to_owned());
    let field = Field { name: "it".to_owned(), shape, default: None };
    let method = Method { arguments: vec![field], answer: None };
    let given = json!({ "it": value }).to_string();
    Arguments::read(Surface::of_library()?, &method, &given)?.take("it")
}

fn part() -> Part {
    Part {
        part_no: "SEAL-12".to_owned(),
        name: "کاسه‌نمد".to_owned(),
        quantity: Thousandths(1_500),
        unit_price: Money { minor: 250_000, currency: Currency::parse("IRR").expect("a currency") },
        serial_in: Some("S-1".to_owned()),
        serial_out: None,
        source: PartSource::Van,
        coverage: Coverage::Warranty,
    }
}

#[test]
fn a_record_goes_and_comes_back() {
    let json = written(part(), &Shape::Named("Part".to_owned())).expect("written");
    let expected = json!({
        "partNo": "SEAL-12", "name": "کاسه‌نمد", "quantity": 1500,
        "unitPrice": {"minor": 250_000, "currency": "IRR"},
        "serialIn": "S-1", "serialOut": null, "source": "van", "coverage": "warranty",
    });
    assert_eq!(json, expected);
    assert_eq!(read::<Part>("Part", &json).expect("read"), part());
}

#[test]
fn what_has_a_default_may_be_left_out() {
    let filter: JobFilter = read("JobFilter", &json!({"scope": "today"})).expect("read");
    assert_eq!(filter, JobFilter { scope: client_core::JobScope::Today, ..JobFilter::default() });
    let edit: JobFieldEdit = read("JobFieldEdit", &json!({"field": "contactPhone"})).expect("read");
    assert_eq!(edit, JobFieldEdit { field: JobField::ContactPhone, value: None });
}

#[test]
fn words_that_carry_something_say_their_type() {
    let typed = TypedEdit::Event {
        kind: client_core::domain::EventKind::Promised,
        reason: Some("at noon".to_owned()),
        until: Some(Instant::from_millis(1_700_000_000_123)),
        position: Some(Position { lat_microdegrees: 35_689_200, lon_microdegrees: -51_000_001 }),
    };
    let json = written(typed.clone(), &Shape::Named("TypedEdit".to_owned())).expect("written");
    assert_eq!(json["type"], "event");
    assert_eq!(json["until"], 1_700_000_000_123_i64);
    assert_eq!(json["position"], json!({"latitude": 35.6892, "longitude": -51.000001}));
    assert_eq!(read::<TypedEdit>("TypedEdit", &json).expect("read"), typed);
    let value = FieldValue::Instant(Instant::from_millis(-1_500));
    let json = written(value.clone(), &Shape::Named("FieldValue".to_owned())).expect("written");
    assert_eq!(json, json!({"type": "instant", "value": -1_500}));
    assert_eq!(read::<FieldValue>("FieldValue", &json).expect("read"), value);
}

#[test]
fn what_does_not_fit_is_named_by_its_place() {
    let mut wrong = written(part(), &Shape::Named("Part".to_owned())).expect("written");
    wrong["unitPrice"]["minor"] = json!("many");
    let english = |error: FieldError| error.to_string();
    let told = english(read::<Part>("Part", &wrong).expect_err("no number"));
    assert_eq!(told, "it.unitPrice.minor: a whole number of its size is expected");
    wrong["unitPrice"] = json!({"minor": 1, "currency": "rial"});
    let told = english(read::<Part>("Part", &wrong).expect_err("no currency"));
    assert_eq!(told, "a currency is three capital letters");
    let told = english(read::<JobFilter>("JobFilter", &json!({"scope": "never"})).expect_err("no scope"));
    assert!(told.starts_with("it.scope: one of all, today, "), "{told}");
    let told = english(read::<Part>("Part", &json!({})).expect_err("nothing"));
    assert_eq!(told, "it.partNo: a value is expected");
}

#[test]
fn events_and_errors_are_told_as_json() {
    assert_eq!(event_json(FieldEvent::OutboxChanged), r#"{"type":"outboxChanged"}"#);
    let info = ErrorInfo {
        code: "attachment_too_large".to_owned(),
        retry: Retry::Never,
        message_key: "error.attachment_too_large".to_owned(),
        parameters: [("bytes_max".to_owned(), "7".to_owned())].into(),
        english: "too large".to_owned(),
    };
    let told = super::told(FieldError::BadInput { info });
    let expected = json!({"type": "badInput", "info": {
        "code": "attachment_too_large", "retry": "never", "messageKey": "error.attachment_too_large",
        "parameters": {"bytes_max": "7"}, "english": "too large",
    }});
    assert_eq!(told, expected);
}

/// Every type that a call names is described, down to the last.
#[test]
fn the_surface_names_nothing_that_it_does_not_describe() {
    let surface = Surface::of_library().expect("described");
    let fields = surface.types.values().flat_map(|named| match named {
        Named::Record(fields) => fields.iter().collect::<Vec<_>>(),
        Named::Cases(words) => words.iter().flat_map(|word| &word.fields).collect(),
        Named::Words(_) => Vec::new(),
    });
    let arguments = surface.methods.values().flat_map(|method| &method.arguments);
    let answers = surface.methods.values().filter_map(|method| method.answer.as_ref());
    let shapes = fields.chain(arguments).map(|field| &field.shape).chain(answers);
    for mut shape in shapes {
        while let Shape::Optional(inner) | Shape::List(inner) | Shape::Map(inner) = shape {
            shape = inner;
        }
        if let Shape::Named(name) = shape {
            surface.named(name).expect("described");
        }
    }
}
