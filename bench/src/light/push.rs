//! Edits that are made beforehand, and phones that push them.

use std::sync::Barrier;
use std::time::Duration;

use documents::{Document, EditContext};
use domain::{ActorClass, ActorId, DocId, DocKind, EditCommand, JobCommand, UserId};
use testkit::Kit;
use wire::{Bytes, Push};

use super::LightPhone;
use crate::clock::{Stopwatch, timed};
use crate::content;
use crate::failure::Failure;

/// Edits that each phone has made before it pushes them; no phone may run out of them.
pub(crate) const EDITS_BEFOREHAND: usize = 2_000;

/// Every phone pushes one edit after the other; what each took, in milliseconds.
pub(crate) fn push_for(phones: Vec<(LightPhone, Vec<Push>)>, lasting: Duration) -> Result<Vec<f64>, Failure> {
    let together = Barrier::new(phones.len());
    std::thread::scope(|scope| {
        let start = |(phone, work)| {
            let together = &together;
            scope.spawn(move || {
                together.wait();
                push_alone(phone, work, lasting)
            })
        };
        let running: Vec<_> = phones.into_iter().map(start).collect();
        let mut latencies = Vec::new();
        for phone in running {
            latencies.extend(phone.join().map_err(|_panic| Failure::new("a phone has panicked"))??);
        }
        Ok(latencies)
    })
}

fn push_alone(mut phone: LightPhone, work: Vec<Push>, lasting: Duration) -> Result<Vec<f64>, Failure> {
    let (watch, mut latencies) = (Stopwatch::start(), Vec::new());
    for push in work {
        if watch.elapsed() >= lasting {
            return Ok(latencies);
        }
        let (pushed, took) = timed(|| phone.push(push));
        pushed?;
        latencies.push(took.as_secs_f64() * 1000.0);
    }
    Err(Failure::new("a phone ran out of edits; make more of them beforehand"))
}

/// Remarks on jobs in turn, each a push of its own.
pub(crate) fn remarks(
    kit: &mut Kit,
    author: UserId,
    documents: &[(DocId, Vec<u8>)],
    count: usize,
) -> Result<Vec<Push>, Failure> {
    let actor = ActorId::new(ActorClass::Technician, kit.rng.bytes());
    let mut open = Vec::new();
    for (doc, saved) in documents {
        open.push((*doc, Document::load(DocKind::Job, saved)?));
    }
    let mut pushes = Vec::new();
    for number in 0..count {
        let place = number % open.len();
        let (doc, document) = &mut open[place];
        let text = content::remark(&mut kit.rng);
        let command = EditCommand::Job(JobCommand::AddNote { id: kit.note_id(), text });
        let context = EditContext { author, actor, stamp: kit.clock.stamp() };
        let change = document.edit(&command, &context)?;
        let changes = change.into_iter().map(|change| Bytes(change.bytes)).collect();
        pushes.push(Push { doc: *doc, kind: DocKind::Job, changes });
    }
    Ok(pushes)
}
