//! How an enrolment code is written and read: three groups of four letters and
//! digits, without those that look alike. The first group finds the code, the
//! other two (40 random bits) prove it.

use domain::Secret;

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SELECTOR_CHARS: usize = 4;
const SECRET_CHARS: usize = 8;

/// A code in its two parts.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CodeText {
    /// Finds the code.
    pub(super) selector: String,
    /// Proves it.
    pub(super) secret: Secret,
}

impl CodeText {
    /// A code of random bytes, five bits of each.
    pub(super) fn from_random(bytes: [u8; SELECTOR_CHARS + SECRET_CHARS]) -> Self {
        let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte & 31)]));
        let (selector, secret) = letters.split_at(SELECTOR_CHARS);
        Self { selector: selector.iter().collect(), secret: secret.iter().collect::<String>().into() }
    }

    /// Reads what a person typed: case, spaces, hyphens, Persian and Arabic
    /// digits and look-alike letters do not matter.
    pub(super) fn parse(typed: &str) -> Option<Self> {
        if typed.len() > 200 {
            return None;
        }
        let letters: Vec<char> = domain::fold_search_text(typed)
            .chars()
            .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '‐' | '–' | '_' | '.'))
            .map(|letter| match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let known = |letter: &char| u8::try_from(*letter).is_ok_and(|byte| LETTERS.contains(&byte));
        if letters.len() != SELECTOR_CHARS + SECRET_CHARS || !letters.iter().all(known) {
            return None;
        }
        let (selector, secret) = letters.split_at(SELECTOR_CHARS);
        Some(Self { selector: selector.iter().collect(), secret: secret.iter().collect::<String>().into() })
    }

    /// As people read it out.
    pub(super) fn to_text(&self) -> Secret {
        let secret = self.secret.expose();
        let (first, second) = secret.split_at_checked(SECRET_CHARS / 2).unwrap_or((secret, ""));
        format!("{}-{first}-{second}", self.selector).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = CodeText::from_random([7, 20, 31, 0, 1, 2, 3, 4, 5, 6, 200, 255]);
        let text = code.to_text();
        assert_eq!(text.expose(), "7MZ0-1234-568Z");
        for typed in ["7mz0-1234-568z", " 7MZO l234 568Z ", "۷MZ۰–۱۲۳۴–۵۶۸Z", "7MZ01234568Z"] {
            assert!(CodeText::parse(typed) == Some(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for typed in ["", "7MZ0-1234-568", "7MZ0-1234-568ZZ", "7MZ0-1234-56é8", &"7".repeat(10_000)] {
            assert!(CodeText::parse(typed).is_none(), "{typed}");
        }
    }
}
