//! Whom a survey speaks of, and whom to call first.

use std::collections::BTreeMap;

use domain::{
    DocId, Event, EventId, EventKind, Instant, JobKind, JobView, LabourId, LabourLine, Stamp, Status, UserId,
    Uuid,
};
use rusqlite::{Connection, params};

use super::attribution::completed_by;
use super::{SurveyId, list_calls};

fn person(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

/// Events one after another: kind, author, minute.
fn view(events: &[(EventKind, u128, i64)], labour: &[(u128, i64, Option<i64>)]) -> JobView {
    let id = |at: usize| EventId::from_bytes([u8::try_from(at).expect("few"); 8]);
    let minute = |minute: i64| Instant::from_millis(minute * 60_000);
    let event = |(at, (kind, by, when)): (usize, &(EventKind, u128, i64))| Event {
        id: id(at),
        kind: *kind,
        stamp: Stamp { at: minute(*when), offset_minutes: 210 },
        by: person(*by),
        after: at.checked_sub(1).map(id).into_iter().collect(),
        reason: None,
        until: None,
        position: None,
        team: None,
        technician: (*kind == EventKind::Assigned).then(|| Uuid::from_u128(7)),
    };
    let line = |(at, (who, from, to)): (usize, &(u128, i64, Option<i64>))| LabourLine {
        id: LabourId::from_bytes([u8::try_from(at).expect("few"); 8]),
        technician: person(*who),
        started_at: minute(*from),
        ended_at: to.map(minute),
    };
    JobView {
        id: DocId::from_uuid(Uuid::from_u128(1)),
        schema: 1,
        kind: JobKind::Visit,
        status: Status::Closed,
        status_since: None,
        fields: BTreeMap::new(),
        events: events.iter().enumerate().map(event).collect(),
        frontier: Vec::new(),
        misplaced: Vec::new(),
        parts: Vec::new(),
        labour: labour.iter().enumerate().map(line).collect(),
        checklist: Vec::new(),
        notes: Vec::new(),
        diagnosis: String::new(),
        solution: String::new(),
        attachments: Vec::new(),
        field_conflicts: Vec::new(),
        status_conflicts: Vec::new(),
    }
}

const OFFICE: u128 = 100;

fn technicians(events: &[(EventKind, u128, i64)], labour: &[(u128, i64, Option<i64>)]) -> Vec<u128> {
    let view = view(events, labour);
    let closing = view.events.last().expect("the closing").clone();
    let found = completed_by(&view, &closing, |who| who != person(OFFICE));
    found.into_iter().map(|who| who.uuid().as_u128()).collect()
}

use EventKind as K;

#[test]
fn two_who_worked_together_share_it() {
    let events = [
        (K::Registered, OFFICE, 0),
        (K::Assigned, OFFICE, 1),
        (K::Arrived, 1, 10),
        (K::Done, 1, 60),
        (K::Closed, OFFICE, 90),
    ];
    assert_eq!(technicians(&events, &[(2, 20, Some(50))]), [1, 2]);
    assert_eq!(technicians(&events, &[(2, 20, None)]), [1, 2], "labour that was never ended");
    assert_eq!(
        technicians(&events, &[(2, 2, Some(9)), (3, 61, Some(70))]),
        [1],
        "before and after the visit"
    );
}

/// Without the stop at `Arrived`, the first visit's technician was named, too: `[1, 2]`.
#[test]
fn an_earlier_visit_is_not_the_completing_one() {
    let events = [
        (K::Assigned, OFFICE, 0),
        (K::Arrived, 1, 10),
        (K::Working, 1, 11),
        (K::WaitingPart, 1, 20),
        (K::Contacted, OFFICE, 25),
        (K::Travelling, 2, 30),
        (K::Arrived, 2, 40),
        (K::Working, 2, 41),
        (K::Promised, OFFICE, 45),
        (K::Done, 2, 50),
        (K::Closed, OFFICE, 60),
    ];
    assert_eq!(technicians(&events, &[(1, 10, Some(20))]), [2]);
}

#[test]
fn what_the_office_wrote_makes_nobody_a_technician() {
    let events =
        [(K::Assigned, OFFICE, 0), (K::Arrived, OFFICE, 10), (K::Done, OFFICE, 20), (K::Closed, OFFICE, 30)];
    assert_eq!(technicians(&events, &[]), [7], "who was assigned");
    assert_eq!(technicians(&events[1..], &[]), [0_u128; 0], "nobody was");
}

/// Day 0 is a day in the middle of a Jalali month.
const DAY_0: i64 = 1_790_000_000_000;

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().expect("a database in memory");
    crate::store::migrate_for_tests(&mut connection);
    connection.execute_batch("PRAGMA foreign_keys = OFF").expect("set");
    connection
}

fn closed(connection: &Connection, number: u128, technicians: &[u128], minute: i64, state: &str) {
    let job = DocId::from_uuid(Uuid::from_u128(number));
    let id = SurveyId::of(job);
    let closed_at = DAY_0 + minute * 60_000;
    let people: Vec<UserId> = technicians.iter().map(|who| person(*who)).collect();
    connection
        .execute(
            "INSERT INTO surveys (id, job, position, round, closing_event, closed_at, technicians, state, call_from) \
             VALUES (?1, ?2, 1, 1, x'00', ?3, ?4, ?5, 0)",
            params![id.as_bytes(), job.as_bytes(), closed_at, serde_json::json!(people).to_string(), state],
        )
        .expect("a survey");
    for who in people {
        let values = params![who.as_bytes(), closed_at, id.as_bytes()];
        connection
            .execute("INSERT INTO survey_technicians VALUES (?1, ?2, ?3)", values)
            .expect("a technician");
    }
    connection
        .execute(
            "INSERT INTO jobs (doc, kind, number, status, subject, contact_phone, received_at, updated_at, parts_count, labour_ms, \
             events_count, notes_count, attachments_count, misplaced_count, position) \
             VALUES (?1, 'visit', ?2, 'closed', '', '0912', 0, 0, 0, 0, 0, 0, 0, 0, 1)",
            params![job.as_bytes(), number.to_string()],
        )
        .expect("a job");
}

fn order(connection: &Connection, a_day: Option<u32>) -> Vec<u128> {
    let now = Instant::from_millis(DAY_0).plus_days(3);
    let rows = list_calls(connection, a_day, 100, now).expect("listed");
    rows.into_iter().map(|row| row.number.expect("a number").parse().expect("digits")).collect()
}

#[test]
fn who_left_no_number_is_not_called() {
    let connection = database();
    closed(&connection, 1, &[1], 1, "open");
    closed(&connection, 2, &[1], 2, "open");
    let account = Uuid::from_u128(77);
    let values = params![account.as_bytes(), r#"{"mobile": "0935"}"#];
    let sql = "INSERT INTO reference (kind, id, json, position) VALUES ('customer', ?1, ?2, 1)";
    connection.execute(sql, values).expect("a customer");
    connection.execute("UPDATE jobs SET contact_phone = NULL", []).expect("taken out");
    connection.execute("UPDATE jobs SET account = ?1 WHERE number = '2'", [account.as_bytes()]).expect("set");
    assert_eq!(order(&connection, None), [2], "the account has a number");
}

/// With every call of the same rank the oldest came first: [1, 2, 3, 4, 5, 6, 7, 9, 8].
#[test]
fn the_emptiest_technician_first_then_the_oldest() {
    let connection = database();
    // Seven jobs of technician 1, then one of 2, and one before it that both did.
    for number in 1..=7 {
        closed(&connection, number, &[1], i64::try_from(number).expect("few"), "open");
    }
    closed(&connection, 8, &[2], 200, "open");
    closed(&connection, 9, &[1, 2], 100, "open");
    assert_eq!(order(&connection, None), [1, 9, 2, 8, 3, 4, 5, 6, 7]);
    assert_eq!(order(&connection, Some(3)), [1, 9, 2]);
    assert_eq!(order(&connection, None), order(&connection, None), "the same for everybody");
}

#[test]
fn who_has_enough_of_the_month_waits() {
    let connection = database();
    for number in 1..=5 {
        closed(&connection, number, &[1], 0, "completed");
    }
    closed(&connection, 6, &[1], 1, "open");
    closed(&connection, 7, &[2], 2, "open");
    closed(&connection, 8, &[], 0, "open");
    assert_eq!(order(&connection, None), [7, 8, 6], "two is empty; nobody's job is nobody's need");
    // Another month of technician 1 is empty again.
    closed(&connection, 9, &[1], -40 * 1_440, "open");
    assert_eq!(order(&connection, None), [9, 7, 8, 6]);
}

#[test]
fn nobody_is_called_again_before_everybody_was_called() {
    let connection = database();
    closed(&connection, 1, &[1], 1, "open");
    closed(&connection, 2, &[2], 2, "open");
    let today = super::day_of(Instant::from_millis(DAY_0).plus_days(3)).to_string();
    let attempt = |number: u128| {
        let survey = SurveyId::of(DocId::from_uuid(Uuid::from_u128(number)));
        let sql = "INSERT INTO survey_attempts (survey, round, outcome, at, day, by) VALUES (?1, 1, 'no_answer', 0, ?2, x'00')";
        connection.execute(sql, params![survey.as_bytes(), today]).expect("an attempt");
    };
    attempt(1);
    assert_eq!(order(&connection, None), [2, 1]);
    assert_eq!(order(&connection, Some(1)), [0_u128; 0], "one customer was called today");
    attempt(1);
    assert_eq!(order(&connection, None), [2]);
}
