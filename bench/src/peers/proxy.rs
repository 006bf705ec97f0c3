//! A TCP proxy between a phone and a server: it counts the bytes of both directions,
//! knows when the last one passed, and may delay each by half a round trip. Bytes that
//! follow one another closely are delayed together, so that it narrows no connection.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::clock::Stopwatch;
use crate::failure::Failure;

const CHUNK_BYTES: usize = 64 * 1024;
/// Chunks that may be under way in one direction of one connection.
const CHUNKS_UNDER_WAY: usize = 4096;
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The proxy; it runs until this program ends, or it is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    watch: Stopwatch,
    half_trip: Mutex<Duration>,
    counted: Mutex<Counted>,
    over: AtomicBool,
}

/// What passed since it was last asked to begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Bytes from the phone.
    pub(crate) up: u64,
    /// Bytes from the server.
    pub(crate) down: u64,
    first: Option<Duration>,
    last: Option<Duration>,
}

impl Counted {
    /// From the first byte to the last.
    pub(crate) fn lasted(&self) -> Duration {
        self.last.unwrap_or_default().saturating_sub(self.first.unwrap_or_default())
    }

    fn add(&mut self, way: Way, bytes: usize, at: Duration) {
        match way {
            Way::Up => self.up += bytes as u64,
            Way::Down => self.down += bytes as u64,
        }
        self.first.get_or_insert(at);
        self.last = Some(at);
    }
}

#[derive(Debug, Clone, Copy)]
enum Way {
    Up,
    Down,
}

impl Proxy {
    /// Listens in front of a server.
    pub(crate) fn before(server: SocketAddr) -> Result<Self, Failure> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server,
            watch: Stopwatch::start(),
            half_trip: Mutex::default(),
            counted: Mutex::default(),
            over: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { address, shared })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long a round trip takes on connections that open from now on. Opening one
    /// is not delayed.
    pub(crate) fn set_round_trip(&self, round_trip: Duration) {
        *lock(&self.shared.half_trip) = round_trip / 2;
    }

    /// Counts from nothing again.
    pub(crate) fn begin(&self) {
        *lock(&self.shared.counted) = Counted::default();
    }

    /// Waits until nothing has passed for a while and gives what was counted; gives
    /// up waiting after `most`.
    pub(crate) fn when_quiet(&self, quiet_for: Duration, most: Duration) -> Counted {
        let waited = Stopwatch::start();
        loop {
            let counted = *lock(&self.shared.counted);
            let now = self.shared.watch.elapsed();
            let silent = counted.last.map_or(waited.elapsed(), |last| now.saturating_sub(last));
            if silent >= quiet_for || waited.elapsed() >= most {
                return counted;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts, so that it sees that it is over.
        drop(TcpStream::connect(self.address));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for phone in listener.incoming().flatten() {
        if shared.over.load(Ordering::SeqCst) {
            return;
        }
        // A server that cannot be reached shows at the phone as a closed connection.
        drop(carry(phone, shared));
    }
}

fn carry(phone: TcpStream, shared: &Arc<Shared>) -> std::io::Result<()> {
    let server = TcpStream::connect(shared.server)?;
    phone.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let half_trip = *lock(&shared.half_trip);
    pump(Way::Up, phone.try_clone()?, server.try_clone()?, shared, half_trip);
    pump(Way::Down, server, phone, shared, half_trip);
    Ok(())
}

/// One direction of one connection: one thread reads and counts, another writes when it
/// is time.
fn pump(way: Way, mut from: TcpStream, to: TcpStream, shared: &Arc<Shared>, half_trip: Duration) {
    let (send, receive) = sync_channel::<(Duration, Vec<u8>)>(CHUNKS_UNDER_WAY);
    let (reading, writing) = (Arc::clone(shared), Arc::clone(shared));
    std::thread::spawn(move || read(way, &mut from, &send, &reading, half_trip));
    std::thread::spawn(move || write(to, &receive, &writing));
}

fn read(
    way: Way,
    from: &mut TcpStream,
    send: &SyncSender<(Duration, Vec<u8>)>,
    shared: &Shared,
    half_trip: Duration,
) {
    let mut buffer = vec![0; CHUNK_BYTES];
    while let Ok(bytes) = from.read(&mut buffer) {
        let Some(chunk) = buffer.get(..bytes).filter(|chunk| !chunk.is_empty()) else { return };
        let now = shared.watch.elapsed();
        lock(&shared.counted).add(way, bytes, now);
        if send.send((now + half_trip, chunk.to_vec())).is_err() {
            return;
        }
    }
}

fn write(mut to: TcpStream, receive: &Receiver<(Duration, Vec<u8>)>, shared: &Shared) {
    for (due, chunk) in receive {
        let early = due.saturating_sub(shared.watch.elapsed());
        if !early.is_zero() {
            std::thread::sleep(early);
        }
        if to.write_all(&chunk).is_err() {
            break;
        }
    }
    // The other end may have closed it already; then there is nothing to say.
    drop(to.shutdown(Shutdown::Write));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that answers each byte with two.
    fn doubling() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut byte = [0];
                while stream.read_exact(&mut byte).is_ok() {
                    stream.write_all(&[byte[0], byte[0]]).expect("answers");
                }
            }
        });
        address
    }

    fn ask(proxy: &Proxy, bytes: usize) -> Duration {
        let mut stream = TcpStream::connect(proxy.address()).expect("connects");
        let watch = Stopwatch::start();
        stream.write_all(&vec![7; bytes]).expect("asks");
        stream.read_exact(&mut vec![0; 2 * bytes]).expect("is answered");
        watch.elapsed()
    }

    #[test]
    fn bytes_are_counted_in_both_directions_and_from_nothing_again() {
        let proxy = Proxy::before(doubling()).expect("listens");
        ask(&proxy, 1_000);
        let counted = proxy.when_quiet(Duration::from_millis(50), Duration::from_secs(5));
        assert_eq!((counted.up, counted.down), (1_000, 2_000));
        proxy.begin();
        ask(&proxy, 3);
        let counted = proxy.when_quiet(Duration::from_millis(50), Duration::from_secs(5));
        assert_eq!((counted.up, counted.down), (3, 6));
    }

    #[test]
    fn a_round_trip_is_waited_for_once_however_many_chunks_there_are() {
        let proxy = Proxy::before(doubling()).expect("listens");
        proxy.set_round_trip(Duration::from_millis(200));
        let took = ask(&proxy, 5_000);
        assert!(took >= Duration::from_millis(200) && took < Duration::from_secs(3), "{took:?}");
    }
}
