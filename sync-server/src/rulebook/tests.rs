//! Versions are checked, kept, and found by the day and the agency.

use domain::{AgencyId, Instant};
use rusqlite::Connection;

use super::{Kind, NewVersion, add, template, versions, versions_for};
use crate::error::CoreError;
use crate::people::create_agency;
use crate::store::migrate_for_tests;

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().expect("a database in memory");
    migrate_for_tests(&mut connection);
    connection
}

fn version(kind: Kind, day: &str, name: &str) -> NewVersion {
    let json = template(kind).replace("\"placeholder\"", &format!("{name:?}"));
    NewVersion {
        kind,
        agency: None,
        subject: String::new(),
        effective_from: day.parse().expect("a date"),
        version: Some(name.to_owned()),
        json,
        by: None,
    }
}

fn enter(connection: &mut Connection, new: &NewVersion) -> Result<i64, CoreError> {
    let tx = connection.transaction().expect("a transaction");
    let id = add(&tx, new, Instant::from_millis(1_000))?.id;
    tx.commit().expect("it commits");
    Ok(id)
}

fn codes(refused: Result<i64, CoreError>) -> Vec<String> {
    match refused {
        Err(CoreError::Invalid(problems)) => {
            problems.into_iter().filter_map(|problem| problem.code).collect()
        }
        other => panic!("not refused with codes: {other:?}"),
    }
}

#[test]
fn every_template_is_taken() {
    let mut connection = database();
    let units = "INSERT INTO units (key, name, duties, created_at) \
         VALUES ('sales', 's', '[]', 0), ('executional_support', 'e', '[]', 0), ('call_centre', 'c', '[]', 0)";
    connection.execute_batch(units).expect("the example's units");
    for kind in Kind::ALL {
        let new = NewVersion { version: None, ..version(kind, "2026-03-21", "1404") };
        let named = matches!(kind, Kind::Tariff | Kind::ScoringRules | Kind::SurveyQuestions);
        let new = if named { new } else { NewVersion { version: Some("1404".into()), ..new } };
        enter(&mut connection, &new).expect("the template is right");
        assert_eq!(versions(&connection, kind).expect("it reads").len(), 1);
    }
}

#[test]
fn two_tariffs_from_one_day_on_overlap() {
    let mut connection = database();
    enter(&mut connection, &version(Kind::Tariff, "2026-03-21", "a")).expect("the first is taken");
    let second = enter(&mut connection, &version(Kind::Tariff, "2026-03-21", "b"));
    assert_eq!(codes(second), ["tariff.overlap"]);
    enter(&mut connection, &version(Kind::Tariff, "2026-03-22", "b")).expect("another day");
    assert_eq!(
        codes(enter(&mut connection, &version(Kind::Tariff, "2026-03-23", "b"))),
        ["rulebook.name_taken"]
    );
}

#[test]
fn what_cannot_be_worked_by_is_refused_with_its_place() {
    let mut connection = database();
    let empty = NewVersion {
        json: r#"{"zone": "Asia/Tehran", "versions": []}"#.into(),
        ..version(Kind::Calendar, "2026-03-21", "a")
    };
    assert_eq!(codes(enter(&mut connection, &empty)), ["calendar.no_version"]);
    let rules = version(Kind::ScoringRules, "2026-03-21", "a");
    let rules = NewVersion {
        json: rules.json.replacen("\"weight\": 13", "\"weight\": 14", 1),
        version: None,
        ..rules
    };
    assert_eq!(codes(enter(&mut connection, &rules)), ["rules.weights_not_100"]);
    let foreign = NewVersion { json: r#"{"zone": 3}"#.into(), ..empty };
    match enter(&mut connection, &foreign) {
        Err(CoreError::Invalid(problems)) => assert_eq!(problems[0].path, "content.zone"),
        other => panic!("not refused: {other:?}"),
    }
    assert!(versions(&connection, Kind::Calendar).expect("it reads").is_empty());
}

#[test]
fn a_version_is_never_changed_or_taken_away() {
    let mut connection = database();
    enter(&mut connection, &version(Kind::Tariff, "2026-03-21", "a")).expect("it is taken");
    assert!(connection.execute("UPDATE rulebook SET version = 'b'", []).is_err());
    assert!(connection.execute("DELETE FROM rulebook", []).is_err());
}

#[test]
fn an_agency_with_versions_of_its_own_has_only_those() {
    let mut connection = database();
    let agency = AgencyId::new(Instant::from_millis(5), [7; 10]);
    let tx = connection.transaction().expect("a transaction");
    create_agency(&tx, agency, "North", None, Instant::from_millis(5)).expect("it is entered");
    tx.commit().expect("it commits");
    enter(&mut connection, &version(Kind::Calendar, "2026-03-21", "all")).expect("it is taken");
    let own = NewVersion { agency: Some(agency), ..version(Kind::Calendar, "2026-03-21", "north") };
    enter(&mut connection, &own).expect("it is taken");
    let names = |agency| -> Vec<String> {
        let found = versions_for(&connection, Kind::Calendar, agency).expect("it reads");
        found.into_iter().map(|version| version.version).collect()
    };
    assert_eq!(names(Some(agency)), ["north"]);
    assert_eq!(names(None), ["all"]);
    let stranger = AgencyId::new(Instant::from_millis(6), [8; 10]);
    assert_eq!(names(Some(stranger)), ["all"]);
}
