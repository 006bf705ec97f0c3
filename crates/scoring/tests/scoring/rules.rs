//! Versions of the rules that are wrong.

use scoring::{Band, ComponentKey, Curve, Rules, RulesVersion, Shrinkage};

fn codes(change: impl FnOnce(&mut RulesVersion)) -> Vec<&'static str> {
    let mut version = RulesVersion::default();
    change(&mut version);
    Rules::new(version).err().unwrap_or_default().iter().map(scoring::RulesProblem::code).collect()
}

#[test]
fn the_first_version_passes_its_own_check_and_survives_its_text() {
    assert_eq!(codes(|_| {}), Vec::<&str>::new());
    assert_eq!(Rules::new(RulesVersion::default()).unwrap(), Rules::default());
    let text = serde_json::to_string_pretty(&RulesVersion::default()).unwrap();
    assert_eq!(serde_json::from_str::<RulesVersion>(&text).unwrap(), RulesVersion::default());
    assert!(
        serde_json::from_str::<RulesVersion>(&text.replace("\"repeat_days\"", "\"repeat_hours\"")).is_err()
    );
}

#[test]
fn weights_sum_to_a_hundred() {
    assert_eq!(codes(|rules| rules.monthly.components[0].weight = 14), ["rules.weights_not_100"]);
    assert_eq!(codes(|rules| rules.survey.weights.clear()), ["rules.weights_not_100"]);
    let huge = codes(|rules| rules.survey.weights.values_mut().for_each(|weight| *weight = u32::MAX));
    assert_eq!(huge, ["rules.weights_not_100"]);
}

#[test]
fn each_component_stands_once() {
    let gone = codes(|rules| rules.monthly.components.retain(|rule| rule.key != ComponentKey::Csat));
    assert_eq!(gone, ["rules.weights_not_100", "rules.components"]);
    let twice = codes(|rules| rules.monthly.components[1].key = ComponentKey::ResponseSla);
    assert_eq!(twice, ["rules.components", "rules.components"]);
}

#[test]
fn a_line_of_points_has_a_slope() {
    let curves = [
        Curve::Line { floor: 0.5, target: 0.5 },
        Curve::Line { floor: f64::NAN, target: 0.5 },
        Curve::Line { floor: 0.5, target: f64::INFINITY },
        Curve::TwoSided { low_floor: 0.9, low_target: 0.85, high_target: 1.1, high_floor: 1.5 },
        Curve::TwoSided { low_floor: 0.4, low_target: 1.2, high_target: 1.1, high_floor: 1.5 },
        Curve::TwoSided { low_floor: 0.4, low_target: 0.85, high_target: 1.5, high_floor: 1.5 },
    ];
    for curve in curves {
        assert_eq!(codes(|rules| rules.monthly.components[0].curve = curve), ["rules.floor_is_target"]);
    }
}

#[test]
fn a_prior_is_a_number_with_a_strength() {
    for (mean, strength) in [(0.9, 0.0), (0.9, -1.0), (f64::NAN, 5.0), (0.9, f64::INFINITY)] {
        let change = |rules: &mut RulesVersion| {
            rules.monthly.components[0].shrinkage = Some(Shrinkage { mean, strength });
        };
        assert_eq!(codes(change), ["rules.prior"]);
    }
}

#[test]
fn numbers_keep_to_their_ranges() {
    let changes: [fn(&mut RulesVersion); 17] = [
        |rules| rules.survey.answered_percent_min = 101,
        |rules| rules.technician.window_days = 0,
        |rules| rules.technician.virtual_surveys = 0.0,
        |rules| rules.technician.virtual_surveys_min = 31.0,
        |rules| rules.technician.satisfied_from = 1.1,
        |rules| rules.technician.mean_without_peers = -0.1,
        |rules| rules.technician.z = f64::NAN,
        |rules| rules.monthly.coverage_percent_min = 101,
        |rules| rules.monthly.closed_jobs_min = -1,
        |rules| rules.monthly.repeat_days = 0,
        |rules| rules.monthly.deduction.points_max = 101,
        |rules| rules.monthly.bands.swap(0, 1),
        |rules| rules.monthly.bands.clear(),
        |rules| rules.monthly.bands[4] = (Band::D, 10.0),
        |rules| rules.monthly.lifecycle.frozen_on_day = 9,
        |rules| rules.monthly.cap_below = 101.0,
        |rules| rules.award.month_score_min = 101.0,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        assert_eq!(codes(change), ["rules.range"], "change {number}");
    }
}

#[test]
fn a_version_has_a_name_and_everything_wrong_is_said_at_once() {
    let wrong = codes(|rules| {
        rules.version = "  ".into();
        rules.monthly.components[0].weight = 0;
        rules.monthly.components[0].jobs_min = -1;
    });
    assert_eq!(wrong, ["rules.no_name", "rules.weights_not_100", "rules.range"]);
}
