//! A peer in JavaScript: its server in one process, each of its phones in another.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::lines::FleetFile;
use super::meter::{Ingest, Meter, Sample};
use super::npm;
use super::proxy::Proxy;
use super::side::{EACH, Side, Work};
use super::talk::{Phone, Said};
use crate::failure::Failure;
use crate::memory::{cpu_ms, peak_kib};

const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Looks before a server counts as stuck: half a minute.
const LOOKS_MAX: u32 = 1_500;

/// A peer and its server.
pub(crate) struct NodeSide {
    program: &'static str,
    /// Its program and packages.
    folder: PathBuf,
    /// Its data.
    root: PathBuf,
    fleet: PathBuf,
    documents: usize,
    server: Option<(Child, SocketAddr)>,
    servers: u32,
    phones: u32,
    rounds: u32,
}

impl NodeSide {
    /// Installs it where that has not happened yet.
    pub(crate) fn install(program: &'static str, root: &Path) -> Result<Self, Failure> {
        Ok(Self {
            program,
            folder: npm::install(program)?,
            root: root.join(program),
            fleet: PathBuf::new(),
            documents: 0,
            server: None,
            servers: 0,
            phones: 0,
            rounds: 0,
        })
    }

    fn serve(&mut self) -> Result<(), Failure> {
        self.stop()?;
        self.servers += 1;
        let data = self.data();
        std::fs::create_dir_all(&data)?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = File::create(data.join("server.log"))?;
        let mut command = Command::new("node");
        command.arg(format!("{}.mjs", self.program)).arg("serve").arg(address.port().to_string());
        command.arg(data.join("server")).current_dir(&self.folder);
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
                return Ok(());
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
        Phone::prepare(&self.folder, self.program, request)
    }

    /// Something that is not measured, done at the server's own address.
    fn unmeasured(&self, what: &str) -> Result<(), Failure> {
        let mut phone = self.prepare(&self.request(what, self.server()?))?;
        phone.work()?;
        phone.end()
    }
}

impl Side for NodeSide {
    fn start(&mut self, fleet: &FleetFile, documents: usize) -> Result<(), Failure> {
        self.fleet.clone_from(&fleet.path);
        self.documents = documents;
        self.serve()?;
        self.unmeasured("seed")
    }

    fn server(&self) -> Result<SocketAddr, Failure> {
        let server = self.server.as_ref().map(|(_, address)| *address);
        server.ok_or_else(|| Failure::new("its server does not run"))
    }

    fn exchange(&mut self, work: Work, proxy: &Proxy) -> Result<Sample, Failure> {
        self.rounds += 1;
        match work {
            Work::Cold => self.phones += 1,
            Work::CatchUp => self.unmeasured("office")?,
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

    fn stop(&mut self) -> Result<(), Failure> {
        if let Some((mut child, _)) = self.server.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }
}

impl Drop for NodeSide {
    fn drop(&mut self) {
        // Leaves no server behind when a peer has failed; there is nobody to tell.
        drop(self.stop());
    }
}
