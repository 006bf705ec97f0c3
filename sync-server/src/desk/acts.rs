//! What people at the desk do on a request. Each act asks the table of duties, moves the
//! request by the state machine of its type, and is an activity for ever.

use desk::{Act, RequestStatus, Step, next};
use domain::limits::LONG_TEXT_CHARS_MAX;
use domain::{Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction};
use serde_json::json;
use wire::{ErrorCode, FieldProblem};

use super::act::{RequestAct, SupportKind};
use super::activity::{self, Author, Kind, NewActivity};
use super::list::is_visible;
use super::person::Person;
use super::register::no_request;
use super::row::{RequestId, RequestRow, find_request};
use super::{contracts, installations, units, visits};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::notices::{self, Audience, NewNotice};
use crate::people::find_user;
use crate::rfc3339::Rfc3339;
use crate::session::DeviceSession;

const ASK: &str = "INSERT INTO solution_requests (request, unit, question, asked_by, asked_at) \
     VALUES (?1, ?2, ?3, ?4, ?5)";
const OPEN_QUESTION: &str = "SELECT id, asked_by, unit FROM solution_requests \
     WHERE request = ?1 AND answered_at IS NULL ORDER BY id LIMIT 1";
const ANSWER: &str =
    "UPDATE solution_requests SET answer = ?2, answered_by = ?3, answered_at = ?4 WHERE id = ?1";

/// A request after an act.
#[derive(Debug, Clone)]
pub struct ActDone {
    /// The request as it stands now.
    pub request: RequestRow,
    /// The activity.
    pub activity: i64,
}

/// Carries out an act.
///
/// # Errors
///
/// `not_found` outside the person's sight; `duty_required`; `request_step` when it does not
/// fit where the request stands; `invalid`; `precondition_failed` when somebody was there
/// since `seen`.
pub async fn act_on_request(
    core: &Core,
    session: &DeviceSession,
    id: RequestId,
    (act, seen): (RequestAct, Option<i64>),
) -> Result<ActDone, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        let request = for_act(tx, &person, id, seen)?;
        let mut scene = Scene { core: &heart, tx, person: &person, request, now };
        let activity = scene.carry_out(act)?;
        let done = ActDone { request: scene.request, activity };
        Ok::<_, CoreError>((done, crate::log::newest(tx)?.0))
    };
    let (done, position) = core.store().write(job).await?;
    core.announce(position);
    core.wake_timer();
    Ok(done)
}

/// The request, if the person sees it.
pub(super) fn for_act_read(
    connection: &Connection,
    person: &Person,
    id: RequestId,
) -> Result<RequestRow, CoreError> {
    let request = find_request(connection, id)?.ok_or_else(no_request)?;
    if is_visible(connection, person, &request)? { Ok(request) } else { Err(no_request()) }
}

/// The request, if the person sees it and nobody changed it since.
pub(super) fn for_act(
    tx: &Transaction<'_>,
    person: &Person,
    id: RequestId,
    seen: Option<i64>,
) -> Result<RequestRow, CoreError> {
    let request = for_act_read(tx, person, id)?;
    if seen.is_some_and(|seen| seen != request.version) {
        let message = "somebody did something on it since you read it; read it again";
        return Err(CoreError::refused(ErrorCode::PreconditionFailed, message));
    }
    Ok(request)
}

/// A request on which a person acts.
pub(super) struct Scene<'a> {
    pub(super) core: &'a Core,
    pub(super) tx: &'a Transaction<'a>,
    pub(super) person: &'a Person,
    pub(super) request: RequestRow,
    pub(super) now: Instant,
}

impl Scene<'_> {
    fn carry_out(&mut self, act: RequestAct) -> Result<i64, CoreError> {
        match act {
            RequestAct::Take {} => self.take(),
            RequestAct::HandOver { unit, reason } => {
                self.pass_on((Act::HandOver, Step::HandOver, Kind::HandedOver), unit, reason)
            }
            RequestAct::ToSales { unit, text } => self.pass_to_sales(unit, text),
            RequestAct::ToSalesAgency { agency, text } => self.pass_to_agency(agency, text),
            RequestAct::Answer { text } => self.answer(text),
            RequestAct::Contact { text, at } => self.contact(text, at),
            RequestAct::Promise { until, reason } => self.promise(until.0, reason),
            RequestAct::Wait { reason } => {
                self.say((Act::Wait, Some(Step::Wait), Kind::WaitingCustomer), reason)
            }
            RequestAct::Note { text } => self.say((Act::Note, None, Kind::Note), text),
            RequestAct::AskSolution { unit, question } => self.ask_solution(&unit, question),
            RequestAct::GiveSolution { text } => self.give_solution(text),
            RequestAct::Finish { result } => self.finish(result),
            RequestAct::Close {} => self.close(),
            RequestAct::Cancel { reason } => {
                self.request.ended_at = Some(self.now);
                self.say((Act::Cancel, Some(Step::Cancel), Kind::Cancelled), reason)
            }
            RequestAct::Reopen { reason } => self.reopen(reason),
            RequestAct::OfferSupport { support, text, until } => self.offer_support(support, text, until),
            RequestAct::Offer { text } => self.say((Act::Sell, Some(Step::Offer), Kind::Offered), text),
            RequestAct::Assign { owner } => self.assign(owner),
            RequestAct::Edit { kind, fields } => self.edit(kind, &fields),
        }
    }

    /// Moves the request by its state machine.
    pub(super) fn step(&mut self, step: Step) -> Result<(), CoreError> {
        self.request.status = stepped(&self.request, step)?;
        Ok(())
    }

    pub(super) fn write(&mut self, new: &NewActivity) -> Result<i64, CoreError> {
        let random = random_bytes(self.core.entropy());
        activity::write(self.tx, &mut self.request, new, random, self.now)
    }

    pub(super) fn new_activity(&self, kind: Kind) -> NewActivity {
        NewActivity::new(Author::Desk(self.person.user()), kind)
    }

    /// An act that is words and nothing else.
    fn say(&mut self, (act, step, kind): (Act, Option<Step>, Kind), text: String) -> Result<i64, CoreError> {
        self.person.must(act)?;
        let text = words("text", text)?;
        if let Some(step) = step {
            self.step(step)?;
        }
        self.write(&self.new_activity(kind).text(text))
    }

    fn take(&mut self) -> Result<i64, CoreError> {
        self.person.must(Act::Take)?;
        self.step(Step::Take)?;
        self.request.owner = Some(self.person.user());
        if self.request.unit.is_none() {
            self.request.unit = self.person.units.first().cloned();
        }
        self.write(&self.new_activity(Kind::Taken))
    }

    fn assign(&mut self, owner: UserId) -> Result<i64, CoreError> {
        self.person.must(Act::Take)?;
        let user =
            find_user(self.tx, owner).map_err(|_absent| one("owner", "request.owner", "no such person"))?;
        let theirs =
            DeviceSession { user: owner, role: user.role, agency: user.agency, ..self.person.session };
        Person::read(self.tx, &theirs)?.must(Act::Take).map_err(|_lacks| {
            one("owner", "request.owner", "this person may not be accountable for requests")
        })?;
        self.step(Step::Take)?;
        self.request.owner = Some(owner);
        let mut taken = self.new_activity(Kind::Taken);
        taken.detail = json!({ "owner": owner });
        let detail = json!({ "number": self.request.number, "subject": self.request.fields.subject });
        let notice = NewNotice {
            to: Audience::Person(owner),
            kind: "request_given",
            doc: Some(self.request.id.as_case()),
            detail: &detail,
        };
        notices::write(self.tx, &notice, self.now)?;
        self.write(&taken)
    }

    /// It goes to another unit; nobody is accountable until somebody there takes it. Its
    /// registrar stays in control (R169).
    pub(super) fn pass_on(
        &mut self,
        (act, step, kind): (Act, Step, Kind),
        unit: String,
        reason: String,
    ) -> Result<i64, CoreError> {
        self.person.must(act)?;
        let reason = words("reason", reason)?;
        units::check_unit(self.tx, "unit", &unit)?;
        self.step(step)?;
        let from = self.request.unit.replace(unit.clone());
        self.request.owner = None;
        let mut passed = self.new_activity(kind).text(reason);
        passed.unit = Some(unit.clone());
        passed.detail = json!({ "from": from });
        let detail =
            json!({ "number": self.request.number, "subject": self.request.fields.subject, "from": from });
        let notice = NewNotice {
            to: Audience::Unit(&unit),
            kind: "request_handed_over",
            doc: Some(self.request.id.as_case()),
            detail: &detail,
        };
        notices::write(self.tx, &notice, self.now)?;
        self.write(&passed)
    }

    fn answer(&mut self, text: String) -> Result<i64, CoreError> {
        self.person.must(Act::Answer)?;
        let text = words("text", text)?;
        self.step(Step::Answer)?;
        self.request.answered_at = Some(self.now);
        self.be_accountable();
        if self.request.status == RequestStatus::Done {
            self.request.finished_at = Some(self.now);
            self.request.result = Some(text.clone());
        }
        self.write(&self.new_activity(Kind::Answered).text(text))
    }

    /// Who speaks with the customer is accountable for it (R19).
    fn be_accountable(&mut self) {
        if self.person.may(Act::Take) {
            self.request.owner.get_or_insert(self.person.user());
        }
    }

    fn contact(&mut self, text: String, at: Option<Rfc3339>) -> Result<i64, CoreError> {
        self.person.must(Act::Contact)?;
        let text = words("text", text)?;
        if at.is_some_and(|at| at.0 > self.now || at.0 < self.request.received_at) {
            return Err(one("at", "request.when", "between when it came and now"));
        }
        if self.request.status.is_over() {
            return Err(bad_step(&self.request, &[Step::Reopen]));
        }
        if self.request.status == RequestStatus::New {
            self.step(Step::Take)?;
        }
        self.be_accountable();
        let mut contacted = self.new_activity(Kind::Contacted).text(text);
        contacted.at = at.map(|at| at.0);
        self.write(&contacted)
    }

    fn promise(&mut self, until: Instant, reason: String) -> Result<i64, CoreError> {
        self.person.must(Act::Promise)?;
        let reason = words("reason", reason)?;
        if until <= self.now {
            return Err(one("until", "request.when", "a promised time lies ahead"));
        }
        self.step(Step::Promise)?;
        self.request.promised_at = Some(until);
        self.be_accountable();
        let mut promised = self.new_activity(Kind::Promised).text(reason);
        promised.until = Some(until);
        self.write(&promised)
    }

    fn ask_solution(&mut self, unit: &str, question: String) -> Result<i64, CoreError> {
        self.person.must(Act::AskSolution)?;
        let question = words("question", question)?;
        units::check_unit(self.tx, "unit", unit)?;
        self.step(Step::AskSolution)?;
        let by = self.person.user();
        let values = (self.request.id.as_bytes(), unit, &question, by.as_bytes(), self.now.millis());
        self.tx.prepare_cached(ASK)?.execute(values)?;
        let detail = json!({ "number": self.request.number, "product": self.request.fields.product });
        let notice = NewNotice {
            to: Audience::Unit(unit),
            kind: "solution_asked",
            doc: Some(self.request.id.as_case()),
            detail: &detail,
        };
        notices::write(self.tx, &notice, self.now)?;
        let mut asked = self.new_activity(Kind::SolutionAsked).text(question);
        asked.unit = Some(unit.to_owned());
        self.write(&asked)
    }

    fn give_solution(&mut self, text: String) -> Result<i64, CoreError> {
        self.person.must(Act::GiveSolution)?;
        let text = words("text", text)?;
        let open: Option<(i64, UserId, String)> = self
            .tx
            .prepare_cached(OPEN_QUESTION)?
            .query_row([self.request.id.as_bytes()], |row| {
                Ok((row.get(0)?, crate::sql::column(row, 1)?, row.get(2)?))
            })
            .optional()?;
        let Some((id, asked_by, unit)) = open else {
            return Err(CoreError::refused(ErrorCode::Conflict, "nobody waits for a solution"));
        };
        if !self.person.units.contains(&unit) {
            return Err(CoreError::refused(ErrorCode::DutyRequired, "another unit was asked"));
        }
        self.step(Step::GiveSolution)?;
        let by = self.person.user();
        self.tx.prepare_cached(ANSWER)?.execute((id, &text, by.as_bytes(), self.now.millis()))?;
        let detail = json!({ "number": self.request.number });
        let notice = NewNotice {
            to: Audience::Person(asked_by),
            kind: "solution_given",
            doc: Some(self.request.id.as_case()),
            detail: &detail,
        };
        notices::write(self.tx, &notice, self.now)?;
        self.write(&self.new_activity(Kind::SolutionGiven).text(text))
    }

    fn finish(&mut self, result: String) -> Result<i64, CoreError> {
        self.person.must(Act::Finish)?;
        let result = words("result", result)?;
        if let Some(job) = visits::unfinished(self.tx, self.request.id)? {
            let message = format!("the visit {job} is not over yet");
            return Err(CoreError::refused(ErrorCode::Conflict, message));
        }
        self.step(Step::Finish)?;
        self.request.finished_at = Some(self.now);
        self.request.result = Some(result.clone());
        contracts::take_work(self.tx, &self.request, (Some(self.person.user()), self.now))?;
        self.write(&self.new_activity(Kind::Finished).text(result))
    }

    /// Closing closes its visits too, and is told to the customer at once (R113).
    fn close(&mut self) -> Result<i64, CoreError> {
        self.person.must(Act::Close)?;
        visits::close_all(self.core, self.tx, &self.person.session, self.request.id, self.now)?;
        // The request followed its visits: the row is another now.
        self.request = find_request(self.tx, self.request.id)?.ok_or_else(no_request)?;
        self.step(Step::Close)?;
        self.request.ended_at = Some(self.now);
        installations::close(self.tx, &self.request, self.now)?;
        self.write(&self.new_activity(Kind::Closed))
    }

    fn reopen(&mut self, reason: String) -> Result<i64, CoreError> {
        self.person.must(Act::Reopen)?;
        let ended = self.request.ended_at.or(self.request.finished_at);
        if ended.is_some_and(|ended| ended.plus_days(desk::REOPEN_DAYS) < self.now) {
            let message = format!("it ended more than {} days ago: register a new one", desk::REOPEN_DAYS);
            return Err(CoreError::refused(ErrorCode::RequestClosed, message));
        }
        (self.request.ended_at, self.request.finished_at) = (None, None);
        self.say((Act::Reopen, Some(Step::Reopen), Kind::Reopened), reason)
    }

    fn offer_support(
        &mut self,
        support: SupportKind,
        text: String,
        until: Option<Rfc3339>,
    ) -> Result<i64, CoreError> {
        self.person.must(Act::OfferSupport)?;
        let text = words("text", text)?;
        if !matches!(self.request.status, RequestStatus::Done | RequestStatus::Closed) {
            let message = "support is offered when the work is done";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        }
        let word = match (support, until) {
            (SupportKind::Temporary, None) => {
                return Err(one("until", "request.required", "until when shortcomings are removed"));
            }
            (SupportKind::Temporary, Some(_)) => "temporary",
            (SupportKind::Permanent, _) => "permanent",
        };
        let mut offered = self.new_activity(Kind::SupportOffered).text(text);
        offered.until = until.map(|until| until.0);
        offered.detail = json!({ "support": word });
        self.write(&offered)
    }
}

/// The status after a step.
pub(super) fn stepped(request: &RequestRow, step: Step) -> Result<RequestStatus, CoreError> {
    next(request.kind, request.status, step).map_err(|bad| bad_step(request, &bad.fitting))
}

fn bad_step(request: &RequestRow, fitting: &[Step]) -> CoreError {
    let fitting: Vec<&str> = fitting.iter().map(|step| step.name()).collect();
    let message = format!(
        "a {} that is {} does not go that way; what fits: {}",
        request.kind.name(),
        request.status.name(),
        if fitting.is_empty() { "nothing".to_owned() } else { fitting.join(", ") }
    );
    let code = match request.status {
        RequestStatus::Closed | RequestStatus::Cancelled => ErrorCode::RequestClosed,
        _ => ErrorCode::RequestStep,
    };
    CoreError::refused(code, message)
}

/// Words that somebody said; none will not do.
pub(super) fn words(path: &str, text: String) -> Result<String, CoreError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(one(path, "request.required", "say it in words"));
    }
    if text.chars().count() > LONG_TEXT_CHARS_MAX {
        return Err(one(path, "text.too_long", &format!("at most {LONG_TEXT_CHARS_MAX} characters")));
    }
    Ok(text.to_owned())
}

pub(super) fn one(path: &str, code: &str, message: &str) -> CoreError {
    CoreError::Invalid(vec![FieldProblem::coded(path, code, message)])
}
