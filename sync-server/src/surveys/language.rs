//! The languages in which customers are asked.

use serde::{Deserialize, Serialize};

/// A language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Persian, from right to left.
    Fa,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Language {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Fa, Self::Ru, Self::En];

    /// Its code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fa => "fa",
            Self::Ru => "ru",
            Self::En => "en",
        }
    }
    /// What it calls itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Fa => "فارسی",
            Self::Ru => "Русский",
            Self::En => "English",
        }
    }
    /// In which direction it is read.
    #[must_use]
    pub const fn direction(self) -> &'static str {
        match self {
            Self::Fa => "rtl",
            Self::Ru | Self::En => "ltr",
        }
    }
    /// The language of a code, whatever its region: `fa`, `fa-IR`.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        let language = code.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|one| one.code() == language)
    }
    /// What a browser asks for (`Accept-Language`), the most wanted first.
    #[must_use]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut wanted: Vec<(f32, Self)> = header
            .split(',')
            .take(20)
            .filter_map(|entry| {
                let (code, quality) = entry.split_once(';').unwrap_or((entry, "q=1"));
                let quality = quality.trim().strip_prefix("q=")?.parse().ok()?;
                Self::of_code(code).map(|language| (quality, language))
            })
            .filter(|(quality, _)| *quality > 0.0)
            .collect();
        wanted.sort_by(|one, other| other.0.total_cmp(&one.0));
        wanted.first().map(|(_, language)| *language)
    }
    /// What was chosen by hand, else what the customer is known to read, else what
    /// the browser asks for, else Persian.
    #[must_use]
    pub fn choose(by_hand: Option<&str>, known: Option<&str>, accepted: Option<&str>) -> Self {
        by_hand
            .and_then(Self::of_code)
            .or_else(|| known.and_then(Self::of_code))
            .or_else(|| accepted.and_then(Self::accepted))
            .unwrap_or(Self::Fa)
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_most_wanted_language_that_there_is() {
        assert_eq!(Language::accepted("de, ru;q=0.4, en-GB;q=0.9"), Some(Language::En));
        assert_eq!(Language::accepted("de, ru;q=0, *;q=0.1"), None);
        assert_eq!(Language::accepted("fa-IR"), Some(Language::Fa));
        assert_eq!(Language::accepted("en;q=NaN, ru;q=0.2"), Some(Language::Ru));
    }

    #[test]
    fn by_hand_stands_over_known_over_accepted() {
        assert_eq!(Language::choose(Some("ru"), Some("en"), Some("fa")), Language::Ru);
        assert_eq!(Language::choose(Some("xx"), Some("en"), Some("fa")), Language::En);
        assert_eq!(Language::choose(None, None, Some("en")), Language::En);
        assert_eq!(Language::choose(None, Some(""), None), Language::Fa);
    }
}
