//! A customer's address as he types it, and as addresses are compared where something is
//! opened by one: a whole number with its country, never its last digits.

use domain::fold_search_text;

use crate::mail::is_address;

/// The organisation's country, for numbers that are written without one.
const COUNTRY: &str = "98";
const DIGITS_MIN: usize = 10;
const DIGITS_MAX: usize = 15;

/// Where a customer is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// By letter.
    Email,
    /// By short message.
    Sms,
}

impl Channel {
    /// The word in rows.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }
    /// The inverse of [`word`](Self::word).
    pub(super) fn named(word: &str) -> Option<Self> {
        [Self::Email, Self::Sms].into_iter().find(|channel| channel.word() == word)
    }
}

/// An address to which something can go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// By what.
    pub channel: Channel,
    /// As it is sent to.
    pub address: String,
    /// As it is compared.
    pub compared: String,
}

impl Way {
    /// Reads what a person typed: an address for letters, or a number in any digits. None if
    /// it is neither.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.contains('@') {
            let compared = typed.to_lowercase();
            return is_address(&compared).then(|| Self {
                channel: Channel::Email,
                address: compared.clone(),
                compared,
            });
        }
        let compared = whole_number(typed)?;
        Some(Self { channel: Channel::Sms, address: format!("+{compared}"), compared })
    }
}

/// A number with its country; one without is of the organisation's.
pub(super) fn whole_number(typed: &str) -> Option<String> {
    let is_foreign = typed.trim_start().starts_with('+');
    let digits: String = fold_search_text(typed).chars().filter(char::is_ascii_digit).collect();
    let whole = match digits.strip_prefix("00") {
        _ if is_foreign => digits,
        Some(foreign) => foreign.to_owned(),
        None => match digits.strip_prefix('0') {
            Some(national) => format!("{COUNTRY}{national}"),
            None if digits.len() == DIGITS_MIN => format!("{COUNTRY}{digits}"),
            None => digits,
        },
    };
    (DIGITS_MIN..=DIGITS_MAX).contains(&whole.len()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_with_its_country() {
        for typed in [
            "09123456789",
            "+98 912 345 6789",
            "0098 (912) 345-67-89",
            "۰۹۱۲۳۴۵۶۷۸۹",
            "9123456789",
            "989123456789",
        ] {
            assert_eq!(whole_number(typed).as_deref(), Some("989123456789"), "{typed}");
        }
        assert_eq!(whole_number("+7 912 345 6789").as_deref(), Some("79123456789"), "another country's");
        for no_number in ["", "12345", "+", "0912", &"9".repeat(16)] {
            assert_eq!(whole_number(no_number), None, "{no_number}");
        }
        let mail = Way::read(" K@Example.com ").expect("an address");
        assert_eq!((mail.channel, mail.compared.as_str()), (Channel::Email, "k@example.com"));
        assert_eq!(Way::read("k@"), None);
    }
}
