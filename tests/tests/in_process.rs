//! Phones and the server in one process: what every exchange must do.

use client_core::Page;
use domain::{EventKind, FieldValue, JobCommand, JobField, JobFieldEdit, NewEvent};
use sync_server::office;
use system_tests::in_process::{Desk, TestPhone};

fn record(phone: &TestPhone, kind: EventKind) -> JobCommand {
    JobCommand::Record { event: NewEvent::new(phone.client.ids().event(), kind) }
}

#[tokio::test]
async fn a_job_goes_out_and_its_work_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(&folder.path().join("server")).await;
    let phone = TestPhone::enrol(&desk, &folder.path().join("phone.sqlite")).await;
    let job = desk.job_for(&phone, "The fridge is warm").await;

    let first = phone.sync().await;
    assert_eq!((first.exchanges, first.entered), (1, 1));
    let listed =
        phone.client.jobs(&client_core::JobFilter::default(), client_core::JobSort::Window, Page::default());
    assert_eq!(listed.expect("a list").len(), 1);

    for kind in [EventKind::Accepted, EventKind::Travelling, EventKind::Arrived, EventKind::Done] {
        phone.edit(job, record(&phone, kind));
    }
    let second = phone.sync().await;
    assert_eq!((second.exchanges, second.pushed, second.accepted, second.refused), (1, 4, 4, 0));
    let shown = office::show_job(&desk.core, &desk.dispatcher, job).await.expect("the job");
    assert_eq!(shown.view, phone.client.job(job).expect("the job").view);

    // The verdicts are acknowledged once, with the next exchange.
    phone.sync().await;
    let idle = phone.sync().await;
    assert_eq!((idle.exchanges, idle.pushed, idle.entered, idle.updated), (1, 0, 0, 0));
    assert!(idle.bytes_up <= 150 && idle.bytes_down <= 150, "{idle:?}");
}

#[tokio::test]
async fn both_ends_edit_one_field_and_see_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(&folder.path().join("server")).await;
    let phone = TestPhone::enrol(&desk, &folder.path().join("phone.sqlite")).await;
    let job = desk.job_for(&phone, "The fridge is warm").await;
    phone.sync().await;
    let set = |number: &str| JobCommand::SetFields {
        edits: vec![JobFieldEdit {
            field: JobField::ContactPhone,
            value: Some(FieldValue::Text(number.to_owned())),
        }],
    };
    phone.edit(job, set("1"));
    let office_edit = domain::EditCommand::Job(set("2"));
    office::edit_document(&desk.core, &desk.dispatcher, job, office_edit, None)
        .await
        .expect("the office edits");
    phone.sync().await;
    phone.sync().await;
    let here = phone.client.job(job).expect("the job").view;
    let there = office::show_job(&desk.core, &desk.dispatcher, job).await.expect("the job");
    assert_eq!(here, there.view);
    assert_eq!(here.text(JobField::ContactPhone), "2", "the office wins");
    assert_eq!(there.undecided.len(), 1, "and the technician's number stands in the inbox");
}
