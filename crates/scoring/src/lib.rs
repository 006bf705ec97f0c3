//! Ratings of technicians, monthly scores of representatives, the yearly award
//! and the costs of travel: recorded facts and a [`RulesVersion`] give a result
//! that explains itself.
//!
//! Everything is a pure function of its arguments. What is added up is added up
//! in whole units of 1e-12 ([`Trillionths`]), so that a month that was kept up
//! as documents merged equals one computed anew, byte for byte.

mod component;
mod facts;
mod prior;
mod rating;
mod rules;
mod score;
mod shown;
mod split;
mod survey;
mod travel;
mod trillionths;
mod yearly;

pub use component::ComponentKey;
pub use facts::{MonthFacts, Tally};
pub use prior::{Prior, method_of_moments, peer_prior};
pub use rating::{Rating, RatingFacts, SatisfiedShare, Standing, rate};
pub use rules::{
    Award, Band, ComponentRule, Curve, Deduction, Lifecycle, MonthlyScore, Rules, RulesProblem, RulesVersion,
    Shrinkage, SurveyRules, TechnicianRules,
};
pub use score::{ComponentResult, ComponentScore, MonthScore, score_month};
pub use shown::{half_up, shown_to_tenth};
pub use split::{SplitProblem, split_by_largest_remainder};
pub use survey::{AnswerProblem, SurveyScore, survey_score};
pub use travel::{
    Allowance, ByCity, CityClass, Claim, ClaimProblem, DayKind, Hours, PricedClaim, SiteZone, Tariff,
    TariffProblem, TariffSpec, TravelFlag, TravelKind, price_claim,
};
pub use trillionths::{BadDecimal, Trillionths};
pub use yearly::{RatedMonth, yearly_mean};
