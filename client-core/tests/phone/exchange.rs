//! The exchange over a bad line: what is cut goes on, what is repeated changes
//! nothing, what is not the server moves nothing.

use std::time::Duration;

use client_core::{
    CancelToken, ClientError, Finish, JobFilter, JobScope, ReferenceKind, SessionState, SyncOptions,
};
use domain::EventKind;
use wire::ErrorCode;

use crate::server::{Fault, Packing, Server};
use crate::world::{Phone, assert_converged, block_on, new_job, note, record, sync};

#[test]
fn both_sides_see_the_same_after_one_exchange_and_idle_costs_one_small_request() {
    let (phone, server) = (Phone::new(40), Server::new(40));
    let client = phone.open_signed_in(&server);
    let theirs = server.assigned_job("Pump leaks");
    let own = new_job(&client, "Heard on the way");
    let report = sync(&client, &server);
    assert_eq!((report.exchanges, report.accepted, report.finish), (1, 1, Finish::Complete));
    client.execute(theirs, &record(&client, EventKind::Accepted)).expect("accepts");
    server.office_note(theirs, "key under the mat");
    sync(&client, &server);
    assert_converged(&client, &server);
    assert_eq!(server.job(own).status, domain::Status::New);
    // The verdicts of the last exchange are acknowledged by the first idle one.
    sync(&client, &server);
    server.taken("/v1/sync");
    let report = sync(&client, &server);
    let requests = server.taken("/v1/sync");
    assert_eq!(requests.len(), 1);
    assert!(requests[0].1 <= 150, "{requests:?}");
    assert!(report.bytes_down <= 150, "{report:?}");
}

/// Seen to fail: with the count of `prepare` not checked, the phone took the page
/// with one document too many and moved its cursor.
#[test]
fn a_block_of_documents_that_does_not_fit_moves_nothing_and_comes_again() {
    for packing in [Packing::Damaged, Packing::OneMissing, Packing::OneMore] {
        let (phone, server) = (Phone::new(47), Server::new(47));
        let client = phone.open_signed_in(&server);
        let jobs = [server.assigned_job("Pump leaks"), server.assigned_job("Door is stuck")];
        let own = new_job(&client, "Heard on the way");
        server.state().packing = packing;
        let error = client.sync_blocking(&server, &SyncOptions::default()).expect_err("no answer");
        assert!(matches!(error, ClientError::BadAnswer(_)), "{packing:?}: {error}");
        assert_eq!(client.totals().expect("totals").jobs, 1, "{packing:?}: its own job, as before");
        server.state().packing = Packing::Block;
        sync(&client, &server);
        assert_converged(&client, &server);
        assert_eq!(server.job(own).status, domain::Status::New);
        for job in jobs {
            assert_eq!(client.job(job).expect("it came").view.status, domain::Status::Assigned);
        }
    }
}

#[test]
fn a_server_of_the_first_version_sends_documents_one_by_one() {
    let (phone, server) = (Phone::new(48), Server::new(48));
    server.state().packing = Packing::None;
    let client = phone.open_signed_in(&server);
    server.assigned_job("Pump leaks");
    server.assigned_job("Door is stuck");
    sync(&client, &server);
    assert_converged(&client, &server);
    assert_eq!(client.totals().expect("totals").jobs, 2);
}

#[test]
fn a_lost_a_repeated_and_a_stale_reply_change_nothing() {
    for fault in [Fault::LoseReply, Fault::Twice, Fault::Stale, Fault::Unreachable] {
        let (phone, server) = (Phone::new(41), Server::new(41));
        let client = phone.open_signed_in(&server);
        let job = server.assigned_job("Pump leaks");
        sync(&client, &server);
        client.execute(job, &record(&client, EventKind::Accepted)).expect("accepts");
        client.execute(job, &note(&client, "on my way")).expect("notes");
        server.next([fault]);
        let result = client.sync_blocking(&server, &SyncOptions::default());
        if matches!(fault, Fault::LoseReply | Fault::Unreachable) {
            let error = result.expect_err("no reply");
            assert_eq!((error.code(), error.retry()), ("offline", wire::Retry::Later), "{fault:?}");
        }
        sync(&client, &server);
        assert_converged(&client, &server);
        assert_eq!(server.job(job).notes.len(), 1, "{fault:?}");
        assert_eq!(server.state().log.len(), 4, "{fault:?}");
    }
}

#[test]
fn what_is_not_the_server_moves_nothing() {
    let faults = [
        (Fault::SignInPage, "offline"),
        (Fault::ForeignBytes, "bad_answer"),
        (Fault::HalfReply, "bad_answer"),
    ];
    for (fault, code) in faults {
        let (phone, server) = (Phone::new(42), Server::new(42));
        let client = phone.open_signed_in(&server);
        let job = new_job(&client, "Heard on the way");
        let before = client.diagnostics().expect("diagnostics");
        server.next([fault]);
        let error = client.sync_blocking(&server, &SyncOptions::default()).expect_err("not the server");
        assert_eq!(error.code(), code, "{fault:?}");
        assert_eq!(client.diagnostics().expect("diagnostics"), before, "{fault:?}");
        assert_eq!(client.synced_at().expect("reads"), None, "{fault:?}");
        sync(&client, &server);
        assert_converged(&client, &server);
        assert_eq!(client.job(job).expect("there").unsent.len(), 0);
    }
}

#[test]
fn an_app_that_is_too_old_keeps_its_edits_and_is_told() {
    let (phone, server) = (Phone::new(43), Server::new(43));
    let client = phone.open_signed_in(&server);
    new_job(&client, "Heard on the way");
    server.next([Fault::Problem(ErrorCode::UpdateApp)]);
    let error = client.sync_blocking(&server, &SyncOptions::default()).expect_err("too old");
    assert_eq!((error.code(), error.retry()), ("update_app", wire::Retry::Never));
    assert_eq!(client.totals().expect("totals").unsent, 1);
    new_job(&client, "and goes on working");
    sync(&client, &server);
    assert_converged(&client, &server);
}

#[test]
fn an_expired_token_is_refreshed_once_even_if_the_reply_is_lost() {
    let (phone, server) = (Phone::new(44), Server::new(44));
    let client = phone.open_signed_in(&server);
    new_job(&client, "Heard on the way");
    server.state().access += 1; // the phone's token is not the newest any more
    server.next([Fault::None, Fault::LoseReply]);
    client.sync_blocking(&server, &SyncOptions::default()).expect_err("the refresh was lost");
    sync(&client, &server);
    assert_converged(&client, &server);
}

#[test]
fn an_ended_session_asks_to_sign_in_and_edits_go_on() {
    let (phone, server) = (Phone::new(45), Server::new(45));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Heard on the way");
    server.state().access += 5;
    server.state().refresh += 5;
    let error = client.sync_blocking(&server, &SyncOptions::default()).expect_err("revoked");
    assert_eq!((error.code(), error.retry()), ("session_revoked", wire::Retry::AfterSignIn));
    let session = client.session().expect("reads").expect("somebody");
    assert_eq!(session.state, SessionState::SignInAgain);
    client.execute(job, &note(&client, "still typing")).expect("edits go on");
    let error = client.sync_blocking(&server, &SyncOptions::default()).expect_err("nobody");
    assert!(matches!(error, ClientError::NotSignedIn), "{error:?}");
    block_on(client.sign_in(&server, "sara", "secret")).expect("signs in");
    sync(&client, &server);
    assert_converged(&client, &server);
}

#[test]
fn a_cold_pull_goes_on_where_it_was_cut() {
    let (phone, server) = (Phone::new(46), Server::new(46));
    for number in 0..7 {
        server.assigned_job(&format!("Job {number}"));
    }
    server.state().page_docs = 2;
    let client = phone.open_signed_in(&server);
    server.next([Fault::None, Fault::None, Fault::Unreachable]);
    client.sync_blocking(&server, &SyncOptions::default()).expect_err("cut");
    assert_eq!(client.totals().expect("totals").jobs, 4);
    server.taken("/v1/sync");
    let report = sync(&client, &server);
    assert_eq!((report.entered, report.exchanges), (3, 2));
    assert_converged(&client, &server);
    assert!(client.diagnostics().is_ok_and(|diagnostics| !diagnostics.cold_pull_running));
}

#[test]
fn a_sync_stops_when_told_and_when_its_time_is_up() {
    let (phone, server) = (Phone::new(47), Server::new(47));
    for number in 0..4 {
        server.assigned_job(&format!("Job {number}"));
    }
    server.state().page_docs = 1;
    let client = phone.open_signed_in(&server);
    let cancel = CancelToken::new();
    let stop = cancel.clone();
    let progress = move |progress: &client_core::SyncProgress| {
        assert_eq!(progress.documents_total, Some(4));
        if progress.exchanges == 2 {
            stop.cancel();
        }
    };
    let options =
        SyncOptions { cancel, progress: Some(std::sync::Arc::new(progress)), ..SyncOptions::default() };
    let report = client.sync_blocking(&server, &options).expect("stops");
    assert_eq!((report.finish, report.exchanges), (Finish::Cancelled, 2));
    let clock = phone.clock.0.clone();
    let options = SyncOptions {
        budget: Duration::from_millis(500),
        progress: Some(std::sync::Arc::new(move |_| clock.advance_ms(1_000))),
        ..SyncOptions::default()
    };
    let report = client.sync_blocking(&server, &options).expect("stops");
    assert_eq!((report.finish, report.exchanges), (Finish::OutOfTime, 1));
    sync(&client, &server);
    assert_converged(&client, &server);
}

#[test]
fn a_request_that_hangs_is_given_up_when_cancelled() {
    struct Hangs;
    impl client_core::Transport for Hangs {
        fn send(
            &self,
            _: client_core::HttpRequest,
        ) -> client_core::BoxFuture<'_, Result<client_core::HttpResponse, client_core::TransportError>>
        {
            Box::pin(std::future::pending())
        }
    }
    let (phone, server) = (Phone::new(48), Server::new(48));
    let client = phone.open_signed_in(&server);
    let options = SyncOptions::default();
    let cancel = options.cancel.clone();
    let report = std::thread::scope(|scope| {
        let running = scope.spawn(|| client.sync_blocking(&Hangs, &options));
        cancel.cancel();
        running.join().expect("no panic")
    });
    assert_eq!(report.expect("stops").finish, Finish::Cancelled);
    sync(&client, &server);
}

#[test]
fn a_job_that_leaves_keeps_its_unsent_work_and_sends_it() {
    let (phone, server) = (Phone::new(49), Server::new(49));
    let client = phone.open_signed_in(&server);
    let job = server.assigned_job("Pump leaks");
    sync(&client, &server);
    client.execute(job, &record(&client, EventKind::Accepted)).expect("accepts");
    client.execute(job, &note(&client, "written offline")).expect("notes");
    let (other, away) = {
        let mut kit = server.kit.lock().expect("kit");
        let other = kit.technician();
        (other, kit.assign(Some(other.user)))
    };
    server.office(job, &away);
    // The reassignment is heard first: the push does not get through.
    server.next([Fault::Unreachable]);
    client.sync_blocking(&server, &SyncOptions::default()).expect_err("cut");
    let report = sync(&client, &server);
    assert_eq!((report.left, report.accepted), (1, 2));
    let list = |scope| {
        let filter = JobFilter { scope, ..JobFilter::default() };
        client.jobs(&filter, Default::default(), Default::default()).expect("lists").len()
    };
    assert_eq!((list(JobScope::All), list(JobScope::Left)), (0, 1));
    assert_eq!(client.job(job).expect("still here").left_reason.as_deref(), Some("reassigned"));
    let view = server.job(job);
    assert_eq!((view.notes.len(), view.technician()), (1, Some(other.user)));
    // And it comes back when it is assigned again.
    let back = {
        let technician = server.state().technician.user;
        server.kit.lock().expect("kit").assign(Some(technician))
    };
    server.office(job, &back);
    sync(&client, &server);
    assert_eq!((list(JobScope::All), list(JobScope::Left)), (1, 0));
    assert_converged(&client, &server);
}

#[test]
fn reference_rows_come_with_the_feed_and_are_searched() {
    let (phone, server) = (Phone::new(50), Server::new(50));
    let row = |kind: &str, id: u8, json: &str| wire::ReferenceRow {
        kind: kind.to_owned(),
        id: vec![id; 16],
        json: Some(json.to_owned()),
    };
    server.state().reference = vec![
        row("part", 1, r#"{"part_no":"P-100","name":"واشر پمپ"}"#),
        row("part", 2, r#"{"part_no":"P-200","name":"Seal"}"#),
        row("customer", 3, r#"{"name":"Seal & Sons","phones":["021-555"]}"#),
        row("from_the_future", 4, r#"{"x":1}"#),
    ];
    let client = phone.open_signed_in(&server);
    assert_eq!(sync(&client, &server).reference_rows, 4);
    let find = |kind, text: &str| client.search_reference(kind, text, 10).expect("searches").len();
    assert_eq!(find(ReferenceKind::Part, "seal"), 1);
    assert_eq!(find(ReferenceKind::Part, "واشر"), 1);
    assert_eq!(find(ReferenceKind::Customer, "555"), 1);
    assert_eq!(find(ReferenceKind::Part, ""), 2);
    assert_eq!(find(ReferenceKind::Asset, "seal"), 0);
}

#[test]
fn the_servers_clock_is_measured() {
    let (phone, server) = (Phone::new(51), Server::new(51));
    let client = phone.open_signed_in(&server);
    phone.clock.0.advance_ms(-600_000);
    sync(&client, &server);
    assert_eq!(client.clock_offset().expect("reads").expect("measured").offset_ms, 600_000);
}
