//! Deadlines through the server: what is due when, who is told, what late evidence
//! changes, and that neither restarts nor repetition do.

use std::sync::Arc;

use domain::{AgencyId, Assignment, DocId, EventKind, Instant, JobField, Role};
use serde_json::{Value, json};
use sync_server::deadlines::{
    Deadline, DeadlineFilter, DeadlineState, Deadlines, TakeOver, job_deadlines, list_deadlines,
    take_over_breach,
};
use sync_server::error::CoreError;
use sync_server::notices::{NoticeFilter, Unread, list_notices, read_notice};
use sync_server::office::show_job;
use sync_server::rulebook::Kind;
use sync_server::session::DeviceSession;
use sync_server::timer::Timer;
use wire::ErrorCode;

use crate::phone::Phone;
use crate::world::{World, session_of};

pub(crate) const HOUR_MS: i64 = 3_600_000;

/// 44 hours a week, with holidays.
fn calendar(holidays: &[&str]) -> String {
    let long = json!([["08:00", "16:00"]]);
    let holidays: Vec<Value> = holidays
        .iter()
        .map(|day| {
            json!({"date": day, "name": "a holiday", "source": "an announcement",
                "certainty": "confirmed", "scope": "everywhere"})
        })
        .collect();
    let hours = json!({"sat": long, "sun": long, "mon": long, "tue": long, "wed": long,
        "thu": [["08:00", "12:00"]]});
    json!({"zone": "Asia/Tehran", "versions": [{"effective_from": "2025-03-21", "hours": hours}],
        "holidays": holidays})
    .to_string()
}

/// One clock on every job.
pub(crate) fn only(clock: &str, basis: &str, hours: i64, pauses: &[&str]) -> String {
    json!([{"kind": clock, "basis": basis, "target": hours * HOUR_MS, "pauses": pauses, "on_reply": "go_on"}])
        .to_string()
}

fn instant(text: &str) -> Instant {
    sync_server::rfc3339::parse_instant(text).expect("an instant")
}

impl World {
    pub(crate) fn set_clock(&self, at: Instant) {
        let by = at.millis() - self.kit.clock.now().millis();
        self.kit.clock.advance_ms(by);
    }

    pub(crate) async fn deadlines(&mut self, doc: DocId) -> Vec<Deadline> {
        let quality = self.quality();
        job_deadlines(&self.core, &quality, doc).await.expect("shown")
    }

    /// The only run of a clock.
    pub(crate) async fn deadline(&mut self, doc: DocId, clock: &str) -> Deadline {
        let all = self.deadlines(doc).await;
        let mut found: Vec<Deadline> = all.into_iter().filter(|one| one.clock == clock).collect();
        assert_eq!(found.len(), 1, "{clock}");
        found.remove(0)
    }

    pub(crate) fn quality(&mut self) -> DeviceSession {
        session_of(&self.kit.person(Role::Quality))
    }

    /// What the quality officers have been told, the oldest first.
    pub(crate) async fn told(&mut self) -> Vec<String> {
        let quality = self.quality();
        let page = list_notices(&self.core, &quality, NoticeFilter::default()).await.expect("listed");
        let words = page.notices.into_iter().rev().map(|notice| {
            let word = |key: &str| notice.detail[key].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", notice.kind.trim_start_matches("deadline_"), word("clock"), word("evidence"))
        });
        words.collect()
    }

    pub(crate) fn audited(&self) -> Vec<String> {
        self.rows("SELECT what FROM deadline_audit ORDER BY id").into_iter().flatten().collect()
    }
}

/// The four worked examples of the rules: start in Tehran's time, hours, holidays, due.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worked_examples_of_working_hours_come_out_to_the_millisecond() {
    let cases: [(&str, i64, &[&str], &str); 4] = [
        ("2025-10-01T15:00:00+03:30", 12, &[], "2025-10-04T15:00:00+03:30"),
        ("2025-10-01T15:00:00+03:30", 12, &["2025-10-04"], "2025-10-05T15:00:00+03:30"),
        ("2025-10-03T10:00:00+03:30", 12, &[], "2025-10-05T12:00:00+03:30"),
        ("2025-10-04T08:00:00+03:30", 48, &[], "2025-10-11T12:00:00+03:30"),
    ];
    for (start, hours, holidays, due) in cases {
        let mut world = World::new(700);
        world.set_clock(instant("2025-09-01T00:00:00Z"));
        world.enter(Kind::Calendar, None, &calendar(holidays)).await;
        world.enter(Kind::ClockPolicies, None, &only("close", "working", hours, &[])).await;
        // Registering takes a second.
        world.set_clock(instant(start).plus_millis(-1_000));
        let office = world.dispatcher();
        let job = world.job_for(&office, None, "a fault").await;
        let due = instant(due);
        let running = world.deadline(job, "close").await;
        assert_eq!((running.state.as_str(), running.due_at), ("running", Some(due)), "{start}");
        world.set_clock(due);
        world.settle().await;
        assert_eq!(world.deadline(job, "close").await.state, "running", "at the due time it is in time");
        world.set_clock(due.plus_millis(1));
        world.settle().await;
        let breached = world.deadline(job, "close").await;
        assert_eq!((breached.state.as_str(), breached.decided_at), ("breached", Some(due)));
    }
}

/// Seen with the escalations read as none: the next edit of the job failed, since the
/// same breach cannot be told twice (`UNIQUE constraint failed: escalations.doc, …`).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_between_due_and_settled_tells_everybody_once() {
    let mut world = World::new(701);
    world.enter(Kind::ClockPolicies, None, &only("first_contact", "elapsed", 48, &[])).await;
    let office = world.dispatcher();
    let job = world.job_for(&office, None, "a fault").await;
    world.kit.clock.advance_ms(48 * HOUR_MS);
    world.settle().await;
    assert_eq!(world.told().await, Vec::<String>::new(), "not yet late");
    // Nobody runs while it runs out.
    world.kit.clock.advance_ms(HOUR_MS);
    let mut world = world.restart(702);
    tokio::join!(world.settle(), world.settle());
    world.settle().await;
    let told = ["breached first_contact complete"];
    assert_eq!(world.told().await, told);
    let mut world = world.restart(703);
    world.settle().await;
    let note = world.kit.add_note("something else");
    world.edit(&office, job, note).await.expect("noted");
    assert_eq!(world.told().await, told);
    assert_eq!(world.audited(), ["breached"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_of_many_clocks_is_decided_piece_by_piece() {
    let mut world = World::new(704);
    world.enter(Kind::ClockPolicies, None, &only("close", "elapsed", 1, &[])).await;
    let office = world.dispatcher();
    for number in 0..450 {
        world.job_for(&office, None, &format!("job {number}")).await;
    }
    world.kit.clock.advance_ms(30 * HOUR_MS);
    let before = world.core.store().write_counts().jobs;
    Timer::new(world.core.clone(), vec![Arc::new(Deadlines)]).run_due().await;
    assert_eq!(world.core.store().write_counts().jobs - before, 3, "200 and 200 and 50");
    assert_eq!(world.count("SELECT count(*) FROM clock_rounds WHERE state = 'breached'"), 450);
    assert_eq!(world.count("SELECT count(*) FROM notices"), 900);
}

/// Seen with only the newest calendar in the book (`adopted.clear()` before each): of
/// the five hours used one was lost, due `1759667400000` instead of `1759663800000`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calendar_entered_later_recounts_what_is_open_and_keeps_what_was_used() {
    let mut world = World::new(708);
    world.set_clock(instant("2025-09-30T00:00:00Z"));
    world.enter(Kind::Calendar, None, &calendar(&[])).await;
    world.enter(Kind::ClockPolicies, None, &only("close", "working", 12, &[])).await;
    let office = world.dispatcher();
    world.set_clock(instant("2025-10-01T07:59:59+03:30"));
    let decided = world.job_for(&office, None, "decided").await;
    world.set_clock(instant("2025-10-01T14:59:59+03:30"));
    let open = world.job_for(&office, None, "open").await;
    // Wed 08:00 and twelve hours: Thu 12:00; it runs out.
    world.set_clock(instant("2025-10-02T12:00:01+03:30"));
    world.settle().await;
    let before = world.deadline(decided, "close").await;
    assert_eq!(
        (before.state.as_str(), before.due_at),
        ("breached", Some(instant("2025-10-02T12:00:00+03:30")))
    );
    assert_eq!(world.deadline(open, "close").await.due_at, Some(instant("2025-10-04T15:00:00+03:30")));
    // On Friday Saturday becomes a holiday, and so, too late, does Wednesday.
    world.set_clock(instant("2025-10-03T09:00:00+03:30"));
    world.enter(Kind::Calendar, None, &calendar(&["2025-10-01", "2025-10-04"])).await;
    assert_eq!(world.deadline(decided, "close").await, before);
    let recounted = world.deadline(open, "close").await;
    assert_eq!(recounted.due_at, Some(instant("2025-10-05T15:00:00+03:30")), "five hours used, seven left");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agency_is_judged_by_its_own_hours_while_the_job_is_its() {
    let mut world = World::new(709);
    world.set_clock(instant("2025-09-30T00:00:00Z"));
    let agency = AgencyId::new(world.kit.clock.now(), [7; 10]);
    let now = world.core.now();
    let entered = world
        .core
        .store()
        .write(move |tx| sync_server::people::create_agency(tx, agency, "North", None, now));
    entered.await.expect("entered");
    world.enter(Kind::Calendar, None, &calendar(&[])).await;
    // The agency is closed on Saturday the 4th.
    world.enter(Kind::Calendar, Some(agency), &calendar(&["2025-10-04"])).await;
    world.enter(Kind::ClockPolicies, None, &only("close", "working", 12, &[])).await;
    let office = world.dispatcher();
    world.set_clock(instant("2025-10-01T14:59:59+03:30"));
    let job = world.job_for(&office, None, "a fault").await;
    let due = |text: &str| Some(instant(text));
    assert_eq!(world.deadline(job, "close").await.due_at, due("2025-10-04T15:00:00+03:30"));
    let give = world.kit.assign_as(Assignment { representative: Some(agency), ..Assignment::default() });
    world.edit(&office, job, give).await.expect("given to the agency");
    assert_eq!(world.deadline(job, "close").await.due_at, due("2025-10-05T15:00:00+03:30"));
    let representative =
        DeviceSession { agency: Some(agency), ..session_of(&world.kit.person(Role::Representative)) };
    let stranger = session_of(&world.kit.person(Role::Representative));
    let count = |session: DeviceSession| {
        let core = world.core.clone();
        async move {
            list_deadlines(&core, &session, DeadlineFilter::default()).await.expect("listed").deadlines.len()
        }
    };
    assert_eq!(count(representative).await, 1);
    assert_eq!(count(stranger).await, 0);
    assert!(job_deadlines(&world.core, &stranger, job).await.is_err());
    // Its people are told, others are not.
    world.set_clock(instant("2025-10-05T15:00:01+03:30"));
    world.settle().await;
    let told = |session: DeviceSession| {
        let core = world.core.clone();
        async move { list_notices(&core, &session, NoticeFilter::default()).await.expect("listed") }
    };
    let page = told(representative).await;
    assert_eq!((page.notices.len(), page.unread), (1, 1));
    assert_eq!(told(stranger).await.notices.len(), 0);
    let notice = page.notices[0].id;
    let refused = read_notice(&world.core, &stranger, notice).await.expect_err("it is not his");
    assert_eq!(refused.code(), ErrorCode::NotFound);
    read_notice(&world.core, &representative, notice).await.expect("marked");
    read_notice(&world.core, &representative, notice).await.expect("and again");
    let unread = NoticeFilter { only: Some(Unread), ..NoticeFilter::default() };
    let left = list_notices(&world.core, &representative, unread).await.expect("listed");
    assert_eq!((left.notices.len(), left.unread), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_stops_the_repair_clock_and_not_the_closing_one() {
    let mut world = World::new(710);
    let pausing = json!({"rules": [{"kinds": ["*"], "types": ["*"], "accounts": ["*"], "clocks": [
        {"kind": "repair", "basis": "elapsed", "target": 10 * HOUR_MS, "pauses": ["headquarters_part"], "on_reply": "go_on"},
        {"kind": "close", "basis": "elapsed", "target": 100 * HOUR_MS, "pauses": [], "on_reply": "go_on"},
    ]}]});
    world.enter(Kind::ClockPolicies, None, &pausing.to_string()).await;
    let mut phone = Phone::new(world.kit.technician());
    let office = world.dispatcher();
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    let started = world.kit.clock.now();
    phone.sync(&mut world.kit, &world.core).await;
    for kind in [EventKind::Accepted, EventKind::Travelling, EventKind::Arrived, EventKind::Working] {
        let command = world.kit.record(kind);
        phone.edit(&mut world.kit, job, &command);
    }
    world.set_clock(started.plus_millis(4 * HOUR_MS - 1_000));
    let waits = world.kit.record(EventKind::WaitingPart);
    phone.edit(&mut world.kit, job, &waits);
    phone.sync(&mut world.kit, &world.core).await;
    let paused = world.deadline(job, "repair").await;
    assert_eq!((paused.state.as_str(), paused.due_at, paused.used_ms), ("paused", None, 4 * HOUR_MS));
    assert_eq!(paused.paused_for.as_deref(), Some("headquarters_part"));
    world.set_clock(started.plus_millis(50 * HOUR_MS - 1_000));
    world.settle().await;
    let goes_on = world.kit.record(EventKind::Working);
    phone.edit(&mut world.kit, job, &goes_on);
    phone.sync(&mut world.kit, &world.core).await;
    let repair = world.deadline(job, "repair").await;
    assert_eq!((repair.state.as_str(), repair.due_at), ("running", Some(started.plus_millis(56 * HOUR_MS))));
    assert_eq!(world.deadline(job, "close").await.due_at, Some(started.plus_millis(100 * HOUR_MS)));
    // The repair clock is for the score: nobody is called for it.
    world.set_clock(started.plus_millis(57 * HOUR_MS));
    world.settle().await;
    assert_eq!(world.deadline(job, "repair").await.state, "breached");
    assert_eq!(world.told().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_reply_of_the_customer_starts_the_reply_clock_again() {
    let mut world = World::new(711);
    let office = world.dispatcher();
    let job = world.job_for(&office, None, "a question").await;
    let say = async |world: &mut World, kind| {
        let command = world.kit.record(kind);
        world.edit(&office, job, command).await.expect("recorded");
        world.kit.clock.advance_ms(HOUR_MS);
    };
    say(&mut world, EventKind::CustomerReplied).await;
    say(&mut world, EventKind::CustomerReplied).await;
    say(&mut world, EventKind::Answered).await;
    say(&mut world, EventKind::CustomerReplied).await;
    let all = world.deadlines(job).await;
    let replies: Vec<&str> =
        all.iter().filter(|one| one.clock == "reply").map(|one| one.state.as_str()).collect();
    assert_eq!(replies, ["met", "running"], "the newer reply takes the place of an unanswered one");
    let clocks: Vec<&str> = all.iter().map(|one| one.clock.as_str()).collect();
    assert_eq!(
        clocks,
        ["close", "first_contact", "first_response", "repair", "reply", "reply", "resolve_or_schedule"],
        "the built-in clocks"
    );
}

/// An empty rule fits no job, and a version that is entered later moves no clock that
/// runs. Seen with an empty list fitting everything: the clock of one millisecond ran.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_rule_gives_no_clock_and_a_later_version_moves_none() {
    let mut world = World::new(712);
    let office = world.dispatcher();
    let before = world.job_for(&office, None, "before").await;
    let clocks = world.deadlines(before).await;
    let empty = r#"{"rules": [{"clocks": [{"kind": "close", "basis": "elapsed", "target": 1, "pauses": [],
        "on_reply": "go_on"}]}]}"#;
    world.enter(Kind::ClockPolicies, None, empty).await;
    let after = world.job_for(&office, None, "after").await;
    assert_eq!(world.deadlines(after).await, []);
    let note = world.kit.record(EventKind::Contacted);
    world.edit(&office, before, note).await.expect("recorded");
    assert_eq!(world.deadlines(before).await.len(), clocks.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_are_chosen_anew_when_the_office_says_what_kind_of_request_it_is() {
    let mut world = World::new(713);
    let rule = |request_type: &str, hours: i64| {
        json!({"kinds": ["*"], "types": [request_type], "accounts": ["*"], "clocks": [
            {"kind": "close", "basis": "elapsed", "target": hours * HOUR_MS, "pauses": [], "on_reply": "go_on"}]})
    };
    let rules = json!({"rules": [rule("complaint", 5), rule("*", 20)]});
    world.enter(Kind::ClockPolicies, None, &rules.to_string()).await;
    let office = world.dispatcher();
    let job = world.job_for(&office, None, "a fault").await;
    let hours = async |world: &mut World| world.deadline(job, "close").await.target_ms / HOUR_MS;
    assert_eq!(hours(&mut world).await, 20);
    let complaint = set(JobField::RequestType, "complaint");
    world.edit(&office, job, complaint).await.expect("set");
    assert_eq!(hours(&mut world).await, 5);
    world.kit.clock.advance_ms(6 * HOUR_MS);
    // It has run out by now, whether the timer has seen it or not.
    let service = set(JobField::RequestType, "service");
    world.edit(&office, job, service).await.expect("set");
    assert_eq!(hours(&mut world).await, 5);
}

fn set(field: JobField, text: &str) -> domain::EditCommand {
    let edits = vec![testkit::text_edit(field, text)];
    domain::EditCommand::Job(domain::JobCommand::SetFields { edits })
}

pub(crate) async fn list(world: &mut World, state: DeadlineState) -> Vec<Deadline> {
    let quality = world.quality();
    let filter = DeadlineFilter { state, ..DeadlineFilter::default() };
    list_deadlines(&world.core, &quality, filter).await.expect("listed").deadlines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worklist_comes_by_due_time_in_pages() {
    let mut world = World::new(714);
    world.enter(Kind::ClockPolicies, None, &only("close", "elapsed", 10, &[])).await;
    let office = world.dispatcher();
    let mut jobs = Vec::new();
    for number in 0..5 {
        jobs.push(world.job_for(&office, None, &format!("job {number}")).await);
        world.kit.clock.advance_ms(HOUR_MS);
    }
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let filter = DeadlineFilter { cursor, limit: 2, ..DeadlineFilter::default() };
        let page = list_deadlines(&world.core, &office, filter).await.expect("listed");
        found.extend(page.deadlines.into_iter().map(|one| one.doc));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, jobs);
    let soon = DeadlineFilter {
        state: DeadlineState::DueSoon,
        within_ms: Some(5 * HOUR_MS),
        ..DeadlineFilter::default()
    };
    let soon = list_deadlines(&world.core, &office, soon).await.expect("listed").deadlines;
    assert_eq!(soon.len(), 1, "the first is due in less than five hours");
    let wrong = DeadlineFilter { cursor: Some("1.2".into()), ..DeadlineFilter::default() };
    let refused = list_deadlines(&world.core, &office, wrong).await.expect_err("no cursor");
    assert_eq!(refused.code(), ErrorCode::Invalid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_quality_officer_takes_a_breach_over_with_a_reason_and_the_job_becomes_urgent() {
    let mut world = World::new(715);
    world.enter(Kind::ClockPolicies, None, &only("close", "elapsed", 10, &[])).await;
    let office = world.dispatcher();
    let job = world.job_for(&office, None, "a fault").await;
    world.kit.clock.advance_ms(11 * HOUR_MS);
    world.settle().await;
    let breach = list(&mut world, DeadlineState::Breached).await.remove(0);
    let escalation = breach.escalation.expect("people were told").id;
    let quality = world.quality();
    let take = async |world: &World, session: DeviceSession, reason: &str| {
        let taken = TakeOver { escalation, reason: reason.to_owned() };
        take_over_breach(&world.core, &session, taken).await
    };
    let code = |refused: Result<DocId, CoreError>| refused.expect_err("refused").code();
    assert_eq!(code(take(&world, quality, " ").await), ErrorCode::Invalid);
    assert_eq!(code(take(&world, office, "because").await), ErrorCode::Forbidden);
    assert_eq!(take(&world, quality, "no part was sent").await.expect("taken"), job);
    assert_eq!(code(take(&world, quality, "again").await), ErrorCode::Conflict);
    let view = show_job(&world.core, &quality, job).await.expect("shown").view;
    assert_eq!(view.text(JobField::RequestPriority), "high");
    let taken = world.deadline(job, "close").await.escalation.expect("it is kept");
    assert_eq!((taken.taken_by, taken.reason.as_deref()), (Some(quality.user), Some("no part was sent")));
    assert_eq!(list(&mut world, DeadlineState::Breached).await, []);
    assert_eq!(list(&mut world, DeadlineState::TakenOver).await.len(), 1);
    assert_eq!(world.audited(), ["breached", "taken_over"]);
    let page = list_notices(&world.core, &office, NoticeFilter::default()).await.expect("listed");
    let kinds: Vec<&str> = page.notices.iter().map(|notice| notice.kind.as_str()).collect();
    assert_eq!(kinds, ["deadline_taken_over", "deadline_breached"], "the dispatchers are the unit here");
}

/// What another system finished long ago is not judged by deadlines that nobody kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_taken_over_has_its_historic_instants_and_no_clocks() {
    let mut world = World::new(716);
    let office = session_of(&world.kit.person(Role::Administrator));
    let stamp = |days: i64| domain::Stamp { at: world.kit.clock.now().plus_days(days), offset_minutes: 210 };
    let past = sync_server::office::PastJob {
        id: DocId::new(world.kit.clock.now(), [3; 10]),
        kind: domain::JobKind::Visit,
        fields: vec![testkit::text_edit(JobField::RequestSubject, "long ago")],
        received: stamp(-900),
        finished: stamp(-890),
    };
    let (core, now, id) = (world.core.clone(), world.core.now(), past.id);
    let taken = world
        .core
        .store()
        .write(move |tx| sync_server::office::take_over_job_in(&core, tx, &office, past, now));
    taken.await.expect("taken over");
    assert_eq!(world.deadlines(id).await, []);
    let doubtful = "SELECT count(*) FROM job_events WHERE suspect IS NOT NULL OR effective_at <> at";
    assert_eq!(world.count(doubtful), 0);
}
