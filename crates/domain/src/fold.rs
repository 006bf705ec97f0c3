//! Text as it is searched: Persian and Arabic letter forms and digits made one,
//! Latin letters lowered, marks and joiners dropped.

/// Folds a text for indexing and for queries, on both ends alike: `كتاب ۱۲` and
/// `کتاب 12` become the same.
#[must_use]
pub fn fold_search_text(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'ي' | 'ى' | 'ئ' => folded.push('ی'),
            'ك' => folded.push('ک'),
            'ة' | 'ۀ' => folded.push('ه'),
            'أ' | 'إ' | 'آ' | 'ٱ' => folded.push('ا'),
            'ؤ' => folded.push('و'),
            'ё' | 'Ё' => folded.push('е'),
            // Persian and Arabic digits.
            '۰'..='۹' => folded.push(ascii_digit(letter, '۰')),
            '٠'..='٩' => folded.push(ascii_digit(letter, '٠')),
            // Tatweel, harakat, zero-width joiners and marks.
            '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{200c}'..='\u{200f}' => {}
            _ => folded.extend(letter.to_lowercase()),
        }
    }
    folded
}

fn ascii_digit(letter: char, zero: char) -> char {
    char::from_digit(u32::from(letter) - u32::from(zero), 10).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::fold_search_text;

    #[test]
    fn letter_forms_and_digits_become_one() {
        assert_eq!(fold_search_text("كتاب ۱۲٣"), fold_search_text("کتاب 123"));
        assert_eq!(fold_search_text("علي‌رضا"), fold_search_text("علیرضا"));
        assert_eq!(fold_search_text("АЛЁНА Smith"), "алена smith");
    }
}
