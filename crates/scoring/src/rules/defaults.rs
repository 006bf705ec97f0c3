//! The first version of the rules: every default number, and nowhere else.

use super::{
    Award, Band, ComplaintPoints, ComponentRule, Curve, Deduction, Lifecycle, MonthlyScore, RulesVersion,
    Shrinkage, SurveyRules, TechnicianRules,
};
use crate::{ComponentKey, Trillionths};

impl Default for RulesVersion {
    fn default() -> Self {
        Self {
            version: "1".into(),
            survey: SurveyRules::default(),
            technician: TechnicianRules::default(),
            monthly: MonthlyScore::default(),
            award: Award {
                rated_months_min: 9,
                closed_jobs_min: 60,
                coverage_percent_min: 80,
                month_score_min: 60.0,
            },
        }
    }
}

impl Default for SurveyRules {
    fn default() -> Self {
        let weights = [
            ("solved", 30),
            ("punctual", 20),
            ("behaviour", 15),
            ("cost_clarity", 15),
            ("explanation", 10),
            ("cleanliness", 10),
        ];
        let weights = weights.into_iter().map(|(key, weight)| (key.into(), weight)).collect();
        Self { weights, answered_percent_min: 50 }
    }
}

impl Default for TechnicianRules {
    fn default() -> Self {
        Self {
            window_days: 180,
            virtual_surveys: 10.0,
            mean_without_peers: 0.80,
            variance_without_peers: 0.04,
            estimated_from_technicians: 8,
            estimated_from_surveys: 50,
            virtual_surveys_min: 3.0,
            virtual_surveys_max: 30.0,
            provisional_below: 5,
            satisfied_from: 0.75,
            // The 95 % quantile of the normal distribution, as a double.
            z: 1.644_853_626_951_472_2,
        }
    }
}

impl Default for MonthlyScore {
    fn default() -> Self {
        Self {
            components: components(),
            coverage_percent_min: 60,
            closed_jobs_min: 5,
            repeat_days: 30,
            complaint_points: ComplaintPoints {
                minor: Trillionths::from_units(500_000_000_000),
                major: Trillionths::ONE,
                critical: Trillionths::whole(2),
            },
            deduction: Deduction { points_each: 5, points_max: 15 },
            bands: vec![
                (Band::APlus, 95.0),
                (Band::A, 90.0),
                (Band::B, 80.0),
                (Band::C, 70.0),
                (Band::D, 0.0),
            ],
            cap_components: vec![ComponentKey::FirstTimeFix, ComponentKey::Csat, ComponentKey::Custody],
            cap_below: 40.0,
            cap_band: Band::C,
            lifecycle: Lifecycle { frozen_on_day: 5, objection_days: 7, final_on_day: 15 },
        }
    }
}

fn components() -> Vec<ComponentRule> {
    let line = |key, weight, prior: Option<(f64, f64)>, (floor, target)| ComponentRule {
        key,
        weight,
        shrinkage: prior.map(|(mean, strength)| Shrinkage { mean, strength }),
        curve: Curve::Line { floor, target },
        jobs_min: 0,
    };
    vec![
        line(ComponentKey::ResponseSla, 13, Some((0.90, 5.0)), (0.60, 0.98)),
        line(ComponentKey::RepairTime, 12, Some((0.80, 5.0)), (0.50, 0.95)),
        line(ComponentKey::FirstTimeFix, 12, Some((0.75, 10.0)), (0.50, 0.88)),
        line(ComponentKey::RepeatVisits, 10, Some((0.08, 10.0)), (0.25, 0.03)),
        ComponentRule {
            key: ComponentKey::PartsNorm,
            weight: 5,
            shrinkage: Some(Shrinkage { mean: 1.0, strength: 5.0 }),
            curve: Curve::TwoSided { low_floor: 0.40, low_target: 0.85, high_target: 1.10, high_floor: 1.50 },
            jobs_min: 5,
        },
        line(ComponentKey::Custody, 9, None, (0.70, 1.00)),
        line(ComponentKey::Invoices, 5, None, (0.70, 1.00)),
        line(ComponentKey::Travel, 6, None, (0.70, 1.00)),
        line(ComponentKey::Csat, 20, Some((0.80, 10.0)), (0.50, 0.90)),
        line(ComponentKey::Complaints, 8, Some((0.02, 20.0)), (0.08, 0.005)),
    ]
}
