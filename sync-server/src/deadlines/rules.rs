//! Which clocks run on which jobs, as a version of the rulebook says it.
//!
//! Either a list of clocks, which run on every job; or rules, of which the first that
//! fits a job gives its clocks. A rule fits if each of its three lists names the job's
//! kind, the request's type and the account, or `*`. An empty list names nothing, so
//! an empty rule fits no job.

use calendar::{ClockKind, ClockPolicy, PolicyProblem, default_policies};
use domain::{FieldType, JobField, JobKind};
use serde::{Deserialize, Serialize};
use wire::FieldProblem;

use crate::rulebook::{CONTENT, parsed};

/// The word for everything.
const ANY: &str = "*";
/// The word for a request without a type.
const UNTYPED: &str = "none";

/// What is known of a job when its clocks are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traits {
    /// Visit or bench work.
    pub(super) kind: JobKind,
    /// The type of the request.
    pub(super) request_type: Option<String>,
    /// The account, with whom a contract may be.
    pub(super) account: Option<String>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockRule {
    /// `visit`, `bench` or `*`.
    #[serde(default)]
    kinds: Vec<String>,
    /// Types of requests, `none` or `*`.
    #[serde(default)]
    types: Vec<String>,
    /// Ids of accounts, or `*`.
    #[serde(default)]
    accounts: Vec<String>,
    /// The clocks that run.
    clocks: Vec<ClockPolicy>,
}

/// A version's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockRules {
    rules: Vec<ClockRule>,
}

impl Default for ClockRules {
    /// The default clocks on every job, but for the call's: which jobs are calls that
    /// wait for an answer, only an organisation can say.
    fn default() -> Self {
        let clocks = default_policies();
        Self::on_every_job(clocks.into_iter().filter(|policy| policy.kind != ClockKind::CallAnswer).collect())
    }
}

impl ClockRules {
    fn on_every_job(clocks: Vec<ClockPolicy>) -> Self {
        let any = || vec![ANY.to_owned()];
        Self { rules: vec![ClockRule { kinds: any(), types: any(), accounts: any(), clocks }] }
    }

    /// Reads a version's content.
    ///
    /// # Errors
    ///
    /// Each place that cannot be read, with a code.
    pub(crate) fn read(json: &str) -> Result<Self, Vec<FieldProblem>> {
        if json.trim_start().starts_with('[') {
            return parsed::<Vec<ClockPolicy>>(json).map(Self::on_every_job);
        }
        parsed(json)
    }

    /// Whether clocks can run by it.
    ///
    /// # Errors
    ///
    /// Each place that is wrong, with a code.
    pub(crate) fn check(&self) -> Result<(), Vec<FieldProblem>> {
        let mut wrong = Vec::new();
        if self.rules.is_empty() {
            wrong.push(FieldProblem::coded(CONTENT, "clock.none", "there is no rule"));
        }
        for (at, rule) in self.rules.iter().enumerate() {
            rule.check(&format!("{CONTENT}.rules[{at}]"), &mut wrong);
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// The clocks of a job; none where no rule fits.
    pub(super) fn clocks_of(&self, job: &Traits) -> &[ClockPolicy] {
        self.rules.iter().find(|rule| rule.fits(job)).map_or(&[], |rule| &rule.clocks)
    }
}

impl ClockRule {
    fn fits(&self, job: &Traits) -> bool {
        let names = |list: &[String], word: Option<&str>| {
            list.iter().any(|named| named == ANY || Some(named.as_str()) == word)
        };
        names(&self.kinds, Some(job.kind.name()))
            && names(&self.types, Some(job.request_type.as_deref().unwrap_or(UNTYPED)))
            && names(&self.accounts, job.account.as_deref())
    }

    fn check(&self, path: &str, wrong: &mut Vec<FieldProblem>) {
        let is_kind = |word: &str| [JobKind::Visit, JobKind::Bench].iter().any(|kind| kind.name() == word);
        let is_type = |word: &str| {
            let types = JobField::RequestType.value_type();
            word == UNTYPED || matches!(types, FieldType::Choice(words) if words.contains(&word))
        };
        let is_account = |word: &str| word.parse::<domain::Uuid>().is_ok();
        let mut look = |name: &str, list: &[String], is_word: &dyn Fn(&str) -> bool| {
            for word in list.iter().filter(|word| *word != ANY && !is_word(word)) {
                let message = format!("{word:?} is none of what {name} may be");
                wrong.push(FieldProblem::coded(&format!("{path}.{name}"), "clock.unknown_word", &message));
            }
        };
        look("kinds", &self.kinds, &is_kind);
        look("types", &self.types, &is_type);
        look("accounts", &self.accounts, &is_account);
        for (at, policy) in self.clocks.iter().enumerate() {
            let path = format!("{path}.clocks[{at}]");
            if let Err(problem) = policy.check() {
                wrong.push(FieldProblem::coded(&path, PolicyProblem::CODE, &problem.to_string()));
            }
            if self.clocks.iter().take(at).any(|before| before.kind == policy.kind) {
                wrong.push(FieldProblem::coded(&path, "clock.twice", "this clock stands twice"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "01900000-0000-7000-8000-000000000001";

    fn job(request_type: Option<&str>, account: Option<&str>) -> Traits {
        let text = |word: Option<&str>| word.map(str::to_owned);
        Traits { kind: JobKind::Visit, request_type: text(request_type), account: text(account) }
    }
    fn rules(lists: &[(&str, &str, &str)]) -> ClockRules {
        let clock = r#"{"kind":"close","basis":"working","target":3600000,"pauses":[],"on_reply":"go_on"}"#;
        let one = |(kinds, types, accounts): &(&str, &str, &str)| {
            format!(r#"{{"kinds":[{kinds}],"types":[{types}],"accounts":[{accounts}],"clocks":[{clock}]}}"#)
        };
        let rules: Vec<String> = lists.iter().map(one).collect();
        ClockRules::read(&format!(r#"{{"rules":[{}]}}"#, rules.join(","))).expect("it reads")
    }
    fn codes(rules: &ClockRules) -> Vec<String> {
        rules.check().expect_err("it is wrong").into_iter().filter_map(|problem| problem.code).collect()
    }

    #[test]
    fn an_empty_rule_matches_nothing() {
        for empty in [("", "", ""), (r#""*""#, r#""*""#, ""), ("", r#""*""#, r#""*""#)] {
            let rules = rules(&[empty]);
            assert_eq!(rules.clocks_of(&job(Some("service"), Some(ACCOUNT))).len(), 0, "{empty:?}");
            rules.check().expect("it may be entered");
        }
        assert_eq!(ClockRules::read("{\"rules\":[]}").expect("reads").clocks_of(&job(None, None)).len(), 0);
    }

    #[test]
    fn the_first_rule_that_fits_by_kind_type_and_account_gives_the_clocks() {
        let gold = format!("{ACCOUNT:?}");
        let rules = rules(&[(r#""*""#, r#""complaint","none""#, r#""*""#), (r#""visit""#, r#""*""#, &gold)]);
        let count = |job: Traits| rules.clocks_of(&job).len();
        assert_eq!(count(job(Some("complaint"), None)), 1);
        assert_eq!(count(job(None, None)), 1, "a request without a type");
        assert_eq!(count(job(Some("service"), Some(ACCOUNT))), 1, "by contract");
        assert_eq!(count(job(Some("service"), None)), 0);
        assert_eq!(count(Traits { kind: JobKind::Bench, ..job(Some("service"), Some(ACCOUNT)) }), 0);
    }

    #[test]
    fn what_clocks_cannot_run_by_is_refused_with_its_place() {
        assert_eq!(codes(&rules(&[])), ["clock.none"]);
        let wrong = rules(&[(r#""boat""#, r#""gold""#, r#""everybody""#)]);
        assert_eq!(codes(&wrong), ["clock.unknown_word"; 3]);
        let mut twice = ClockRules::default();
        twice.check().expect("the default is right");
        let again = twice.rules[0].clocks[0].clone();
        twice.rules[0].clocks.push(ClockPolicy { target: calendar::Span::ZERO, ..again });
        assert_eq!(codes(&twice), ["clock.target", "clock.twice"]);
    }
}
