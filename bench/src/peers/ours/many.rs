//! One of our phones that brings very many documents, and the server's next start.

use std::thread::sleep;

use domain::JobKind;

use super::super::meter::Many;
use super::super::side::UNTIL_SETTLED;
use super::Ours;
use crate::clock::{self, Stopwatch, timed};
use crate::failure::Failure;
use crate::phone::Phone;
use crate::rig::sync_options;
use crate::{content, fleet};

/// Documents after whose making a line is printed.
const PROGRESS_EACH: usize = 1_000;

impl Ours {
    /// The phone has made the documents itself, one change after the other, before the
    /// clock starts.
    pub(super) fn push_many(&mut self, documents: usize) -> Result<Many, Failure> {
        self.serve(1, 0)?;
        let empty_kib = self.resident_kib()?;
        let phone = self.new_phone(&self.root.clone(), 0)?;
        phone.sync(&sync_options())?;
        self.make(&phone, documents)?;
        let (pushed, push) = timed(|| phone.sync(&sync_options()));
        let (report, _) = pushed?;
        if !phone.client.outbox(1)?.is_empty() {
            return Err(Failure::new(format!("not everything was taken: {report:?}")));
        }
        sleep(UNTIL_SETTLED);
        let full_kib = self.resident_kib()?;
        let server = self.server.as_mut().ok_or_else(|| Failure::new("our server does not run"))?;
        server.stop()?;
        let watch = Stopwatch::start();
        server.start()?;
        let start_ms = watch.elapsed().as_secs_f64() * 1000.0;
        let (served, first) = timed(|| phone.sync(&sync_options()));
        served?;
        let ms = first.as_secs_f64() * 1000.0;
        Ok(Many { push_s: push.as_secs_f64(), empty_kib, full_kib, start_ms, first_ms: ms })
    }

    fn make(&mut self, phone: &Phone, documents: usize) -> Result<(), Failure> {
        let customers = content::customers(&mut self.kit.rng, (documents / 5).max(1));
        for number in 0..documents {
            let customer = &customers[number % customers.len()];
            let fields = content::fields(&mut self.kit.rng, customer, clock::now());
            let made = phone.client.create_job(JobKind::Visit, fields)?;
            for command in fleet::work_in_the_field(&mut self.kit) {
                phone.client.execute(made.doc, &command)?;
            }
            if (number + 1).is_multiple_of(PROGRESS_EACH) {
                println!("  {} of {documents} documents are made", number + 1);
            }
        }
        Ok(())
    }
}
