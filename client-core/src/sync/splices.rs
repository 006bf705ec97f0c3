//! Makes an edit of a text again on another version of that text.
//!
//! A splice counts letters of the text that its author saw. After an earlier
//! edit was refused, some of those letters are gone. Each remaining letter is
//! known by the operation that wrote it, so the splice goes to the same place
//! between the same letters; if neither neighbour of its place is left, there is
//! no such place any more, and a person has to look at it.

use domain::{JobCommand, JobText};

/// A splice in the terms of the text that its author saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Splice {
    pub(crate) at: usize,
    pub(crate) delete: usize,
    pub(crate) insert: String,
}

/// What to do on the other version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mapped {
    /// This command.
    Command(JobCommand),
    /// Nothing is left to do.
    Nothing,
    /// Its place is gone.
    Impossible,
}

/// The splice that turns one text into another: all that differs, as one.
pub(crate) fn difference(old: &[char], new: &[char]) -> Splice {
    let prefix = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - prefix;
    let suffix =
        old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let inserted = new.iter().skip(prefix).take(new.len() - prefix - suffix);
    Splice { at: prefix, delete: old.len() - prefix - suffix, insert: inserted.collect() }
}

/// Maps a splice. `places` holds, for each letter that the author saw, its place
/// in the other version, or none if it is gone; `other` is that version.
pub(crate) fn map(text: JobText, splice: &Splice, places: &[Option<u32>], other: &[char]) -> Mapped {
    let end = splice.at + splice.delete;
    let deleted: Vec<usize> =
        places.get(splice.at..end).unwrap_or_default().iter().copied().flatten().map(index).collect();
    if deleted.is_empty() && splice.insert.is_empty() {
        return Mapped::Nothing;
    }
    let Some(at) = place_of(splice.at, end, &deleted, places, other.len()) else { return Mapped::Impossible };
    let together = deleted.windows(2).all(|pair| matches!(pair, [one, next] if next - one == 1));
    if together && deleted.first().is_none_or(|first| *first == at) {
        return Mapped::Command(JobCommand::SpliceText {
            text,
            at: count(at),
            delete: count(deleted.len()),
            insert: splice.insert.clone(),
        });
    }
    // Somebody's letters stand between those that go: say the whole text instead,
    // of which only what differs is written.
    let before = other.iter().enumerate().take(at);
    let after = other.iter().enumerate().skip(at);
    let kept = |(place, letter): (usize, &char)| (!deleted.contains(&place)).then_some(*letter);
    let value = before.filter_map(kept).chain(splice.insert.chars()).chain(after.filter_map(kept)).collect();
    Mapped::Command(JobCommand::ReplaceText { text, value })
}

/// Where the splice begins: after the letter that stood before it, or at the
/// first deleted letter, or before the letter that stood after it. The ends of
/// a text are always there.
fn place_of(
    at: usize,
    end: usize,
    deleted: &[usize],
    places: &[Option<u32>],
    other_len: usize,
) -> Option<usize> {
    if let Some(first) = deleted.first() {
        return Some(*first);
    }
    let place = |letter: usize| places.get(letter).copied().flatten().map(index);
    let before = at.checked_sub(1).map_or(Some(0), |letter| place(letter).map(|place| place + 1));
    before.or_else(|| if end >= places.len() { Some(other_len) } else { place(end) })
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn count(letters: usize) -> u32 {
    u32::try_from(letters).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: JobText = JobText::Diagnosis;

    fn chars(text: &str) -> Vec<char> {
        text.chars().collect()
    }

    /// Places for a text of which some letters are gone.
    fn places(kept: &[bool]) -> Vec<Option<u32>> {
        let mut next = 0;
        kept.iter()
            .map(|kept| {
                kept.then(|| {
                    next += 1;
                    next - 1
                })
            })
            .collect()
    }

    fn splice(at: usize, delete: usize, insert: &str) -> Splice {
        Splice { at, delete, insert: insert.to_owned() }
    }

    fn spliced(at: u32, delete: u32, insert: &str) -> Mapped {
        Mapped::Command(JobCommand::SpliceText { text: TEXT, at, delete, insert: insert.to_owned() })
    }

    #[test]
    fn a_splice_after_a_refused_insertion_moves_back() {
        // "BAD pump leaks" where "BAD " was refused; "pump" becomes "valve".
        let places = places(&[[false; 4].as_slice(), &[true; 10]].concat());
        assert_eq!(map(TEXT, &splice(4, 4, "valve"), &places, &chars("pump leaks")), spliced(0, 4, "valve"));
        assert_eq!(map(TEXT, &splice(14, 0, "!"), &places, &chars("pump leaks")), spliced(10, 0, "!"));
    }

    #[test]
    fn a_splice_inside_what_is_gone_has_no_place() {
        let places = places(&[true, false, false, true]);
        assert_eq!(map(TEXT, &splice(2, 0, "x"), &places, &chars("ad")), Mapped::Impossible);
        assert_eq!(map(TEXT, &splice(1, 1, ""), &places, &chars("ad")), Mapped::Nothing);
        assert_eq!(map(TEXT, &splice(1, 0, "x"), &places, &chars("ad")), spliced(1, 0, "x"));
        assert_eq!(map(TEXT, &splice(3, 0, "x"), &places, &chars("ad")), spliced(1, 0, "x"));
    }

    #[test]
    fn the_ends_of_a_text_are_always_there() {
        let gone = places(&[false; 5]);
        assert_eq!(map(TEXT, &splice(5, 0, " world"), &gone, &[]), spliced(0, 0, " world"));
        assert_eq!(map(TEXT, &splice(0, 0, "oh "), &gone, &[]), spliced(0, 0, "oh "));
    }

    #[test]
    fn letters_that_came_between_survive() {
        // The author saw "abcd" and deletes "bc"; the other version is "abXcd".
        let places = [Some(0), Some(1), Some(3), Some(4)];
        let mapped = map(TEXT, &splice(1, 2, "-"), &places, &chars("abXcd"));
        let value = "a-Xd".to_owned();
        assert_eq!(mapped, Mapped::Command(JobCommand::ReplaceText { text: TEXT, value }));
    }

    #[test]
    fn the_difference_of_two_texts_is_one_splice() {
        assert_eq!(difference(&chars("aXa"), &chars("aa")), splice(1, 1, ""));
        assert_eq!(difference(&chars("aa"), &chars("aaa")), splice(2, 0, "a"));
        assert_eq!(difference(&chars("same"), &chars("same")), splice(4, 0, ""));
        assert_eq!(difference(&chars("سلام"), &chars("سلامت")), splice(4, 0, "ت"));
    }
}
