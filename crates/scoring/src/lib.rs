//! Ratings of technicians, monthly scores of representatives, the yearly award
//! and the costs of travel: recorded facts and a [`RulesVersion`] give a result
//! that explains itself.
//!
//! Everything is a pure function of its arguments. What is added up is added up
//! in whole units of 1e-12 ([`Trillionths`]), so that a month that was kept up
//! as documents merged equals one computed anew, byte for byte.

mod award;
mod component;
mod evidence;
mod explain;
mod facts;
mod lifecycle;
mod norm;
mod prior;
mod rating;
mod rules;
mod score;
mod selection;
mod shown;
mod split;
mod survey;
mod travel;
mod trillionths;
mod yearly;

pub use award::{
    Criterion, Ineligible, Winners, YearMonth, YearRecord, YearResult, YearStanding, award_year,
};
pub use component::ComponentKey;
pub use evidence::{CaseType, EvidenceRow, Measure, Outcome, ReasonCode};
pub use explain::{
    ComponentExplanation, Explanation, JobEffect, RatingExplanation, SurveyEffect, explain, explain_rating,
    score_without,
};
pub use facts::{MonthFacts, Tally};
pub use lifecycle::{
    Adjustment, Answer, Computation, LifecycleDates, LifecycleRefusal, ObjectionRow, Remark, ScoreRecord,
    ScoreVersion, Stage, VersionReason,
};
pub use norm::{JobMix, PartsNorm, mean_cost};
pub use prior::{Prior, method_of_moments, peer_prior};
pub use rating::{Rating, RatingFacts, SatisfiedShare, Standing, rate};
pub use rules::{
    Award, Band, ComplaintPoints, ComponentRule, Curve, Deduction, Lifecycle, MonthlyScore, Rules,
    RulesProblem, RulesVersion, Shrinkage, SurveyRules, TechnicianRules,
};
pub use score::{ComponentResult, ComponentScore, MonthScore, score_month};
pub use selection::{
    ClockOutcome, ClosedJobFacts, Complaint, CountedSurvey, DutyFacts, JobStanding, Objection, ReopenedJob,
    RipeJob, SurveyFacts, SurveyFate, TechnicianSurveys, closed_job_rows, complaint_row, duty_row,
    repeat_rows, select_surveys, technician_surveys, violation_row,
};
pub use shown::{half_up, shown_to_tenth};
pub use split::{SplitProblem, split_by_largest_remainder};
pub use survey::{AnswerProblem, SurveyScore, survey_score};
pub use travel::{
    Allowance, ApprovalRefusal, ByCity, CappedClaim, CityClass, Claim, ClaimEvent, ClaimProblem, ClaimState,
    DayKind, DistanceOn, DistanceSource, Held, Hours, JobPart, JobScene, JobShare, JobTravel, KnownDistances,
    Payer, PayerMatrix, PayerRule, PayerShare, Place, PricedClaim, PriorApproval, Proof, ReceiptFacts,
    ReferenceDistance, Repeat, SiteEvent, SiteZone, Spent, Tariff, TariffBook, TariffProblem, TariffShelf,
    TariffSpec, TariffVersion, TravelCase, TravelCoverage, TravelFlag, TravelKind, TravelProfile,
    TravelReason, TripDivision, TripPrice, TripScene, TripTravel, WhoPays, apply_caps, divide, price_claim,
    price_trip, reference_distance, review_reasons, share_tour, straight_line_m,
};
pub use trillionths::{BadDecimal, Trillionths};
pub use yearly::{RatedMonth, yearly_mean};
