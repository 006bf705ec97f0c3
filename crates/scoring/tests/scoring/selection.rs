//! Which recorded facts count, and why the others do not.

use domain::{AssetId, JobKind, Uuid};
use scoring::{
    CaseType, ClockOutcome, ClosedJobFacts, Complaint, ComponentKey, DutyFacts, JobStanding, Measure,
    MonthFacts, Objection, Outcome, Prior, ReasonCode, ReopenedJob, RipeJob, Rules, SurveyFacts, SurveyFate,
    SurveyScore, TechnicianRules, closed_job_rows, complaint_row, duty_row, explain_rating, repeat_rows,
    select_surveys, technician_surveys, violation_row,
};

use crate::common::{day, decimal, job, near, person};

fn closed_job() -> ClosedJobFacts {
    ClosedJobFacts {
        job: job(1),
        kind: JobKind::Visit,
        closed_at: day(10),
        closing_event: "closed".into(),
        standing: JobStanding::Counts,
        visits: 1,
        repair: Some(ClockOutcome::Met),
        parts_cost: 900_000,
        parts_expected: Some(1_000_000),
    }
}

fn tally(facts: &MonthFacts, key: ComponentKey) -> (String, String) {
    let tally = facts.tally(key);
    (tally.numerator.to_string(), tally.denominator.to_string())
}

fn pair(numerator: &str, denominator: &str) -> (String, String) {
    (numerator.into(), denominator.into())
}

#[test]
fn a_closed_job_shows_time_visits_and_parts() {
    let facts = MonthFacts::of(&closed_job_rows(&closed_job()));
    assert_eq!((facts.closed_jobs, facts.parts_jobs), (1, 1));
    assert_eq!(tally(&facts, ComponentKey::RepairTime), pair("1", "1"));
    assert_eq!(tally(&facts, ComponentKey::FirstTimeFix), pair("1", "1"));
    assert_eq!(tally(&facts, ComponentKey::PartsNorm), pair("900000", "1000000"));
    assert_eq!(tally(&facts, ComponentKey::Complaints), pair("0", "1"));

    let late = ClosedJobFacts { visits: 2, repair: Some(ClockOutcome::Missed), ..closed_job() };
    let facts = MonthFacts::of(&closed_job_rows(&late));
    assert_eq!(tally(&facts, ComponentKey::RepairTime), pair("0", "1"));
    assert_eq!(tally(&facts, ComponentKey::FirstTimeFix), pair("0", "1"));
}

/// What does not count stands in the list with its reason.
#[test]
fn what_does_not_count_says_why() {
    let reasons = |facts: ClosedJobFacts| -> Vec<(Measure, ReasonCode)> {
        let rows = closed_job_rows(&facts);
        rows.iter().filter_map(|row| row.reason.map(|reason| (row.measure, reason))).collect()
    };
    let void = ClosedJobFacts { standing: JobStanding::Void, ..closed_job() };
    assert_eq!(reasons(void), [(Measure::ClosedJobs, ReasonCode::JobVoid)]);
    let imported = ClosedJobFacts { standing: JobStanding::Imported, ..closed_job() };
    assert_eq!(MonthFacts::of(&closed_job_rows(&imported)), MonthFacts::default());
    assert_eq!(reasons(imported), [(Measure::ClosedJobs, ReasonCode::Imported)]);
    let bench = ClosedJobFacts { kind: JobKind::Bench, parts_expected: None, repair: None, ..closed_job() };
    let facts = MonthFacts::of(&closed_job_rows(&bench));
    assert_eq!((facts.closed_jobs, facts.parts_jobs), (1, 0));
    assert_eq!(
        reasons(bench),
        [
            (Measure::Component(ComponentKey::FirstTimeFix), ReasonCode::NotOnSite),
            (Measure::Component(ComponentKey::PartsNorm), ReasonCode::NoNorm),
        ]
    );
}

fn duty(case_type: CaseType, outcome: ClockOutcome) -> DutyFacts {
    DutyFacts {
        case_type,
        case_id: "7".into(),
        job: None,
        outcome,
        known_at: day(3),
        source_event_id: "event".into(),
        exclusion: None,
    }
}

/// Due but not done is a failure, never left out by itself.
#[test]
fn duties_are_met_or_missed() {
    for (case_type, key) in [
        (CaseType::ResponseClock, ComponentKey::ResponseSla),
        (CaseType::CustodyDuty, ComponentKey::Custody),
        (CaseType::Invoice, ComponentKey::Invoices),
        (CaseType::TravelClaim, ComponentKey::Travel),
    ] {
        let missed = duty_row(&duty(case_type, ClockOutcome::Missed)).unwrap();
        assert_eq!(tally(&MonthFacts::of(&[missed]), key), pair("0", "1"));
        let met = duty_row(&duty(case_type, ClockOutcome::Met)).unwrap();
        assert_eq!(tally(&MonthFacts::of(&[met]), key), pair("1", "1"));
    }
    assert_eq!(duty_row(&duty(CaseType::Survey, ClockOutcome::Met)), None);
    let by = person(3);
    let excused = DutyFacts {
        exclusion: Some((ReasonCode::ObjectionAccepted, by)),
        ..duty(CaseType::CustodyDuty, ClockOutcome::Missed)
    };
    let row = duty_row(&excused).unwrap();
    assert_eq!((row.outcome, row.excluded_by), (Outcome::Excluded, Some(by)));
}

#[test]
fn complaints_weigh_by_how_serious_they_are() {
    let rules = Rules::default();
    let points =
        |decision| complaint_row(&rules, "c", Some(job(1)), decision, day(3), "decided").value.to_string();
    assert_eq!(points(Complaint::Minor), "0.5");
    assert_eq!(points(Complaint::Major), "1");
    assert_eq!(points(Complaint::Critical), "2");
    let rejected = complaint_row(&rules, "c", None, Complaint::Rejected, day(3), "decided");
    assert_eq!((rejected.reason, rejected.outcome), (Some(ReasonCode::Rejected), Outcome::Excluded));
    // Complaints add nothing to the jobs that they are counted over.
    let row = complaint_row(&rules, "c", None, Complaint::Major, day(3), "decided");
    assert_eq!(tally(&MonthFacts::of(&[row]), ComponentKey::Complaints), pair("1", "0"));
}

#[test]
fn a_violation_counts_once_its_objection_is_closed() {
    let violations = |objection| {
        MonthFacts::of(&[violation_row("v", Some(job(1)), objection, day(3), "confirmed")]).violations
    };
    assert_eq!(violations(Objection::Open), 0);
    assert_eq!(violations(Objection::Accepted), 0);
    assert_eq!(violations(Objection::Closed), 1);
}

fn asset(number: u128) -> Option<AssetId> {
    Some(AssetId::from_uuid(Uuid::from_u128(number)))
}

fn ripe(number: u128) -> RipeJob {
    RipeJob { job: job(number), closed_at: day(100), asset: asset(5), fault_group: Some("cooling".into()) }
}

fn opened(number: u128, days: i64) -> ReopenedJob {
    ReopenedJob {
        job: job(number),
        opened_at: day(100 + days),
        event: format!("opened {number}"),
        asset: asset(5),
        fault_group: Some("cooling".into()),
    }
}

/// Thirty days, the last of them included; the same device and the same fault.
#[test]
fn a_repeat_is_the_same_fault_of_the_same_device_within_thirty_days() {
    let outcome = |cohort: RipeJob, later: &[ReopenedJob]| {
        let rows = repeat_rows(&Rules::default(), &[cohort], later, day(140));
        (rows[0].outcome, rows[0].source_event_id.clone())
    };
    let met = (Outcome::Met, String::new());
    let missed = |number: u128| (Outcome::Missed, format!("opened {number}"));
    assert_eq!(outcome(ripe(1), &[]), met);
    assert_eq!(outcome(ripe(1), &[opened(2, 30)]), missed(2));
    assert_eq!(outcome(ripe(1), &[opened(2, 31)]), met);
    assert_eq!(outcome(ripe(1), &[opened(2, 0)]), met);
    assert_eq!(outcome(ripe(1), &[opened(2, -3)]), met);
    assert_eq!(outcome(ripe(1), &[opened(3, 20), opened(2, 10)]), missed(2), "the first is the evidence");
    assert_eq!(outcome(ripe(1), &[ReopenedJob { asset: asset(6), ..opened(2, 5) }]), met);
    let other_fault = ReopenedJob { fault_group: Some("door".into()), ..opened(2, 5) };
    assert_eq!(outcome(ripe(1), &[other_fault]), met);
    // A reopening is a repeat whatever it says of the device.
    let reopened = ReopenedJob { asset: None, fault_group: None, ..opened(1, 5) };
    assert_eq!(outcome(ripe(1), &[reopened]), missed(1));
}

/// Nothing matches nothing: two jobs without a device are not about the same one.
#[test]
fn what_is_not_named_matches_nothing() {
    let row = |cohort: RipeJob, later: ReopenedJob| {
        let rows = repeat_rows(&Rules::default(), &[cohort], &[later], day(140));
        (rows[0].outcome, rows[0].reason)
    };
    let nameless = RipeJob { asset: None, ..ripe(1) };
    let later = ReopenedJob { asset: None, ..opened(2, 5) };
    assert_eq!(row(nameless, later), (Outcome::Excluded, Some(ReasonCode::NoDevice)));
    for group in [None, Some(String::new()), Some("  ".into())] {
        let cohort = RipeJob { fault_group: group.clone(), ..ripe(1) };
        let later = ReopenedJob { fault_group: group, ..opened(2, 5) };
        assert_eq!(row(cohort, later), (Outcome::Excluded, Some(ReasonCode::NoFaultGroup)));
    }
}

fn survey(name: &str, job_number: u128, completed: i64) -> SurveyFacts {
    SurveyFacts {
        survey: name.into(),
        job: job(job_number),
        closed_at: day(completed - 1),
        completed_by: vec![person(1)],
        completed_at: day(completed),
        score: SurveyScore { score: Some(decimal("0.9")), answered_weight: 100, asked_weight: 100 },
        fate: SurveyFate::Stands,
    }
}

/// One survey per job, the first completed; others with their reason.
#[test]
fn one_survey_counts_for_a_job() {
    let qa = person(9);
    let incomplete = SurveyScore { score: None, ..survey("x", 1, 1).score };
    let surveys = [
        survey("late", 1, 20),
        survey("first", 1, 10),
        SurveyFacts { fate: SurveyFate::Annulled { by: qa }, ..survey("annulled", 2, 11) },
        survey("after the annulled one", 2, 12),
        SurveyFacts { fate: SurveyFate::StaffPhone, ..survey("staff", 3, 13) },
        SurveyFacts { fate: SurveyFate::JobVoid, ..survey("void", 4, 14) },
        SurveyFacts { score: incomplete, ..survey("incomplete", 5, 15) },
    ];
    let rows = select_surveys(&surveys);
    let said: Vec<_> = rows.iter().map(|row| (row.case_id.as_str(), row.reason)).collect();
    assert_eq!(
        said,
        [
            ("first", None),
            ("annulled", Some(ReasonCode::AnnulledByQuality)),
            ("after the annulled one", None),
            ("staff", Some(ReasonCode::StaffPhone)),
            ("void", Some(ReasonCode::JobVoid)),
            ("incomplete", Some(ReasonCode::Incomplete)),
            ("late", Some(ReasonCode::SecondSurvey)),
        ]
    );
    assert_eq!(rows[1].excluded_by, Some(qa));
    assert_eq!(tally(&MonthFacts::of(&rows), ComponentKey::Csat), pair("1.8", "2"));
}

/// Technicians are those of the completing visit; each has a shared survey whole.
#[test]
fn a_survey_belongs_to_those_who_completed_the_job() {
    let rules = TechnicianRules::default();
    let shared = SurveyFacts { completed_by: vec![person(1), person(2)], ..survey("shared", 1, 10) };
    let surveys = [shared, survey("alone", 2, 11), survey("second", 2, 12)];
    let of = |technician, now| technician_surveys(&rules, person(technician), &surveys, now);
    let counted =
        |technician| of(technician, day(20)).counted.into_iter().map(|one| one.survey).collect::<Vec<_>>();
    let excluded = |technician, now| {
        of(technician, now)
            .excluded
            .into_iter()
            .map(|row| (row.case_id, row.reason.unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(counted(1), ["shared", "alone"]);
    assert_eq!(excluded(1, day(20)), [("second".into(), ReasonCode::SecondSurvey)]);
    assert_eq!(counted(2), ["shared"]);
    assert_eq!(excluded(2, day(20)), []);
    assert_eq!(of(2, day(20)).counted[0].technicians, 2);
    assert!(counted(3).is_empty());
    // Jobs closed within 180 days, and closed at all.
    assert_eq!(of(2, day(9 + 180)).counted.len(), 1);
    for outside in [day(9 + 181), day(8)] {
        assert_eq!(excluded(2, outside), [("shared".into(), ReasonCode::OutsideWindow)]);
        assert!(of(2, outside).counted.is_empty());
    }
}

/// The rating of a technician down to what each survey did to it.
#[test]
fn a_rating_is_explained_down_to_the_survey() {
    let rules = Rules::default();
    let bad = SurveyScore { score: Some(decimal("0.2")), ..survey("x", 1, 1).score };
    let surveys = [
        survey("good", 1, 10),
        SurveyFacts { score: bad, ..survey("bad", 2, 11) },
        SurveyFacts { fate: SurveyFate::StaffPhone, ..survey("staff", 3, 12) },
    ];
    let surveys = technician_surveys(&rules.technician, person(1), &surveys, day(20));
    let prior = Prior { mean: 0.8, within: 0.04, between: None, strength: 10.0 };
    let explanation = explain_rating(&rules, &prior, surveys);
    near(explanation.rating.rating, 9.1 / 12.0, 1e-12);
    let names: Vec<_> = explanation.surveys.iter().map(|effect| effect.survey.survey.as_str()).collect();
    assert_eq!(names, ["bad", "good"]);
    near(explanation.surveys[0].cost, 4.0 * (8.9 / 11.0 - 9.1 / 12.0), 1e-12);
    near(explanation.surveys[1].cost, 4.0 * (8.2 / 11.0 - 9.1 / 12.0), 1e-12);
    assert_eq!(explanation.excluded[0].reason, Some(ReasonCode::StaffPhone));
    assert_eq!((explanation.facts.surveys, explanation.rules_version.as_str()), (2, "1"));
}
