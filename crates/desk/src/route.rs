//! Which unit a request goes to (R12): rules as data, of which the first that fits
//! decides. They look at the type, the channel and the product, and never at who the
//! customer is.

use domain::fold_search_text;
use serde::{Deserialize, Serialize};

use crate::request::{Channel, RequestKind};

/// The word for everything.
const ANY: &str = "*";

/// What is known of a request when it is routed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traits {
    /// Its type.
    pub kind: RequestKind,
    /// Its channel.
    pub channel: Channel,
    /// The product or system, as it was written.
    pub product: Option<String>,
}

/// A rule. A list that is left out fits everything; an empty one fits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Types of requests, or `*`.
    #[serde(default = "anything")]
    pub types: Vec<String>,
    /// Channels, or `*`.
    #[serde(default = "anything")]
    pub channels: Vec<String>,
    /// Products: a product fits if its folded text begins with one of these, or `*`.
    #[serde(default = "anything")]
    pub products: Vec<String>,
    /// The key of the unit.
    pub unit: String,
}

fn anything() -> Vec<String> {
    vec![ANY.to_owned()]
}

/// The rules of a version, the first that fits first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    /// The rules.
    pub rules: Vec<Rule>,
}

/// What is wrong with rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteProblem {
    /// The rule's place, from 0; none for all of them.
    pub rule: Option<usize>,
    /// Its field.
    pub field: &'static str,
    /// A stable code.
    pub code: &'static str,
    /// In a sentence.
    pub message: String,
}

impl Routes {
    /// The unit of a request; none where no rule fits.
    #[must_use]
    pub fn unit_of(&self, request: &Traits) -> Option<&str> {
        self.rules.iter().find(|rule| rule.fits(request)).map(|rule| rule.unit.as_str())
    }

    /// Every place that is wrong. `is_unit` says whether a unit has this key.
    #[must_use]
    pub fn problems(&self, mut is_unit: impl FnMut(&str) -> bool) -> Vec<RouteProblem> {
        let mut problems = Vec::new();
        if self.rules.is_empty() {
            let message = "there is no rule".to_owned();
            problems.push(RouteProblem { rule: None, field: "rules", code: "routing.none", message });
        }
        for (at, rule) in self.rules.iter().enumerate() {
            let mut wrong = |field, code, message| {
                problems.push(RouteProblem { rule: Some(at), field, code, message });
            };
            for word in
                rule.types.iter().filter(|word| *word != ANY && RequestKind::from_name(word).is_none())
            {
                wrong("types", "routing.unknown_word", format!("{word:?} is no type of request"));
            }
            for word in rule.channels.iter().filter(|word| *word != ANY && Channel::from_name(word).is_none())
            {
                wrong("channels", "routing.unknown_word", format!("{word:?} is no channel"));
            }
            if !is_unit(&rule.unit) {
                wrong("unit", "routing.unknown_unit", format!("there is no unit {:?}", rule.unit));
            }
        }
        problems
    }
}

impl Rule {
    fn fits(&self, request: &Traits) -> bool {
        let names = |list: &[String], word: &str| list.iter().any(|named| named == ANY || named == word);
        let product = fold_search_text(request.product.as_deref().unwrap_or_default());
        let of_product = self.products.iter().any(|named| {
            let begins = fold_search_text(named);
            named == ANY || (!begins.is_empty() && product.starts_with(&begins))
        });
        names(&self.types, request.kind.name()) && names(&self.channels, request.channel.name()) && of_product
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(kind: RequestKind, product: Option<&str>) -> Traits {
        Traits { kind, channel: Channel::Phone, product: product.map(str::to_owned) }
    }

    fn routes(json: &str) -> Routes {
        serde_json::from_str(json).expect("it reads")
    }

    #[test]
    fn the_first_rule_that_fits_decides_by_type_and_product() {
        let routes = routes(
            r#"{"rules": [
                {"types": ["purchase"], "unit": "sales"},
                {"products": ["پکیج", "Boiler"], "unit": "heating"},
                {"types": ["service"], "channels": ["phone"], "unit": "call"}
            ]}"#,
        );
        let unit = |kind, product| routes.unit_of(&request(kind, product)).map(str::to_owned);
        assert_eq!(unit(RequestKind::Purchase, Some("Boiler 24")).as_deref(), Some("sales"));
        assert_eq!(unit(RequestKind::Service, Some("boiler 24")).as_deref(), Some("heating"));
        // Arabic letters for Persian ones.
        assert_eq!(unit(RequestKind::Service, Some("پكيج ۲۴")).as_deref(), Some("heating"));
        assert_eq!(unit(RequestKind::Service, None).as_deref(), Some("call"));
        assert_eq!(unit(RequestKind::Information, Some("oven")), None);
    }

    #[test]
    fn an_empty_list_fits_nothing() {
        for empty in ["types", "channels", "products"] {
            let routes = routes(&format!(r#"{{"rules": [{{"{empty}": [], "unit": "x"}}]}}"#));
            assert_eq!(routes.unit_of(&request(RequestKind::Service, Some("oven"))), None, "{empty}");
        }
        let blank = routes(r#"{"rules": [{"products": [" "], "unit": "x"}]}"#);
        assert_eq!(blank.unit_of(&request(RequestKind::Service, Some("oven"))), None);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let codes = |json: &str| -> Vec<(Option<usize>, &str)> {
            let problems = routes(json).problems(|unit| unit == "sales");
            problems.into_iter().map(|problem| (problem.rule, problem.code)).collect()
        };
        assert_eq!(codes(r#"{"rules": []}"#), [(None, "routing.none")]);
        let wrong =
            r#"{"rules": [{"unit": "sales"}, {"types": ["gold"], "channels": ["pigeon"], "unit": "moon"}]}"#;
        let word = "routing.unknown_word";
        assert_eq!(codes(wrong), [(Some(1), word), (Some(1), word), (Some(1), "routing.unknown_unit")]);
    }
}
