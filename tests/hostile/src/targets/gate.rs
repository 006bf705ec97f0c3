//! The whole gate on bent changes, with its policy closed and open. Whatever is
//! admitted leaves a sound document.

use documents::Document;
use gate::{ActorFacts, Candidate, NotAdmitted, Stage, structure};
use testkit::Kit;

use crate::mutate;
use crate::oracle;
use crate::scene::{Scene, scenes};
use crate::script::Script;

thread_local! {
    static SCENES: Vec<Scene> = scenes();
}

/// How far a change came with the policy closed, and open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    /// Refused by this stage.
    Stage(Stage),
    /// Told to come again, or that it is known or forked.
    Told,
    /// Admitted, and the document is sound.
    Admitted,
}

/// The change that a script builds, and the number of the scene that it is for.
#[must_use]
pub fn bent(scenes: &[Scene], bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
    let mut script = Script::new(bytes);
    let index = script.below(scenes.len().max(1));
    let scene = scenes.get(index)?;
    let honest = script.pick(&scene.honest)?;
    Some((index, mutate::bend(&mut script, honest, &scene.known)))
}

/// Builds a change by a script and submits it.
///
/// # Panics
/// If something is admitted and the document is broken by it, or if a refusal
/// touches the document.
pub fn gate(bytes: &[u8]) -> [Reached; 2] {
    SCENES.with(|scenes| {
        let Some((index, change)) = bent(scenes, bytes) else { return [Reached::Told; 2] };
        let Some(scene) = scenes.get(index) else { return [Reached::Told; 2] };
        [judged(closed(scene, &change), oracle::check), judged(open(scene, &change), oracle::check_engine)]
    })
}

fn closed(scene: &Scene, bytes: &[u8]) -> Result<Document, NotAdmitted> {
    let change = structure::check_change(bytes)?;
    let document = scene.document.as_ref();
    let last = document.and_then(|document| document.last_of(change.actor()));
    let facts = ActorFacts { owner: Some((scene.subject.device, scene.subject.user)), last };
    let candidate = Candidate { id: scene.id, kind: scene.kind, document, change: &change };
    gate::admit(&scene.subject, &facts, &candidate, scene.now).map(|admitted| admitted.into_after().0)
}

fn open(scene: &Scene, bytes: &[u8]) -> Result<Document, NotAdmitted> {
    let change = structure::check_change(bytes)?;
    gate::testing::admit_open(scene.kind, scene.document.as_ref(), &change)
}

fn judged(
    verdict: Result<Document, NotAdmitted>,
    check: fn(&mut Kit, &Document) -> Result<(), oracle::Broken>,
) -> Reached {
    match verdict {
        Ok(document) => {
            if let Err(broken) = check(&mut Kit::new(9), &document) {
                panic!("admitted, and now {broken}");
            }
            Reached::Admitted
        }
        Err(NotAdmitted::Refused(refusal)) => Reached::Stage(refusal.stage),
        Err(_) => Reached::Told,
    }
}
