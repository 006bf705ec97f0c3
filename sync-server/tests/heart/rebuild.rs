//! Every derived row follows from the log, from what is SQL only, and from the stored
//! instant up to which deadlines were settled: replayed, it gives the same rows, byte
//! for byte.

use domain::{DocId, DocKind, EventId, Instant, Role, UserId, Uuid};
use sync_server::evidence::{InstantDecision, decide_instant};
use sync_server::office::{InboxFilter, Resolution, list_inbox, resolve_conflict};
use sync_server::readmodel::rebuild;
use sync_server::rulebook::{self, Kind};
use sync_server::session::DeviceSession;
use sync_server::sync::{ReferenceKind, ReferenceWrite, write_reference};
use sync_server::travel::{self, ClaimDecision, ClaimFilter, list_claims};
use testkit::{next_job_command, next_trip_command, set_trip_field, text_edit};

use crate::phone::Phone;
use crate::world::World;

/// Every derived table but `snapshots`, which is a cache, in the order of its key.
const DERIVED: &[(&str, &str)] = &[
    ("documents", "doc"),
    ("membership", "scope, item"),
    ("jobs", "row"),
    ("job_events", "doc, event"),
    ("job_units", "doc, since"),
    ("job_clocks", "doc"),
    ("clock_rounds", "doc, clock, round"),
    ("job_parts", "doc, line"),
    ("job_labour", "doc, labour"),
    ("trips", "doc"),
    ("trip_jobs", "trip, job"),
    ("conflicts", "id"),
    ("job_search", "row"),
    ("job_cases", "doc"),
    ("evidence", "agency, month, measure, case_id"),
    ("month_facts", "agency, month, measure"),
    ("month_parts", "month, mix, agency"),
    ("travel_trips", "trip"),
    ("travel_jobs", "job"),
    ("travel_prices", "trip"),
    ("travel_claims", "trip"),
    ("travel_shares", "trip, job"),
];

pub(crate) fn dump(world: &World) -> Vec<(&'static str, Vec<Vec<String>>)> {
    let table = |(name, key): &(&'static str, &str)| {
        (*name, world.rows(&format!("SELECT * FROM {name} ORDER BY {key}")))
    };
    DERIVED.iter().map(table).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaying_the_log_gives_the_same_rows_after_random_histories() {
    let mut seen = (0, 0, 0);
    let (mut conflicts, mut departures) = (0, 0);
    for seed in (0..8).chain([52]) {
        let mut world = World::new(300 + seed);
        if seed % 2 == 1 {
            tariff_with_caps(&world).await;
        }
        let reached = random_history(&mut world).await;
        let before = dump(&world);
        let found = find_all(&world);
        let surveys = world.rows("SELECT * FROM surveys ORDER BY id");
        // What a broken program or a hand in the database may have left behind.
        world
            .tamper(
                "UPDATE jobs SET subject = 'wrong', labour_ms = 7; DELETE FROM job_parts; \
                 UPDATE membership SET last_position = 0; DELETE FROM snapshots; DELETE FROM conflicts; \
                 DELETE FROM job_units; UPDATE clock_rounds SET used_ms = 7; UPDATE job_events SET effective_at = 0; \
                 DELETE FROM job_clocks; \
                 DELETE FROM travel_jobs; UPDATE travel_claims SET total_minor = 7; \
                 DELETE FROM travel_shares",
            )
            .await;
        let report = rebuild(&world.core).await.expect("rebuilt");
        for ((name, rows), (_, again)) in before.iter().zip(dump(&world)) {
            let other: Vec<_> =
                rows.iter().zip(&again).filter(|(kept, rebuilt)| kept != rebuilt).take(3).collect();
            assert!(other.is_empty() && rows.len() == again.len(), "{name}, seed {seed}: {other:#?}");
        }
        assert_eq!(find_all(&world), found, "the search finds the same");
        assert_eq!(world.rows("SELECT * FROM surveys ORDER BY id"), surveys, "no job is asked about twice");
        assert_eq!(
            i64::try_from(report.changes).expect("few"),
            world.count("SELECT count(*) FROM change_log")
        );
        (conflicts, departures) = (conflicts + reached.0, departures + reached.1);
        let states = world.rows("SELECT DISTINCT state FROM clock_rounds ORDER BY state");
        assert!(states.concat().contains(&"breached".to_owned()), "deadlines ran out: {states:?}");
        let told = "SELECT count(*) FROM escalations WHERE state = 'rescinded'";
        seen.0 += world.count(told);
        seen.1 += world.count("SELECT count(*) FROM job_events WHERE suspect IS NOT NULL");
        seen.2 += world.count("SELECT count(*) FROM time_decisions");
    }
    assert!(conflicts > 0 && departures > 0, "the histories reached both: {conflicts}, {departures}");
    assert!(seen.0 > 0 && seen.1 > 0 && seen.2 > 0, "rescinded, doubted, decided: {seen:?}");
}

/// What was entered, heard and decided beside the log counts for a rebuild too.
/// Seen with `rounds.rs` taking what a running clock has used as of `settled`, as the
/// calendar crate gives it: `clock_rounds, seed 2` differed.
async fn pass_time(world: &mut World, technicians: &[Phone]) {
    match world.kit.rng.below(6) {
        0 => {
            let hours = world.kit.rng.below(3).cast_signed() * 16 + 1;
            let closed = world.kit.clock.now().plus_days(2);
            let day = sync_server::rfc3339::format_instant(closed);
            let day = day.split('T').next().unwrap_or_default();
            let calendar = format!(
                r#"{{"zone":"Asia/Tehran","versions":[{{"effective_from":"2020-01-01","hours":
                {{"sat":[["08:00","{:02}:00"]],"mon":[["08:00","16:00"]]}}}}],"holidays":[{{"date":"{day}",
                "name":"a","source":"b","certainty":"estimated","scope":"everywhere"}}]}}"#,
                9 + hours % 8,
            );
            world.enter(Kind::Calendar, None, &calendar).await;
        }
        1 => {
            let phone = world.kit.rng.index(technicians.len());
            let person = technicians[phone].person;
            if world.count(&format!("SELECT count(*) FROM users WHERE name = '{}'", person.user)) == 0 {
                world.enter_phone(person).await;
            }
        }
        2 => decide_on_an_instant(world).await,
        _ => {
            let hours = world.kit.rng.below(40).cast_signed();
            world.kit.clock.advance_ms(hours * 3_600_000);
        }
    }
    if world.kit.rng.chance(1, 2) {
        world.settle().await;
    }
}

async fn decide_on_an_instant(world: &mut World) {
    let doubted = "SELECT lower(hex(doc)), lower(hex(event)), received_at FROM job_events WHERE suspect IS NOT NULL LIMIT 1";
    let rows = world.rows(doubted);
    let Some([doc, event, received_at]) = rows.first().map(Vec::as_slice) else { return };
    let bytes = u64::from_str_radix(event, 16).expect("hex").to_be_bytes();
    let back = world.kit.rng.below(60).cast_signed() * 3_600_000;
    let received_at: i64 = received_at.parse().expect("a number");
    let decision = InstantDecision {
        doc: doc.parse().expect("an id"),
        event: EventId::from_bytes(bytes),
        effective_at: Instant::from_millis(received_at - back),
        reason: "he said so".to_owned(),
    };
    let quality = crate::world::session_of(&world.kit.person(Role::Quality));
    decide_instant(&world.core, &quality, decision).await.expect("decided");
}

/// Checks the index against its table, too.
fn find_all(world: &World) -> Vec<Vec<String>> {
    world.rows("SELECT rowid FROM job_fts WHERE job_fts MATCH '\"job\"*' ORDER BY rowid")
}

/// Two dispatchers and three technicians, who sync seldom enough to meet in
/// conflicts. Says how many conflicts and departures there were.
async fn random_history(world: &mut World) -> (i64, i64) {
    let offices = [world.dispatcher(), world.dispatcher()];
    let dispatchers = [world.kit.dispatcher(), world.kit.dispatcher()];
    let mut phones: Vec<Phone> = (0..3).map(|_| Phone::new(world.kit.technician())).collect();
    phones[1].ahead_ms = 90_000_000;
    let technicians: Vec<UserId> = phones.iter().map(|phone| phone.person.user).collect();
    let accounts: Vec<Uuid> = (1..=3_u128).map(|number| Uuid::from_u128(number << 100)).collect();
    let mut jobs: Vec<DocId> = Vec::new();
    for step in 0..150 {
        let office = *world.kit.rng.pick(&offices);
        if world.kit.rng.chance(1, 4) {
            pass_time(world, &phones).await;
        }
        match world.kit.rng.below(12) {
            0 | 1 => {
                let technician = world.kit.rng.chance(4, 5).then(|| *world.kit.rng.pick(&technicians));
                let account = *world.kit.rng.pick(&accounts);
                let account = domain::JobFieldEdit {
                    field: domain::JobField::AccountId,
                    value: Some(domain::FieldValue::Id(account)),
                };
                let fields =
                    vec![text_edit(domain::JobField::RequestSubject, &format!("job {step}")), account];
                jobs.push(world.job_with(&office, technician, fields).await.doc);
            }
            2 => write_row(world, &accounts).await,
            3..=5 if !jobs.is_empty() => {
                let job = *world.kit.rng.pick(&jobs);
                let view =
                    sync_server::office::show_job(&world.core, &office, job).await.expect("shown").view;
                let person = dispatchers[0];
                if let Some(command) = next_job_command(&mut world.kit, &person, &view, &technicians) {
                    // Another's note cannot be voided; then nothing happens.
                    drop(world.edit(&office, job, command).await);
                }
            }
            6..=9 => {
                let index = world.kit.rng.index(phones.len());
                if world.kit.rng.chance(1, 6) {
                    phones[index].ahead_ms = (world.kit.rng.below(9).cast_signed() - 4) * 7_200_000;
                }
                work(world, &mut phones[index], &technicians);
            }
            10 => {
                let index = world.kit.rng.index(phones.len());
                phones[index].sync(&mut world.kit, &world.core).await;
            }
            _ if world.kit.rng.chance(1, 2) => decide_claim(world, &office).await,
            _ => decide_something(world, &office).await,
        }
    }
    for phone in &mut phones {
        phone.sync(&mut world.kit, &world.core).await;
    }
    let departures = world.count("SELECT count(*) FROM membership WHERE left_at IS NOT NULL");
    (world.count("SELECT count(*) FROM conflicts"), departures)
}

async fn write_row(world: &mut World, accounts: &[Uuid]) {
    let account = *world.kit.rng.pick(accounts);
    let json = Some(world.kit.rng.below(5).to_string());
    let rows = [ReferenceWrite { kind: ReferenceKind::Customer, id: account, account: Some(account), json }];
    let now = world.core.now();
    let written = world.core.store().write(move |tx| write_reference(tx, &rows, now)).await;
    written.expect("written");
}

fn work(world: &mut World, phone: &mut Phone, technicians: &[UserId]) {
    let docs: Vec<DocId> = phone.docs.keys().copied().collect();
    if docs.is_empty() || world.kit.rng.chance(1, 10) {
        let command = if world.kit.rng.chance(1, 2) {
            world.kit.create_trip(docs.into_iter().take(2).collect())
        } else {
            world.kit.create_job("job found on site")
        };
        phone.create(&mut world.kit, &command);
        return;
    }
    let doc = *world.kit.rng.pick(&docs);
    let document = &phone.docs[&doc];
    let command = match document.kind() {
        DocKind::Job => {
            let view = document.job().expect("reads");
            next_job_command(&mut world.kit, &phone.person, &view, technicians)
        }
        DocKind::Trip if world.kit.rng.chance(1, 3) => {
            let end = world.kit.clock.now().plus_millis(3_600_000);
            Some(set_trip_field(domain::TripField::EndedAt, Some(domain::FieldValue::Instant(end))))
        }
        DocKind::Trip => next_trip_command(&mut world.kit, &document.trip().expect("reads")),
    };
    let Some(command) = command else { return };
    world.kit.clock.advance_ms(phone.ahead_ms);
    let context = world.kit.context(&phone.person);
    world.kit.clock.advance_ms(-phone.ahead_ms);
    let document = phone.docs.get_mut(&doc).expect("it is there");
    if let Ok(Some(change)) = document.edit(&command, &context) {
        phone.outbox.push((doc, document.kind(), change));
    }
}

/// One trip of the month is paid, of the next there is something left.
async fn tariff_with_caps(world: &World) {
    let mut spec = scoring::TariffSpec::placeholder("capped");
    (spec.day_cap, spec.month_cap) = (Some(1_200_000), Some(1_900_000));
    let new = rulebook::NewVersion {
        kind: rulebook::Kind::Tariff,
        agency: None,
        subject: String::new(),
        effective_from: "1970-01-01".parse().expect("a day"),
        version: None,
        json: serde_json::to_string(&spec).expect("JSON"),
        by: None,
    };
    let now = world.core.now();
    world.core.store().write(move |tx| rulebook::add(tx, &new, now)).await.expect("entered");
}

/// Decides on a claim that needs review, if there is one.
async fn decide_claim(world: &mut World, office: &DeviceSession) {
    let filter = ClaimFilter { state: Some("needs_review".into()), ..ClaimFilter::default() };
    let claims = list_claims(&world.core, office, filter).await.expect("listed").claims;
    if claims.is_empty() {
        return;
    }
    let trip = world.kit.rng.pick(&claims).trip;
    let decision = match world.kit.rng.below(3) {
        0 => ClaimDecision::Approved,
        1 => ClaimDecision::Adjusted { amount: 500_000, reason: "so".into() },
        _ => ClaimDecision::Rejected { reason: "no".into() },
    };
    travel::decide_claim(&world.core, office, trip, decision, None).await.expect("decided");
}

/// A migration that brings new tables asks for their rows; the next start makes them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_a_migration_asks_for_are_made_at_the_next_start() {
    let mut world = World::new(77);
    random_history(&mut world).await;
    let before = dump(&world);
    assert!(world.count("SELECT count(*) FROM travel_claims") > 0, "there are trips");
    world
        .tamper(
            "DELETE FROM travel_trips; DELETE FROM travel_claims; INSERT INTO meta VALUES ('rebuild', x'01')",
        )
        .await;
    let world = world.restart(78);
    for ((name, rows), (_, again)) in before.iter().zip(dump(&world)) {
        assert_eq!(*rows, again, "{name}");
    }
    assert_eq!(world.count("SELECT count(*) FROM meta WHERE key = 'rebuild'"), 0);
}

/// Decisions on conflicts are no derived rows, and derived rows do not depend on them.
async fn decide_something(world: &mut World, office: &DeviceSession) {
    let items = list_inbox(&world.core, office, InboxFilter::default()).await.expect("listed").items;
    let Some(item) = items.first() else { return };
    if let sync_server::office::InboxItemId::Conflict(id) = item.id {
        let resolution = if world.kit.rng.chance(1, 2) { Resolution::Choose(0) } else { Resolution::Seen };
        drop(resolve_conflict(&world.core, office, id, resolution, None).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_started_again_goes_on_where_it_was() {
    let mut world = World::new(50);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let before = dump(&world);
    let epoch = world.core.epoch();
    let mut world = world.restart(51);
    assert_eq!(world.core.epoch(), epoch);
    assert_eq!(dump(&world), before);
    assert_eq!(*world.core.subscribe().borrow(), 1);
    let note = world.kit.add_note("after the restart");
    world.edit(&office, job, note).await.expect("the office's actor goes on");
    let mine = world.kit.add_note("mine");
    phone.edit(&mut world.kit, job, &mine);
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
    let actors = world.count("SELECT count(*) FROM office_actors");
    assert_eq!(actors, 1, "the same actor, its numbers going on");
}
