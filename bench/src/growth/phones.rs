//! One server with fifty technicians, and more and more phones at it: connected with their
//! live signals, then all exchanging, then some editing beside the others.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use demo::server_process::ServerProcess;
use serde::Serialize;
use testkit::Kit;

use crate::clock::{Stopwatch, timed};
use crate::failure::Failure;
use crate::figures::{hundredth, mib, number, per};
use crate::light::push::{EDITS_BEFOREHAND, push_for, remarks};
use crate::light::{LightPhone, Live};
use crate::memory::{cpu_ms, resident_kib};
use crate::organisation;
use crate::phone::Login;
use crate::rig::NO_RATE_LIMIT;

/// Signed in with a password each; the phones share their sessions, since ten thousand
/// passwords would only measure argon2.
const TECHNICIANS: usize = 50;
const EACH: usize = 10;
/// Phones that exchange at the same moment.
const AT_ONCE: usize = 32;
/// Exchanges that are measured at least: the kernel counts a server's work in hundredths
/// of a second.
const EXCHANGES: usize = 5_000;
/// Phones that edit beside the others.
const EDITING: usize = 10;
const EDITING_FOR: Duration = Duration::from_secs(5);
/// Two connections of each phone, and some to spare.
const CONNECTIONS: &str = "--connections-max=12000";

/// What so many phones cost.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Row {
    pub(super) phones: usize,
    /// Memory of the server for each phone that is connected with its live signal.
    pub(super) kib_each: f64,
    /// All phones ask for news in turn, some at once: exchanges in a second, the slowest of a
    /// hundred, and what the server computes for each.
    pub(super) exchanges_per_second: f64,
    pub(super) exchange_p99_ms: f64,
    pub(super) exchange_cpu_ms: f64,
    /// Edits of ten phones while all others are connected.
    pub(super) edits_per_second: f64,
    pub(super) edit_p99_ms: f64,
    pub(super) resident_mib: f64,
}

pub(super) fn measure(program: &Path, root: &Path, sizes: &[usize]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for phones in sizes {
        println!("{phones} phones");
        let row = Crowd::found(program, &root.join(phones.to_string()))?.measure(*phones)?;
        println!("{row:?}");
        rows.push(row);
    }
    Ok(rows)
}

/// A server and who signs in.
struct Crowd {
    server: ServerProcess,
    logins: Vec<Login>,
    works: Vec<Vec<wire::Push>>,
}

impl Crowd {
    fn found(program: &Path, data: &Path) -> Result<Self, Failure> {
        let server = ServerProcess::new(program.to_path_buf(), data.to_path_buf(), 0)?;
        let mut server = server.with_setting(NO_RATE_LIMIT).with_setting(CONNECTIONS);
        let (desk, people) = organisation::team(&server, data, TECHNICIANS, EACH)?;
        let mut kit = Kit::new(17);
        let mut works = Vec::new();
        for (user, _) in people.iter().take(EDITING) {
            works.push(remarks(&mut kit, *user, &desk.documents_of(*user)?, EDITS_BEFOREHAND)?);
        }
        drop(desk);
        server.start()?;
        let logins = people.into_iter().map(|(_, login)| login).collect();
        Ok(Self { server, logins, works })
    }

    fn measure(mut self, count: usize) -> Result<Row, Failure> {
        let server = self.server.socket();
        let process = self.server.process_id();
        let resident = || process.and_then(resident_kib).unwrap_or(0);
        let computed = || process.and_then(cpu_ms).unwrap_or(0);
        let mut phones = self.connect(server, count.max(EDITING))?;
        let before = resident();
        let live: Vec<Live> = phones.iter().map(LightPhone::follow).collect::<Result<_, Failure>>()?;
        let connected = resident();

        let (watch, cpu) = (Stopwatch::start(), computed());
        let mut times = Vec::new();
        while times.len() < EXCHANGES {
            times.extend(all_exchange(&mut phones)?);
        }
        let (took, cpu) = (watch.elapsed().as_secs_f64(), computed().saturating_sub(cpu));
        times.sort_by(f64::total_cmp);

        let editing = phones.drain(..EDITING).zip(std::mem::take(&mut self.works)).collect();
        let watch = Stopwatch::start();
        let mut edits = push_for(editing, EDITING_FOR)?;
        let edited_for = watch.elapsed().as_secs_f64();
        edits.sort_by(f64::total_cmp);
        let row = Row {
            phones: count,
            kib_each: per(connected.saturating_sub(before), live.len()),
            exchanges_per_second: number(times.len()) / took,
            exchange_p99_ms: hundredth(&times, 99),
            exchange_cpu_ms: per(cpu, times.len()),
            edits_per_second: number(edits.len()) / edited_for,
            edit_p99_ms: hundredth(&edits, 99),
            resident_mib: mib(resident()),
        };
        drop(live);
        self.server.stop()?;
        Ok(row)
    }

    /// Every phone has exchanged what there is.
    fn connect(&self, server: SocketAddr, count: usize) -> Result<Vec<LightPhone>, Failure> {
        let mut phones: Vec<LightPhone> = Vec::new();
        for login in self.logins.iter().take(count) {
            phones.push(LightPhone::sign_in(server, login)?);
        }
        for place in phones.len()..count {
            let another = phones[place % TECHNICIANS].another()?;
            phones.push(another);
        }
        all_exchange(&mut phones)?;
        Ok(phones)
    }
}

/// Every phone exchanges until there is nothing more to get; what each took.
fn all_exchange(phones: &mut [LightPhone]) -> Result<Vec<f64>, Failure> {
    let share = phones.len().div_ceil(AT_ONCE);
    std::thread::scope(|scope| {
        let exchange = |phones: &mut [LightPhone]| -> Result<Vec<f64>, Failure> {
            let mut times = Vec::new();
            for phone in phones {
                let (exchanged, took) = timed(|| phone.catch_up());
                exchanged?;
                times.push(took.as_secs_f64() * 1000.0);
            }
            Ok(times)
        };
        let running: Vec<_> =
            phones.chunks_mut(share).map(|phones| scope.spawn(move || exchange(phones))).collect();
        let mut times = Vec::new();
        for phones in running {
            times.extend(phones.join().map_err(|_panic| Failure::new("a phone has panicked"))??);
        }
        Ok(times)
    })
}
