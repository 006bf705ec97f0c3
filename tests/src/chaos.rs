//! A TCP proxy that makes the network bad: slow, stalling, cut at a byte, reset,
//! silent. It counts what passes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Bytes that are passed on at once.
const CHUNK_BYTES: usize = 1024;

/// How the network is for connections that open from now on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Each chunk comes so much later.
    pub latency: Duration,
    /// No more than this passes, each way.
    pub bytes_per_second: Option<u32>,
    /// Out of so many chunks one is lost and comes only with its repetition.
    pub one_lost_in: Option<u64>,
    /// Where a connection ends.
    pub end: End,
}

/// How a connection ends, if not by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum End {
    /// By itself.
    #[default]
    Own,
    /// It is reset once so many bytes of what the phone sends have passed.
    UpAt(u64),
    /// It is reset once so many bytes of what the server answers have passed.
    DownAt(u64),
    /// It is accepted, and nothing passes; nobody is told.
    HalfOpen,
}

/// After how long a lost chunk is repeated.
const REPEATED_AFTER: Duration = Duration::from_millis(200);

/// The proxy; dropping it closes everything.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    server: SocketAddr,
    weather: Mutex<Weather>,
    /// Ends each connection that is open.
    open: Mutex<Vec<watch::Sender<bool>>>,
    up: AtomicU64,
    down: AtomicU64,
    cuts: AtomicU64,
    chunks: AtomicU64,
}

/// Bytes that passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// From the phone.
    pub up: u64,
    /// From the server.
    pub down: u64,
    /// Connections that were reset.
    pub cuts: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

impl Proxy {
    /// Listens in front of a server.
    ///
    /// # Panics
    ///
    /// When there is no port.
    pub async fn before(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            server,
            weather: Mutex::default(),
            open: Mutex::default(),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            cuts: AtomicU64::new(0),
            chunks: AtomicU64::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    /// The address for phones.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes what is open and changes the weather for what opens from now on.
    pub fn set(&self, weather: Weather) {
        *self.shared.weather.lock().unwrap_or_else(PoisonError::into_inner) = weather;
        let open = std::mem::take(&mut *self.shared.open.lock().unwrap_or_else(PoisonError::into_inner));
        for connection in open {
            connection.send_replace(true);
        }
    }

    /// Connections that were reset since [`take`](Self::take) was called last.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }

    /// What passed since this was asked last.
    #[must_use]
    pub fn take(&self) -> Passed {
        let take = |counter: &AtomicU64| counter.swap(0, Ordering::SeqCst);
        Passed { up: take(&self.shared.up), down: take(&self.shared.down), cuts: take(&self.shared.cuts) }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((phone, _)) = listener.accept().await {
        let weather = *shared.weather.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::spawn(carry(phone, Arc::clone(&shared), weather));
    }
}

/// Carries one connection to its end.
async fn carry(phone: TcpStream, shared: Arc<Shared>, weather: Weather) {
    if weather.end == End::HalfOpen {
        let (mut silent, _answers) = phone.into_split();
        let mut void = [0; CHUNK_BYTES];
        while silent.read(&mut void).await.is_ok_and(|read| read > 0) {}
        return;
    }
    let Ok(server) = TcpStream::connect(shared.server).await else { return };
    for socket in [&phone, &server] {
        socket.set_nodelay(true).expect("a socket takes its options");
        if weather.end != End::Own {
            // What is cut is reset: the other end gets no orderly close.
            socket.set_zero_linger().expect("a socket takes its options");
        }
    }
    let (from_phone, to_phone) = phone.into_split();
    let (from_server, to_server) = server.into_split();
    let (cut, is_cut) = watch::channel(false);
    shared.open.lock().unwrap_or_else(PoisonError::into_inner).push(cut.clone());
    let pass = |way, from, to| Pump { way, from, to, shared: Arc::clone(&shared), weather };
    let up = pass(Way::Up, from_phone, to_server).run(&cut, is_cut.clone());
    let down = pass(Way::Down, from_server, to_phone).run(&cut, is_cut);
    tokio::join!(up, down);
}

/// One way of a connection.
struct Pump {
    way: Way,
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    shared: Arc<Shared>,
    weather: Weather,
}

impl Pump {
    async fn run(mut self, cut: &watch::Sender<bool>, mut is_cut: watch::Receiver<bool>) {
        let mut left = match (self.way, self.weather.end) {
            (Way::Up, End::UpAt(bytes)) | (Way::Down, End::DownAt(bytes)) => Some(bytes),
            _ => None,
        };
        let mut buffer = [0; CHUNK_BYTES];
        loop {
            if left == Some(0) {
                self.shared.cuts.fetch_add(1, Ordering::SeqCst);
                cut.send_replace(true);
                return;
            }
            let read = tokio::select! {
                read = self.from.read(&mut buffer) => read.unwrap_or(0),
                _ = is_cut.wait_for(|cut| *cut) => return,
            };
            let may_pass = left.map_or(read, |left| read.min(usize::try_from(left).unwrap_or(read)));
            let Some(chunk) = buffer.get(..may_pass).filter(|chunk| !chunk.is_empty()) else { return };
            self.delay(chunk.len()).await;
            if self.to.write_all(chunk).await.is_err() {
                return;
            }
            let counter = if self.way == Way::Up { &self.shared.up } else { &self.shared.down };
            counter.fetch_add(chunk.len() as u64, Ordering::SeqCst);
            left = left.map(|left| left - chunk.len() as u64);
        }
    }

    async fn delay(&self, bytes: usize) {
        let mut wait = self.weather.latency;
        if let Some(rate) = self.weather.bytes_per_second {
            wait += Duration::from_secs(1) * u32::try_from(bytes).unwrap_or(u32::MAX) / rate;
        }
        let chunk = self.shared.chunks.fetch_add(1, Ordering::SeqCst);
        if self.weather.one_lost_in.is_some_and(|one_in| chunk % one_in == one_in - 1) {
            wait += REPEATED_AFTER;
        }
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }
}
