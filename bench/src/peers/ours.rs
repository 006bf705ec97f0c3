//! Ours: the real server with everything on, and the real client over real HTTP.

mod live;
mod many;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use client_core::HttpTransport;
use demo::server_process::ServerProcess;
use testkit::Kit;
use wire::Push;

use super::limit::{self, Limit};
use super::lines::{self, FleetFile};
use super::meter::{Ingest, Many, Meter, Sample};
use super::proxy::Proxy;
use super::side::{EACH, OFFICE_EDITS, PHONE_EDITS, Side, Work};
use crate::clock::{Stopwatch, timed};
use crate::failure::Failure;
use crate::light::LightPhone;
use crate::light::push::{EDITS_BEFOREHAND, push_for, remarks};
use crate::memory::{cpu_ms, peak_kib, resident_kib};
use crate::organisation;
use crate::phone::{Login, Phone};
use crate::rig::{NO_RATE_LIMIT, first_jobs, remark_on, sync_options};

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
        let (desk, people) = organisation::team(&server, &data, 1, documents)?;
        let technician = people.first().ok_or_else(|| Failure::new("nobody was entered"))?;
        let documents = desk.documents_of(technician.0)?;
        lines::write(path, documents.iter().map(|(_, saved)| saved.as_slice()))
    }

    fn new_server(&mut self) -> Result<(ServerProcess, PathBuf), Failure> {
        self.servers += 1;
        let data = self.root.join(format!("server-{}", self.servers));
        let server = ServerProcess::new(self.program.clone(), data.clone(), 0)?;
        Ok((server.with_setting(NO_RATE_LIMIT), data))
    }

    /// A new server that runs, with so many technicians and jobs for each.
    fn serve(&mut self, technicians: usize, each: usize) -> Result<(), Failure> {
        self.serve_worked_on(technicians, each, 0).map(drop)
    }

    /// The same; gives so many edits of each technician.
    fn serve_worked_on(
        &mut self,
        technicians: usize,
        each: usize,
        edits: usize,
    ) -> Result<Vec<Vec<Push>>, Failure> {
        self.stop()?;
        let (mut server, data) = self.new_server()?;
        let (desk, people) = organisation::team(&server, &data, technicians, each)?;
        let mut works = Vec::new();
        for (user, _) in &people {
            works.push(remarks(&mut self.kit, *user, &desk.documents_of(*user)?, edits)?);
        }
        drop(desk);
        server.start()?;
        self.logins = people.into_iter().map(|(_, login)| login).collect();
        self.server = Some(server);
        Ok(works)
    }

    /// What the disk alone lets through of such edits.
    pub(crate) fn limit(&mut self, group: usize) -> Result<Limit, Failure> {
        let works = self.serve_worked_on(1, EACH, EDITS_BEFOREHAND)?;
        self.stop()?;
        limit::measure(&self.root, &works, group)
    }

    fn running(&self) -> Result<&ServerProcess, Failure> {
        self.server.as_ref().ok_or_else(|| Failure::new("our server does not run"))
    }

    fn resident_kib(&self) -> Result<u64, Failure> {
        let resident = self.running()?.process_id().and_then(resident_kib);
        resident.ok_or_else(|| Failure::new("the kernel does not say how much memory our server has"))
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
        Ok(self.running()?.socket())
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

    /// The phones' edits are made before the clock starts.
    fn ingest(&mut self, _: &FleetFile, phones: usize, seconds: u32) -> Result<Ingest, Failure> {
        let lasting = Duration::from_secs(u64::from(seconds));
        let mut works = self.serve_worked_on(phones, EACH, EDITS_BEFOREHAND)?;
        let server = self.server()?;
        let mut pushing = Vec::new();
        for (login, work) in self.logins.iter().zip(&mut works) {
            let mut phone = LightPhone::sign_in(server, login)?;
            phone.catch_up()?;
            pushing.push((phone, std::mem::take(work)));
        }
        let process = self.running()?.process_id();
        let computed = || process.and_then(cpu_ms).unwrap_or(0);
        let before = computed();
        let watch = Stopwatch::start();
        let latencies = push_for(pushing, lasting)?;
        let took = watch.elapsed().as_secs_f64();
        let cpu = computed().saturating_sub(before);
        Ok(Ingest::of(latencies, took, cpu, process.and_then(peak_kib).unwrap_or(0)))
    }

    fn many(&mut self, _: &FleetFile, documents: usize) -> Result<Many, Failure> {
        self.push_many(documents)
    }

    fn propagate(&mut self, _: &FleetFile, edits: usize) -> Result<Vec<f64>, Failure> {
        self.see_edits(edits)
    }

    fn survivors(&mut self, _: &FleetFile) -> Result<usize, Failure> {
        self.edits_after_a_kill()
    }

    fn stop(&mut self) -> Result<(), Failure> {
        (self.phone, self.office) = (None, None);
        match self.server.take() {
            Some(mut server) => Ok(server.stop()?),
            None => Ok(()),
        }
    }
}
