//! Editing the texts of a job from a screen. A screen counts in UTF-16 code units,
//! and what it shows may be older than what stands in the job.

use documents::EditError;
use domain::{DocId, JobCommand, JobText, JobView};

use super::{Client, EditReceipt};
use crate::ClientError;
use crate::sync::splices::{self, Mapped, difference};

impl Client {
    /// Edits a text in place, as it stands now. Offset and length count UTF-16 code
    /// units.
    ///
    /// # Errors
    ///
    /// When they reach beyond the text or cut a character in two; otherwise as
    /// [`execute`](Self::execute).
    pub fn splice_text(
        &self,
        job: DocId,
        text: JobText,
        at_utf16: u32,
        delete_utf16: u32,
        insert: &str,
    ) -> Result<EditReceipt, ClientError> {
        self.edit_job(job, |moment| {
            let current = text_of(moment.job, text);
            let end_utf16 = at_utf16.saturating_add(delete_utf16);
            let place = |utf16| code_points(current, utf16).ok_or_else(|| beyond(text));
            let (at, end) = (place(at_utf16)?, place(end_utf16)?);
            Ok(vec![JobCommand::SpliceText { text, at, delete: end - at, insert: insert.to_owned() }])
        })
    }

    /// Replaces a text with what a person made of it. `seen` is the text that the
    /// screen had shown: what others wrote meanwhile stays, and the person's own
    /// edit goes where it belongs. Without `seen` the whole text is replaced.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute).
    pub fn replace_text(
        &self,
        job: DocId,
        text: JobText,
        seen: Option<&str>,
        value: &str,
    ) -> Result<EditReceipt, ClientError> {
        self.edit_job(job, |moment| {
            let current = text_of(moment.job, text);
            let whole = || JobCommand::ReplaceText { text, value: value.to_owned() };
            let command = match seen {
                Some(seen) if seen != current => merged(text, seen, value, current),
                _ => Some(whole()),
            };
            Ok(command.into_iter().collect())
        })
    }
}

fn text_of(job: &JobView, text: JobText) -> &str {
    match text {
        JobText::Diagnosis => &job.diagnosis,
        JobText::Solution => &job.solution,
    }
}

fn beyond(text: JobText) -> ClientError {
    ClientError::Edit(EditError::Invalid {
        path: text.name().to_owned(),
        message: "the place is beyond the text, or within a character".to_owned(),
    })
}

/// How many code points stand before an offset in UTF-16 code units; none if it is
/// beyond the end or within a character.
fn code_points(text: &str, utf16: u32) -> Option<u32> {
    let (mut units, mut points) = (0, 0);
    for letter in text.chars() {
        if units >= utf16 {
            break;
        }
        units += if letter.len_utf16() == 2 { 2 } else { 1 };
        points += 1;
    }
    (units == utf16).then_some(points)
}

/// The edit that a person made of what was seen, on what stands there now.
fn merged(text: JobText, seen: &str, value: &str, current: &str) -> Option<JobCommand> {
    let [seen, value, current] = [seen, value, current].map(|text| text.chars().collect::<Vec<char>>());
    let (own, other) = (difference(&seen, &value), difference(&seen, &current));
    let kept_again = other.at + other.delete;
    let inserted = current.len() + other.delete - seen.len();
    let place = |letter: usize| -> Option<u32> {
        let place = if letter < other.at {
            letter
        } else if letter >= kept_again {
            letter - other.delete + inserted
        } else {
            return None;
        };
        u32::try_from(place).ok()
    };
    let places: Vec<Option<u32>> = (0..seen.len()).map(place).collect();
    match splices::map(text, &own, &places, &current) {
        Mapped::Command(command) => Some(command),
        Mapped::Nothing => None,
        // Both wrote in the same place: one stands after the other.
        Mapped::Impossible => Some(JobCommand::SpliceText {
            text,
            at: u32::try_from(other.at + inserted).ok()?,
            delete: 0,
            insert: own.insert,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_in_utf16_find_the_letter() {
        // A letter of one code unit, one of two, one of one.
        let text = "ا\u{1f527}b";
        let found: Vec<_> = (0..=5).map(|utf16| code_points(text, utf16)).collect();
        assert_eq!(found, [Some(0), Some(1), None, Some(2), Some(3), None]);
    }

    /// What stands in the end when one person made `own` of what he saw while
    /// another made `current` of it.
    fn both(seen: &str, own: &str, current: &str) -> String {
        let mut letters: Vec<char> = current.chars().collect();
        match merged(JobText::Diagnosis, seen, own, current) {
            Some(JobCommand::SpliceText { at, delete, insert, .. }) => {
                let at = at as usize;
                letters.splice(at..at + delete as usize, insert.chars());
                letters.into_iter().collect()
            }
            Some(JobCommand::ReplaceText { value, .. }) => value,
            Some(other) => panic!("{other:?}"),
            None => current.to_owned(),
        }
    }

    #[test]
    fn what_others_wrote_meanwhile_stays() {
        assert_eq!(both("pump loud", "pump is loud", "pump loud, belt worn"), "pump is loud, belt worn");
        assert_eq!(both("pump loud", "pump loud; cleaned", "the pump loud"), "the pump loud; cleaned");
        assert_eq!(both("pump loud", "", "pump loud, belt worn"), ", belt worn");
        assert_eq!(both("pump loud", "pump loud", "pump"), "pump");
        assert_eq!(both("", "mine", "theirs"), "minetheirs");
        assert_eq!(both("abc", "aXc", "aYc"), "aXYc");
        assert_eq!(both("abcdef", "abXdef", "ef"), "Xef");
    }
}
