//! Jobs with a history, as a real day writes them: registered, numbered and
//! assigned at the office, worked on by a technician; thirteen changes each.

use domain::{Assignment, EditCommand, EventKind, Instant, JobFieldEdit, JobText, UserId};
use testkit::{Kit, replace_text};

use crate::content::{self, Customer};

/// A promised window.
const WINDOW_MS: i64 = 2 * 3_600_000;
/// How long before the visit the customer asked.
const ASKED_BEFORE_MS: i64 = 26 * 3_600_000;

/// What the office enters: the n-th job of a fleet, visited at `visit`.
pub(crate) fn request(
    kit: &mut Kit,
    customers: &[Customer],
    technician: UserId,
    visit: Instant,
) -> (Vec<JobFieldEdit>, Assignment) {
    let customer = &customers[kit.rng.index(customers.len())];
    let fields = content::fields(&mut kit.rng, customer, visit.plus_millis(-ASKED_BEFORE_MS));
    let assignment = Assignment {
        technician: Some(technician),
        window_start: Some(visit),
        window_end: Some(visit.plus_millis(WINDOW_MS)),
        ..Assignment::default()
    };
    (fields, assignment)
}

/// What the technician does then: ten changes, from accepting to done.
pub(crate) fn work(kit: &mut Kit) -> Vec<EditCommand> {
    let finding = content::finding(&mut kit.rng);
    let repair = content::repair(&mut kit.rng);
    let answer = content::remark(&mut kit.rng);
    let remark = content::remark(&mut kit.rng);
    let part = content::part(&mut kit.rng);
    let item = *kit.rng.pick(&["leak", "earth", "noise"]);
    vec![
        kit.record(EventKind::Accepted),
        kit.record(EventKind::Travelling),
        kit.record(EventKind::Working),
        replace_text(JobText::Diagnosis, &finding),
        kit.add_part(part),
        kit.add_labour(),
        testkit::answer(item, &answer),
        replace_text(JobText::Solution, &repair),
        kit.add_note(&remark),
        kit.record(EventKind::Done),
    ]
}

/// What a technician does with a job that he has registered himself: twelve changes.
pub(crate) fn work_in_the_field(kit: &mut Kit) -> Vec<EditCommand> {
    let texts: [String; 2] = [content::finding(&mut kit.rng), content::repair(&mut kit.rng)];
    let remarks: [String; 5] = std::array::from_fn(|_| content::remark(&mut kit.rng));
    let [answer, remarks @ ..] = &remarks;
    let mut work = vec![
        kit.record(EventKind::Contacted),
        replace_text(JobText::Diagnosis, &texts[0]),
        kit.add_labour(),
        testkit::answer("leak", answer),
        replace_text(JobText::Solution, &texts[1]),
    ];
    for remark in remarks {
        let part = content::part(&mut kit.rng);
        work.push(kit.add_note(remark));
        work.push(kit.add_part(part));
    }
    work.truncate(12);
    work
}

/// When the n-th visit of a fleet is: thirty a day, from three days ahead of
/// `now` back into the past.
pub(crate) fn visit(now: Instant, number: usize) -> Instant {
    let day = i64::try_from(number / VISITS_A_DAY).unwrap_or(i64::MAX);
    let slot = i64::try_from(number % VISITS_A_DAY).unwrap_or(0);
    now.plus_days(3_i64.saturating_sub(day)).plus_millis(slot * 20 * 60_000)
}

const VISITS_A_DAY: usize = 30;

#[cfg(test)]
mod tests {
    use domain::{DocKind, Status};
    use testkit::Kit;

    use super::*;

    #[test]
    fn the_work_leads_from_assigned_to_done() {
        let mut kit = Kit::new(3);
        let (dispatcher, technician) = (kit.dispatcher(), kit.technician());
        let customers = content::customers(&mut kit.rng, 3);
        let visit = kit.clock.now();
        let (fields, assignment) = request(&mut kit, &customers, technician.user, visit);
        let create = kit.create_job_with(fields);
        let (mut document, _) = kit.create(&dispatcher, &create);
        let assign = kit.assign_as(assignment);
        kit.edit(&mut document, &dispatcher, &assign);
        for command in work(&mut kit) {
            kit.edit(&mut document, &technician, &command);
        }
        assert_eq!(document.kind(), DocKind::Job);
        assert_eq!(document.counts().0 + 1, 13, "one more, its number, is the server's");
        assert_eq!(document.job().expect("reads").status, Status::Done);
    }

    #[test]
    fn visits_lie_around_today() {
        let now = Instant::from_millis(1_790_000_000_000);
        assert!(visit(now, 0) > now);
        assert!(visit(now, 1_999) < now);
    }
}
