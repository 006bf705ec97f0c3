//! Reports come from recorded work, in forms that people's programs read, and reach
//! their unit once.

use domain::{EventKind, JobField, Role};
use sync_server::reports::schedule::{self, Cadence, MONTHLY, NewSchedule};
use sync_server::reports::{Cell, Language, Report, Table, monthly, to_csv, to_xlsx};
use testkit::text_edit;

use crate::scores::{Field, user};

fn table(field: &Field, report: Report) -> Table {
    let month = field.month();
    let read = || field.world.core.store().read_blocking(|connection| report.table(connection, month, None));
    tokio::task::block_in_place(read).expect("it reads")
}

fn cell<'a>(table: &'a Table, row: usize, column: &str) -> &'a Cell {
    let place = table.columns.iter().position(|known| known.0 == column).expect("a column");
    &table.rows[row][place]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_are_made_from_recorded_work() {
    let mut field = Field::new(71).await;
    // An installation of a device under warranty, then its repair.
    let install = field.job(0, 7).await;
    let until = domain::FieldValue::Instant(field.world.core.now().plus_days(300));
    let warranty = domain::JobFieldEdit { field: JobField::AssetWarrantyUntil, value: Some(until) };
    let edits = vec![text_edit(JobField::RequestType, "installation"), warranty.clone()];
    set(&mut field, install, edits).await;
    field
        .work(
            0,
            install,
            &[EventKind::Accepted, EventKind::Arrived, EventKind::Working, EventKind::Done],
            "none",
        )
        .await;
    field.close(install).await;
    let repair = field.job(0, 7).await;
    set(&mut field, repair, vec![warranty]).await;
    field
        .work(
            0,
            repair,
            &[EventKind::Accepted, EventKind::Arrived, EventKind::Working, EventKind::Done],
            "pump",
        )
        .await;
    field.close(repair).await;

    let ratio = table(&field, Report::InstallRepair);
    assert_eq!(ratio.rows.len(), 1);
    assert_eq!(*cell(&ratio, 0, "installs"), Cell::Int(1));
    assert_eq!(*cell(&ratio, 0, "warranty_repairs"), Cell::Int(1));
    let parts = table(&field, Report::Parts);
    let jobs: i64 = parts.rows.iter().map(|row| if let Cell::Int(jobs) = row[3] { jobs } else { 0 }).sum();
    assert_eq!(jobs, 2, "each job used one part: {parts:?}");
    let faults = table(&field, Report::LongFaults);
    assert_eq!(*cell(&faults, 0, "repairs"), Cell::Int(1));
    assert_eq!(*cell(&table(&field, Report::Repeats), 0, "closed_jobs"), Cell::Int(2));
    assert_eq!(table(&field, Report::ClosedJobs).rows.len(), 2);
    assert_eq!(table(&field, Report::Utilisation).rows.len(), 2);
    // Every report can be written in every form.
    for report in Report::ALL {
        let table = table(&field, report);
        let csv = String::from_utf8(to_csv(&table).expect("CSV")).expect("UTF-8");
        assert_eq!(csv.lines().count(), table.rows.len() + 1, "{}", report.name());
        let workbook = to_xlsx(&[table], Language::Fa).expect("a workbook");
        assert!(workbook.starts_with(b"PK"), "{}", report.name());
    }
    let month = field.month();
    let read = || field.world.core.store().read_blocking(|connection| monthly(connection, month, None));
    let sheets = tokio::task::block_in_place(read).expect("it reads");
    assert!(sheets.len() > 9 && to_xlsx(&sheets, Language::En).is_ok());
}

async fn set(field: &mut Field, job: domain::DocId, edits: Vec<domain::JobFieldEdit>) {
    let office = field.office;
    let command = domain::EditCommand::Job(domain::JobCommand::SetFields { edits });
    field.world.edit(&office, job, command).await.expect("set");
}

/// Checked by leaving `next_at` where it was: the next month was not delivered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_delivered_once_to_its_unit() {
    let mut field = Field::new(72).await;
    let quality = field.world.kit.person(Role::Quality);
    let new = NewSchedule {
        report: MONTHLY.to_owned(),
        agency: None,
        as_csv: false,
        language: Language::Fa,
        cadence: Cadence::Monthly,
        day: 6,
        hour: 7,
        recipients: vec!["quality@example.org".to_owned(), "sales@example.org".to_owned()],
        to_folder: true,
        unit: "quality".to_owned(),
        by: quality.user,
    };
    let (person, now) = (user(quality.user, "quality", Role::Quality, None), field.world.core.now());
    let set_up = move |tx: &rusqlite::Transaction<'_>| {
        sync_server::people::create_user(tx, &person, now).expect("entered");
        schedule::add(tx, &new, now)
    };
    let id = field.world.core.store().write(set_up).await.expect("set up").id;
    field.pass(1).await;
    assert_eq!(letters(&field), 0, "its day has not come");
    field.pass(25).await;
    field.pass(0).await;
    assert_eq!(letters(&field), 2);
    let files = std::fs::read_dir(field.world.folder.path().join("reports")).expect("a folder");
    let names: Vec<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].starts_with("monthly-1404-12-") && names[0].ends_with(".xlsx"), "{names:?}");
    // Started again, nothing is delivered twice.
    let Field { world, office, agencies, phones } = field;
    let mut field = Field { world: world.restart(73), office, agencies, phones };
    field.pass(0).await;
    assert_eq!(letters(&field), 2);
    let read = || field.world.core.store().read_blocking(|connection| schedule::deliveries(connection, id));
    let delivered = tokio::task::block_in_place(read).expect("it reads");
    assert_eq!((delivered.len(), delivered[0].letters), (1, 2));
    assert!(delivered[0].problem.is_none() && delivered[0].bytes > 1_000);
    // A month later the next one.
    field.pass(31).await;
    assert_eq!(letters(&field), 4);
}

fn letters(field: &Field) -> i64 {
    field.world.count("SELECT count(*) FROM mail WHERE kind = 'message'")
}
