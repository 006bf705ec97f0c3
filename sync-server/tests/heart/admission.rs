//! What becomes of pushed changes.

use domain::{EditCommand, EventKind, JobField, Role};
use sync_server::sync::exchange;
use testkit::{set_field, text_edit};
use wire::{Bytes, ErrorCode, Outcome, Push, SyncRequest};

use crate::phone::{Phone, Seen};
use crate::world::World;

fn outcomes(response: &wire::SyncResponse) -> Vec<&Outcome> {
    response.verdicts.iter().flatten().map(|verdict| &verdict.outcome).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_made_offline_gets_a_number_and_its_own_changes_are_not_sent_back() {
    let mut world = World::new(1);
    let mut phone = Phone::new(world.kit.technician());
    phone.sync(&mut world.kit, &world.core).await;
    let create = world.kit.create_job("boiler leaks");
    let job = phone.create(&mut world.kit, &create);
    let note = world.kit.add_note("behind the house");
    phone.edit(&mut world.kit, job, &note);
    let seen = phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(seen, [(job, Seen::Update(1))], "only the server's own change comes");
    let view = phone.docs[&job].job().expect("reads");
    assert_eq!(view.text(JobField::RequestNumber), "100001");
    assert!(phone.outbox.is_empty());
    phone.assert_agrees(&world);
    // Nothing more, ever.
    assert_eq!(phone.sync(&mut world.kit, &world.core).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_count_up_and_pass_by_those_that_the_office_gave() {
    let mut world = World::new(2);
    let office = world.dispatcher();
    let numbered = vec![text_edit(JobField::RequestNumber, "100002")];
    world.job_with(&office, None, numbered).await;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let job = world.job_for(&office, None, "another").await;
        let hex = job.uuid().simple();
        numbers.push(world.rows(&format!("SELECT number FROM jobs WHERE doc = x'{hex}'"))[0][0].clone());
    }
    assert_eq!(numbers, ["100001", "100003", "100004"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_push_again_changes_nothing() {
    let mut world = World::new(3);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let accept = world.kit.record(EventKind::Accepted);
    phone.edit(&mut world.kit, job, &accept);
    let request = phone.request();
    let first = exchange(&world.core, &phone.session(), request.clone()).await.expect("answer");
    let log = world.rows("SELECT * FROM change_log");
    // The answer was lost: the same request goes out again.
    for _ in 0..3 {
        let again = exchange(&world.core, &phone.session(), request.clone()).await.expect("answer");
        assert_eq!(outcomes(&again), [&Outcome::Duplicate]);
        assert_eq!(again.events, first.events, "nor is it sent back");
        assert_eq!(again.cursor, first.cursor);
    }
    assert_eq!(world.rows("SELECT * FROM change_log"), log);
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_is_told_once_and_comes_again_as_a_duplicate() {
    let mut world = World::new(4);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let note = world.kit.add_note("one");
    let hash = phone.edit(&mut world.kit, job, &note);
    let request = phone.request();
    let first = exchange(&world.core, &phone.session(), request).await.expect("answer");
    assert_eq!(outcomes(&first), [&Outcome::Accepted]);
    // The answer was lost: the phone sends again what it knows nothing of.
    for _ in 0..2 {
        let again = exchange(&world.core, &phone.session(), phone.request()).await.expect("answer");
        assert_eq!(outcomes(&again), [&Outcome::Duplicate]);
    }
    let acknowledging =
        SyncRequest { pushes: None, acknowledged: Some(vec![wire::Hash(hash)]), ..phone.request() };
    let after = exchange(&world.core, &phone.session(), acknowledging).await.expect("answer");
    assert_eq!(outcomes(&after), Vec::<&Outcome>::new());
    assert_eq!(world.count("SELECT count(*) FROM verdicts"), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_comes_again_until_it_is_acknowledged() {
    let mut world = World::new(14);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let forbidden = set_field(JobField::RequestPriority, Some(domain::FieldValue::Text("urgent".into())));
    let hash = phone.edit(&mut world.kit, job, &forbidden);
    exchange(&world.core, &phone.session(), phone.request()).await.expect("answer");
    // The answer was lost, and the phone's next request has no push.
    let idle = SyncRequest { pushes: None, ..phone.request() };
    for _ in 0..2 {
        let again = exchange(&world.core, &phone.session(), idle.clone()).await.expect("answer");
        assert!(matches!(outcomes(&again)[..], [Outcome::Refused { .. }]), "{:?}", outcomes(&again));
    }
    let acknowledging = SyncRequest { acknowledged: Some(vec![wire::Hash(hash)]), ..idle.clone() };
    let after = exchange(&world.core, &phone.session(), acknowledging).await.expect("answer");
    assert_eq!(outcomes(&after), Vec::<&Outcome>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_change_holds_back_its_dependents_and_nothing_else() {
    let mut world = World::new(5);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let user = phone.person.user;
    let first = world.job_for(&office, Some(user), "first").await;
    let second = world.job_for(&office, Some(user), "second").await;
    phone.sync(&mut world.kit, &world.core).await;
    let good = world.kit.add_note("good");
    phone.edit(&mut world.kit, first, &good);
    // The priority is the office's.
    let forbidden = set_field(JobField::RequestPriority, Some(domain::FieldValue::Text("urgent".into())));
    let refused = phone.edit(&mut world.kit, first, &forbidden);
    let after = world.kit.add_note("after it");
    phone.edit(&mut world.kit, first, &after);
    let other = world.kit.add_note("other document");
    phone.edit(&mut world.kit, second, &other);
    let response = exchange(&world.core, &phone.session(), phone.request()).await.expect("answer");
    let outcome_of = |text: usize| {
        let hash = phone.outbox[text].2.hash;
        let verdict = response.verdicts.iter().flatten().find(|verdict| verdict.hash.0 == hash);
        verdict.expect("a verdict").outcome.clone()
    };
    assert_eq!(outcome_of(0), Outcome::Accepted);
    let Outcome::Refused { code, path, .. } = outcome_of(1) else { panic!("{:?}", outcome_of(1)) };
    assert_eq!((code.as_str(), path.as_deref()), ("not_yours", Some("request.priority")));
    assert_eq!(outcome_of(2), Outcome::BlockedBy { hash: wire::Hash(refused) });
    assert_eq!(outcome_of(3), Outcome::Accepted);
    // The phone replays what was not refused, and both sides agree.
    phone.take(&mut world.kit, &response);
    phone.edit(&mut world.kit, first, &after);
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
    assert_eq!(phone.docs[&first].job().expect("reads").notes.len(), 2);
    assert_eq!(
        world.count("SELECT count(*) FROM verdicts WHERE acked_at IS NOT NULL"),
        1,
        "kept for the audit"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_the_same_when_the_change_comes_again() {
    let mut world = World::new(6);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let forbidden = set_field(JobField::RequestTeam, Some(domain::FieldValue::Text("mine".into())));
    phone.edit(&mut world.kit, job, &forbidden);
    let request = phone.request();
    let first = exchange(&world.core, &phone.session(), request.clone()).await.expect("answer");
    phone.take(&mut world.kit, &first);
    phone.sync(&mut world.kit, &world.core).await;
    let again = exchange(&world.core, &phone.session(), request).await.expect("answer");
    assert_eq!(again.verdicts, first.verdicts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_whose_dependencies_are_missing_are_asked_for_and_never_kept() {
    let mut world = World::new(7);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let notes: Vec<EditCommand> = (0..3).map(|_| world.kit.add_note("n")).collect();
    for note in &notes {
        phone.edit(&mut world.kit, job, note);
    }
    let missing = phone.outbox[0].2.hash;
    let mut request = phone.request();
    request.pushes.as_mut().expect("pushes")[0].changes.remove(0);
    let response = exchange(&world.core, &phone.session(), request).await.expect("answer");
    let need = Outcome::Need { deps: vec![wire::Hash(missing)] };
    assert_eq!(outcomes(&response), [&need, &need]);
    assert_eq!(world.count("SELECT count(*) FROM change_log WHERE user IS NOT NULL AND device = x'00'"), 0);
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
    assert_eq!(phone.docs[&job].job().expect("reads").notes.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restored_phone_is_told_that_its_actor_has_forked() {
    let mut world = World::new(8);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let mut restored = Phone::new(phone.person);
    restored.docs = phone.docs.clone();
    restored.cursor = phone.cursor.clone();
    restored.epoch = phone.epoch.clone();
    let note = world.kit.add_note("before the restore");
    phone.edit(&mut world.kit, job, &note);
    phone.sync(&mut world.kit, &world.core).await;
    let again = world.kit.add_note("after the restore");
    let forked = restored.edit(&mut world.kit, job, &again);
    let (response, _) = restored.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    assert_eq!(outcomes(&response), [&Outcome::ActorFork { seq: 1 }]);
    assert_eq!(restored.refused[0].hash.0, forked);
    restored.edit(&mut world.kit, job, &again);
    restored.sync(&mut world.kit, &world.core).await;
    restored.assert_agrees(&world);
    assert_eq!(restored.docs[&job].job().expect("reads").notes.len(), 2, "both notes are there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_actor_belongs_to_the_device_that_used_it_first() {
    let mut world = World::new(9);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let note = world.kit.add_note("mine");
    phone.edit(&mut world.kit, job, &note);
    phone.sync(&mut world.kit, &world.core).await;
    let mut thief = phone.twin(&mut world.kit);
    thief.sync(&mut world.kit, &world.core).await;
    thief.person.actor = phone.person.actor;
    let forged = world.kit.add_note("yours");
    thief.edit(&mut world.kit, job, &forged);
    let (response, _) = thief.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    let Outcome::Refused { code, .. } = outcomes(&response)[0] else { panic!("{response:?}") };
    assert_eq!(code, "actor_unknown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_bytes_are_refused_counted_and_harm_nobody() {
    let mut world = World::new(10);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let (user, device) = (phone.person.user.uuid().simple(), phone.person.device.uuid().simple());
    world
        .tamper(&format!(
            "INSERT INTO users (id, name, folded, display_name, role, created_at) \
             VALUES (x'{user}', 'a', 'a', 'a', 'technician', 0); \
             INSERT INTO devices (id, user, name, kind, created_at, seen_at) \
             VALUES (x'{device}', x'{user}', 'phone', 'phone', 0, 0)"
        ))
        .await;
    let note = world.kit.add_note("honest");
    phone.edit(&mut world.kit, job, &note);
    for strike in 1..=domain::limits::STRIKES_MAX {
        let mut request = phone.request();
        let changes = &mut request.pushes.as_mut().expect("pushes")[0].changes;
        changes.insert(0, Bytes(vec![u8::try_from(strike).expect("small"); 60]));
        let response = exchange(&world.core, &phone.session(), request).await.expect("answer");
        let codes: Vec<_> =
            outcomes(&response).into_iter().filter(|o| matches!(o, Outcome::Refused { .. })).collect();
        assert_eq!(codes.len(), usize::try_from(strike).expect("small"));
        assert!(response.verdicts.iter().flatten().any(|verdict| verdict.hash.0 == phone.outbox[0].2.hash));
        let row = world.rows("SELECT strikes, quarantined_at IS NOT NULL FROM devices").remove(0);
        let is_quarantined = if strike >= domain::limits::STRIKES_MAX { "1" } else { "0" };
        assert_eq!(row, [strike.to_string(), is_quarantined.to_owned()]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_into_a_job_that_is_not_his() {
    let mut world = World::new(11);
    let office = world.dispatcher();
    let mut mine = Phone::new(world.kit.technician());
    let mut other = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(mine.person.user), "pump").await;
    mine.sync(&mut world.kit, &world.core).await;
    other.sync(&mut world.kit, &world.core).await;
    assert!(other.docs.is_empty(), "nor reads it");
    other.docs.insert(job, mine.docs[&job].clone());
    let note = world.kit.add_note("I was here");
    other.edit(&mut world.kit, job, &note);
    let (response, seen) = other.exchange_once(&mut world.kit, &world.core).await.expect("answer");
    let Outcome::Refused { code, .. } = outcomes(&response)[0] else { panic!("{response:?}") };
    assert_eq!(code, "not_assigned");
    assert_eq!(seen, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_that_is_too_old_is_told_so_and_nothing_is_taken() {
    let mut world = World::new(12);
    let mut phone = Phone::new(world.kit.technician());
    let create = world.kit.create_job("made offline");
    phone.create(&mut world.kit, &create);
    let old = SyncRequest { version: 0, ..phone.request() };
    let error = exchange(&world.core, &phone.session(), old).await.expect_err("too old");
    assert_eq!(error.code(), ErrorCode::UpdateApp);
    assert_eq!(world.count("SELECT count(*) FROM change_log"), 0);
    // A later version may say more; what this server knows of it is served.
    let newer = SyncRequest { version: 9, ..phone.request() };
    exchange(&world.core, &phone.session(), newer).await.expect("served");
    assert_eq!(world.count("SELECT count(*) FROM jobs"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_many_changes_in_one_request_are_refused_as_a_whole() {
    let mut world = World::new(13);
    let phone = Phone::new(world.kit.technician());
    let doc = world.kit.doc_id();
    let changes = vec![Bytes(vec![0]); domain::limits::SYNC_PUSH_CHANGES_MAX + 1];
    let pushes = vec![Push { doc, kind: domain::DocKind::Job, changes }];
    let request = SyncRequest { pushes: Some(pushes), ..phone.request() };
    let error = exchange(&world.core, &phone.session(), request).await.expect_err("too many");
    assert_eq!(error.code(), ErrorCode::Invalid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_phones_of_one_person_merge() {
    let mut world = World::new(14);
    let office = world.dispatcher();
    let mut one = Phone::new(world.kit.technician());
    let mut two = one.twin(&mut world.kit);
    let job = world.job_for(&office, Some(one.person.user), "pump").await;
    one.sync(&mut world.kit, &world.core).await;
    two.sync(&mut world.kit, &world.core).await;
    for round in 0..5 {
        let part = world.kit.add_part(&format!("seal {round}"));
        one.edit(&mut world.kit, job, &part);
        let note = world.kit.add_note(&format!("note {round}"));
        two.edit(&mut world.kit, job, &note);
        two.sync(&mut world.kit, &world.core).await;
        one.sync(&mut world.kit, &world.core).await;
        two.sync(&mut world.kit, &world.core).await;
        one.assert_agrees(&world);
        two.assert_agrees(&world);
    }
    let view = one.docs[&job].job().expect("reads");
    assert_eq!((view.parts.len(), view.notes.len()), (5, 5));
    assert_eq!(view, two.docs[&job].job().expect("reads"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_office_edits_by_its_own_role_only() {
    let mut world = World::new(15);
    let office = world.dispatcher();
    let technician = world.kit.technician();
    let job = world.job_for(&office, Some(technician.user), "pump").await;
    let part = world.kit.add_part("seal");
    let error = world.edit(&office, job, part.clone()).await.expect_err("a technician's line");
    assert_eq!(error.code(), ErrorCode::NotYours);
    let phone_user = crate::world::session_of(&technician);
    let error = world.edit(&phone_user, job, part).await.expect_err("not over the API");
    assert_eq!(error.code(), ErrorCode::Forbidden);
    let stranger = crate::world::session_of(&world.kit.person(Role::Representative));
    let note = world.kit.add_note("hello");
    let error = world.edit(&stranger, job, note).await.expect_err("another agency's");
    assert_eq!(error.code(), ErrorCode::NotFound);
    let administrator = crate::world::session_of(&world.kit.person(Role::Administrator));
    let note = world.kit.add_note("hello");
    assert!(world.edit(&administrator, job, note).await.is_err(), "keeps people, not jobs");
}
