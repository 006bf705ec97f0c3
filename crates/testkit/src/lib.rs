//! What tests, benchmarks and the demonstration share: seeded randomness, a
//! clock moved by hand, people, and the commands that they give.
//!
//! Everything follows from a seed, so that a failure is repeated by its number.
//! A [`Kit`] holds the randomness and the clock, and makes people, ids, commands
//! and documents; [`next_job_command`] makes up what an honest person would do next.
//! With the feature `disk`, SQLite's files lie on a disk that fails as planned.

mod clock;
mod commands;
#[cfg(feature = "disk")]
pub mod disk;
mod honest;
mod people;
mod rng;

pub use clock::ManualClock;
pub use commands::{answer, replace_text, set_field, set_trip_field, some_value, text_edit, words};
pub use honest::{next_job_command, next_trip_command};
pub use people::Person;
pub use rng::Rng;

use documents::{Document, EditContext, RawChange};
use domain::{DocId, EditCommand, Stamp};

/// Randomness and time, and what is made of them.
#[derive(Debug)]
pub struct Kit {
    /// The randomness.
    pub rng: Rng,
    /// The clock.
    pub clock: ManualClock,
}

impl Kit {
    /// A kit whose every product follows from `seed`; its clock stands at a
    /// morning in Tehran.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed), clock: ManualClock::morning() }
    }

    /// An id for a new document, made now.
    pub fn doc_id(&mut self) -> DocId {
        DocId::new(self.clock.now(), self.rng.bytes())
    }

    /// The context in which a person edits now; a second passes, so that no two
    /// edits bear the same time.
    pub fn context(&mut self, person: &Person) -> EditContext {
        self.clock.advance_ms(1_000);
        let stamp: Stamp = self.clock.stamp();
        EditContext { author: person.user, actor: person.actor, stamp }
    }

    /// Makes a document by a person's `Create` command.
    ///
    /// # Panics
    /// If the document refuses the command: a test's own command is wrong then.
    pub fn create(&mut self, person: &Person, command: &EditCommand) -> (Document, RawChange) {
        let id = self.doc_id();
        let context = self.context(person);
        Document::create(id, command, &context).expect("a test's command makes a document")
    }

    /// Carries out a person's command.
    ///
    /// # Panics
    /// If the document refuses the command, or if nothing changes by it.
    pub fn edit(&mut self, doc: &mut Document, person: &Person, command: &EditCommand) -> RawChange {
        let context = self.context(person);
        let change = doc.edit(command, &context).expect("a test's command can be carried out");
        change.expect("a test's command changes something")
    }
}

#[cfg(test)]
mod tests {
    use domain::Role;

    use super::Kit;

    #[test]
    fn the_same_seed_gives_the_same_world_and_another_seed_another() {
        let world = |seed| {
            let mut kit = Kit::new(seed);
            let person = kit.person(Role::Technician);
            (person.user, person.actor, kit.doc_id(), kit.event_id())
        };
        assert_eq!(world(7), world(7));
        assert_ne!(world(7), world(8));
    }

    #[test]
    fn a_person_writes_under_the_class_of_the_role() {
        let mut kit = Kit::new(1);
        for role in Role::ALL {
            assert_eq!(kit.person(role).actor.class(), Some(role.actor_class()));
        }
    }
}
