//! The texts that several people may edit together.

use automerge::transaction::{Transactable, Transaction};
use automerge::{AutomergeError, ObjId, ReadDoc};
use domain::JobText;
use domain::limits::LONG_TEXT_CHARS_MAX;

use super::draft::{Draft, Write};
use super::invalid;
use crate::EditError;

impl Draft<'_> {
    /// Edits a text in place.
    pub(super) fn splice_text(
        &mut self,
        text: JobText,
        at: u32,
        delete: u32,
        insert: &str,
    ) -> Result<(), EditError> {
        let (at, delete) = (size(at), size(delete));
        let present = self.texts(text)?;
        let length: usize = present.iter().map(|(_, letters)| letters.chars().count()).sum();
        if at.checked_add(delete).is_none_or(|end| end > length) {
            let message = format!("it has {length} characters, so {delete} at {at} are not there");
            return Err(invalid(text.name(), message));
        }
        check_length(text, length - delete + insert.chars().count())?;
        if let [(object, letters)] = present.as_slice() {
            let same = letters.chars().skip(at).take(delete).eq(insert.chars());
            if !same {
                let (text, insert) = (object.clone(), insert.to_owned());
                self.write(Write::Splice { text, at, delete, insert });
            }
            return Ok(());
        }
        let whole: Vec<char> = present.iter().flat_map(|(_, letters)| letters.chars()).collect();
        let (head, rest) = whole.split_at(at);
        let tail = rest.iter().skip(delete);
        let value: String = head.iter().copied().chain(insert.chars()).chain(tail.copied()).collect();
        self.replace_text(text, &value)
    }

    /// Replaces a text; only what differs is written. Where two upgrades made
    /// rival texts, the last one takes it all and the others become empty.
    pub(super) fn replace_text(&mut self, text: JobText, value: &str) -> Result<(), EditError> {
        check_length(text, value.chars().count())?;
        let mut present = self.texts(text)?;
        let kept = present.pop();
        for (object, letters) in present.into_iter().filter(|(_, letters)| !letters.is_empty()) {
            let delete = letters.chars().count();
            self.write(Write::Splice { text: object, at: 0, delete, insert: String::new() });
        }
        if let Some((object, letters)) = kept
            && letters != value
        {
            self.write(Write::Replace { text: object, value: value.to_owned() });
        }
        Ok(())
    }

    /// The texts that stand at a key, with their letters.
    fn texts(&self, text: JobText) -> Result<Vec<(ObjId, String)>, EditError> {
        let objects = self.root.texts(text.name());
        if objects.is_empty() {
            return Err(EditError::NotFound { path: text.name().to_owned() });
        }
        let read = |object: ObjId| self.reader.text(&object).map(|letters| (object, letters));
        Ok(objects.into_iter().map(read).collect::<Result<_, _>>()?)
    }
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

fn check_length(text: JobText, length: usize) -> Result<(), EditError> {
    if length > LONG_TEXT_CHARS_MAX {
        let message = format!("it would have {length} characters; at most {LONG_TEXT_CHARS_MAX} fit");
        return Err(invalid(text.name(), message));
    }
    Ok(())
}

/// Above this many compared pairs of characters a diff would make a person wait,
/// so the differing middle is replaced as a whole.
const DIFF_PAIRS_MAX: usize = 4_000_000;

/// Writes what differs between a text as it stands and as it shall be.
pub(super) fn replace(
    transaction: &mut Transaction<'_>,
    text: &ObjId,
    value: &str,
) -> Result<(), AutomergeError> {
    let old: Vec<char> = transaction.text(text)?.chars().collect();
    let new: Vec<char> = value.chars().collect();
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.split_at(head).1, new.split_at(head).1);
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old, new) = (old.split_at(old.len() - tail).0, new.split_at(new.len() - tail).0);
    if old.len().saturating_mul(new.len()) <= DIFF_PAIRS_MAX {
        return transaction.update_text(text, value);
    }
    let insert: String = new.iter().collect();
    transaction.splice_text(text, head, isize::try_from(old.len()).unwrap_or(isize::MAX), &insert)
}
