//! Trips.

use crate::common::*;
use documents::{Document, EditError};
use domain::{
    BlobHash, Currency, DocKind, EditCommand, FieldValue, Instant, Money, Receipt, ReceiptKind, TripCommand,
    TripField, TripFieldEdit,
};

fn field(field: TripField, value: FieldValue) -> TripFieldEdit {
    TripFieldEdit { field, value: Some(value) }
}

fn create() -> EditCommand {
    trip(TripCommand::Create {
        fields: vec![
            field(TripField::Kind, FieldValue::Text("in_city".to_owned())),
            field(TripField::StartedAt, FieldValue::Instant(Instant::from_millis(MORNING))),
            TripFieldEdit { field: TripField::To, value: None },
        ],
        jobs: vec![doc_id(2), doc_id(1), doc_id(2)],
    })
}

fn new_trip() -> Document {
    Document::create(doc_id(9), &create(), &at_minute(SARA, 0)).expect("a good trip").0
}

fn receipt() -> Receipt {
    Receipt {
        kind: ReceiptKind::Toll,
        amount: Money { minor: 250_000, currency: Currency::IRR },
        photo: Some(BlobHash::from_bytes([3; 32])),
    }
}

#[test]
fn a_trip_reads_back_as_it_was_written() {
    let mut document = new_trip();
    let id = receipt_id(1);
    let distance = field(TripField::DistanceM, FieldValue::Int(12_400));
    does(&mut document, SARA, 1, &trip(TripCommand::SetFields { edits: vec![distance] }));
    does(&mut document, SARA, 2, &trip(TripCommand::AddJob { job: doc_id(3) }));
    does(&mut document, SARA, 3, &trip(TripCommand::RemoveJob { job: doc_id(1) }));
    does(&mut document, SARA, 4, &trip(TripCommand::AddReceipt { id, receipt: receipt() }));
    does(&mut document, SARA, 5, &trip(TripCommand::VoidReceipt { id, reason: "twice".to_owned() }));
    let view = document.trip().expect("a trip");
    assert_eq!((view.id, view.technician), (doc_id(9), SARA.user));
    assert_eq!(view.jobs, vec![doc_id(2), doc_id(3)]);
    assert_eq!(view.fields.get(&TripField::DistanceM), Some(&FieldValue::Int(12_400)));
    assert_eq!(view.fields.get(&TripField::Kind), Some(&FieldValue::Text("in_city".to_owned())));
    let line = view.receipts.first().expect("a receipt");
    assert_eq!((&line.receipt, line.void.as_deref()), (&receipt(), Some("twice")));
    assert_eq!(view.void, None);

    does(&mut document, SARA, 6, &trip(TripCommand::Void { reason: "not driven".to_owned() }));
    let again = Document::load(DocKind::Trip, &document.save()).expect("our own bytes");
    assert_eq!(again.trip().expect("a trip").void.as_deref(), Some("not driven"));
    assert!(again.job().is_err(), "a trip is no job");
}

#[test]
fn a_job_is_put_on_a_trip_once_and_taken_off_if_it_is_there() {
    let mut document = new_trip();
    changes_nothing(&mut document, SARA, &trip(TripCommand::AddJob { job: doc_id(1) }));
    does(&mut document, SARA, 1, &trip(TripCommand::RemoveJob { job: doc_id(1) }));
    for job in [doc_id(1), doc_id(7)] {
        let error = refuses(&mut document, SARA, &trip(TripCommand::RemoveJob { job }));
        assert_eq!(error, EditError::NotFound { path: format!("jobs.{job}") });
    }
    does(&mut document, SARA, 2, &trip(TripCommand::AddJob { job: doc_id(1) }));
    assert_eq!(document.trip().expect("a trip").jobs, vec![doc_id(1), doc_id(2)]);
}

#[test]
fn a_void_trip_is_not_edited() {
    let mut document = new_trip();
    let void = trip(TripCommand::Void { reason: "not driven".to_owned() });
    let error = refuses(&mut document, SARA, &trip(TripCommand::Void { reason: " ".to_owned() }));
    assert!(matches!(error, EditError::Invalid { path, .. } if path == "void"));
    does(&mut document, SARA, 1, &void);
    let note = field(TripField::Note, FieldValue::Text("x".to_owned()));
    for command in [
        void,
        trip(TripCommand::SetFields { edits: vec![note] }),
        trip(TripCommand::AddJob { job: doc_id(5) }),
        trip(TripCommand::AddReceipt { id: receipt_id(1), receipt: receipt() }),
    ] {
        let error = refuses(&mut document, SARA, &command);
        assert!(matches!(error, EditError::Invalid { path, .. } if path == "void"), "{command:?}");
    }
}

#[test]
fn bad_values_are_refused() {
    let mut document = new_trip();
    let distance = field(TripField::DistanceM, FieldValue::Int(-1));
    let error = refuses(&mut document, SARA, &trip(TripCommand::SetFields { edits: vec![distance.clone()] }));
    assert!(matches!(error, EditError::Invalid { path, .. } if path == "distance_m"));
    let mut free = receipt();
    free.amount.minor = -1;
    let command = trip(TripCommand::AddReceipt { id: receipt_id(1), receipt: free });
    let error = refuses(&mut document, SARA, &command);
    assert!(matches!(error, EditError::Invalid { path, .. } if path.ends_with(".amount")));
    let command = trip(TripCommand::Create { fields: vec![distance], jobs: vec![] });
    let error = Document::create(doc_id(9), &command, &at_minute(SARA, 0)).expect_err("bad");
    assert!(matches!(error, EditError::Invalid { path, .. } if path == "distance_m"));
}

#[test]
fn two_devices_of_one_technician_merge() {
    let mut phone = new_trip();
    let mut tablet = phone.clone();
    let tablet_of_sara = Person { actor: REZA.actor, ..SARA };
    let note = |text: &str| {
        let note = field(TripField::Note, FieldValue::Text(text.to_owned()));
        trip(TripCommand::SetFields { edits: vec![note] })
    };
    does(&mut phone, SARA, 1, &note("from the phone"));
    does(&mut phone, SARA, 2, &trip(TripCommand::RemoveJob { job: doc_id(1) }));
    does(&mut tablet, tablet_of_sara, 3, &note("from the tablet"));
    does(
        &mut tablet,
        tablet_of_sara,
        4,
        &trip(TripCommand::AddReceipt { id: receipt_id(1), receipt: receipt() }),
    );
    meet(&mut phone, &mut tablet);
    let view = phone.trip().expect("a trip");
    assert_eq!(view, tablet.trip().expect("a trip"));
    assert_eq!((view.jobs, view.receipts.len()), (vec![doc_id(2)], 1));
    let conflict = view.field_conflicts.first().expect("two notes stand");
    assert_eq!((conflict.path.as_str(), conflict.values.len()), ("note", 2));
    assert_eq!(
        view.fields.get(&TripField::Note),
        conflict.values.first().and_then(|rival| rival.value.as_ref())
    );
}
