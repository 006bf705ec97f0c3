//! Words that narrow a list: a word that the list does not have is refused, so that nobody
//! takes an empty list for an answer.

use wire::FieldProblem;

use super::Problem;

/// The word of a filter, as `read` knows it; none where nobody says one.
///
/// # Errors
///
/// `invalid` with the field's code `unknown_word`, and the words that there are.
pub(super) fn known_word<T>(
    path: &str,
    word: Option<&str>,
    (known, read): (&[&str], impl Fn(&str) -> Option<T>),
) -> Result<Option<T>, Problem> {
    word.map(|word| read(word).ok_or_else(|| unknown_word(path, known))).transpose()
}

/// The word of a filter, if it is one of those that there are.
///
/// # Errors
///
/// As [`known_word`].
pub(super) fn one_of(path: &str, word: Option<String>, known: &[&str]) -> Result<Option<String>, Problem> {
    known_word(path, word.as_deref(), (known, |word| known.contains(&word).then(|| word.to_owned())))
}

/// A word that is none of those that there are.
pub(super) fn unknown_word(path: &str, known: &[&str]) -> Problem {
    let message = format!("one of {}", known.join(", "));
    Problem::all_invalid(vec![FieldProblem::coded(path, "unknown_word", &message)])
}
