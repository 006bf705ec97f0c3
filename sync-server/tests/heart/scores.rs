//! Scores come from recorded work alone: a month adds up from its evidence, the
//! evidence can be made again, what was published is never changed in silence.

use domain::{
    AgencyId, Assignment, DocId, EventKind, FieldValue, JobField, JobFieldEdit, Role, UserId, Uuid,
};
use scoring::{ComponentKey, Measure, MonthFacts, Outcome, Remark, Rules, Stage, score_month, score_without};
use sync_server::error::CoreError;
use sync_server::office::{close_job, reopen_job};
use sync_server::people::{self, NewUser};
use sync_server::rulebook::{self, Kind, NewVersion};
use sync_server::scores::period::MonthKey;
use sync_server::scores::{self, NewQualityDecision, Ruling, ScorePage, Verdict};
use sync_server::session::DeviceSession;
use sync_server::timer::{Timer, due_works};
use testkit::{Kit, set_field, text_edit};

use crate::phone::Phone;
use crate::world::World;

/// Two agencies with a technician each, and an office.
pub(crate) struct Field {
    pub(crate) world: World,
    pub(crate) office: DeviceSession,
    pub(crate) agencies: Vec<AgencyId>,
    pub(crate) phones: Vec<Phone>,
}

impl Field {
    pub(crate) async fn new(seed: u64) -> Self {
        let mut world = World::new(seed);
        let office = world.dispatcher();
        let mut agencies = Vec::new();
        let mut phones = Vec::new();
        for name in ["north", "south"] {
            let agency = world.kit.agency_id();
            let technician = world.kit.technician();
            let now = world.core.now();
            let new = user(technician.user, name, Role::Technician, Some(agency));
            let enter = move |tx: &rusqlite::Transaction<'_>| {
                people::create_agency(tx, agency, name, None, now)?;
                people::create_user(tx, &new, now)
            };
            world.core.store().write(enter).await.expect("entered");
            agencies.push(agency);
            phones.push(Phone::new(technician));
        }
        Self { world, office, agencies, phones }
    }

    /// A job of an agency on a device, given to its technician.
    pub(crate) async fn job(&mut self, agency: usize, device: u128) -> DocId {
        let fields = vec![
            text_edit(JobField::RequestSubject, "no heat"),
            text_edit(JobField::RequestType, "service"),
            text_edit(JobField::AssetModel, "BX-24"),
            JobFieldEdit { field: JobField::AssetId, value: Some(FieldValue::Id(Uuid::from_u128(device))) },
        ];
        let job = self.world.job_with(&self.office, None, fields).await.doc;
        let assignment = Assignment {
            technician: Some(self.phones[agency].person.user),
            representative: Some(self.agencies[agency]),
            ..Assignment::default()
        };
        let assign = self.world.kit.assign_as(assignment);
        self.world.edit(&self.office, job, assign).await.expect("assigned");
        job
    }

    /// The technician does it in one visit, with a part, and finds a fault.
    pub(crate) async fn work(&mut self, agency: usize, job: DocId, steps: &[EventKind], fault: &str) {
        self.sync(agency).await;
        self.record(agency, job, steps, fault);
        self.sync(agency).await;
    }

    async fn sync(&mut self, agency: usize) {
        let phone = &mut self.phones[agency];
        phone.sync(&mut self.world.kit, &self.world.core).await;
        assert!(phone.refused.is_empty(), "{:?}", phone.refused);
    }

    fn record(&mut self, agency: usize, job: DocId, steps: &[EventKind], fault: &str) {
        let phone = &mut self.phones[agency];
        let mut found = false;
        for kind in steps {
            self.world.kit.clock.advance_ms(600_000);
            let event = self.world.kit.record(*kind);
            phone.edit(&mut self.world.kit, job, &event);
            if *kind == EventKind::Working {
                let part = self.world.kit.add_part("valve");
                phone.edit(&mut self.world.kit, job, &part);
                if !std::mem::replace(&mut found, true) {
                    let fault = set_field(JobField::OutcomeFault, Some(FieldValue::Text(fault.to_owned())));
                    phone.edit(&mut self.world.kit, job, &fault);
                }
            }
        }
    }

    pub(crate) async fn close(&mut self, job: DocId) {
        self.world.kit.clock.advance_ms(600_000);
        close_job(&self.world.core, &self.office, job, None).await.expect("closed");
    }

    /// A job done in one visit and closed.
    pub(crate) async fn done_job(&mut self, agency: usize, device: u128) -> DocId {
        let job = self.job(agency, device).await;
        self.work(agency, job, ONE_VISIT, "burner").await;
        self.close(job).await;
        job
    }

    pub(crate) fn month(&self) -> MonthKey {
        MonthKey::at(self.world.core.now()).expect("a month")
    }

    pub(crate) fn page(&self, agency: usize, month: MonthKey) -> ScorePage {
        let agency = self.agencies[agency];
        let read = || {
            let page =
                self.world.core.store().read_blocking(|connection| scores::page(connection, agency, month));
            page.expect("it reads")
        };
        tokio::task::block_in_place(read)
    }

    pub(crate) async fn pass(&mut self, days: i64) {
        self.world.kit.clock.advance_days(days);
        Timer::new(self.world.core.clone(), due_works()).run_due().await;
    }
}

pub(crate) fn user(id: UserId, name: &str, role: Role, agency: Option<AgencyId>) -> NewUser {
    NewUser { id, name: name.to_owned(), display_name: name.to_owned(), role, agency, password_hash: None }
}

const ONE_VISIT: &[EventKind] =
    &[EventKind::Accepted, EventKind::Travelling, EventKind::Arrived, EventKind::Working, EventKind::Done];
pub(crate) const TWO_VISITS: &[EventKind] = &[
    EventKind::Accepted,
    EventKind::Arrived,
    EventKind::Working,
    EventKind::WaitingPart,
    EventKind::Travelling,
    EventKind::Arrived,
    EventKind::Working,
    EventKind::Done,
];

fn tally(page: &ScorePage, key: ComponentKey) -> (f64, f64) {
    let tally = page.head.computation.facts.tally(key);
    (tally.numerator.to_f64(), tally.denominator.to_f64())
}

/// The sums that are kept up are those of the evidence, for everybody.
fn assert_sums(field: &Field) {
    let months = field.world.rows("SELECT DISTINCT month FROM evidence ORDER BY month");
    assert!(!months.is_empty());
    for month in months {
        let month = MonthKey(month[0].parse().expect("a month"));
        let read =
            || field.world.core.store().read_blocking(|connection| scores::recompute(connection, month));
        for (agency, computation) in tokio::task::block_in_place(read).expect("it reads") {
            let index = field.agencies.iter().position(|known| *known == agency).expect("known");
            let page = field.page(index, month);
            if page.head.record.is_none() {
                assert_eq!(page.head.computation, computation, "{month}");
            }
        }
    }
}

/// The figures follow from the rows that a reader is shown.
fn assert_explained(page: &ScorePage) {
    let rows: Vec<_> = page.explanation.rows().cloned().collect();
    assert_eq!(MonthFacts::of(&rows), page.head.computation.facts);
    assert_eq!(score_month(&Rules::default(), &page.head.computation.facts), page.head.computation.score);
    for effect in &page.explanation.jobs {
        let own = rows.iter().filter(|row| row.job == Some(effect.job));
        let without = score_without(&Rules::default(), &page.head.computation.facts, own);
        assert_eq!(effect.score_without, without.score);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_adds_up_from_recorded_work_down_to_the_job() {
    let mut field = Field::new(1).await;
    let month = field.month();
    for device in 1..=4 {
        field.done_job(0, device).await;
        field.done_job(1, 100 + device).await;
    }
    let slow = field.job(0, 9).await;
    field.work(0, slow, TWO_VISITS, "burner").await;
    field.close(slow).await;
    let open = field.job(0, 10).await;

    let page = field.page(0, month);
    assert_explained(&page);
    assert_eq!(page.head.stage(), Stage::Provisional);
    assert_eq!(page.head.computation.facts.closed_jobs, 5);
    assert_eq!(tally(&page, ComponentKey::FirstTimeFix), (4.0, 5.0));
    assert_eq!(tally(&page, ComponentKey::RepairTime), (5.0, 5.0));
    assert_eq!(page.head.computation.facts.parts_jobs, 5, "the other agency's jobs are the norm");
    // Custody and invoices are not recorded yet, so they do not apply; nothing else did.
    let applies = |key| {
        page.head.computation.score.components.iter().any(|part| part.key == key && part.result.is_some())
    };
    assert!(
        !applies(ComponentKey::Custody) && !applies(ComponentKey::Invoices) && !applies(ComponentKey::Csat)
    );
    assert!(applies(ComponentKey::PartsNorm));
    let costliest = &page.explanation.jobs[0];
    assert_eq!(costliest.job, slow);
    assert!(costliest.cost > Some(0.0));
    assert!(page.explanation.rows().all(|row| row.job != Some(open)), "it is not closed");
}

/// A clock that was a day slow, and that was set right before the phone sent: all steps
/// take the instant of what their author had seen, and still follow each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_that_fall_on_one_instant_follow_each_other_as_they_were_recorded() {
    let mut field = Field::new(4).await;
    for device in 1..=8 {
        let job = field.job(0, device).await;
        field.sync(0).await;
        field.phones[0].ahead_ms = -domain::DAY_MS;
        field.record(0, job, if device % 2 == 0 { ONE_VISIT } else { TWO_VISITS }, "burner");
        field.phones[0].ahead_ms = 0;
        field.sync(0).await;
        field.close(job).await;
    }
    let instants = "SELECT DISTINCT doc, effective_at FROM job_events WHERE suspect IS NOT NULL";
    assert_eq!(field.world.rows(instants).len(), 8, "one instant for each job");
    let page = field.page(0, field.month());
    assert_eq!(tally(&page, ComponentKey::FirstTimeFix), (4.0, 8.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_that_comes_back_within_thirty_days_counts_against_the_month_after() {
    let mut field = Field::new(2).await;
    let month = field.month();
    let first = field.done_job(0, 1).await;
    let second = field.done_job(0, 2).await;
    assert_eq!(tally(&field.page(0, month.next()), ComponentKey::RepeatVisits), (0.0, 2.0));
    field.pass(10).await;
    // Another agency's visit to the same device, for the same fault.
    let again = field.job(1, 1).await;
    assert_eq!(tally(&field.page(0, month.next()), ComponentKey::RepeatVisits), (0.0, 2.0), "no fault yet");
    field.work(1, again, ONE_VISIT, "burner").await;
    let page = field.page(0, month.next());
    assert_eq!(tally(&page, ComponentKey::RepeatVisits), (1.0, 2.0));
    let missed: Vec<_> = page.explanation.rows().filter(|row| row.outcome == Outcome::Missed).collect();
    assert_eq!(missed.iter().map(|row| row.job).collect::<Vec<_>>(), [Some(first)]);
    // And a job that is opened again is its own repeat.
    reopen_job(&field.world.core, &field.office, second, "still cold".into(), None).await.expect("reopened");
    assert_eq!(tally(&field.page(0, month.next()), ComponentKey::RepeatVisits), (2.0, 2.0));
    assert_eq!(field.page(0, month).head.computation.facts.closed_jobs, 2, "the first closing counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_published_month_changes_by_versions_and_lines_only() {
    let mut field = Field::new(3).await;
    let month = field.month();
    let mut jobs = Vec::new();
    for device in 1..=6 {
        jobs.push(field.done_job(0, device).await);
    }
    let quality = field.world.kit.person(Role::Quality);
    let enter = user(quality.user, "quality", Role::Quality, None);
    let now = field.world.core.now();
    field.world.core.store().write(move |tx| people::create_user(tx, &enter, now)).await.expect("entered");

    // Not yet: the month has not ended.
    let early = object(&mut field, month, jobs[0], "too early").await;
    assert_eq!(codes(early), ["score.month_not_ended"]);
    field.pass(20).await;
    let frozen = field.page(0, month);
    assert_eq!(frozen.head.stage(), Stage::Frozen);
    assert_explained(&frozen);
    let shown = frozen.head.computation.score.score_shown;

    // Other rules from the month's first day on never alter it.
    let mut rules = scoring::RulesVersion { version: "harder".into(), ..Default::default() };
    for rule in &mut rules.monthly.components {
        if rule.key == ComponentKey::FirstTimeFix {
            rule.curve = scoring::Curve::Line { floor: 0.5, target: 0.99 };
        }
    }
    enter_rules(&mut field, &rules, "2026-02-20").await;
    field.pass(0).await;
    assert_eq!(field.page(0, month).head.computation.score.score_shown, shown);
    assert_eq!(field.page(0, month).head.computation.rules_version, Rules::default().version);
    assert_eq!(field.page(0, month.next()).head.computation.rules_version, "harder");

    // A later fact makes a version.
    let complaint = NewQualityDecision {
        case_id: "C-1".into(),
        verdict: Verdict::Complaint(scoring::Complaint::Major),
        job: Some(jobs[1]),
        agency: None,
        note: "left the flue open".into(),
        by: quality.user,
    };
    decide(&mut field, &complaint).await;
    // It counts when it was decided: in the month of the decision.
    assert_eq!(field.page(0, month).head.record.expect("published").versions().len(), 1);

    // An objection that is accepted makes a version without the row.
    let row = format!("first_time_fix/{}", jobs[0]);
    object(&mut field, month, jobs[0], "the customer was not at home").await.expect("taken");
    assert_eq!(codes(object(&mut field, month, jobs[0], "again").await), ["score.objected_before"]);
    answer(&mut field, month, 0, Ruling::Accepted).await;
    field.pass(0).await;
    let page = field.page(0, month);
    let record = page.head.record.clone().expect("published");
    assert_eq!(record.versions().len(), 2, "{:?}", record.versions());
    assert_eq!(tally(&page, ComponentKey::FirstTimeFix), (5.0, 5.0));
    let left_out: Vec<_> = page.explanation.rows().filter(|row| row.excluded_by.is_some()).collect();
    assert_eq!(left_out.len(), 1);
    assert_eq!(scores::row_name(left_out[0].measure, &left_out[0].case_id), row);
    assert_explained(&page);

    // The year's award sees it, and says why nobody may win yet.
    let read = || field.world.core.store().read_blocking(|connection| scores::award(connection, 1404));
    let awarded = tokio::task::block_in_place(read).expect("it reads");
    assert_eq!((awarded.published_months, awarded.result.overall.clone()), (1, None));
    let standing =
        awarded.result.standings.iter().find(|one| one.agency == field.agencies[0]).expect("known");
    assert_eq!(standing.closed_jobs, 6);
    assert!(standing.ineligible.contains(&scoring::Ineligible::FewRatedMonths));

    // Final: what comes later is a line, and the published score stays.
    field.pass(15).await;
    assert_eq!(field.page(0, month).head.stage(), Stage::Final);
    let shown = field.page(0, month).head.computation.score.score_shown;
    let cancel = scores_of_a_cancelled(&mut field, jobs[2]).await;
    cancel.expect("cancelled");
    field.pass(0).await;
    let record = field.page(0, month).head.record.expect("published");
    assert_eq!(record.shown().score.score_shown, shown);
    assert_eq!(record.adjustments().len(), 1, "{:?}", record.adjustments());
}

/// A job that turns out to have been void.
async fn scores_of_a_cancelled(field: &mut Field, job: DocId) -> Result<(), CoreError> {
    let office = field.office;
    reopen_job(&field.world.core, &office, job, "by mistake".into(), None).await?;
    sync_server::office::cancel_job(&field.world.core, &office, job, "never happened".into(), None).await?;
    Ok(())
}

async fn enter_rules(field: &mut Field, rules: &scoring::RulesVersion, from: &str) {
    let new = NewVersion {
        kind: Kind::ScoringRules,
        agency: None,
        subject: String::new(),
        effective_from: from.parse().expect("a date"),
        version: None,
        json: serde_json::to_string(rules).expect("it writes"),
        by: None,
    };
    let now = field.world.core.now();
    field.world.core.store().write(move |tx| rulebook::add(tx, &new, now)).await.expect("entered");
}

async fn decide(field: &mut Field, new: &NewQualityDecision) {
    let (new, now) = (new.clone(), field.world.core.now());
    field.world.core.store().write(move |tx| scores::decide(tx, &new, now)).await.expect("decided");
}

async fn object(field: &mut Field, month: MonthKey, job: DocId, text: &str) -> Result<usize, CoreError> {
    let row = scores::row_name(Measure::Component(ComponentKey::FirstTimeFix), &job.to_string());
    let (agency, now) = (field.agencies[0], field.world.core.now());
    let remark = Remark { by: field.office.user, at: now, text: text.to_owned() };
    field.world.core.store().write(move |tx| scores::object(tx, agency, month, &row, remark)).await
}

async fn answer(field: &mut Field, month: MonthKey, number: usize, ruling: Ruling) {
    let (agency, now) = (field.agencies[0], field.world.core.now());
    let remark = Remark { by: field.office.user, at: now, text: "seen".into() };
    let answer = move |tx: &rusqlite::Transaction<'_>| {
        scores::answer_objection(tx, agency, month, number, ruling, remark)
    };
    field.world.core.store().write(answer).await.expect("answered");
}

fn codes<T: std::fmt::Debug>(refused: Result<T, CoreError>) -> Vec<String> {
    match refused {
        Err(CoreError::Invalid(problems)) => {
            problems.into_iter().filter_map(|problem| problem.code).collect()
        }
        other => panic!("not refused with codes: {other:?}"),
    }
}

/// Random work over weeks: late phones, faults corrected afterwards, jobs reopened and
/// cancelled, decisions, and the timer at odd moments. What was kept up must equal
/// what is made again, byte for byte.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_kept_up_equals_what_is_made_again() {
    let mut reached = std::collections::BTreeSet::new();
    for seed in 0..10 {
        let mut field = Field::new(40 + seed).await;
        random_weeks(&mut field).await;
        assert_sums(&field);
        let before = crate::rebuild::dump(&field.world);
        field
            .world
            .tamper("DELETE FROM month_facts; UPDATE evidence SET value = 7; DELETE FROM job_cases")
            .await;
        sync_server::readmodel::rebuild(&field.world.core).await.expect("rebuilt");
        for ((name, rows), (_, again)) in before.iter().zip(crate::rebuild::dump(&field.world)) {
            assert_eq!(*rows, again, "{name}, seed {seed}");
        }
        let kinds = field.world.rows("SELECT DISTINCT measure, outcome FROM evidence ORDER BY 1, 2");
        reached.extend(kinds);
    }
    // Response clocks, repairs, visits, repeats, parts, complaints and closed jobs, each
    // as it can come out; without them the histories would show nothing.
    for (measure, outcome) in
        [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1), (4, 2), (9, 2), (10, 0), (10, 3)]
    {
        let row = vec![measure.to_string(), outcome.to_string()];
        assert!(reached.contains(&row), "no case of {row:?} in {reached:?}");
    }
}

pub(crate) async fn random_weeks(field: &mut Field) {
    let mut jobs: Vec<(usize, DocId)> = Vec::new();
    for step in 0..200 {
        let agency = field.world.kit.rng.index(2);
        match field.world.kit.rng.below(12) {
            0 | 1 => {
                let device = u128::from(field.world.kit.rng.below(2));
                let job = field.job(agency, device).await;
                jobs.push((agency, job));
            }
            2..=6 if !jobs.is_empty() => {
                let (agency, job) = *field.world.kit.rng.pick(&jobs);
                field_work(field, agency, job);
            }
            7 => {
                let phone = &mut field.phones[agency];
                phone.sync(&mut field.world.kit, &field.world.core).await;
            }
            8 | 9 if !jobs.is_empty() => {
                let (_, job) = *field.world.kit.rng.pick(&jobs);
                let act = field.world.kit.rng.below(4);
                let office = field.office;
                let core = &field.world.core;
                // What the status does not allow is refused, and nothing happens.
                match act {
                    0 => drop(reopen_job(core, &office, job, "again".into(), None).await),
                    1 => drop(sync_server::office::cancel_job(core, &office, job, "void".into(), None).await),
                    _ => drop(close_job(core, &office, job, None).await),
                }
            }
            10 if !jobs.is_empty() => {
                let (_, job) = *field.world.kit.rng.pick(&jobs);
                let new = NewQualityDecision {
                    case_id: format!("C-{}", step % 3),
                    verdict: Verdict::Complaint(scoring::Complaint::Minor),
                    job: None,
                    agency: Some(field.agencies[agency]),
                    note: "as reported".into(),
                    by: field.office.user,
                };
                let new = if step % 2 == 0 {
                    new
                } else {
                    NewQualityDecision { job: Some(job), case_id: job.to_string(), ..new }
                };
                let now = field.world.core.now();
                drop(field.world.core.store().write(move |tx| scores::decide(tx, &new, now)).await);
            }
            _ => {
                let days = field.world.kit.rng.between(0, 3);
                field.pass(days).await;
            }
        }
        field.world.kit.clock.advance_ms(3_600_000);
    }
    for phone in &mut field.phones {
        phone.sync(&mut field.world.kit, &field.world.core).await;
    }
    let (core, office) = (&field.world.core, field.office);
    for (index, (_, job)) in jobs.into_iter().enumerate() {
        drop(close_job(core, &office, job, None).await);
        // Some turn out to have been void.
        if index % 5 == 0 {
            drop(reopen_job(core, &office, job, "by mistake".into(), None).await);
            drop(sync_server::office::cancel_job(core, &office, job, "void".into(), None).await);
        }
    }
    field.pass(1).await;
}

/// Whatever the technician's phone allows next on a job, without a network.
fn field_work(field: &mut Field, agency: usize, job: DocId) {
    let World { kit, .. } = &mut field.world;
    let phone = &mut field.phones[agency];
    let Some(document) = phone.docs.get_mut(&job) else { return };
    let kind = *kit.rng.pick(&[
        EventKind::Accepted,
        EventKind::Contacted,
        EventKind::Arrived,
        EventKind::Working,
        EventKind::WaitingPart,
        EventKind::Done,
        EventKind::Done,
    ]);
    let command = match kit.rng.below(4) {
        0 => set_field(
            JobField::OutcomeFault,
            Some(FieldValue::Text(["burner", "pump"][kit.rng.index(2)].into())),
        ),
        1 => kit.add_part("valve"),
        _ => kit.record(kind),
    };
    let context = kit.context(&phone.person);
    if let Ok(Some(change)) = document.edit(&command, &context) {
        phone.outbox.push((job, document.kind(), change));
    }
}

#[test]
fn months_are_named_as_people_name_them() {
    let month = MonthKey::parse("1404-07").expect("a month");
    assert_eq!(month.to_string(), "1404-07");
    assert_eq!(month.previous().to_string(), "1404-06");
    assert_eq!(MonthKey(140_412).next().to_string(), "1405-01");
    assert!(MonthKey::parse("1404-13").is_err() && MonthKey::parse("now").is_err());
    let kit = Kit::new(1);
    assert_eq!(MonthKey::at(kit.clock.now()), Some(MonthKey(140_412)));
}
