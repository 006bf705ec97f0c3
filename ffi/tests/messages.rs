//! The texts that apps may show for error codes, in the three languages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use client_core::ErrorCode;

/// What only the office's API, the customer's pages and the gateways are answered.
const NEVER_TO_PHONES: &[&str] = &[
    "idempotency_mismatch",
    "precondition_required",
    "precondition_failed",
    "survey_",
    "request_",
    "duty_required",
    "hook_",
];

fn texts(language: &str) -> BTreeMap<String, String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("messages/{language}.json"));
    let text = std::fs::read_to_string(file).expect("the texts");
    serde_json::from_str(&text).expect("an object of texts")
}

/// The names in braces.
fn parameters(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn the_languages_say_the_same() {
    let english = texts("en");
    for language in ["fa", "ru"] {
        let other = texts(language);
        assert_eq!(other.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{language}");
        for (key, text) in &english {
            let translated = &other[key];
            assert_eq!(parameters(translated), parameters(text), "{key} in {language}");
            assert!(!translated.is_empty() && translated != text, "{key} in {language}");
        }
    }
}

#[test]
fn every_code_that_can_reach_a_phone_has_a_text() {
    let english = texts("en");
    let codes = ErrorCode::ALL.iter().map(|code| code.name());
    let reaching = codes.filter(|code| !NEVER_TO_PHONES.iter().any(|start| code.starts_with(start)));
    let missing: Vec<_> = reaching.filter(|code| !english.contains_key(&format!("error.{code}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
