//! What the office sees and decides.

use domain::{Assignment, EventKind, FieldValue, Instant, JobField, Status};
use sync_server::office::{
    HistoryItem, InboxFilter, InboxItem, InboxItemId, InboxState, JobFilter, JobOrder, OfferDecision,
    Resolution, add_note, assign_job, cancel_job, close_job, decide_offer, job_history, list_inbox,
    list_jobs, reopen_job, resolve_conflict, show_job,
};
use sync_server::session::DeviceSession;
use sync_server::sync::exchange;
use testkit::{set_field, text_edit};
use wire::{ErrorCode, Hash, Offer, SyncRequest};

use crate::phone::Phone;
use crate::world::{World, session_of, set_subject};

async fn inbox(world: &World, office: &DeviceSession, state: InboxState) -> Vec<InboxItem> {
    let filter = InboxFilter { state, ..InboxFilter::default() };
    list_inbox(&world.core, office, filter).await.expect("listed").items
}

fn conflict_id(item: &InboxItem) -> domain::Uuid {
    match item.id {
        InboxItemId::Conflict(id) => id,
        InboxItemId::Offer(_) => panic!("{item:?}"),
    }
}

/// A dispatcher, a technician's phone that has one job, and the job.
async fn start(seed: u64) -> (World, DeviceSession, Phone, domain::DocId) {
    let mut world = World::new(seed);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    (world, office, phone, job)
}

fn phone_number(number: &str) -> domain::EditCommand {
    set_field(JobField::ContactPhone, Some(FieldValue::Text(number.into())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_written_at_both_ends_is_listed_and_decided() {
    let (mut world, office, mut phone, job) = start(200).await;
    phone.edit(&mut world.kit, job, &phone_number("0912 1"));
    world.edit(&office, job, phone_number("0912 2")).await.expect("edited");
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(phone.docs[&job].job().expect("reads").text(JobField::ContactPhone), "0912 2", "office wins");
    let items = inbox(&world, &office, InboxState::Open).await;
    assert_eq!(items.len(), 1);
    assert_eq!((items[0].kind.as_str(), items[0].path.as_str()), ("field", "contact.phone"));
    let values = items[0].detail["values"].as_array().expect("values").clone();
    let theirs = values.iter().position(|value| value["class"] == "technician").expect("his value");
    let id = conflict_id(&items[0]);
    let wrong = resolve_conflict(&world.core, &office, id, Resolution::Choose(9), None).await;
    assert_eq!(wrong.expect_err("no such value").code(), ErrorCode::Invalid);
    let note = Some("called the customer".to_owned());
    let resolved =
        resolve_conflict(&world.core, &office, id, Resolution::Choose(theirs), note).await.expect("decided");
    assert_eq!(resolved.item.state, InboxState::Decided);
    assert_eq!(resolved.item.decision.as_deref(), Some("chosen"));
    assert_eq!(resolved.item.decided_by, Some(office.user));
    assert_eq!(resolved.item.note.as_deref(), Some("called the customer"));
    phone.sync(&mut world.kit, &world.core).await;
    let view = phone.docs[&job].job().expect("reads");
    assert_eq!(view.text(JobField::ContactPhone), "0912 1");
    assert!(view.field_conflicts.is_empty());
    assert_eq!(inbox(&world, &office, InboxState::Undecided).await, []);
    let again = resolve_conflict(&world.core, &office, id, Resolution::Keep, None).await;
    assert_eq!(again.expect_err("decided").code(), ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conflict_that_a_later_write_settled_stays_until_it_is_seen() {
    let (mut world, office, mut phone, job) = start(201).await;
    phone.edit(&mut world.kit, job, &phone_number("0912 1"));
    world.edit(&office, job, phone_number("0912 2")).await.expect("edited");
    phone.sync(&mut world.kit, &world.core).await;
    world.edit(&office, job, phone_number("0912 3")).await.expect("settles it");
    let items = inbox(&world, &office, InboxState::Undecided).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].state, InboxState::Superseded);
    let id = conflict_id(&items[0]);
    let late = resolve_conflict(&world.core, &office, id, Resolution::Choose(0), None).await;
    assert_eq!(late.expect_err("settled").code(), ErrorCode::Conflict);
    resolve_conflict(&world.core, &office, id, Resolution::Seen, None).await.expect("seen");
    assert_eq!(inbox(&world, &office, InboxState::Undecided).await, []);
    assert_eq!(inbox(&world, &office, InboxState::Any).await.len(), 1, "it is not forgotten");
    // The same field again is another conflict, of which nothing was decided.
    phone.sync(&mut world.kit, &world.core).await;
    phone.edit(&mut world.kit, job, &phone_number("0912 4"));
    world.edit(&office, job, phone_number("0912 5")).await.expect("edited");
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(inbox(&world, &office, InboxState::Open).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_done_while_the_office_cancelled_is_kept_and_listed() {
    let (mut world, office, mut phone, job) = start(202).await;
    for kind in [EventKind::Accepted, EventKind::Arrived, EventKind::Working] {
        let event = world.kit.record(kind);
        phone.edit(&mut world.kit, job, &event);
    }
    phone.sync(&mut world.kit, &world.core).await;
    cancel_job(&world.core, &office, job, "customer called it off".into(), None).await.expect("cancelled");
    let part = world.kit.add_part("seal");
    phone.edit(&mut world.kit, job, &part);
    let done = world.kit.record(EventKind::Done);
    phone.edit(&mut world.kit, job, &done);
    phone.sync(&mut world.kit, &world.core).await;
    let shown = show_job(&world.core, &office, job).await.expect("shown");
    assert_eq!(shown.view.status, Status::Done);
    assert_eq!(shown.view.parts.len(), 1);
    let kinds: Vec<&str> = shown.undecided.iter().map(|item| item.kind.as_str()).collect();
    assert_eq!(kinds, ["done_while_cancelled"]);
    assert_eq!(shown.undecided[0].detail["against"]["kind"], "cancelled");
    assert_eq!(shown.undecided[0].detail["stands"]["kind"], "done");
    let id = conflict_id(&shown.undecided[0]);
    resolve_conflict(&world.core, &office, id, Resolution::Keep, Some("it was done".into()))
        .await
        .expect("kept");
    assert_eq!(inbox(&world, &office, InboxState::Undecided).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_begun_after_a_reassignment_is_listed_as_two_technicians_and_late() {
    let (mut world, office, mut phone, job) = start(203).await;
    let other = world.kit.technician();
    let assignment = Assignment { technician: Some(other.user), ..Assignment::default() };
    assign_job(&world.core, &office, job, (assignment, Some("nearer".into())), None).await.expect("moved");
    for kind in [EventKind::Accepted, EventKind::Travelling] {
        let event = world.kit.record(kind);
        phone.edit(&mut world.kit, job, &event);
    }
    phone.sync(&mut world.kit, &world.core).await;
    let mut kinds: Vec<String> =
        inbox(&world, &office, InboxState::Open).await.into_iter().map(|item| item.kind).collect();
    kinds.sort();
    assert_eq!(kinds, ["late_work", "two_technicians"]);
    assert_eq!(phone.left.get(&job).map(String::as_str), Some("reassigned"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approved_offer_is_carried_out_in_its_authors_name() {
    let (mut world, office, mut phone, job) = start(204).await;
    let technician = phone.person.user;
    // Too late for the gate: the job was taken back long ago.
    let part = world.kit.add_part("seal");
    let hash = phone.edit(&mut world.kit, job, &part);
    world.assign(&office, job, None).await;
    world.kit.clock.advance_days(40);
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(phone.refused.len(), 1);
    let offer = Offer {
        doc: job,
        kind: domain::DocKind::Job,
        hash: Hash(hash),
        command: serde_json::to_string(&part).expect("json"),
        remark: Some("the phone was broken".into()),
        at: Some(Instant::from_millis(5)),
    };
    let request = SyncRequest { offers: Some(vec![offer.clone(), offer]), ..phone.request() };
    for _ in 0..2 {
        exchange(&world.core, &phone.session(), request.clone()).await.expect("kept");
    }
    let items = inbox(&world, &office, InboxState::Open).await;
    assert_eq!(items.len(), 1, "kept once");
    assert_eq!(items[0].kind, "offered_edit");
    assert_eq!(items[0].detail["code"], "late_work");
    assert_eq!(items[0].detail["remark"], "the phone was broken");
    assert_eq!(items[0].detail["command"]["job"]["add_part"]["part"]["name"], "seal");
    let InboxItemId::Offer(id) = items[0].id else { panic!("{items:?}") };
    let of_technician = decide_offer(&world.core, &phone.session(), id, OfferDecision::Approve, None).await;
    assert_eq!(of_technician.expect_err("not his to decide").code(), ErrorCode::Forbidden);
    let decided = decide_offer(&world.core, &office, id, OfferDecision::Approve, Some("fine".into()))
        .await
        .expect("approved");
    assert_eq!(decided.item.decision.as_deref(), Some("approved"));
    let shown = show_job(&world.core, &office, job).await.expect("shown");
    assert_eq!(shown.view.parts[0].by, technician, "the line names him");
    let history = job_history(&world.core, &office, job).await.expect("history");
    let last = history.last().expect("entries");
    assert_eq!((last.user, last.for_user), (Some(office.user), Some(technician)));
    let again = decide_offer(&world.core, &office, id, OfferDecision::Reject, None).await;
    assert_eq!(again.expect_err("decided").code(), ErrorCode::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_of_what_stands_already_is_approved_and_changes_nothing() {
    let (mut world, office, mut phone, job) = start(206).await;
    let part = world.kit.add_part("seal");
    let hash = phone.edit(&mut world.kit, job, &part);
    phone.sync(&mut world.kit, &world.core).await;
    let offer = Offer {
        doc: job,
        kind: domain::DocKind::Job,
        hash: Hash(hash),
        command: serde_json::to_string(&part).expect("json"),
        remark: None,
        at: None,
    };
    let request = SyncRequest { offers: Some(vec![offer]), ..phone.request() };
    exchange(&world.core, &phone.session(), request).await.expect("kept");
    let InboxItemId::Offer(id) = inbox(&world, &office, InboxState::Open).await[0].id else { panic!() };
    let decided =
        decide_offer(&world.core, &office, id, OfferDecision::Approve, None).await.expect("approved");
    assert_eq!(decided.item.decision.as_deref(), Some("approved"));
    assert_eq!(decided.edited.and_then(|edited| edited.position), None);
    let shown = show_job(&world.core, &office, job).await.expect("shown");
    assert_eq!(shown.view.parts.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_does_not_fit_stays_undecided_and_can_be_rejected() {
    let (mut world, office, mut phone, job) = start(205).await;
    let done = world.kit.record(EventKind::Done);
    let offer = Offer {
        doc: job,
        kind: domain::DocKind::Job,
        hash: Hash(domain::Hash32::from_bytes([9; 32])),
        command: serde_json::to_string(&done).expect("json"),
        remark: None,
        at: None,
    };
    let broken = Offer { command: "{\"job\":\"burn\"}".into(), ..offer.clone() };
    let request = SyncRequest { offers: Some(vec![broken]), ..phone.request() };
    let error = exchange(&world.core, &phone.session(), request).await.expect_err("no command");
    assert_eq!(error.code(), ErrorCode::Invalid);
    let request = SyncRequest { offers: Some(vec![offer]), ..phone.request() };
    exchange(&world.core, &phone.session(), request).await.expect("kept");
    let InboxItemId::Offer(id) = inbox(&world, &office, InboxState::Open).await[0].id else { panic!() };
    let approved = decide_offer(&world.core, &office, id, OfferDecision::Approve, None).await;
    assert_eq!(approved.expect_err("assigned jobs are not done").code(), ErrorCode::WrongStatus);
    assert_eq!(inbox(&world, &office, InboxState::Open).await.len(), 1);
    decide_offer(&world.core, &office, id, OfferDecision::Reject, None).await.expect("rejected");
    assert_eq!(inbox(&world, &office, InboxState::Undecided).await, []);
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_says_which_state_it_has_seen() {
    let (mut world, office, mut phone, job) = start(206).await;
    let seen = show_job(&world.core, &office, job).await.expect("shown").etag;
    let note = world.kit.add_note("meanwhile");
    phone.edit(&mut world.kit, job, &note);
    phone.sync(&mut world.kit, &world.core).await;
    let stale = cancel_job(&world.core, &office, job, "no".into(), Some(seen)).await;
    assert_eq!(stale.expect_err("changed").code(), ErrorCode::PreconditionFailed);
    let fresh = show_job(&world.core, &office, job).await.expect("shown").etag;
    let cancelled = cancel_job(&world.core, &office, job, "no".into(), Some(fresh)).await.expect("cancelled");
    assert_ne!(cancelled.etag, fresh);
    let nothing = world.edit(&office, job, set_subject("pump")).await.expect("as it was");
    assert_eq!((nothing.position, nothing.etag), (None, cancelled.etag), "no change, no position");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_goes_through_its_life_at_the_office() {
    let (mut world, office, mut phone, job) = start(207).await;
    let early = close_job(&world.core, &office, job, None).await;
    assert_eq!(early.expect_err("not done").code(), ErrorCode::WrongStatus);
    for kind in [EventKind::Accepted, EventKind::Arrived, EventKind::Working, EventKind::Done] {
        let event = world.kit.record(kind);
        phone.edit(&mut world.kit, job, &event);
    }
    phone.sync(&mut world.kit, &world.core).await;
    close_job(&world.core, &office, job, None).await.expect("closed");
    reopen_job(&world.core, &office, job, "it leaks again".into(), None).await.expect("reopened");
    add_note(&world.core, &office, job, "please look again".into()).await.expect("noted");
    let shown = show_job(&world.core, &office, job).await.expect("shown");
    assert!(!shown.view.status.is_over(), "{:?}", shown.view.status);
    assert_eq!(shown.view.notes.len(), 1);
    assert_eq!(shown.received.last_by, Some(office.user));
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_says_who_what_when_and_on_which_device() {
    let (mut world, office, mut phone, job) = start(208).await;
    let part = world.kit.add_part("seal");
    phone.edit(&mut world.kit, job, &part);
    phone.edit(&mut world.kit, job, &phone_number("0912"));
    let text = testkit::replace_text(domain::JobText::Diagnosis, "worn out");
    phone.edit(&mut world.kit, job, &text);
    phone.sync(&mut world.kit, &world.core).await;
    let history = job_history(&world.core, &office, job).await.expect("history");
    let by = |index: usize| (history[index].user, history[index].device);
    assert_eq!(by(0), (Some(office.user), Some(office.device)));
    assert_eq!(history[0].items[0], HistoryItem::Created);
    let subject = HistoryItem::FieldSet { path: "request.subject".into(), value: "pump".into() };
    assert!(history[0].items.contains(&subject), "{:?}", history[0].items);
    let assigned = history[1].items.iter().any(|item| {
        matches!(item, HistoryItem::LineAdded { section, values, .. }
            if section == "events" && values["kind"] == "assigned")
    });
    assert!(assigned, "{:?}", history[1].items);
    assert_eq!(by(2), (None, None), "the server's number");
    assert_eq!(
        history[2].items,
        [HistoryItem::FieldSet { path: "request.number".into(), value: "100001".into() }]
    );
    assert_eq!(by(3), (Some(phone.person.user), Some(phone.person.device)));
    let HistoryItem::LineAdded { section, values, .. } = &history[3].items[0] else { panic!("{history:?}") };
    assert_eq!((section.as_str(), &values["name"]), ("parts", &"seal".into()));
    assert!(history[3].made_at < history[3].received_at);
    assert_eq!(
        history[5].items,
        [HistoryItem::TextEdited { text: "diagnosis".into(), inserted: 8, deleted: 0 }]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_filter_search_and_page() {
    let mut world = World::new(209);
    let office = world.dispatcher();
    let technician = world.kit.technician();
    for index in 0..25 {
        let fields = vec![
            text_edit(JobField::RequestSubject, &format!("پمپ آب {index}")),
            text_edit(JobField::ContactPhone, "0912 345-67 89"),
            text_edit(JobField::SiteCity, if index % 2 == 0 { "Tehran" } else { "Shiraz" }),
        ];
        let technician = (index % 5 == 0).then_some(technician.user);
        world.job_with(&office, technician, fields).await;
    }
    let list = |filter: JobFilter| {
        let core = world.core.clone();
        async move { list_jobs(&core, &office, filter).await.expect("listed") }
    };
    let all = list(JobFilter::default()).await;
    assert_eq!((all.rows.len(), all.next), (25, None));
    for order in [JobOrder::Newest, JobOrder::Changed] {
        let (mut cursor, mut docs) = (None, Vec::new());
        loop {
            let page = list(JobFilter { order, cursor, limit: 7, ..JobFilter::default() }).await;
            docs.extend(page.rows.iter().map(|row| row.doc));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(docs.len(), 25);
        assert!(docs.is_sorted_by(|a, b| a > b), "newest first");
    }
    let count = |filter: JobFilter| {
        let listed = list(filter);
        async move { listed.await.rows.len() }
    };
    let text = |text: &str| JobFilter { text: Some(text.into()), ..JobFilter::default() };
    assert_eq!(count(JobFilter { city: Some("Shiraz".into()), ..JobFilter::default() }).await, 12);
    assert_eq!(count(JobFilter { technician: Some(technician.user), ..JobFilter::default() }).await, 5);
    let fresh = JobFilter { statuses: vec![Status::New], ..JobFilter::default() };
    assert_eq!(count(fresh).await, 20);
    assert_eq!(count(text("پمپ")).await, 25);
    assert_eq!(count(text("پمپ ۱۳")).await, 1, "Persian digits find Latin ones");
    assert_eq!(count(text("tehr")).await, 13);
    assert_eq!(count(text("09123456789")).await, 25, "a number however it is written");
    assert_eq!(count(text("345-67")).await, 25);
    assert_eq!(count(text("\"; DROP")).await, 0);
    assert_eq!(count(text(" - ")).await, 0, "nothing to look for");
    assert_eq!(count(JobFilter { number: Some("100007".into()), ..JobFilter::default() }).await, 1);
    let wrong = JobFilter { cursor: Some("w.1.1".into()), ..JobFilter::default() };
    let error = list_jobs(&world.core, &office, wrong).await.expect_err("another list's");
    assert_eq!(error.code(), ErrorCode::Invalid);
    let stranger = session_of(&world.kit.person(domain::Role::Representative));
    let none = list_jobs(&world.core, &stranger, JobFilter::default()).await.expect("listed");
    assert!(none.rows.is_empty(), "another agency's jobs");
    let his = list_jobs(&world.core, &session_of(&technician), JobFilter::default()).await.expect("listed");
    assert_eq!(his.rows.len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_window_orders_a_list_and_rows_hold_what_lists_need() {
    let (mut world, office, mut phone, job) = start(210).await;
    let now = world.kit.clock.now();
    let window = |hours: i64| now.plus_millis(hours * 3_600_000);
    for hours in [5, 2, 9] {
        let other = world.job_for(&office, None, "other").await;
        let assignment = Assignment {
            technician: Some(phone.person.user),
            window_start: Some(window(hours)),
            window_end: Some(window(hours + 1)),
            ..Assignment::default()
        };
        assign_job(&world.core, &office, other, (assignment, None), None).await.expect("assigned");
    }
    let by_window = JobFilter { order: JobOrder::Window, ..JobFilter::default() };
    let rows = list_jobs(&world.core, &office, by_window).await.expect("listed").rows;
    let starts: Vec<_> = rows.iter().map(|row| row.window_start).collect();
    assert_eq!(starts, [Some(window(2)), Some(window(5)), Some(window(9))]);
    let within = JobFilter { window: Some((window(4), window(6))), ..JobFilter::default() };
    assert_eq!(list_jobs(&world.core, &office, within).await.expect("listed").rows.len(), 1);
    let started_at = now;
    let id = world.kit.labour_id();
    let labour = domain::JobCommand::AddLabour { id, started_at, ended_at: Some(window(2)) };
    let arrived = world.kit.record(EventKind::Arrived);
    phone.edit(&mut world.kit, job, &arrived);
    phone.edit(&mut world.kit, job, &domain::EditCommand::Job(labour));
    let mut part = world.kit.part("seal");
    part.quantity = domain::Thousandths(1_500);
    part.unit_price.minor = 333;
    let line = world.kit.line_id();
    let part = domain::EditCommand::Job(domain::JobCommand::AddPart { id: line, part });
    phone.edit(&mut world.kit, job, &part);
    phone.sync(&mut world.kit, &world.core).await;
    let row =
        list_jobs(&world.core, &office, JobFilter { number: Some("100001".into()), ..JobFilter::default() })
            .await
            .expect("listed")
            .rows
            .remove(0);
    assert_eq!((row.status.as_str(), row.labour_ms), ("on_site", 7_200_000));
    assert_eq!(
        (row.parts_count, row.parts_minor, row.parts_currency.as_deref()),
        (1, Some(500), Some("IRR"))
    );
    assert_eq!((row.technician, row.created_by), (Some(phone.person.user), Some(office.user)));
}
