//! Where the letters of a text stand in another version of the document: what a
//! phone needs to make a splice again after an earlier one was refused.

use std::collections::HashMap;

use automerge::{ObjId, ReadDoc};
use domain::{ChangeHash, JobText};

use crate::engine::{hash_in, hashes_in};
use crate::read::Reader;
use crate::{Document, ReadError};

impl Document {
    /// For each letter of a text as it stood at some heads of this document, its
    /// place in the text as it stands in `other`, counted in code points; none
    /// if it is not there. Letters are known by the operation that wrote them,
    /// so equal letters are never confused.
    ///
    /// # Errors
    /// If a head is not a change of this document, or either has lost the text.
    pub fn text_places(
        &self,
        text: JobText,
        heads: &[ChangeHash],
        other: &Self,
    ) -> Result<Vec<Option<u32>>, ReadError> {
        if let Some(unknown) =
            heads.iter().find(|head| self.inner.get_change_meta_by_hash(&hash_in(**head)).is_none())
        {
            return Err(ReadError { path: format!("change {unknown}") });
        }
        let there: HashMap<Vec<u8>, u32> = other.letters(text, None)?.into_iter().zip(0_u32..).collect();
        let heads = hashes_in(heads);
        let here = self.letters(text, Some(&heads))?;
        Ok(here.into_iter().map(|letter| there.get(&letter).copied()).collect())
    }

    /// The name of each letter of a text, in its order.
    fn letters(
        &self,
        text: JobText,
        heads: Option<&[automerge::ChangeHash]>,
    ) -> Result<Vec<Vec<u8>>, ReadError> {
        let lost = || ReadError { path: text.name().to_owned() };
        let reader = match heads {
            None => Reader::now(&self.inner),
            Some(heads) => Reader::at(&self.inner, heads.to_vec()),
        };
        let objects: Vec<ObjId> = reader.root().texts(text.name());
        let mut letters = Vec::new();
        for object in &objects {
            let length = match heads {
                None => self.inner.length(object),
                Some(heads) => self.inner.length_at(object, heads),
            };
            for place in 0..length {
                let cursor = self.inner.get_cursor(object, place, heads).map_err(|_unreadable| lost())?;
                letters.push(cursor.to_bytes());
            }
        }
        Ok(letters)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
        let heads = whole.heads();

        let places = whole.text_places(JobText::Diagnosis, &heads, &base).expect("both have the text");
        let gone: Vec<bool> = places.iter().map(Option::is_none).collect();
        // Two equal words; which comes first is Automerge's affair, which one is gone is not.
        let first = whole.without(&BTreeSet::from([refused.hash])).expect("without");
        assert_eq!(first.job().expect("reads").diagnosis, "abc ");
        assert_eq!(gone.iter().filter(|gone| **gone).count(), 4);
        assert!(gone.chunks(4).all(|word| word.iter().all(|gone| *gone == word[0])), "{gone:?}");
        let found: Vec<u32> = places.into_iter().flatten().collect();
        assert_eq!(found, [0, 1, 2, 3]);
        assert!(base.text_places(JobText::Diagnosis, &heads, &whole).is_err(), "heads that base lacks");
    }
}
