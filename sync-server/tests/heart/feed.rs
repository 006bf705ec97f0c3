//! What the feed tells, against a naive model: what is in scope is there, and is
//! what the server has.

use std::collections::BTreeMap;

use domain::{Assignment, DAY_MS, DocId, EditCommand, JobCommand, JobField, Uuid};
use sync_server::session::DeviceSession;
use sync_server::store::StoreError;
use sync_server::sync::{ReferenceKind, ReferenceWrite, exchange, write_reference};
use testkit::{next_job_command, text_edit};
use wire::{DocHappening, SyncRequest};

use crate::phone::{Phone, Seen};
use crate::world::{World, set_subject};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_days_end_with_every_phone_agreeing_whatever_the_page_size() {
    for seed in 0..12 {
        let mut world = World::new(100 + seed);
        random_day(&mut world).await;
    }
}

/// Dispatchers register, assign and reassign; technicians work; phones sync now
/// and then, in pages of any size, and lose answers.
async fn random_day(world: &mut World) {
    let office = world.dispatcher();
    let mut phones: Vec<Phone> = (0..3).map(|_| Phone::new(world.kit.technician())).collect();
    let twin = phones[0].twin(&mut world.kit);
    phones.push(twin);
    let technicians: Vec<_> = phones.iter().map(|phone| phone.person.user).collect();
    let mut jobs = Vec::new();
    for _ in 0..120 {
        match world.kit.rng.below(10) {
            0 | 1 => {
                let technician = *world.kit.rng.pick(&technicians);
                jobs.push(world.job_for(&office, Some(technician), "job").await);
            }
            2 if !jobs.is_empty() => {
                let job = *world.kit.rng.pick(&jobs);
                let technician = *world.kit.rng.pick(&technicians);
                let technician = world.kit.rng.chance(4, 5).then_some(technician);
                let command = world.kit.assign(technician);
                // A job that is over is not assigned; then nothing happens.
                drop(world.edit(&office, job, command).await);
            }
            3 if !jobs.is_empty() => {
                let job = *world.kit.rng.pick(&jobs);
                world.edit(&office, job, set_subject("edited")).await.expect("edited");
            }
            4..=6 => {
                let index = world.kit.rng.index(phones.len());
                work(world, &mut phones[index], &technicians);
            }
            _ => {
                let index = world.kit.rng.index(phones.len());
                let phone = &mut phones[index];
                let pages = [None, Some(1), Some(700), Some(3_000)];
                phone.budget = *world.kit.rng.pick(&pages);
                exchange_maybe_lost(world, phone).await;
            }
        }
    }
    for phone in &mut phones {
        phone.sync(&mut world.kit, &world.core).await;
    }
    // Once more: the others' last pushes.
    for phone in &mut phones {
        phone.sync(&mut world.kit, &world.core).await;
        phone.assert_agrees(world);
        assert!(phone.outbox.is_empty(), "the outbox drains");
    }
}

fn work(world: &mut World, phone: &mut Phone, technicians: &[domain::UserId]) {
    if world.kit.rng.chance(1, 6) {
        let create = world.kit.create_job("found on site");
        phone.create(&mut world.kit, &create);
        return;
    }
    let docs: Vec<DocId> = phone.docs.keys().copied().collect();
    if docs.is_empty() {
        return;
    }
    let doc = *world.kit.rng.pick(&docs);
    let Ok(view) = phone.docs[&doc].job() else { return };
    if let Some(command) = next_job_command(&mut world.kit, &phone.person, &view, technicians) {
        let context = world.kit.context(&phone.person);
        let document = phone.docs.get_mut(&doc).expect("it is there");
        if let Ok(Some(change)) = document.edit(&command, &context) {
            phone.outbox.push((doc, domain::DocKind::Job, change));
        }
    }
}

async fn exchange_maybe_lost(world: &mut World, phone: &mut Phone) {
    let response = exchange(&world.core, &phone.session(), phone.request()).await.expect("an answer");
    if !world.kit.rng.chance(1, 4) {
        phone.take(&mut world.kit, &response);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cold_phone_gets_each_document_once_todays_jobs_first() {
    let mut world = World::new(21);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let user = phone.person.user;
    let now = world.kit.clock.now();
    let mut todays = Vec::new();
    for index in 0..60 {
        let job = world.job_for(&office, Some(user), &format!("job {index}")).await;
        if index % 5 == 0 {
            let start = now.plus_millis(3_600_000);
            let assignment = Assignment {
                technician: Some(user),
                window_start: Some(start),
                window_end: Some(start.plus_millis(3_600_000)),
                ..Assignment::default()
            };
            let command = world.kit.assign_as(assignment);
            world.edit(&office, job, command).await.expect("window");
            todays.push(job);
        } else if index % 5 == 1 {
            let start = now.plus_millis(30 * DAY_MS);
            let assignment =
                Assignment { technician: Some(user), window_start: Some(start), ..Assignment::default() };
            let command = world.kit.assign_as(assignment);
            world.edit(&office, job, command).await.expect("window");
        }
    }
    phone.budget = Some(3_000);
    let (first, _) = phone.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    assert_eq!(first.total, Some(60));
    assert_eq!(first.more, Some(true));
    let mut order: Vec<DocId> = first.events.iter().flatten().map(|event| event.doc).collect();
    assert!(order.len() < 60, "several pages");
    for (doc, seen) in phone.sync(&mut world.kit, &world.core).await {
        assert_eq!(seen, Seen::Enter);
        order.push(doc);
    }
    todays.sort();
    todays.reverse();
    assert_eq!(order[..12], todays[..], "today's first, the newest first");
    assert!(order[12..].is_sorted_by(|a, b| a > b), "then the rest, the newest first");
    order.sort();
    order.dedup();
    assert_eq!(order.len(), 60, "each once");
    phone.assert_agrees(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_a_cold_phone_reads_comes_at_the_end() {
    let mut world = World::new(22);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let other = world.kit.technician();
    let user = phone.person.user;
    let mut jobs = Vec::new();
    for index in 0..30 {
        jobs.push(world.job_for(&office, Some(user), &format!("job {index}")).await);
    }
    phone.budget = Some(2_000);
    phone.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    world.edit(&office, jobs[29], set_subject("already sent")).await.expect("edited");
    world.edit(&office, jobs[0], set_subject("not sent yet")).await.expect("edited");
    world.assign(&office, jobs[28], Some(other.user)).await;
    world.assign(&office, jobs[1], Some(other.user)).await;
    let new = world.job_for(&office, Some(user), "new").await;
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
    assert!(phone.docs.contains_key(&new));
    assert_eq!(phone.left.get(&jobs[28]).map(String::as_str), Some("reassigned"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_changed_many_times_is_sent_once() {
    let mut world = World::new(23);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "job").await;
    phone.sync(&mut world.kit, &world.core).await;
    for index in 0..40 {
        world.edit(&office, job, set_subject(&format!("subject {index}"))).await.expect("edited");
    }
    assert_eq!(phone.sync(&mut world.kit, &world.core).await, [(job, Seen::Update(40))]);
    phone.assert_agrees(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_leaves_says_why_and_keeps_unpushed_work() {
    let mut world = World::new(24);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let other = world.kit.technician();
    let user = phone.person.user;
    let moved = world.job_for(&office, Some(user), "moved").await;
    let taken = world.job_for(&office, Some(user), "taken back").await;
    phone.sync(&mut world.kit, &world.core).await;
    world.assign(&office, moved, Some(other.user)).await;
    world.assign(&office, taken, None).await;
    let late = world.kit.add_note("I had been there");
    phone.edit(&mut world.kit, moved, &late);
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(phone.left.get(&moved).map(String::as_str), Some("reassigned"));
    assert_eq!(phone.left.get(&taken).map(String::as_str), Some("unassigned"));
    assert!(phone.outbox.is_empty(), "the note was accepted as late work");
    assert_eq!(world.count("SELECT count(*) FROM conflicts WHERE kind = 'late_work'"), 1);
    // It comes back whole.
    world.assign(&office, moved, Some(user)).await;
    assert_eq!(phone.sync(&mut world.kit, &world.core).await, [(moved, Seen::Enter)]);
    phone.assert_agrees(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_technicians_own_job_is_his_until_the_office_assigns_it() {
    let mut world = World::new(25);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let mut other = Phone::new(world.kit.technician());
    let create = world.kit.create_job("found on the way");
    let job = phone.create(&mut world.kit, &create);
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(world.scope_of(phone.person.user).len(), 1);
    world.assign(&office, job, Some(other.person.user)).await;
    phone.sync(&mut world.kit, &world.core).await;
    other.sync(&mut world.kit, &world.core).await;
    assert_eq!(phone.left.get(&job).map(String::as_str), Some("reassigned"));
    other.assert_agrees(&world);
    world.assign(&office, job, None).await;
    assert!(world.scope_of(phone.person.user).is_empty(), "it was assigned once");
    assert!(world.scope_of(other.person.user).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trips_are_their_technicians() {
    let mut world = World::new(26);
    let mut phone = Phone::new(world.kit.technician());
    let mut twin = phone.twin(&mut world.kit);
    phone.sync(&mut world.kit, &world.core).await;
    let create = world.kit.create_job("job");
    let job = phone.create(&mut world.kit, &create);
    let create = world.kit.create_trip(vec![job]);
    let trip = phone.create(&mut world.kit, &create);
    let receipt = world.kit.add_receipt();
    phone.edit(&mut world.kit, trip, &receipt);
    let seen = phone.sync(&mut world.kit, &world.core).await;
    let of_trip = (trip, Seen::Update(0));
    assert_eq!(seen, [(job, Seen::Update(1)), of_trip], "of the trip only that it is in scope");
    twin.sync(&mut world.kit, &world.core).await;
    assert_eq!(twin.docs[&trip].trip().expect("reads").jobs, [job]);
    twin.assert_agrees(&world);
    assert_eq!(world.count("SELECT count(*) FROM trip_jobs"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cursors_of_another_epoch_or_chain_start_cold_and_lose_nothing() {
    let mut world = World::new(27);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let user = phone.person.user;
    for index in 0..5 {
        world.job_for(&office, Some(user), &format!("job {index}")).await;
    }
    phone.sync(&mut world.kit, &world.core).await;
    let good = phone.cursor.clone().expect("a cursor");
    let is_cold = |response: &wire::SyncResponse| response.total.is_some();
    let ask = |world: &World, cursor: Vec<u8>, epoch: Vec<u8>| {
        let (core, session) = (world.core.clone(), phone.session());
        let request =
            SyncRequest { version: 1, cursor: Some(cursor), epoch: Some(epoch), ..SyncRequest::default() };
        async move { exchange(&core, &session, request).await.expect("answer") }
    };
    let epoch = phone.epoch.clone().expect("an epoch");
    assert!(!is_cold(&ask(&world, good.clone(), epoch.clone()).await));
    let mut other_epoch = epoch.clone();
    other_epoch[0] ^= 1;
    let answer = ask(&world, good.clone(), other_epoch).await;
    assert!(is_cold(&answer));
    assert_eq!(answer.epoch, Some(epoch.clone()));
    let mut other_chain = good.clone();
    *other_chain.last_mut().expect("bytes") ^= 1;
    assert!(is_cold(&ask(&world, other_chain, epoch.clone()).await));
    let mut ahead = good.clone();
    ahead[9..17].copy_from_slice(&1_000_i64.to_be_bytes());
    assert!(is_cold(&ask(&world, ahead, epoch.clone()).await));
    assert!(is_cold(&ask(&world, b"nonsense".to_vec(), epoch).await));
    phone.cursor = None;
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_exchange_is_small_and_writes_nothing() {
    let mut world = World::new(28);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let user = phone.person.user;
    for index in 0..50 {
        world.job_for(&office, Some(user), &format!("job {index}")).await;
    }
    phone.sync(&mut world.kit, &world.core).await;
    // The saved documents that the first page made are handed in some time.
    world.tamper("").await;
    let before = world.core.store().write_counts();
    let loaded = world.core.counters().cache_misses.get();
    let request = phone.request();
    let (response, seen) = phone.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    assert_eq!(seen, []);
    let sizes = [wire::Message::to_body(&request).bytes.len(), wire::Message::to_body(&response).bytes.len()];
    assert!(sizes.iter().all(|size| *size <= 150), "{sizes:?}");
    assert_eq!(world.core.store().write_counts(), before);
    assert_eq!(world.core.counters().cache_misses.get(), loaded, "no document is loaded");
}

async fn write_rows(world: &World, rows: Vec<ReferenceWrite>) {
    let now = world.core.now();
    let written = world.core.store().write(move |tx| {
        write_reference(tx, &rows, now).map_err(|error| panic!("{error}")).map_err(|never: StoreError| never)
    });
    let position = written.await.expect("written");
    position.into_iter().for_each(|position| world.core.announce(position));
}

fn row(kind: ReferenceKind, id: Uuid, account: Option<Uuid>, json: &str) -> ReferenceWrite {
    ReferenceWrite { kind, id, account, json: Some(json.to_owned()) }
}

async fn job_of_account(world: &mut World, office: &DeviceSession, phone: &Phone, account: Uuid) -> DocId {
    let field =
        domain::JobFieldEdit { field: JobField::AccountId, value: Some(domain::FieldValue::Id(account)) };
    let fields = vec![text_edit(JobField::RequestSubject, "with an account"), field];
    world.job_with(office, Some(phone.person.user), fields).await.doc
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reference_rows_reach_whom_they_concern() {
    let mut world = World::new(29);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let mut other = Phone::new(world.kit.technician());
    let [part, customer, asset, stranger] =
        [1_u128, 2, 3, 4].map(|number| Uuid::from_u128(number << 64 | number));
    write_rows(
        &world,
        vec![
            row(ReferenceKind::Part, part, None, "{\"name\":\"seal\"}"),
            row(ReferenceKind::Customer, customer, Some(customer), "{\"name\":\"Omid\"}"),
            row(ReferenceKind::Asset, asset, Some(customer), "{\"serial\":\"A1\"}"),
            row(ReferenceKind::Customer, stranger, Some(stranger), "{}"),
        ],
    )
    .await;
    let job = job_of_account(&mut world, &office, &phone, customer).await;
    phone.sync(&mut world.kit, &world.core).await;
    other.sync(&mut world.kit, &world.core).await;
    let names = |phone: &Phone| -> BTreeMap<String, String> {
        phone.reference.iter().map(|((kind, _), json)| (kind.clone(), json.clone())).collect()
    };
    assert_eq!(phone.reference.len(), 3);
    assert_eq!(names(&other).keys().collect::<Vec<_>>(), ["part"], "everybody has the parts");
    // A change of a row reaches warm phones once, and an equal one nobody.
    let changed = row(ReferenceKind::Asset, asset, Some(customer), "{\"serial\":\"A2\"}");
    write_rows(&world, vec![changed.clone(), row(ReferenceKind::Part, part, None, "{\"name\":\"seal 2\"}")])
        .await;
    let newest = *world.core.subscribe().borrow();
    write_rows(&world, vec![changed]).await;
    assert_eq!(*world.core.subscribe().borrow(), newest, "no position for what did not change");
    let (response, _) = phone.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    assert_eq!(response.reference.map(|rows| rows.len()), Some(2));
    assert_eq!(names(&phone)["asset"], "{\"serial\":\"A2\"}");
    // With the last job of the account its rows go.
    let second = job_of_account(&mut world, &office, &phone, customer).await;
    world.assign(&office, job, Some(other.person.user)).await;
    phone.sync(&mut world.kit, &world.core).await;
    other.sync(&mut world.kit, &world.core).await;
    assert_eq!((phone.reference.len(), other.reference.len()), (3, 3));
    world.assign(&office, second, None).await;
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(names(&phone).keys().collect::<Vec<_>>(), ["part"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_whose_account_is_corrected_brings_the_right_rows() {
    let mut world = World::new(30);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let [wrong, right] = [7_u128, 8].map(|number| Uuid::from_u128(number << 64 | number));
    let rows = [wrong, right].map(|id| row(ReferenceKind::Customer, id, Some(id), "{}"));
    write_rows(&world, rows.to_vec()).await;
    let job = job_of_account(&mut world, &office, &phone, wrong).await;
    phone.sync(&mut world.kit, &world.core).await;
    let edits =
        vec![domain::JobFieldEdit { field: JobField::AccountId, value: Some(domain::FieldValue::Id(right)) }];
    world.edit(&office, job, EditCommand::Job(JobCommand::SetFields { edits })).await.expect("corrected");
    phone.sync(&mut world.kit, &world.core).await;
    let ids: Vec<&Vec<u8>> = phone.reference.keys().map(|(_, id)| id).collect();
    assert_eq!(ids, [&right.as_bytes().to_vec()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_reference_rows_come_in_pages_and_none_is_lost() {
    let mut world = World::new(31);
    let mut warm = Phone::new(world.kit.technician());
    warm.sync(&mut world.kit, &world.core).await;
    let rows: Vec<ReferenceWrite> = (1..=1_500_u128)
        .map(|number| row(ReferenceKind::Part, Uuid::from_u128(number * 7_919), None, &format!("{number}")))
        .collect();
    write_rows(&world, rows).await;
    let mut cold = Phone::new(world.kit.technician());
    for phone in [&mut warm, &mut cold] {
        phone.budget = Some(5_000);
        phone.sync(&mut world.kit, &world.core).await;
        assert_eq!(phone.reference.len(), 1_500);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn followers_learn_that_something_came() {
    let mut world = World::new(32);
    let office = world.dispatcher();
    let mut newest = world.core.subscribe();
    assert!(!newest.has_changed().expect("the heart beats"));
    world.job_for(&office, None, "job").await;
    assert!(newest.has_changed().expect("the heart beats"));
    let position = *newest.borrow_and_update();
    assert_eq!(position, 1);
    let phone = Phone::new(world.kit.technician());
    exchange(&world.core, &phone.session(), phone.request()).await.expect("answer");
    assert!(!newest.has_changed().expect("the heart beats"), "reading is no news");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spoilt_saved_document_is_not_sent_and_its_log_is_used() {
    let mut world = World::new(33);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "job").await;
    for index in 0..20 {
        world.edit(&office, job, set_subject(&format!("subject {index}"))).await.expect("edited");
    }
    assert_eq!(world.count("SELECT count(*) FROM snapshots"), 1);
    world.tamper("UPDATE snapshots SET saved = substr(saved, 1, 100)").await;
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
    assert_eq!(world.core.counters().snapshot_faults.get(), 1);
    // Whoever needed it has handed in a sound one.
    let healed = || world.count("SELECT count(*) FROM snapshots WHERE length(saved) > 100") == 1;
    while !healed() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_that_cannot_be_read_keeps_no_other_from_the_phone() {
    let mut world = World::new(34);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let user = phone.person.user;
    let bad = world.job_for(&office, Some(user), "bad").await;
    let good = world.job_for(&office, Some(user), "good").await;
    let hex = bad.uuid().simple();
    world.tamper(&format!("UPDATE change_log SET bytes = x'00' WHERE doc = x'{hex}'")).await;
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(phone.docs.keys().collect::<Vec<_>>(), [&good]);
    let note = world.kit.add_note("to the good one");
    phone.edit(&mut world.kit, good, &note);
    phone.sync(&mut world.kit, &world.core).await;
    assert!(phone.outbox.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_of_a_phones_own_later_document_is_an_update_and_not_an_enter() {
    let mut world = World::new(35);
    let mut phone = Phone::new(world.kit.technician());
    let create = world.kit.create_job("mine");
    let job = phone.create(&mut world.kit, &create);
    // The answer to the first push is lost; the phone goes on and pushes all again.
    exchange(&world.core, &phone.session(), phone.request()).await.expect("answer");
    let note = world.kit.add_note("more");
    phone.edit(&mut world.kit, job, &note);
    phone.cursor = None;
    let (response, _) = phone.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    let whole = |event: &wire::DocEvent| matches!(event.what, DocHappening::Enter { .. });
    assert!(response.events.iter().flatten().all(whole), "a cold phone gets it whole");
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
}

/// Seen to fail: with `version` not asked in `pack_documents`, the app of version
/// 1 got events that it does not know.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_are_packed_for_apps_that_can_read_them() {
    let mut world = World::new(36);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    for _ in 0..8 {
        world.job_for(&office, Some(phone.person.user), "job").await;
    }
    let request = SyncRequest { version: 1, ..phone.request() };
    let old = exchange(&world.core, &phone.session(), request).await.expect("answer");
    let whole = |event: &wire::DocEvent| matches!(event.what, DocHappening::Enter { .. });
    assert_eq!(old.events.iter().flatten().filter(|event| whole(event)).count(), 8);
    assert_eq!(old.documents, None);
    let request = SyncRequest { version: 2, ..phone.request() };
    let new = exchange(&world.core, &phone.session(), request).await.expect("answer");
    assert!(new.events.iter().flatten().all(|event| event.what == DocHappening::EnterPacked));
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
}
