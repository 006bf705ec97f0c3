//! Making what is due, and handing it over.

use std::path::{Path, PathBuf};

use calendar::Zone;
use domain::Instant;
use futures_util::future::BoxFuture;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use wire::ErrorCode;

use super::{COLUMNS, Cadence, MONTHLY, NewSchedule, Schedule, next_after, read};
use crate::core::Core;
use crate::error::CoreError;
use crate::mail::{Attached, Letter, NewMail, queue};
use crate::reports::{CSV, Report, XLSX, monthly, to_csv, to_xlsx};
use crate::scores::period::MonthKey;
use crate::sql::int;
use crate::timer::DueWork;

const NEXT: &str = "SELECT min(next_at) FROM report_schedules WHERE next_at IS NOT NULL";
const ADVANCE: &str = "UPDATE report_schedules SET next_at = ?3 WHERE id = ?1 AND next_at = ?2";
const DELIVERED: &str = "INSERT INTO report_deliveries (schedule, due_at, made_at, file, bytes, letters, problem) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
/// The folder of delivered files within the data folder.
const FOLDER: &str = "reports";

/// The work of delivering.
#[derive(Debug)]
pub(crate) struct DeliversReports;

impl DueWork for DeliversReports {
    fn name(&self) -> &'static str {
        "delivering reports"
    }

    fn next_due(&self, connection: &Connection) -> Result<Option<Instant>, CoreError> {
        let next: Option<i64> = connection.prepare_cached(NEXT)?.query_row([], |row| row.get(0))?;
        Ok(next.map(Instant::from_millis))
    }

    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>> {
        Box::pin(deliver_one(core, now))
    }
}

/// A report as a file.
struct Made {
    name: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

async fn deliver_one(core: &Core, now: Instant) -> Result<(), CoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM report_schedules WHERE next_at <= ?1 ORDER BY next_at, id LIMIT 1");
    let due = move |connection: &Connection| {
        let found = connection.prepare_cached(&sql)?.query_row([now.millis()], read).optional()?;
        let Some(schedule) = found else { return Ok(None) };
        // A report that cannot be made is written down and waits for its next day.
        let made = make(connection, &schedule).map_err(|error| error.to_string());
        Ok::<_, CoreError>(Some((schedule, made)))
    };
    let Some((schedule, made)) = core.store().read(due).await? else { return Ok(()) };
    let made = made.and_then(|made| {
        if schedule.what.to_folder {
            put(core.store().folder(), &made).map_err(|error| error.to_string())?;
        }
        Ok(made)
    });
    core.store().write(move |tx| note(tx, &schedule, made, now)).await
}

fn make(connection: &Connection, schedule: &Schedule) -> Result<Made, CoreError> {
    let NewSchedule { report, agency, as_csv, language, cadence, .. } = &schedule.what;
    let due = schedule.next_at.unwrap_or(schedule.made_at);
    let present = MonthKey::at(due).unwrap_or(MonthKey(0));
    let month = if *cadence == Cadence::Monthly { present.previous() } else { present };
    let name = |ending: &str| {
        format!("{report}-{month}-{}-{}.{ending}", schedule.id, Zone::organisation().date(due))
    };
    if report == MONTHLY {
        let bytes = to_xlsx(&monthly(connection, month, *agency)?, *language)?;
        return Ok(Made { name: name("xlsx"), media_type: XLSX, bytes });
    }
    let report = Report::named(report)
        .ok_or_else(|| CoreError::refused(ErrorCode::NotFound, "no report has this name any more"))?;
    let table = report.table(connection, month, *agency)?;
    Ok(if *as_csv {
        Made { name: name("csv"), media_type: CSV, bytes: to_csv(&table)? }
    } else {
        Made { name: name("xlsx"), media_type: XLSX, bytes: to_xlsx(&[table], *language)? }
    })
}

/// Puts a file into the folder of reports, whole or not at all.
fn put(data: &Path, made: &Made) -> std::io::Result<PathBuf> {
    let folder = data.join(FOLDER);
    std::fs::create_dir_all(&folder)?;
    let (part, whole) = (folder.join(format!(".{}.part", made.name)), folder.join(&made.name));
    std::fs::write(&part, &made.bytes)?;
    std::fs::File::open(&part)?.sync_all()?;
    std::fs::rename(&part, &whole)?;
    Ok(whole)
}

fn note(
    tx: &Transaction<'_>,
    schedule: &Schedule,
    made: Result<Made, String>,
    now: Instant,
) -> Result<(), CoreError> {
    let Some(due) = schedule.next_at else { return Ok(()) };
    let next = next_after(&schedule.what, now.max(due)).map(Instant::millis);
    // Somebody may have ended it meanwhile.
    if tx.prepare_cached(ADVANCE)?.execute((schedule.id, due.millis(), next))? == 0 {
        return Ok(());
    }
    let (file, bytes, letters, problem) = match made {
        Err(problem) => {
            tracing::error!(schedule = schedule.id, problem, "a report was not delivered");
            (None, 0, 0, Some(problem))
        }
        Ok(made) => {
            let bytes = int(made.bytes.len());
            let file = schedule.what.to_folder.then(|| made.name.clone());
            let letter = letter(&schedule.what, made);
            for recipient in &schedule.what.recipients {
                queue(tx, &NewMail::message(recipient, letter.clone()), now)?;
            }
            (file, bytes, int(schedule.what.recipients.len()), None)
        }
    };
    tx.prepare_cached(DELIVERED)?.execute(params![
        schedule.id,
        due.millis(),
        now.millis(),
        file,
        bytes,
        letters,
        problem
    ])?;
    Ok(())
}

fn letter(what: &NewSchedule, made: Made) -> Letter {
    Letter {
        subject: format!("{} – {}", what.unit, made.name),
        body: format!("{}\n", made.name),
        file: Some(Attached { name: made.name, media_type: made.media_type.to_owned(), bytes: made.bytes }),
    }
}
