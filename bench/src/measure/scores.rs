//! A month in which very many representatives closed a thousand jobs each: all of it
//! computed anew from evidence, one case that changes, and one representative's month
//! as it is served. The evidence is written straight into the tables, with the sums
//! that the server would have kept up.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use client_core::{HttpRequest, HttpTransport, Method, Transport};
use demo::server_process::ServerProcess;
use domain::{AgencyId, DocId, Instant, Role, UserId, Uuid};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sync_server::clock::SystemClock;
use sync_server::error::CoreError;
use sync_server::scores::period::MonthKey;
use sync_server::scores::{self, NewQualityDecision, Verdict};
use sync_server::store::Store;
use testkit::{Kit, Rng};

use crate::clock::{now, timed};
use crate::failure::Failure;
use crate::figures::{Figure, median_ms};
use crate::memory::peak_kib;
use crate::organisation;

const JOBS_EACH: u32 = 1_000;
const ROUNDS: usize = 3;
const CHANGES: usize = 101;
const READS: usize = 21;
const RECOMPUTE_MS_MAX: f64 = 10_000.0;
const PEAK_KIB_MAX: f64 = 512.0 * 1024.0;
const CHANGE_MS_MAX: f64 = 5.0;
const SERVED_MS_MAX: f64 = 50.0;
const ONE: i64 = 1_000_000_000_000;
/// Components that have a row for each job, by their place; closed jobs are 10.
const EACH_JOB: [i64; 6] = [0, 1, 2, 3, 8, 10];
const PARTS: i64 = 4;
const TRAVEL: i64 = 7;
const MIXES: [&str; 4] = ["service|BX-24", "service|WM-7", "installation|BX-24", "service|RF-300"];

/// What one computation took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Recomputed {
    millis: f64,
    peak_kib: u64,
    scored: usize,
}

/// Computes the present month once, in the process that calls it.
pub(crate) fn recompute_once(folder: &Path) -> Result<Recomputed, Failure> {
    let store = Store::open(folder, Arc::new(SystemClock))?;
    let month = this_month();
    let (scored, time) = timed(|| store.read_blocking(|connection| scores::recompute(connection, month)));
    let scored = scored?.len();
    let peak_kib = peak_kib(std::process::id()).unwrap_or(0);
    Ok(Recomputed { millis: time.as_secs_f64() * 1_000.0, peak_kib, scored })
}

fn this_month() -> MonthKey {
    MonthKey::at(now()).unwrap_or(MonthKey(0))
}

pub(crate) fn measure(program: &Path, root: &Path, agencies: u32) -> Result<Vec<Figure>, Failure> {
    let data = root.join("scores");
    let server = ServerProcess::new(program.to_path_buf(), data.clone(), 0)?;
    let mut server = server.with_setting("--rate-factor=1000000");
    server.command(&["init"])?;
    let (quality, password) = organisation::enter(&server, "quality", Role::Quality)?;
    println!("{agencies} representatives with {JOBS_EACH} jobs each");
    let filled = fill(&data, agencies)?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(recompute_in_child(&data, agencies)?);
    }
    let changes = change_cases(&data, &filled, quality)?;
    server.start()?;
    let served = serve(&server.address(), &password, filled.agency)?;
    server.stop()?;
    let jobs = u64::from(agencies) * u64::from(JOBS_EACH);
    let median_of =
        |pick: fn(&Recomputed) -> f64| crate::figures::median_of(rounds.iter().map(pick).collect());
    let what = |figure: &str| format!("{agencies} representatives, {jobs} jobs: {figure}");
    #[expect(clippy::cast_precision_loss, reason = "KiB of a process")]
    let peak = median_of(|round| round.peak_kib as f64);
    Ok(vec![
        Figure::new(what("the month from evidence rows"), median_of(|round| round.millis), "ms")
            .at_most(RECOMPUTE_MS_MAX),
        Figure::new(what("peak memory of that"), peak, "KiB").at_most(PEAK_KIB_MAX),
        Figure::new(what("one case changes, flushed"), median_ms(&changes), "ms").at_most(CHANGE_MS_MAX),
        Figure::new(what("a month's page over HTTP"), median_ms(&served.page), "ms").at_most(SERVED_MS_MAX),
        Figure::new(what("the evidence of one component"), median_ms(&served.evidence), "ms")
            .at_most(SERVED_MS_MAX),
        Figure::new(what("what each job did"), median_ms(&served.jobs), "ms").at_most(SERVED_MS_MAX),
    ])
}

fn recompute_in_child(data: &Path, agencies: u32) -> Result<Recomputed, Failure> {
    let output = Command::new(std::env::current_exe()?).arg("--recompute").arg(data).output()?;
    if !output.status.success() {
        return Err(Failure::new(String::from_utf8_lossy(&output.stderr)));
    }
    let recomputed: Recomputed = serde_json::from_slice(&output.stdout)?;
    if u32::try_from(recomputed.scored) != Ok(agencies) {
        return Err(Failure::new(format!("{} agencies were scored", recomputed.scored)));
    }
    Ok(recomputed)
}

/// What was written.
struct Filled {
    agency: AgencyId,
    job: DocId,
}

fn fill(data: &Path, agencies: u32) -> Result<Filled, Failure> {
    let store = Store::open(data, Arc::new(SystemClock))?;
    let mut kit = Kit::new(3);
    let mut first = None;
    for number in 0..agencies {
        let agency = AgencyId::new(now(), kit.rng.bytes());
        let jobs: Vec<DocId> = (0..JOBS_EACH).map(|_| DocId::new(now(), kit.rng.bytes())).collect();
        first.get_or_insert(Filled { agency, job: jobs[0] });
        let mut rng = kit.rng.fork();
        store.write_blocking(move |tx| fill_agency(tx, number, agency, &jobs, &mut rng))?;
        if (number + 1) % 100 == 0 {
            println!("filled {}", number + 1);
        }
    }
    first.ok_or_else(|| Failure::new("at least one representative"))
}

fn fill_agency(
    tx: &Transaction<'_>,
    number: u32,
    agency: AgencyId,
    jobs: &[DocId],
    rng: &mut Rng,
) -> Result<(), CoreError> {
    let month = this_month();
    let known_at = month.begins().plus_days(1);
    tx.execute(
        "INSERT INTO agencies (id, name, folded, created_at) VALUES (?1, ?2, ?2, 0)",
        (agency.as_bytes(), format!("agency {number}")),
    )?;
    for measure in EACH_JOB {
        let mut sums = (0, 0);
        for job in jobs {
            let value = if rng.chance(9, 10) { ONE } else { 0 };
            row(tx, (agency, month, known_at), (measure, *job), (value, ONE, None))?;
            sums = (sums.0 + value, sums.1 + ONE);
        }
        add_sum(tx, (agency, month), measure, sums, jobs.len())?;
    }
    for job in jobs {
        let cost = 10_000 * rng.between(10, 900);
        let mix = *rng.pick(&MIXES);
        row(tx, (agency, month, known_at), (PARTS, *job), (cost, 0, Some(mix)))?;
        tx.prepare_cached(
            "INSERT INTO month_parts (month, mix, agency, jobs, cost) VALUES (?1, ?2, ?3, 1, ?4) \
             ON CONFLICT (month, mix, agency) DO UPDATE SET jobs = jobs + 1, cost = cost + excluded.cost",
        )?
        .execute((month.0, mix, agency.as_bytes(), cost))?;
    }
    for job in jobs.iter().step_by(3) {
        row(tx, (agency, month, known_at), (TRAVEL, *job), (ONE, ONE, None))?;
    }
    let claims = jobs.iter().step_by(3).count();
    let units = ONE * i64::try_from(claims).unwrap_or(0);
    add_sum(tx, (agency, month), TRAVEL, (units, units), claims)?;
    // One job that can change.
    tx.execute(
        "INSERT INTO job_cases (doc, kind, standing, closed_at, closing_event, agency, visits, in_warranty) \
         VALUES (?1, 'visit', 'counts', ?2, 'closed', ?3, 1, 0)",
        (jobs[0].as_bytes(), known_at.millis(), agency.as_bytes()),
    )?;
    Ok(())
}

type Place = (AgencyId, MonthKey, Instant);

fn row(
    tx: &Transaction<'_>,
    (agency, month, known_at): Place,
    (measure, job): (i64, DocId),
    (value, weight, mix): (i64, i64, Option<&str>),
) -> Result<(), CoreError> {
    let outcome = if mix.is_some() { 2 } else { i64::from(value == 0) };
    tx.prepare_cached(
        "INSERT INTO evidence (agency, month, measure, case_id, case_type, origin, job, outcome, value, weight, \
         mix, known_at, source) VALUES (?1, ?2, ?3, ?4, 0, ?4, ?4, ?5, ?6, ?7, ?8, ?9, 'closed')",
    )?
    .execute(params![
        agency.as_bytes(),
        month.0,
        measure,
        job.as_bytes(),
        outcome,
        value,
        weight,
        mix,
        known_at.millis(),
    ])?;
    Ok(())
}

fn add_sum(
    tx: &Transaction<'_>,
    (agency, month): (AgencyId, MonthKey),
    measure: i64,
    (numerator, denominator): (i64, i64),
    cases: usize,
) -> Result<(), CoreError> {
    let cases = i64::try_from(cases).unwrap_or(i64::MAX);
    tx.prepare_cached(
        "INSERT INTO month_facts (agency, month, measure, numerator, denominator, cases) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute((agency.as_bytes(), month.0, measure, numerator, denominator, cases))?;
    Ok(())
}

/// Decides again and again on a complaint about one job: all of the job's evidence is
/// found anew each time, and what differs is replaced, in a transaction that is
/// flushed.
fn change_cases(data: &Path, filled: &Filled, quality: UserId) -> Result<Vec<Duration>, Failure> {
    let store = Store::open(data, Arc::new(SystemClock))?;
    let mut times = Vec::new();
    for round in 0..CHANGES {
        let word = if round % 2 == 0 { "minor" } else { "major" };
        let new = NewQualityDecision {
            case_id: "C-1".to_owned(),
            verdict: Verdict::of("complaint", word).ok_or_else(|| Failure::new("no such verdict"))?,
            job: Some(filled.job),
            agency: None,
            note: "measured".to_owned(),
            by: quality,
        };
        let (decided, time) = timed(|| store.write_blocking(move |tx| scores::decide(tx, &new, now())));
        decided?;
        times.push(time);
    }
    Ok(times)
}

/// What was served, and how long it took.
struct Served {
    page: Vec<Duration>,
    evidence: Vec<Duration>,
    jobs: Vec<Duration>,
}

fn serve(address: &str, password: &str, agency: AgencyId) -> Result<Served, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let http = HttpTransport::new(address)?;
    let device = json!({"name": "bench", "kind": "browser"});
    let body = json!({"name": "quality", "password": password, "device": device}).to_string();
    let session = runtime.block_on(ask(&http, Method::Post, "/v1/sessions", Some(body), ""))?;
    let token = session["access_token"].as_str().unwrap_or_default().to_owned();
    let base = format!("/v1/scores/{}/{}", Uuid::from_bytes(*agency.as_bytes()), this_month());
    let read = |path: String| -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::new();
        for _ in 0..READS {
            let (answer, time) = timed(|| runtime.block_on(ask(&http, Method::Get, &path, None, &token)));
            if answer?.as_object().is_none_or(|body| body.is_empty()) {
                return Err(Failure::new(format!("{path} was empty")));
            }
            times.push(time);
        }
        Ok(times)
    };
    Ok(Served {
        page: read(base.clone())?,
        evidence: read(format!("{base}/evidence?component=first_time_fix"))?,
        jobs: read(format!("{base}/jobs"))?,
    })
}

async fn ask(
    http: &HttpTransport,
    method: Method,
    path: &str,
    body: Option<String>,
    token: &str,
) -> Result<Value, Failure> {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    if !token.is_empty() {
        headers.push(("authorization".to_owned(), format!("Bearer {token}")));
    }
    let body = body.unwrap_or_default().into_bytes();
    let timeout = Duration::from_secs(60);
    let request = HttpRequest { method, path: path.to_owned(), headers, body, timeout };
    let response = http.send(request).await?;
    if !(200..300).contains(&response.status) {
        return Err(Failure::new(String::from_utf8_lossy(&response.body)));
    }
    Ok(serde_json::from_slice(&response.body)?)
}
