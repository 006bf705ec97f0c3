//! A peer: its server in one process, each of its phones in another.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::lines::FleetFile;
use super::meter::{Ingest, Many, Meter, Sample};
use super::program::{Program, Written};
use super::proxy::Proxy;
use super::side::{BEFORE_KILL, BETWEEN_EDITS, EACH, OFFICE_EDITS, Side, UNTIL_SETTLED, Work};
use super::talk::{Phone, Said};
use crate::clock::Stopwatch;
use crate::failure::Failure;
use crate::memory::{cpu_ms, peak_kib, resident_kib};

const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// Looks before a server counts as stuck: half a minute.
const LOOKS_MAX: u32 = 6_000;

/// A peer and its server.
pub(crate) struct Theirs {
    program: Program,
    /// Its data.
    root: PathBuf,
    fleet: PathBuf,
    documents: usize,
    server: Option<(Child, SocketAddr)>,
    servers: u32,
    phones: u32,
    rounds: u32,
}

impl Theirs {
    /// Installs it where that has not happened yet.
    pub(crate) fn install((name, written): (&str, Written), root: &Path) -> Result<Self, Failure> {
        Ok(Self {
            program: Program::install(name, written)?,
            root: root.join(name),
            fleet: PathBuf::new(),
            documents: 0,
            server: None,
            servers: 0,
            phones: 0,
            rounds: 0,
        })
    }

    /// A server without documents.
    fn serve(&mut self) -> Result<(), Failure> {
        self.stop()?;
        self.servers += 1;
        self.start_again().map(drop)
    }

    /// The same server again; what it took until it listened.
    fn start_again(&mut self) -> Result<Duration, Failure> {
        self.stop()?;
        let watch = Stopwatch::start();
        let data = self.data();
        std::fs::create_dir_all(&data)?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = File::create(data.join("server.log"))?;
        let mut command = self.program.command();
        command.arg("serve").arg(address.port().to_string()).arg(data.join("server"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut child = command.spawn()?;
        for _ in 0..LOOKS_MAX {
            if let Some(status) = child.try_wait()? {
                let log = std::fs::read_to_string(data.join("server.log"))?;
                let said = log.lines().find(|line| line.contains("Error")).unwrap_or_default().to_owned();
                return Err(Failure::new(format!("its server ended with {status}: {said}")));
            }
            if TcpStream::connect(address).is_ok() {
                self.server = Some((child, address));
                return Ok(watch.elapsed());
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        drop(child.kill());
        Err(Failure::new("its server is not ready after half a minute"))
    }

    /// Of the server that runs, and its phones.
    fn data(&self) -> PathBuf {
        self.root.join(format!("server-{}", self.servers))
    }

    fn process(&self) -> Option<u32> {
        self.server.as_ref().map(|(child, _)| child.id())
    }

    fn request(&self, what: &str, to: SocketAddr) -> Value {
        json!({
            "do": what,
            "port": to.port(),
            "folder": self.data().join(format!("phone-{}", self.phones)),
            "shared": self.data(),
            "fleet": self.fleet,
            "count": self.documents,
            "round": self.rounds,
        })
    }

    fn prepare(&self, request: &Value) -> Result<Phone, Failure> {
        Phone::prepare(&self.program, request)
    }

    /// Something done at the server's own address, without a proxy.
    fn done(&self, what: &str) -> Result<Said, Failure> {
        let mut phone = self.prepare(&self.request(what, self.server()?))?;
        let said = phone.work()?;
        phone.end()?;
        Ok(said)
    }

    fn resident_kib(&self) -> Result<u64, Failure> {
        let resident = self.process().and_then(resident_kib);
        resident.ok_or_else(|| Failure::new("the kernel does not say how much memory its server has"))
    }
}

impl Side for Theirs {
    fn start(&mut self, fleet: &FleetFile, documents: usize) -> Result<(), Failure> {
        self.fleet.clone_from(&fleet.path);
        self.documents = documents;
        self.serve()?;
        self.done("seed").map(drop)
    }

    fn server(&self) -> Result<SocketAddr, Failure> {
        let server = self.server.as_ref().map(|(_, address)| *address);
        server.ok_or_else(|| Failure::new("its server does not run"))
    }

    fn exchange(&mut self, work: Work, proxy: &Proxy) -> Result<Sample, Failure> {
        self.rounds += 1;
        match work {
            Work::Cold => self.phones += 1,
            Work::CatchUp => drop(self.done("office")?),
            Work::Idle => {}
        }
        let mut phone = self.prepare(&self.request(work.name(), proxy.address()))?;
        let meter = Meter::begin(proxy, self.process());
        let said = phone.work()?;
        let sample = meter.end(said.ms);
        phone.end()?;
        Ok(sample)
    }

    fn ingest(&mut self, fleet: &FleetFile, phones: usize, seconds: u32) -> Result<Ingest, Failure> {
        self.fleet.clone_from(&fleet.path);
        self.documents = phones * EACH;
        self.serve()?;
        let mut request = self.request("ingest", self.server()?);
        request["phones"] = json!(phones);
        request["each"] = json!(EACH);
        request["seconds"] = json!(seconds);
        let mut phone = self.prepare(&request)?;
        let computed = || self.process().and_then(cpu_ms).unwrap_or(0);
        let before = computed();
        let Said { latencies_ms, seconds, .. } = phone.work()?;
        let cpu = computed().saturating_sub(before);
        let peak = self.process().and_then(peak_kib).unwrap_or(0);
        phone.end()?;
        let seconds = seconds.ok_or_else(|| Failure::new("its phones do not say how long they worked"))?;
        Ok(Ingest::of(latencies_ms, seconds, cpu, peak))
    }

    fn many(&mut self, fleet: &FleetFile, documents: usize) -> Result<Many, Failure> {
        self.fleet.clone_from(&fleet.path);
        self.documents = documents;
        self.serve()?;
        let empty_kib = self.resident_kib()?;
        let took = |said: Said| said.ms.ok_or_else(|| Failure::new("its phone does not say what it took"));
        let push_s = took(self.done("seed")?)? / 1000.0;
        std::thread::sleep(UNTIL_SETTLED);
        let full_kib = self.resident_kib()?;
        let start_ms = self.start_again()?.as_secs_f64() * 1000.0;
        let first_ms = took(self.done("first")?)?;
        Ok(Many { push_s, empty_kib, full_kib, start_ms, first_ms })
    }

    fn propagate(&mut self, fleet: &FleetFile, edits: usize) -> Result<Vec<f64>, Failure> {
        self.start(fleet, 1)?;
        let mut request = self.request("propagate", self.server()?);
        request["edits"] = json!(edits);
        request["pause_ms"] = json!(BETWEEN_EDITS.as_millis());
        let mut phone = self.prepare(&request)?;
        let latencies = phone.work()?.latencies_ms;
        phone.end()?;
        Ok(latencies)
    }

    fn survivors(&mut self, fleet: &FleetFile) -> Result<usize, Failure> {
        self.start(fleet, OFFICE_EDITS)?;
        self.rounds += 1;
        let mut editing = self.prepare(&self.request("office", self.server()?))?;
        editing.work()?;
        // It stays connected: a server may write when a phone leaves.
        std::thread::sleep(BEFORE_KILL);
        self.start_again()?;
        drop(editing);
        self.done("kept")?.found.ok_or_else(|| Failure::new("its phone does not say what it found"))
    }

    fn stop(&mut self) -> Result<(), Failure> {
        if let Some((mut child, _)) = self.server.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        // Leaves no server behind when a peer has failed; there is nobody to tell.
        drop(self.stop());
    }
}
