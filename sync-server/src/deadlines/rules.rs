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

/// The word for what is no job yet.
const REQUEST: &str = "request";
/// Where a job comes from.
const FIELD: &str = "field";

/// What is known of a request or a job when its clocks are chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Traits {
    /// Visit, bench work or a request.
    pub(super) kind: Case,
    /// The type of the request.
    pub(super) request_type: Option<String>,
    /// The account, with whom a contract may be.
    pub(super) account: Option<String>,
    /// What its contract says of deadlines.
    pub(super) agreed: Option<Agreed>,
}

/// Deadlines of a contract's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agreed {
    /// The contract's number.
    pub(crate) contract: String,
    /// The clocks that were agreed.
    pub(crate) clocks: Vec<ClockPolicy>,
}

/// For what clocks are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// A request at the desk.
    Request,
    /// A job that was made of a request, whose customer the desk answers.
    Visit(JobKind),
    /// A job that stands alone.
    Job(JobKind),
}

impl Case {
    pub(super) const fn kind(self) -> &'static str {
        match self {
            Self::Request => REQUEST,
            Self::Visit(kind) | Self::Job(kind) => kind.name(),
        }
    }
    pub(super) const fn origin(self) -> &'static str {
        match self {
            Self::Visit(_) => REQUEST,
            Self::Request | Self::Job(_) => FIELD,
        }
    }
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockRule {
    /// `visit`, `bench`, `request` or `*`.
    #[serde(default)]
    kinds: Vec<String>,
    /// Of jobs: `request` for those made of one, `field` for those that stand alone; left
    /// out for both.
    #[serde(default = "anything", skip_serializing_if = "is_anything")]
    origins: Vec<String>,
    /// Types of requests, `none` or `*`.
    #[serde(default)]
    types: Vec<String>,
    /// Ids of accounts, or `*`.
    #[serde(default)]
    accounts: Vec<String>,
    /// The clocks that run.
    clocks: Vec<ClockPolicy>,
}

fn anything() -> Vec<String> {
    vec![ANY.to_owned()]
}

fn is_anything(list: &[String]) -> bool {
    list == [ANY]
}

/// A version's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClockRules {
    rules: Vec<ClockRule>,
}

impl Default for ClockRules {
    /// On a request the clocks of the desk, on a job that was made of one those of the
    /// field, on a job that stands alone both. Only requests are calls that wait.
    fn default() -> Self {
        use ClockKind as C;
        let of = |kinds: &[&str], types: &[&str], origins: &[&str], clocks: &[ClockKind]| {
            let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
            let clocks =
                default_policies().into_iter().filter(|policy| clocks.contains(&policy.kind)).collect();
            ClockRule {
                kinds: words(kinds),
                origins: words(origins),
                types: words(types),
                accounts: anything(),
                clocks,
            }
        };
        let asked = [C::CallAnswer, C::FirstResponse, C::Reply, C::Close];
        let worked =
            [C::CallAnswer, C::FirstResponse, C::Reply, C::FirstContact, C::ResolveOrSchedule, C::Close];
        let alone = [C::FirstResponse, C::Reply, C::FirstContact, C::ResolveOrSchedule, C::Close, C::Repair];
        let rules = vec![
            of(&[REQUEST], &["information", "purchase"], &[ANY], &asked),
            of(&[REQUEST], &[ANY], &[ANY], &worked),
            of(&[ANY], &[ANY], &[REQUEST], &[C::FirstContact, C::Repair]),
            of(&[ANY], &[ANY], &[ANY], &alone),
        ];
        Self { rules }
    }
}

impl ClockRules {
    fn on_every_job(clocks: Vec<ClockPolicy>) -> Self {
        let any = anything;
        Self {
            rules: vec![ClockRule { kinds: any(), origins: any(), types: any(), accounts: any(), clocks }],
        }
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

    /// The clocks of a job or request: those of the first rule that fits, none where none
    /// does. What was agreed by contract wins over the rule; on a job it changes clocks that
    /// run and adds none, since the others of its contract run on the request.
    pub(super) fn clocks_of(&self, job: &Traits) -> Vec<ClockPolicy> {
        let rule = self.rules.iter().find(|rule| rule.fits(job));
        let mut clocks = rule.map_or_else(Vec::new, |rule| rule.clocks.clone());
        for agreed in job.agreed.iter().flat_map(|agreed| &agreed.clocks) {
            match clocks.iter_mut().find(|clock| clock.kind == agreed.kind) {
                Some(clock) => *clock = agreed.clone(),
                None if job.kind == Case::Request => clocks.push(agreed.clone()),
                None => {}
            }
        }
        clocks
    }
}

impl ClockRule {
    fn fits(&self, job: &Traits) -> bool {
        let names = |list: &[String], word: Option<&str>| {
            list.iter().any(|named| named == ANY || Some(named.as_str()) == word)
        };
        names(&self.kinds, Some(job.kind.kind()))
            && names(&self.origins, Some(job.kind.origin()))
            && names(&self.types, Some(job.request_type.as_deref().unwrap_or(UNTYPED)))
            && names(&self.accounts, job.account.as_deref())
    }

    fn check(&self, path: &str, wrong: &mut Vec<FieldProblem>) {
        let is_kind = |word: &str| {
            word == REQUEST || [JobKind::Visit, JobKind::Bench].iter().any(|kind| kind.name() == word)
        };
        let is_origin = |word: &str| word == REQUEST || word == FIELD;
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
        look("origins", &self.origins, &is_origin);
        look("types", &self.types, &is_type);
        look("accounts", &self.accounts, &is_account);
        wrong.extend(clock_problems(&format!("{path}.clocks"), &self.clocks));
    }
}

/// What is wrong with clocks that are to run together.
pub(crate) fn clock_problems(path: &str, clocks: &[ClockPolicy]) -> Vec<FieldProblem> {
    let mut wrong = Vec::new();
    for (at, policy) in clocks.iter().enumerate() {
        let path = format!("{path}[{at}]");
        if let Err(problem) = policy.check() {
            wrong.push(FieldProblem::coded(&path, PolicyProblem::CODE, &problem.to_string()));
        }
        if clocks.iter().take(at).any(|before| before.kind == policy.kind) {
            wrong.push(FieldProblem::coded(&path, "clock.twice", "this clock stands twice"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: &str = "01900000-0000-7000-8000-000000000001";

    fn job(request_type: Option<&str>, account: Option<&str>) -> Traits {
        let text = |word: Option<&str>| word.map(str::to_owned);
        Traits {
            kind: Case::Job(JobKind::Visit),
            request_type: text(request_type),
            account: text(account),
            agreed: None,
        }
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
        assert_eq!(
            count(Traits { kind: Case::Job(JobKind::Bench), ..job(Some("service"), Some(ACCOUNT)) }),
            0
        );
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
