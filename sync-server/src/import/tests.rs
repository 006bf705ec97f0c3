//! Files of every kind, good and bad, on a real store.

use std::path::PathBuf;
use std::sync::Arc;

use domain::{AgencyId, Role, UserId};
use rusqlite::Connection;

use super::*;
use crate::clock::{SystemEntropy, random_bytes};
use crate::people::{self, NewUser};
use crate::readmodel::rebuild_blocking;
use crate::store::{Store, StoreError};
use crate::testing::ManualClock;

const JOB_HEADER: &str = "number,received_at,closed_at,subject,serial number,priority,lat\n";

struct Office {
    folder: tempfile::TempDir,
    core: Core,
    by: UserId,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = ManualClock::new();
        let store = Store::open(folder.path(), clock.clone()).expect("a store");
        let core = Core::open_blocking(store, clock, Arc::new(SystemEntropy)).expect("a heart");
        let by = UserId::new(core.now(), random_bytes(core.entropy()));
        let office = Self { folder, core, by };
        office.enter("admin", Role::Administrator);
        office
    }

    fn enter(&self, name: &str, role: Role) {
        let id = match role {
            Role::Administrator => self.by,
            _ => UserId::new(self.core.now(), random_bytes(self.core.entropy())),
        };
        let (name, now) = (name.to_owned(), self.core.now());
        let user = NewUser { id, display_name: name.clone(), name, role, agency: None, password_hash: None };
        let enter = move |tx: &Transaction<'_>| people::create_user(tx, &user, now);
        self.core.store().write_blocking(enter).expect("entered");
    }

    fn add_agency(&self, name: &'static str) {
        let (id, now) = (AgencyId::new(self.core.now(), [1; 10]), self.core.now());
        let add = move |tx: &Transaction<'_>| people::create_agency(tx, id, name, None, now);
        self.core.store().write_blocking(add).expect("entered");
    }

    fn file(&self, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join("file.csv");
        std::fs::write(&path, bytes).expect("written");
        path
    }

    fn plan(&self, kind: ImportKind, bytes: impl AsRef<[u8]>) -> Import {
        Import {
            kind,
            source: Source::File(self.file(bytes)),
            assigned: Vec::new(),
            ignored: Vec::new(),
            separator: None,
            currency: None,
            office_offset_minutes: 210,
            by: self.by,
            mode: ImportMode::AllOrNothing,
        }
    }

    fn run(&self, plan: &Import) -> Report {
        import(&self.core, plan.clone(), None).expect("the file can be read")
    }

    fn import(&self, kind: ImportKind, bytes: impl AsRef<[u8]>) -> Report {
        self.run(&self.plan(kind, bytes))
    }

    fn refused(&self, plan: &Import) -> String {
        import(&self.core, plan.clone(), None).expect_err("the file will not do").to_string()
    }

    /// The faults of a file, as people read them.
    fn faults(&self, kind: ImportKind, bytes: impl AsRef<[u8]>) -> Vec<String> {
        let report = self.import(kind, bytes);
        assert!(!report.is_kept, "{report:?}");
        report.faults.iter().map(ToString::to_string).collect()
    }

    /// The first column of a query's rows.
    fn ask(&self, sql: &str) -> Vec<String> {
        let ask = |connection: &Connection| -> Result<Vec<String>, StoreError> {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        };
        self.core.store().read_blocking(ask).expect("rows")
    }

    fn count(&self, table: &str) -> String {
        self.ask(&format!("SELECT CAST(count(*) AS TEXT) FROM {table}")).concat()
    }
}

fn counts(report: &Report) -> [u64; 4] {
    [report.new, report.updated, report.unchanged, report.rejected]
}

fn mapped(target: &str, header: &str) -> Assigned {
    Assigned { target: target.to_owned(), header: header.to_owned() }
}

#[test]
fn customers_are_known_by_their_number_and_reach_the_feed() {
    let office = Office::new();
    let file = "شماره مشتری,نام,تلفن,широта,lon\n۱۲,زهرا,۰۹۱۲,۳۵٫۷۲۱۹,51.3347\n13,Анна,,,\n";
    assert_eq!(counts(&office.import(ImportKind::Customers, file)), [2, 0, 0, 0]);
    let rows = office.ask("SELECT json FROM reference WHERE account = id AND position > 0 ORDER BY json");
    assert_eq!(
        rows,
        [
            r#"{"lat":35721900,"lon":51334700,"name":"زهرا","number":"۱۲","phone":"۰۹۱۲"}"#,
            r#"{"name":"Анна","number":"13"}"#
        ]
    );
    assert_eq!(counts(&office.import(ImportKind::Customers, file)), [0, 0, 2, 0]);
    // A file that lacks a column keeps it; an empty cell clears it.
    let more = "number,name,phone,city\n12,زهرا,,تهران\n";
    assert_eq!(counts(&office.import(ImportKind::Customers, more)), [0, 1, 0, 0]);
    let rows = office.ask("SELECT json FROM reference WHERE json LIKE '%city%'").concat();
    assert!(rows.contains("35721900") && !rows.contains("phone"), "{rows}");
}

#[test]
fn assets_belong_to_customers_that_are_there() {
    let office = Office::new();
    office.import(ImportKind::Customers, "number,name\n12,Zahra\n");
    let file = "serial,customer,origin,warranty until\nS-1,۱۲,Imported,2027-03-20\n";
    assert_eq!(counts(&office.import(ImportKind::Assets, file)), [1, 0, 0, 0]);
    let id = id_by_number("customer", "12");
    let json = office.ask("SELECT json FROM reference WHERE kind = 'asset'").concat();
    assert!(json.contains(&id.to_string()) && json.contains(r#""origin":"imported""#), "{json}");
    assert_eq!(office.count("reference WHERE kind = 'asset' AND account IS NOT NULL"), "1");
    let faults =
        office.faults(ImportKind::Assets, "serial,customer,origin\nS-1,99,\nS-2,12,stolen\nS-3,,\ns-۳,,\n");
    assert_eq!(
        faults,
        [
            r#"line 2, customer: there is no customer of the number "99": import customers first"#,
            r#"line 3, origin: "stolen" will not do: write one of imported, produced, assembled"#,
            r#"line 5, serial: "s-۳" stands on line 4 already: keep one of the two"#,
        ]
    );
}

#[test]
fn prices_need_a_currency_and_its_decimals() {
    let office = Office::new();
    let file = "part no,name,price,currency\nC-1,Fan,\"1,250,000\",\nC-2,Pump,12.50,EUR\n";
    let faults = office.faults(ImportKind::Parts, file);
    assert_eq!(faults, ["line 2, price: its currency is not given: name it with --currency, such as IRR"]);
    let mut plan = office.plan(ImportKind::Parts, file);
    plan.currency = Some(Currency::IRR);
    assert_eq!(counts(&office.run(&plan)), [2, 0, 0, 0]);
    let rows = office.ask("SELECT json FROM reference ORDER BY json");
    assert_eq!(
        rows,
        [
            r#"{"name":"Fan","part_no":"C-1","price":{"currency":"IRR","minor":1250000}}"#,
            r#"{"name":"Pump","part_no":"C-2","price":{"currency":"EUR","minor":1250}}"#
        ]
    );
    let faults = office.faults(
        ImportKind::Parts,
        "part no,name,price,currency\n1,a,1.5,IRR\n2,b,x,EUR\n3,c,-1,EUR\n4,d,1,rials\n5,,1,EUR\n",
    );
    let expected = [
        "line 2, price: \"1.5\" will not do: write a whole number, without decimals",
        "line 3, price: \"x\" will not do: write a number such as 1250 or 12.50",
        "line 4, price: \"-1\" will not do: a price is not negative",
        "line 5, currency: \"rials\" will not do: write three letters such as IRR",
        "line 6, name: it is empty, and must not be",
    ];
    assert_eq!(faults, expected);
}

#[test]
fn technicians_are_people_of_an_agency_without_a_password() {
    let office = Office::new();
    office.add_agency("نمایندگی شمال");
    office.enter("sara", Role::Dispatcher);
    let file = "login,full name,agency\nreza,رضا رضایی,نمايندگي شمال\nivan,,\n";
    assert_eq!(counts(&office.import(ImportKind::Technicians, file)), [2, 0, 0, 0]);
    let people = "users WHERE role = 'technician' AND password_hash IS NULL";
    assert_eq!(office.count(people), "2");
    assert_eq!(office.count("users WHERE name = 'reza' AND agency IS NOT NULL"), "1");
    assert_eq!(counts(&office.import(ImportKind::Technicians, file)), [0, 0, 2, 0]);
    let renamed = office.import(ImportKind::Technicians, "login,full name\nREZA,Reza R.\n");
    assert_eq!(counts(&renamed), [0, 1, 0, 0]);
    assert_eq!(office.count("users WHERE display_name = 'Reza R.' AND agency IS NOT NULL"), "1");
    let faults = office.faults(ImportKind::Technicians, "login,agency\nsara,\nali,south\n,\n");
    assert_eq!(
        faults,
        [
            r#"line 2, login: "sara" is a dispatcher already: choose another name"#,
            r#"line 3, agency: there is no agency called "south": add it with `hamgam-server agency add`"#,
            "line 4, login: it is empty, and must not be",
        ]
    );
}

#[test]
fn past_jobs_are_closed_documents_with_their_own_dates() {
    let office = Office::new();
    office.import(ImportKind::Customers, "number,name\n12,Zahra\n");
    office.import(ImportKind::Assets, "serial\nS-1\n");
    let file = "received_at,closed,subject,serial number,customer number,comment,cost\n\
                ۲۰۰۴-۰۷-۰۱,2004-07-03T10:00:00+02:00,\"leak, \"\"large\"\"\nsecond line\",S-1,12,old,183.05\n";
    let report = office.import(ImportKind::Jobs, file);
    assert_eq!((counts(&report), report.is_kept), ([1, 0, 0, 0], true), "{report:?}");
    let row = office.ask(
        "SELECT concat_ws('|', status, number, subject, serial, account_name, created_at, closed_at, done_at) FROM jobs",
    );
    let (received, closed) = (1_088_627_400_000_i64, 1_088_841_600_000_i64);
    assert_eq!(
        row,
        [format!("closed|100001|leak, \"large\"\nsecond line|S-1|Zahra|{received}|{closed}|{closed}")]
    );
    assert_eq!(office.count("jobs WHERE asset IS NOT NULL AND technician IS NULL"), "1");
    let events = office.ask("SELECT concat_ws(' ', kind, at, tz) FROM job_events ORDER BY at");
    assert_eq!(events, [format!("registered {received} 210"), format!("imported {closed} 120")]);
    assert_eq!(office.count("change_log"), "2");
    let device =
        office.ask("SELECT devices.name FROM change_log JOIN devices ON devices.id = device LIMIT 1");
    assert_eq!(device, ["hamgam-server import"]);
    let before = office.ask("SELECT concat_ws('|', hex(doc), status, closed_at, position) FROM jobs");
    rebuild_blocking(&office.core).expect("rebuilt");
    assert_eq!(office.ask("SELECT concat_ws('|', hex(doc), status, closed_at, position) FROM jobs"), before);
}

#[test]
fn a_file_of_jobs_adds_nothing_the_second_time() {
    let office = Office::new();
    // Two equal rows without a number are two jobs, and stay two.
    let file =
        format!("{JOB_HEADER},2004-07-01,,leak,A,,\n,2004-07-01,,leak,A,,\nW-7,2004-07-02,,noise,B,,\n");
    assert_eq!(counts(&office.import(ImportKind::Jobs, &file)), [3, 0, 0, 0]);
    assert_eq!(counts(&office.import(ImportKind::Jobs, &file)), [0, 0, 3, 0]);
    let changed = format!("{JOB_HEADER}w-۷,2004-07-09,,other words,B,,\n,2004-07-01,,leak,A,,\n");
    assert_eq!(counts(&office.import(ImportKind::Jobs, &changed)), [0, 0, 2, 0]);
    assert_eq!((office.count("jobs"), office.count("change_log")), ("3".to_owned(), "6".to_owned()));
    assert_eq!(office.count("devices"), "1");
}

#[test]
fn each_bad_job_says_what_would_do() {
    let office = Office::new();
    let rows = "1,1383-04-11,,a,A,,\n\
                2,01/07/2004,,a,A,,\n\
                3,2004-07-01,2004-06-01,a,A,,\n\
                4,2099-01-01,,a,A,,\n\
                5,,,a,A,,\n\
                6,2004-07-01,,,A,,\n\
                7,2004-07-01,,a,A,sometime,\n\
                8,2004-07-01,,a,A,,91\n\
                9,2004-07-01,,one, two,A,,\n\
                10,2004-07-01,,a,A,,\n\
                ۱۰,2004-07-01,,a,A,,\n";
    let faults = office.faults(ImportKind::Jobs, format!("{JOB_HEADER}{rows}"));
    let expected = [
        "line 2, received_at: the year 1383 looks like one of the Jalali calendar: write it in the Gregorian one, such as 2004-07-01",
        "line 3, received_at: write a date such as 2004-07-01, 2004-07-01 14:30 or 2004-07-01T14:30:00+03:30",
        "line 4, closed_at: it lies before the request was received",
        "line 5, received_at: it lies in the future, and only past jobs are imported",
        "line 6, received_at: it is empty, and must not be",
        "line 7, subject: it is empty, and must not be",
        "line 8, priority: \"sometime\" will not do: write one of low, normal, high, urgent",
        "line 9, lat: \"91\" will not do: write degrees between -90 and 90",
        "line 10: it has 8 cells where the header has 7: put a cell that contains the separator in quotes",
        "line 12, number: \"۱۰\" stands on line 11 already: keep one of the two",
    ];
    assert_eq!(faults, expected);
    assert_eq!((office.count("jobs"), office.count("change_log")), ("0".to_owned(), "0".to_owned()));
    let long = format!("{JOB_HEADER},2004-07-01,,{},A,,\n", "x".repeat(1001));
    let fault = office.faults(ImportKind::Jobs, long).concat();
    assert!(fault.ends_with("it has 1001 characters, and 1000 is the most"), "{fault}");
}

#[test]
fn a_number_of_another_job_is_not_taken_twice() {
    let office = Office::new();
    office.import(ImportKind::Jobs, "date,subject\n2004-07-01,leak\n");
    let faults = office.faults(ImportKind::Jobs, "number,date,subject\n100001,2004-07-02,noise\n");
    assert_eq!(
        faults,
        [r#"line 2, number: "100001" is the number of another job: leave it out to get a new one"#]
    );
}

#[test]
fn a_cost_is_a_remark_with_its_currency() {
    let office = Office::new();
    let file = "date,subject,comment,cost\n2004-07-01,leak,,-139.52\n2004-07-01,noise,old,12\n";
    let mut plan = office.plan(ImportKind::Jobs, file);
    plan.currency = Currency::parse("AUD");
    assert_eq!(counts(&office.run(&plan)), [2, 0, 0, 0]);
    let found = office.ask("SELECT text FROM job_search ORDER BY row").concat();
    assert_eq!(office.count("jobs"), "2", "{found}");
    let faults = office.faults(ImportKind::Jobs, "date,subject,cost\n2004-07-01,leak,PM01\n");
    assert_eq!(faults, ["line 2, cost: \"PM01\" will not do: write a number such as 1250 or 12.50"]);
}

#[test]
fn all_or_nothing_dry_and_partial() {
    let office = Office::new();
    let file = format!("{JOB_HEADER}1,2004-07-01,,leak,A,,\n2,never,,\"a, b\",B,,\n");
    let mut plan = office.plan(ImportKind::Jobs, &file);
    let tables = ["jobs", "change_log", "commits", "documents", "devices", "actors", "office_actors"];
    let state = || tables.map(|table| office.count(table));
    let before = state();
    for mode in [ImportMode::AllOrNothing, ImportMode::DryRun] {
        plan.mode = mode;
        let report = office.run(&plan);
        assert_eq!((counts(&report), report.is_kept, report.rejected_file), ([1, 0, 0, 1], false, None));
        assert_eq!(state(), before);
    }
    plan.mode = ImportMode::Partial;
    let report = office.run(&plan);
    assert_eq!((counts(&report), report.is_kept), ([1, 0, 0, 1], true));
    assert_eq!(office.count("jobs"), "1");
    let path = report.rejected_file.expect("a file of rejected rows");
    assert!(path.ends_with("file.csv.rejected.csv"), "{path:?}");
    let rejected = std::fs::read_to_string(&path).expect("text");
    let lines: Vec<&str> = rejected.lines().collect();
    assert_eq!(lines.len(), 2, "{rejected}");
    assert!(lines[0].ends_with("priority,lat,rejected line,rejected because"), "{rejected}");
    assert!(lines[1].starts_with("2,never,,\"a, b\",B,,,3,\"received_at: write a date"), "{rejected}");
    // Corrected, it can be imported as it is.
    let corrected = office.import(ImportKind::Jobs, rejected.replace("never", "2004-07-02"));
    assert_eq!((counts(&corrected), corrected.is_kept), ([1, 0, 0, 0], true));
}

#[test]
fn a_row_is_the_same_when_it_comes_back_from_the_rejected_ones() {
    let office = Office::new();
    office.import(ImportKind::Jobs, "date,subject,rejected line,rejected because\n2004-07-01,leak,7,x\n");
    let again = office.import(ImportKind::Jobs, "subject,date\nleak,2004-07-01\n");
    assert_eq!(counts(&again), [0, 0, 1, 0]);
}

#[test]
fn a_header_that_will_not_do_says_why() {
    let office = Office::new();
    let jobs = |bytes: &[u8]| office.refused(&office.plan(ImportKind::Jobs, bytes));
    let missing = jobs(b"When,What\n2004-07-01,leak\n");
    assert!(missing.contains("jobs need the columns request.subject, request.received_at"), "{missing}");
    assert!(missing.contains("its header is: When, What"), "{missing}");
    let both = jobs(b"date,received at,subject\n,,\n");
    assert!(both.contains(r#"both "date" and "received at" could be request.received_at"#), "{both}");
    assert!(jobs(b"").contains("the file is empty"));
    assert!(jobs(&[0xff, 0xfe, b'a', 0]).contains("UTF-16"));
    assert!(jobs(b"date,subject,\xe0\xe1\n").contains("the header is not UTF-8"));
    let mut plan = office.plan(ImportKind::Jobs, "When,What\n");
    plan.assigned = vec![mapped("subject", "Whatever")];
    assert!(office.refused(&plan).contains(r#"no column "Whatever"; its header is: When, What"#));
    plan.assigned = vec![mapped("shoe_size", "What")];
    assert!(office.refused(&plan).contains(r#"jobs have no column "shoe_size"; they have key"#));
    plan.assigned = vec![mapped("subject", "What"), mapped("request.subject", "When")];
    assert!(office.refused(&plan).contains("--map names request.subject twice"));
    plan.source = Source::File(office.folder.path().join("nowhere.csv"));
    assert!(office.refused(&plan).contains("nowhere.csv"));
}

#[test]
fn columns_are_named_by_hand_or_left_out() {
    let office = Office::new();
    let mut plan = office.plan(ImportKind::Jobs, "When;What;Type\n2004-07-01;leak;PM01\n");
    plan.assigned = vec![mapped("received_at", "when"), mapped("request.subject", "What")];
    let report = office.run(&plan);
    assert_eq!(report.faults[0].column.as_deref(), Some("Type"));
    plan.ignored = vec!["Type".to_owned()];
    let report = office.run(&plan);
    assert_eq!(
        (counts(&report), report.columns),
        (
            [1, 0, 0, 0],
            ["When → request.received_at", "What → request.subject", "Type: not used"]
                .map(str::to_owned)
                .to_vec()
        )
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let office = Office::new();
    for end in ["\n", "\r\n"] {
        let file = [
            "\u{feff}date,subject",
            "2004-07-01,\"two",
            "lines\"",
            "",
            "bad,x",
            "2004-07-01,y",
            "worse,z",
            "",
        ];
        let report = office.import(ImportKind::Jobs, file.join(end));
        let lines: Vec<u64> = report.faults.iter().map(|fault| fault.line).collect();
        assert_eq!((lines, report.rows), (vec![5, 7], 4), "{end:?}");
    }
}

#[test]
fn cells_that_are_not_utf8_and_quotes_left_open_are_found() {
    let office = Office::new();
    let faults = office.faults(ImportKind::Jobs, b"date,subject\n2004-07-01,\xe0\xe1\n2004-07-01,good\n");
    assert_eq!(faults, ["line 2, subject: it is not UTF-8: save the file as CSV in UTF-8"]);
    let endless = format!("date,subject\n2004-07-01,\"open\n{}", "2004-07-01,x\n".repeat(200_000));
    let refused = office.refused(&office.plan(ImportKind::Jobs, endless));
    assert!(refused.contains("is a quote left open"), "{refused}");
}
