//! The letters of a text by name: what a phone needs to make a splice again, at
//! the same place between the same letters, after an earlier one was refused.

use automerge::{ObjId, ReadDoc};
use domain::{ChangeHash, JobText};

use crate::engine::{hash_in, hashes_in};
use crate::read::Reader;
use crate::{Document, ReadError};

/// The name of a letter: the operation that wrote it. Equal letters are never
/// confused, and a letter has the same name in every version of the document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter(Vec<u8>);

impl Document {
    /// The letters of a text as it stood at some heads, in their order.
    ///
    /// # Errors
    /// If a head is not a change of this document, or it has lost the text.
    pub fn letters(&self, text: JobText, heads: &[ChangeHash]) -> Result<Vec<Letter>, ReadError> {
        let known = |head: &&ChangeHash| self.inner.get_change_meta_by_hash(&hash_in(**head)).is_none();
        if let Some(unknown) = heads.iter().find(known) {
            return Err(ReadError { path: format!("change {unknown}") });
        }
        let heads = hashes_in(heads);
        let objects: Vec<ObjId> = Reader::at(&self.inner, heads.clone()).root().texts(text.name());
        let mut letters = Vec::new();
        for object in &objects {
            for place in 0..self.inner.length_at(object, &heads) {
                let cursor = self
                    .inner
                    .get_cursor(object, place, Some(&heads))
                    .map_err(|_unreadable| ReadError { path: text.name().to_owned() })?;
                letters.push(Letter(cursor.to_bytes()));
            }
        }
        Ok(letters)
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        ActorClass, ActorId, DocId, EditCommand, EventId, Instant, JobCommand, JobKind, Stamp, UserId, Uuid,
    };

    use super::*;
    use crate::EditContext;

    fn splice(at: u32, insert: &str) -> EditCommand {
        let insert = insert.to_owned();
        EditCommand::Job(JobCommand::SpliceText { text: JobText::Diagnosis, at, delete: 0, insert })
    }

    #[test]
    fn a_letter_is_found_by_the_operation_that_wrote_it() {
        let context = EditContext {
            author: UserId::from_uuid(Uuid::from_bytes([1; 16])),
            actor: ActorId::new(ActorClass::Technician, [1; 15]),
            stamp: Stamp { at: Instant::from_millis(1_772_433_000_000), offset_minutes: 210 },
        };
        let create =
            JobCommand::Create { kind: JobKind::Visit, event: EventId::from_bytes([1; 8]), fields: vec![] };
        let id = DocId::new(context.stamp.at, [1; 10]);
        let (mut whole, _) = Document::create(id, &EditCommand::Job(create), &context).expect("creates");
        let mut base = whole.clone();
        let other = EditContext { actor: ActorId::new(ActorClass::Technician, [2; 15]), ..context };
        let kept = base.edit(&splice(0, "abc "), &other).expect("edits").expect("changes");
        let refused = whole.edit(&splice(0, "abc "), &context).expect("edits").expect("changes");
        whole.apply([kept.bytes.as_slice()]).expect("applies");
        let here = whole.letters(JobText::Diagnosis, &whole.heads()).expect("has the text");
        let there = base.letters(JobText::Diagnosis, &base.heads()).expect("has the text");
        assert_eq!((here.len(), there.len()), (8, 4));
        let kept: Vec<&Letter> = here.iter().filter(|letter| there.contains(letter)).collect();
        assert_eq!(kept, there.iter().collect::<Vec<_>>(), "equal words, told apart");
        let before = whole.letters(JobText::Diagnosis, &[refused.hash]).expect("has the text");
        assert!(before.iter().all(|letter| !there.contains(letter)));
        assert!(base.letters(JobText::Diagnosis, &whole.heads()).is_err(), "heads that base lacks");
    }
}
