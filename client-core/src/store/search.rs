//! From what a person types to what the full-text index is asked.

use domain::fold_search_text;

/// Every word of a text as the beginning of a word of the index, all of them
/// required; none if there is no word in it. Quoting takes every operator of
/// the index's query language out of what was typed.
pub(crate) fn match_expression(text: &str) -> Option<String> {
    let folded = fold_search_text(text);
    let words: Vec<String> = folded
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\"*"))
        .collect();
    if words.is_empty() { None } else { Some(words.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::match_expression;

    #[test]
    fn what_is_typed_never_becomes_an_operator() {
        assert_eq!(match_expression("كولر ۱۲"), Some("\"کولر\"* \"12\"*".to_owned()));
        assert_eq!(match_expression("a\" OR b:*"), Some("\"a\"* \"or\"* \"b\"*".to_owned()));
        assert_eq!(match_expression(" -- "), None);
    }
}
