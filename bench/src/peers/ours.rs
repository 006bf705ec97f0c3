//! Ours: the real server with everything on, and the real client over real HTTP.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::time::Duration;

use client_core::HttpTransport;
use demo::server_process::ServerProcess;
use domain::{Role, UserId};
use testkit::{Kit, ManualClock};

use super::lines::{self, FleetFile};
use super::meter::{Ingest, Meter, Sample};
use super::proxy::Proxy;
use super::side::{EACH, OFFICE_EDITS, PHONE_EDITS, Side, Work};
use crate::clock::{self, Stopwatch, timed};
use crate::failure::Failure;
use crate::memory::{cpu_ms, peak_kib};
use crate::organisation::{self, Desk};
use crate::phone::{Login, Phone};
use crate::rig::{NO_RATE_LIMIT, first_jobs, remark_on, sync_options};

/// The fleet follows from it.
const SEED: u64 = 7;
/// A disk in memory, where there is one.
const MEMORY_DISK: &str = "/dev/shm";

/// Our server and its phones.
pub(crate) struct Ours {
    program: PathBuf,
    root: PathBuf,
    server: Option<ServerProcess>,
    logins: Vec<Login>,
    documents: usize,
    phone: Option<Phone>,
    office: Option<Phone>,
    servers: u32,
    phones: u32,
    kit: Kit,
}

impl Ours {
    pub(crate) fn new(program: &Path, root: &Path) -> Self {
        Self {
            program: program.to_path_buf(),
            root: root.join("hamgam"),
            server: None,
            logins: Vec::new(),
            documents: 0,
            phone: None,
            office: None,
            servers: 0,
            phones: 0,
            kit: Kit::new(5),
        }
    }

    /// Makes the fleet in a folder of ours and writes it for everybody.
    pub(crate) fn write_fleet(&mut self, path: &Path, documents: usize) -> Result<FleetFile, Failure> {
        let (server, data) = self.new_server()?;
        let (desk, people) = found(&server, &data, 1, documents)?;
        let technician = people.first().ok_or_else(|| Failure::new("nobody was entered"))?;
        lines::write(path, &desk.documents_of(technician.0)?)
    }

    fn new_server(&mut self) -> Result<(ServerProcess, PathBuf), Failure> {
        self.servers += 1;
        let data = self.root.join(format!("server-{}", self.servers));
        let server = ServerProcess::new(self.program.clone(), data.clone(), 0)?;
        Ok((server.with_setting(NO_RATE_LIMIT), data))
    }

    /// A new server that runs, with so many technicians and jobs for each.
    fn serve(&mut self, technicians: usize, each: usize) -> Result<(), Failure> {
        self.stop()?;
        let (mut server, data) = self.new_server()?;
        let (desk, people) = found(&server, &data, technicians, each)?;
        drop(desk);
        server.start()?;
        self.logins = people.into_iter().map(|(_, login)| login).collect();
        self.server = Some(server);
        Ok(())
    }

    fn running(&self) -> Result<&ServerProcess, Failure> {
        self.server.as_ref().ok_or_else(|| Failure::new("our server does not run"))
    }

    /// A new phone that is signed in and empty.
    fn new_phone(&mut self, folder: &Path, technician: usize) -> Result<Phone, Failure> {
        self.phones += 1;
        let database = folder.join(format!("phone-{}.sqlite", self.phones));
        let login = self.logins.get(technician).ok_or_else(|| Failure::new("nobody may sign in"))?;
        Ok(Phone::sign_in(&database, &self.running()?.address(), login)?)
    }

    /// Somebody else edits some jobs, and the phone others.
    fn edit_both(&mut self) -> Result<(), Failure> {
        if self.office.is_none() {
            let office = self.new_phone(&self.root.clone(), 0)?;
            office.sync(&sync_options())?;
            self.office = Some(office);
        }
        let (Some(office), Some(phone)) = (&self.office, &self.phone) else {
            return Err(Failure::new("no phone was filled before"));
        };
        let limit = u32::try_from(OFFICE_EDITS + PHONE_EDITS).unwrap_or(u32::MAX);
        let jobs = first_jobs(&phone.client, limit)?;
        let (theirs, mine) = jobs.split_at(OFFICE_EDITS.min(jobs.len()));
        remark_on(&office.client, &mut self.kit, theirs)?;
        office.sync(&sync_options())?;
        remark_on(&phone.client, &mut self.kit, mine)
    }
}

impl Side for Ours {
    fn start(&mut self, _: &FleetFile, documents: usize) -> Result<(), Failure> {
        self.documents = documents;
        self.serve(1, documents)
    }

    fn server(&self) -> Result<SocketAddr, Failure> {
        let address = self.running()?.address();
        let address = address.trim_start_matches("http://").parse();
        address.map_err(|_unreadable| Failure::new("our server has no address"))
    }

    fn exchange(&mut self, work: Work, proxy: &Proxy) -> Result<Sample, Failure> {
        match work {
            Work::Cold => self.phone = Some(self.new_phone(&self.root.clone(), 0)?),
            Work::CatchUp => self.edit_both()?,
            Work::Idle => {}
        }
        let phone = self.phone.as_ref().ok_or_else(|| Failure::new("no phone was filled before"))?;
        let process = self.running()?.process_id();
        // Made anew, so that each exchange opens a connection of its own.
        let transport = HttpTransport::new(&format!("http://{}", proxy.address()))?;
        let meter = Meter::begin(proxy, process);
        let (report, took) = timed(|| phone.client.sync_blocking(&transport, &sync_options()));
        let sample = meter.end(Some(took.as_secs_f64() * 1000.0));
        let report = report?;
        let is_whole = match work {
            Work::Cold => report.entered >= self.documents as u64,
            Work::Idle => true,
            Work::CatchUp => report.updated >= OFFICE_EDITS as u64 && report.accepted >= PHONE_EDITS as u64,
        };
        if is_whole {
            Ok(sample)
        } else {
            Err(Failure::new(format!("not everything was exchanged: {report:?}")))
        }
    }

    /// The phones' databases lie in memory where that can be had: in life fifty phones
    /// do not wait for one disk, and the server's flushes are to be measured.
    fn ingest(&mut self, _: &FleetFile, phones: usize, seconds: u32) -> Result<Ingest, Failure> {
        self.serve(phones, EACH)?;
        let mut folder = tempfile::Builder::new();
        folder.prefix("hamgam-phones-");
        let folder = folder.tempdir_in(MEMORY_DISK).or_else(|_no_such_disk| folder.tempdir())?;
        let mut filled = Vec::new();
        for number in 0..phones {
            let phone = self.new_phone(folder.path(), number)?;
            phone.sync(&sync_options())?;
            phone.sync(&sync_options())?;
            filled.push(phone);
        }
        let process = self.running()?.process_id();
        let computed = || process.and_then(cpu_ms).unwrap_or(0);
        let before = computed();
        let watch = Stopwatch::start();
        let latencies = edit_for(&filled, Duration::from_secs(u64::from(seconds)))?;
        let took = watch.elapsed().as_secs_f64();
        let cpu = computed().saturating_sub(before);
        Ok(Ingest::of(latencies, took, cpu, process.and_then(peak_kib).unwrap_or(0)))
    }

    fn stop(&mut self) -> Result<(), Failure> {
        (self.phone, self.office) = (None, None);
        match self.server.take() {
            Some(mut server) => Ok(server.stop()?),
            None => Ok(()),
        }
    }
}

/// Every phone edits and syncs, again and again; what each took, in milliseconds.
fn edit_for(phones: &[Phone], lasting: Duration) -> Result<Vec<f64>, Failure> {
    let together = Barrier::new(phones.len());
    std::thread::scope(|scope| {
        let start = |(number, phone)| {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                edit_alone(phone, number, lasting)
            })
        };
        let running: Vec<_> = (0..).zip(phones).map(start).collect();
        let mut latencies = Vec::new();
        for phone in running {
            latencies.extend(phone.join().map_err(|_panic| Failure::new("a phone has panicked"))??);
        }
        Ok(latencies)
    })
}

fn edit_alone(phone: &Phone, number: u64, lasting: Duration) -> Result<Vec<f64>, Failure> {
    let jobs = first_jobs(&phone.client, u32::try_from(EACH).unwrap_or(u32::MAX))?;
    let mut kit = Kit::new(1_000 + number);
    let (watch, mut latencies) = (Stopwatch::start(), Vec::new());
    for job in jobs.iter().cycle() {
        if watch.elapsed() >= lasting {
            break;
        }
        let (accepted, took) = timed(|| {
            remark_on(&phone.client, &mut kit, std::slice::from_ref(job))?;
            Ok::<_, Failure>(phone.sync(&sync_options())?.0.accepted)
        });
        if accepted? == 0 {
            return Err(Failure::new("an edit was not accepted"));
        }
        latencies.push(took.as_secs_f64() * 1000.0);
    }
    Ok(latencies)
}

/// A folder with technicians, and jobs for each with their whole history.
fn found(
    server: &ServerProcess,
    data: &Path,
    technicians: usize,
    each: usize,
) -> Result<(Desk, Vec<(UserId, Login)>), Failure> {
    server.command(&["init"])?;
    let (dispatcher, _) = organisation::enter(server, "dispatcher", Role::Dispatcher)?;
    let mut people = Vec::new();
    for number in 0..technicians {
        let name = format!("technician-{number}");
        let (user, password) = organisation::enter(server, &name, Role::Technician)?;
        people.push((user, Login { name, password }));
    }
    let desk = Desk::open(data, dispatcher)?;
    let mut kit = Kit::new(SEED);
    kit.clock = ManualClock::at(clock::now().plus_days(-90));
    let users: Vec<UserId> = people.iter().map(|(user, _)| *user).collect();
    desk.register(&mut kit, &users, technicians * each)?;
    users.iter().try_for_each(|user| desk.work_on_all(&mut kit, *user))?;
    Ok((desk, people))
}
