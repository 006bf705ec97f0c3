//! Edits of one of our phones as another sees them, and as they outlive a kill.

use std::sync::mpsc::sync_channel;
use std::thread::{scope, sleep};

use wire::Push;

use super::super::side::{BEFORE_KILL, BETWEEN_EDITS, EACH, OFFICE_EDITS, Side};
use super::Ours;
use crate::clock::Stopwatch;
use crate::failure::Failure;
use crate::light::{LightPhone, Live};

impl Ours {
    /// Two phones of one technician. The second follows the live signal and exchanges when
    /// that says that there is something new.
    pub(super) fn see_edits(&mut self, edits: usize) -> Result<Vec<f64>, Failure> {
        let (mut writer, mut reader, work) = self.two_phones(edits)?;
        let mut live = reader.follow()?;
        live.hint()?;
        let (send, seen) = sync_channel(1);
        scope(|scope| {
            let reading = scope.spawn(move || -> Result<(), Failure> {
                for _ in 0..edits {
                    await_edit(&mut live, &mut reader)?;
                    if send.send(()).is_err() {
                        break;
                    }
                }
                Ok(())
            });
            let mut latencies = Vec::new();
            for push in work {
                sleep(BETWEEN_EDITS);
                let watch = Stopwatch::start();
                writer.push(push)?;
                if seen.recv().is_err() {
                    break;
                }
                latencies.push(watch.elapsed().as_secs_f64() * 1000.0);
            }
            reading.join().map_err(|_panic| Failure::new("the second phone has panicked"))??;
            Ok(latencies)
        })
    }

    pub(super) fn edits_after_a_kill(&mut self) -> Result<usize, Failure> {
        let (mut writer, mut reader, work) = self.two_phones(OFFICE_EDITS)?;
        for push in work {
            writer.push(push)?;
        }
        sleep(BEFORE_KILL);
        let server = self.server.as_mut().ok_or_else(|| Failure::new("our server does not run"))?;
        server.kill()?;
        server.start()?;
        reader.connect_again()?;
        reader.catch_up()
    }

    /// A server with one technician, two phones of his, and edits for the first.
    fn two_phones(&mut self, edits: usize) -> Result<(LightPhone, LightPhone, Vec<Push>), Failure> {
        let work = self.serve_worked_on(1, EACH, edits)?.into_iter().next().unwrap_or_default();
        let server = self.server()?;
        let login = self.logins.first().ok_or_else(|| Failure::new("nobody may sign in"))?;
        let (mut writer, mut reader) =
            (LightPhone::sign_in(server, login)?, LightPhone::sign_in(server, login)?);
        writer.catch_up()?;
        reader.catch_up()?;
        Ok((writer, reader, work))
    }
}

/// A hint may tell of what an earlier exchange has brought already.
fn await_edit(live: &mut Live, reader: &mut LightPhone) -> Result<(), Failure> {
    loop {
        live.hint()?;
        if reader.catch_up()? > 0 {
            return Ok(());
        }
    }
}
