//! Who could go: technicians ranked for a job, with the reasons. Points are added up:
//!
//! | reason | points |
//! |---|---|
//! | knows the product: teaches, works alone, begins | 30, 25, 10 |
//! | the product asks for a skill that he lacks | −30 |
//! | works in the area, or not there | 10, −20 |
//! | of the job's agency, or of another | 10, −10 |
//! | on leave that day | −100 |
//! | has a visit at that time | −40 |
//! | each visit of that day | −4 |
//! | each whole kilometre from his nearest visit of that day, at most 30 | −1 |
//!
//! Who has no areas works anywhere; a product that nobody has as a skill asks for none.

use domain::{DocId, Instant, Position, UserId, fold_search_text};
use rusqlite::Connection;
use scoring::straight_line_m;
use wire::ErrorCode;

use super::board::{BoardJob, BoardTechnician, days, jobs, technicians, visits};
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

/// Candidates that are named at most.
const CANDIDATES_MAX: usize = 20;
/// Of a visit whose length nobody said.
const VISIT_MINUTES: i64 = 120;
const MINUTE_MS: i64 = 60_000;
const HALF_DAY_MS: i64 = 12 * 60 * MINUTE_MS;

/// Why somebody is a good or a bad choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Knows the product at a level from 1 to 3.
    Skill(u8),
    /// Lacks the skill that the product asks for.
    NoSkill,
    /// Works in the area.
    Area,
    /// Does not work in the area.
    OtherArea,
    /// Is of the job's agency.
    Agency,
    /// Is of another agency.
    OtherAgency,
    /// Is away that day.
    OnLeave,
    /// Has a visit at that time.
    Busy,
    /// So many visits that day.
    Load(i64),
    /// So many metres in a straight line from his nearest visit that day.
    Distance(i64),
}

impl Reason {
    /// What it adds to the rank.
    #[must_use]
    pub fn points(&self) -> i64 {
        match self {
            Self::Skill(3) => 30,
            Self::Skill(2) => 25,
            Self::Skill(_) | Self::Area | Self::Agency => 10,
            Self::NoSkill => -30,
            Self::OtherArea => -20,
            Self::OtherAgency => -10,
            Self::OnLeave => -100,
            Self::Busy => -40,
            Self::Load(visits) => -4 * visits,
            Self::Distance(metres) => -(metres / 1000).min(30),
        }
    }
}

/// Somebody who could go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub technician: UserId,
    /// The name that people see.
    pub name: String,
    /// The sum of the reasons' points.
    pub points: i64,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Ranks technicians for a job at a time, or at that of its window.
///
/// # Errors
///
/// `not_found` for a job that the person may not see; `invalid` without any time.
pub async fn rank_candidates(
    core: &Core,
    session: &DeviceSession,
    job: DocId,
    at: Option<Instant>,
) -> Result<Vec<Candidate>, CoreError> {
    let session = *session;
    let read = move |connection: &Connection| {
        let found = jobs(connection, &session, "jobs.doc = ?", [job.as_bytes()], 1)?.pop();
        let job = found.ok_or_else(CoreError::not_found)?;
        let start = at.or(job.window.0).ok_or_else(|| {
            CoreError::refused_at(ErrorCode::Invalid, "at", "the job has no time yet: say one")
        })?;
        let around = (start.plus_millis(-HALF_DAY_MS), start.plus_millis(HALF_DAY_MS));
        let visits = visits(connection, &session, around)?;
        let day = days((start, start));
        let technicians = technicians(connection, &session, day, &Default::default())?;
        Ok(rank(&job, start, &technicians, &visits))
    };
    core.store().read(read).await
}

/// The best first; equals by name.
fn rank(job: &BoardJob, start: Instant, people: &[BoardTechnician], visits: &[BoardJob]) -> Vec<Candidate> {
    let asked = Asked::of(job, start, people);
    let mut all: Vec<Candidate> = people
        .iter()
        .map(|person| {
            let own: Vec<&BoardJob> =
                visits.iter().filter(|one| one.technician == Some(person.id) && one.doc != job.doc).collect();
            let reasons = asked.reasons(person, &own);
            let points = reasons.iter().map(Reason::points).sum();
            Candidate { technician: person.id, name: person.name.clone(), points, reasons }
        })
        .collect();
    all.sort_by(|one, other| other.points.cmp(&one.points).then_with(|| one.name.cmp(&other.name)));
    all.truncate(CANDIDATES_MAX);
    all
}

/// What a job asks of who goes.
struct Asked<'a> {
    job: &'a BoardJob,
    span: (i64, i64),
    /// Its model, folded, if anybody has a skill for it.
    product: Option<String>,
}

impl<'a> Asked<'a> {
    fn of(job: &'a BoardJob, start: Instant, people: &[BoardTechnician]) -> Self {
        let model = job.model.as_deref().map(fold_search_text).filter(|model| !model.trim().is_empty());
        let product = model.filter(|model| people.iter().any(|person| skill_of(person, model).is_some()));
        Self { job, span: span_of(job, start.millis()), product }
    }

    fn reasons(&self, person: &BoardTechnician, own: &[&BoardJob]) -> Vec<Reason> {
        let skill = self.product.as_deref().map(|product| skill_of(person, product));
        let mut reasons: Vec<Reason> =
            skill.map(|level| level.map_or(Reason::NoSkill, Reason::Skill)).into_iter().collect();
        reasons.extend(self.area(person));
        reasons.extend(self.agency(person));
        reasons.extend((!person.leave.is_empty()).then_some(Reason::OnLeave));
        reasons.extend(own.iter().any(|visit| self.overlaps(visit)).then_some(Reason::Busy));
        reasons.push(Reason::Load(i64::try_from(own.len()).unwrap_or(i64::MAX)));
        reasons.extend(self.distance(own));
        reasons
    }

    fn area(&self, person: &BoardTechnician) -> Option<Reason> {
        let city = self.job.city.as_deref().map(fold_search_text).filter(|city| !city.trim().is_empty())?;
        let zone = self.job.zone.as_deref().map(fold_search_text);
        let covers = |(own_city, own_zone): &(String, String)| {
            fold_search_text(own_city) == city
                && (own_zone.is_empty()
                    || zone.as_deref().is_none_or(|zone| fold_search_text(own_zone) == zone))
        };
        match person.areas.iter().any(covers) {
            true => Some(Reason::Area),
            false => (!person.areas.is_empty()).then_some(Reason::OtherArea),
        }
    }

    fn agency(&self, person: &BoardTechnician) -> Option<Reason> {
        let wanted = self.job.agency?;
        Some(if person.agency == Some(wanted) { Reason::Agency } else { Reason::OtherAgency })
    }

    fn overlaps(&self, visit: &BoardJob) -> bool {
        let Some(start) = visit.window.0 else { return false };
        let (from, to) = span_of(visit, start.millis());
        from < self.span.1 && self.span.0 < to
    }

    fn distance(&self, own: &[&BoardJob]) -> Option<Reason> {
        let here = position(self.job)?;
        let nearest =
            own.iter().filter_map(|visit| position(visit)).map(|there| straight_line_m(here, there));
        nearest.min().map(Reason::Distance)
    }
}

fn skill_of(person: &BoardTechnician, product: &str) -> Option<u8> {
    let fits = |(own, _): &&(String, u8)| product.starts_with(&fold_search_text(own));
    person.skills.iter().filter(fits).map(|(_, level)| *level).max()
}

/// From when until when a visit takes somebody, in milliseconds.
fn span_of(job: &BoardJob, start: i64) -> (i64, i64) {
    let promised = job.window.0.zip(job.window.1).map(|(from, to)| to.millis() - from.millis());
    let estimated = job.estimated_minutes.map(|minutes| minutes * MINUTE_MS);
    let takes = promised.filter(|ms| *ms > 0).or(estimated).unwrap_or(VISIT_MINUTES * MINUTE_MS);
    (start, start.saturating_add(takes))
}

fn position(job: &BoardJob) -> Option<Position> {
    let (lat, lon) = job.place?;
    Some(Position { lat_microdegrees: lat, lon_microdegrees: lon })
}

#[cfg(test)]
mod tests {
    use domain::AgencyId;

    use super::*;

    const START: Instant = Instant::from_millis(1_795_766_400_000);
    const HOUR_MS: i64 = 60 * MINUTE_MS;

    fn agency(number: u8) -> AgencyId {
        AgencyId::new(START, [number; 10])
    }

    fn job(number: u8) -> BoardJob {
        BoardJob {
            doc: DocId::new(START, [number; 10]),
            number: None,
            kind: "visit".to_owned(),
            status: "new".to_owned(),
            subject: String::new(),
            priority: None,
            customer: None,
            city: Some("Tehran".to_owned()),
            zone: None,
            model: Some("RF-520".to_owned()),
            place: Some((35_700_000, 51_400_000)),
            technician: None,
            agency: Some(agency(1)),
            window: (None, None),
            estimated_minutes: None,
            position: 1,
            received_at: START,
            due_at: None,
            breach: None,
        }
    }

    fn person(number: u8) -> BoardTechnician {
        BoardTechnician {
            id: UserId::new(START, [number; 10]),
            name: format!("person {number}"),
            agency: Some(agency(1)),
            synced_at: None,
            skills: Vec::new(),
            leave: Vec::new(),
            areas: Vec::new(),
        }
    }

    fn visit(number: u8, whose: &BoardTechnician, from_hours: i64, lat: i64) -> BoardJob {
        let start = START.plus_millis(from_hours * HOUR_MS);
        BoardJob {
            technician: Some(whose.id),
            window: (Some(start), Some(start.plus_millis(HOUR_MS))),
            place: Some((lat, 51_400_000)),
            ..job(number)
        }
    }

    /// Each reason alone moves somebody below or above a colleague without it.
    /// Checked by giving `Busy` no points: the free one was not first.
    #[test]
    fn each_reason_ranks() {
        let expect_first = |people: [BoardTechnician; 2], visits: &[BoardJob], first: u8| {
            let ranked = rank(&job(9), START, &people, visits);
            assert_eq!(ranked[0].name, format!("person {first}"), "{ranked:?}");
        };
        let skilled = |level| BoardTechnician { skills: vec![("RF".to_owned(), level)], ..person(2) };
        expect_first([person(1), skilled(1)], &[], 2);
        let teacher = BoardTechnician { skills: vec![("rf-5".to_owned(), 3)], ..person(3) };
        expect_first([skilled(2), teacher], &[], 3);
        let local =
            |city: &str| BoardTechnician { areas: vec![(city.to_owned(), String::new())], ..person(2) };
        expect_first([person(1), local("tehran")], &[], 2);
        expect_first([person(1), local("Rasht")], &[], 1);
        expect_first([BoardTechnician { agency: Some(agency(2)), ..person(1) }, person(2)], &[], 2);
        let away = BoardTechnician { leave: vec![("2026-11-27".into(), "2026-11-27".into())], ..person(1) };
        expect_first([away, person(2)], &[], 2);
        expect_first([person(1), person(2)], &[visit(1, &person(1), 1, 35_700_000)], 2);
        let near_and_far = [visit(1, &person(1), 4, 35_900_000), visit(2, &person(2), 4, 35_700_000)];
        expect_first([person(1), person(2)], &near_and_far, 2);
        let two = [visit(1, &person(1), 4, 35_700_000), visit(2, &person(1), 6, 35_700_000)];
        expect_first([person(1), person(2)], &two, 2);
    }

    #[test]
    fn reasons_say_what_was_found() {
        let omid = BoardTechnician { skills: vec![("RF".to_owned(), 2)], ..person(1) };
        let own = [visit(1, &omid, 1, 35_709_000)];
        let ranked = rank(&job(9), START, &[omid, person(2)], &own);
        let [of_omid, of_other] = &ranked[..] else { panic!("two") };
        assert_eq!(of_omid.reasons[..3], [Reason::Skill(2), Reason::Agency, Reason::Busy]);
        assert_eq!(of_omid.reasons[3], Reason::Load(1));
        assert!(matches!(of_omid.reasons[4], Reason::Distance(990..=1010)), "{ranked:?}");
        assert_eq!(of_other.reasons, [Reason::NoSkill, Reason::Agency, Reason::Load(0)]);
    }

    #[test]
    fn a_visit_does_not_stand_in_its_own_way() {
        let omid = person(1);
        let moved = BoardJob { technician: Some(omid.id), window: (Some(START), None), ..job(9) };
        let ranked = rank(&moved, START, &[omid], std::slice::from_ref(&moved));
        assert!(!ranked[0].reasons.contains(&Reason::Busy), "{ranked:?}");
    }
}
