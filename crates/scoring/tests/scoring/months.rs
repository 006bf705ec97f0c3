//! Worked example 2: a representative's month, down to what one job cost.

use scoring::{
    Band, ComponentKey, EvidenceRow, Measure, MonthFacts, Outcome, ReasonCode, Rules, explain, score_month,
    score_without,
};

use crate::common::{example_2, job, near, row};

#[test]
fn worked_example_2_comes_out() {
    let score = score_month(&Rules::default(), &example_2());
    near(score.score.unwrap(), 82.627_847, 5e-7);
    near(score.score_shown.unwrap(), 82.6, 1e-12);
    assert_eq!((score.band, score.rated, score.capped, score.deduction), (Some(Band::B), true, false, 0));
    near(score.coverage, 1.0, 1e-12);
    let expected = [
        (0.942_308, 90.0810, 1.2895),
        (0.855_072, 78.9050, 2.5314),
        (0.807_143, 80.8271, 2.3008),
        (0.070_588, 81.5508, 1.8449),
        (1.065_048, 100.0, 0.0),
        (0.903_226, 67.7419, 2.9032),
        (1.0, 100.0, 0.0),
        (0.928_571, 76.1905, 1.4286),
        (0.836_111, 84.0278, 3.1944),
        (0.022_619, 76.5079, 1.8794),
    ];
    for (part, (x, points, lost)) in score.components.iter().zip(expected) {
        let result = part.result.unwrap();
        near(result.x, x, 5e-7);
        near(result.points, points, 5e-5);
        near(result.lost, lost, 5e-5);
        near(result.effective_weight, f64::from(part.weight), 1e-12);
    }
    let lost: f64 = score.components.iter().map(|part| part.result.unwrap().lost).sum();
    near(lost, 17.3722, 5e-5);
    near(score.score.unwrap() + lost, 100.0, 1e-9);
}

/// Job J: one missed response clock, late, a second visit, a survey of 0.20.
fn rows_of_j() -> Vec<EvidenceRow> {
    let mut rows = vec![
        row(ComponentKey::ResponseSla, 7, "0", "1"),
        row(ComponentKey::RepairTime, 7, "0", "1"),
        row(ComponentKey::FirstTimeFix, 7, "0", "1"),
        row(ComponentKey::Csat, 7, "0.20", "1"),
    ];
    rows.push(EvidenceRow { measure: Measure::ClosedJobs, ..row(ComponentKey::Complaints, 7, "0", "0") });
    rows
}

/// The number of closed jobs stays: what is asked is what came of the job.
#[test]
fn job_j_cost_what_the_page_says() {
    let (rules, facts) = (Rules::default(), example_2());
    let with = score_month(&rules, &facts).score.unwrap();
    let without = score_without(&rules, &facts, &rows_of_j()).score.unwrap();
    near(without, 84.491_199, 5e-7);
    near(without - with, 1.863_352, 5e-7);
}

/// The same month as rows: what J did not bring stands as one bulk row each.
fn rows_of_example_2() -> Vec<EvidenceRow> {
    let bulk = |key, value, weight| EvidenceRow { job: None, ..row(key, 0, value, weight) };
    let closed =
        EvidenceRow { measure: Measure::ClosedJobs, job: None, ..row(ComponentKey::Csat, 1, "0", "0") };
    let mut rows = vec![
        bulk(ComponentKey::ResponseSla, "118", "124"),
        bulk(ComponentKey::RepairTime, "55", "63"),
        bulk(ComponentKey::FirstTimeFix, "49", "59"),
        bulk(ComponentKey::RepeatVisits, "4", "58"),
        bulk(ComponentKey::Custody, "28", "31"),
        bulk(ComponentKey::Invoices, "4", "4"),
        bulk(ComponentKey::Travel, "39", "42"),
        bulk(ComponentKey::Csat, "21.90", "25"),
        bulk(ComponentKey::Complaints, "1.5", "0"),
    ];
    rows.extend(rows_of_j());
    rows.extend(std::iter::repeat_n(closed, 63));
    rows.extend((0..64).map(|_| bulk(ComponentKey::PartsNorm, "6437500", "6015625")));
    rows
}

/// Score → component → rows → what each job cost.
#[test]
fn a_score_is_explained_down_to_the_job() {
    let excluded = row(ComponentKey::Csat, 9, "1", "1").excluded(ReasonCode::StaffPhone, None);
    let rows: Vec<_> = rows_of_example_2().into_iter().chain([excluded.clone()]).collect();
    let explanation = explain(&Rules::default(), rows);
    assert_eq!(explanation.facts, example_2());
    assert_eq!(explanation.score, score_month(&Rules::default(), &example_2()));
    assert_eq!(explanation.rules_version, "1");

    let costliest = explanation.jobs[0];
    assert_eq!(costliest.job, job(7));
    near(costliest.cost.unwrap(), 1.863_352, 5e-7);
    near(costliest.score_without.unwrap(), 84.491_199, 5e-7);
    // The job whose survey does not count did nothing to the score.
    assert_eq!(explanation.jobs[1].cost, Some(0.0));

    let csat = &explanation.components[8];
    assert_eq!(csat.part.key, ComponentKey::Csat);
    assert_eq!(csat.rows.len(), 3);
    assert!(csat.rows.contains(&excluded), "what is left out is shown as well");
    assert_eq!(explanation.excluded.get(&ReasonCode::StaffPhone), Some(&1));
    let of_rows: usize = explanation.components.iter().map(|component| component.rows.len()).sum();
    assert_eq!(of_rows + explanation.others.len(), 9 + 5 + 63 + 64 + 1);
}

#[test]
fn a_job_that_is_everything_has_no_effect_to_show() {
    let explanation = explain(&Rules::default(), vec![row(ComponentKey::Custody, 7, "0", "1")]);
    assert_eq!(explanation.score.score, Some(0.0));
    assert_eq!(explanation.jobs[0].score_without, None);
    assert_eq!(explanation.jobs[0].cost, None);
}

/// A violation belongs to its job: without it the five points are back.
#[test]
fn a_violation_is_part_of_what_its_job_cost() {
    let violation = EvidenceRow {
        measure: Measure::Violations,
        outcome: Outcome::Missed,
        ..row(ComponentKey::Custody, 7, "1", "1")
    };
    let rows = vec![row(ComponentKey::Custody, 8, "9", "10"), violation];
    let explanation = explain(&Rules::default(), rows);
    assert_eq!(explanation.facts.violations, 1);
    let of_7 = explanation.jobs.iter().find(|effect| effect.job == job(7)).unwrap();
    near(of_7.cost.unwrap(), 5.0, 1e-9);
}

#[test]
fn an_excluded_row_adds_nothing() {
    let rows = [row(ComponentKey::Csat, 9, "1", "1").excluded(ReasonCode::StaffPhone, None)];
    assert_eq!(MonthFacts::of(&rows), MonthFacts::default());
    // Nor does one whose numbers were left standing.
    let mut forgotten = row(ComponentKey::Csat, 9, "1", "1");
    forgotten.outcome = Outcome::Excluded;
    assert_eq!(MonthFacts::of(&[forgotten]), MonthFacts::default());
}
