//! Phones that sync while strangers try passwords as fast as the server lets them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use testkit::Kit;

use crate::clock::timed;
use crate::failure::Failure;
use crate::figures::Figure;
use crate::organisation::Size;
use crate::phone::Phone;
use crate::rig::{Rig, first_jobs, remark_on, sync_options};

const JOBS: usize = 50;
const SYNCS: usize = 400;
/// Strangers at once; each asks again as soon as it was answered.
const STRANGERS: usize = 16;
const PATIENCE: Duration = Duration::from_secs(30);
/// How much slower the slowest syncs may be.
const SLOWER_MAX: f64 = 2.0;

pub(crate) fn measure(program: &Path, root: &Path) -> Result<Vec<Figure>, Failure> {
    let mut kit = Kit::new(6);
    let mut rig = Rig::found(program, root, "flood", Size { own: JOBS, others: 0 })?;
    rig.server.start()?;
    let phone = rig.full_phone()?;
    let address = rig.server.socket();
    // The first round warms both ends up.
    slowest_of_hundred(&phone, &mut kit)?;
    let quiet = slowest_of_hundred(&phone, &mut kit)?;
    let (flooded, answered) = beside_strangers(address, || slowest_of_hundred(&phone, &mut kit))?;
    let (answered, flooded) = (answered, flooded?);
    rig.server.stop()?;
    Ok(vec![
        Figure::new("one edit sent, 99th of a hundred, quiet", quiet, "ms"),
        Figure::new("the same while passwords are tried", flooded, "ms"),
        Figure::new("how many times slower", flooded / quiet, "").at_most(SLOWER_MAX),
        Figure::count("passwords that were tried meanwhile", answered, ""),
    ])
}

/// The 99th percentile of syncs with one edit, in milliseconds.
fn slowest_of_hundred(phone: &Phone, kit: &mut Kit) -> Result<f64, Failure> {
    let jobs = first_jobs(&phone.client, 1)?;
    let mut times = Vec::new();
    for _ in 0..SYNCS {
        remark_on(&phone.client, kit, &jobs)?;
        let (synced, time) = timed(|| phone.sync(&sync_options()));
        synced?;
        times.push(time.as_secs_f64() * 1000.0);
    }
    times.sort_by(f64::total_cmp);
    times.get(times.len() * 99 / 100).copied().ok_or_else(|| Failure::new("nothing was measured"))
}

/// Runs something beside the strangers; gives also how many answers they got.
fn beside_strangers<T>(address: SocketAddr, work: impl FnOnce() -> T) -> Result<(T, u64), Failure> {
    let (over, answers) = (AtomicBool::new(false), AtomicU64::new(0));
    let done = std::thread::scope(|scope| {
        for number in 0..STRANGERS {
            let (over, answers) = (&over, &answers);
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    if try_password(address, number).is_ok() {
                        answers.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let done = work();
        over.store(true, Ordering::Relaxed);
        done
    });
    match answers.into_inner() {
        0 => Err(Failure::new("no password was tried")),
        tried => Ok((done, tried)),
    }
}

fn try_password(address: SocketAddr, number: usize) -> std::io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let device = r#"{"name":"a browser","kind":"browser"}"#;
    let body = format!(r#"{{"name":"nobody-{number}","password":"guessed","device":{device}}}"#);
    write!(
        stream,
        "POST /v1/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer).map(drop)
}
