//! Lists, filters and totals come from rows.

use client_core::{JobFilter, JobScope, JobSort, Page};
use domain::{DAY_MS, EventKind, JobField, JobKind, Status};

use crate::server::Server;
use crate::world::{Phone, at, new_job, record, text};

#[test]
fn scopes_sorts_and_pages_show_what_they_say() {
    let (phone, server) = (Phone::new(20), Server::new(20));
    let client = phone.open_signed_in(&server);
    let now = phone.clock.0.now();
    // Windows are the office's to give; what a technician sees of them is tested with the feed.
    let jobs: Vec<_> = (0..5)
        .map(|number| {
            phone.clock.0.advance_ms(1_000);
            let number = text(JobField::RequestNumber, &format!("N-{}", 9 - number));
            let received = at(JobField::RequestReceivedAt, now);
            client.create_job(JobKind::Visit, vec![number, received]).expect("makes a job").doc
        })
        .collect();
    let list = |scope, sort, page| {
        let filter = JobFilter { scope, ..JobFilter::default() };
        client.jobs(&filter, sort, page).expect("lists").into_iter().map(|row| row.doc).collect::<Vec<_>>()
    };
    let all = Page::default();
    assert_eq!(list(JobScope::All, JobSort::Window, all), jobs);
    let newest_first: Vec<_> = jobs.iter().rev().copied().collect();
    assert_eq!(list(JobScope::All, JobSort::Updated, all), newest_first);
    assert_eq!(list(JobScope::Open, JobSort::Number, Page { offset: 1, limit: 2 }), newest_first[1..3]);
    assert!(list(JobScope::Over, JobSort::Window, all).is_empty());
    assert!(list(JobScope::Today, JobSort::Window, all).is_empty());
    assert!(list(JobScope::Left, JobSort::Window, all).is_empty());
}

#[test]
fn totals_and_windows_follow_the_rows() {
    let (phone, server) = (Phone::new(21), Server::new(21));
    let client = phone.open_signed_in(&server);
    let now = phone.clock.0.now();
    let job_with_window = |start: i64, end: i64| {
        let assignment = domain::Assignment {
            technician: Some(server.state().technician.user),
            window_start: Some(now.plus_millis(start)),
            window_end: Some(now.plus_millis(end)),
            ..domain::Assignment::default()
        };
        let mut kit = server.kit.lock().expect("kit");
        let (doc, create, assign) = (kit.doc_id(), kit.create_job("x"), kit.assign_as(assignment));
        drop(kit);
        server.office(doc, &create);
        server.office(doc, &assign);
        doc
    };
    let today = job_with_window(3_600_000, 7_200_000);
    let overdue = job_with_window(-2 * DAY_MS, -DAY_MS);
    let later = job_with_window(3 * DAY_MS, 4 * DAY_MS);
    crate::world::sync(&client, &server);
    let list = |scope| {
        let filter = JobFilter { scope, ..JobFilter::default() };
        let rows = client.jobs(&filter, JobSort::Window, Page::default()).expect("lists");
        rows.into_iter().map(|row| row.doc).collect::<Vec<_>>()
    };
    assert_eq!(list(JobScope::Today), [today]);
    assert_eq!(list(JobScope::Overdue), [overdue]);
    assert_eq!(list(JobScope::Open), [overdue, today, later]);
    new_job(&client, "of my own");
    client.execute(today, &record(&client, EventKind::Accepted)).expect("accepts");
    let totals = client.totals().expect("totals");
    assert_eq!((totals.jobs, totals.open, totals.today, totals.overdue), (4, 4, 1, 1));
    assert_eq!(totals.by_status[&Status::Assigned], 2);
    assert_eq!(totals.by_status[&Status::Accepted], 1);
    assert_eq!((totals.unsent, totals.attention), (2, 0));
    let accepted = JobFilter { statuses: vec![Status::Accepted], ..JobFilter::default() };
    assert_eq!(client.jobs(&accepted, JobSort::Window, Page::default()).expect("lists").len(), 1);
}
