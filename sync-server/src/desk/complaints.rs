//! Complaint files (R26-R28, R76-R79): examined, given to a handler of a restricted duty,
//! decided with a reason, corrected, settled. A decision against an agency counts in its
//! score.

use desk::{
    Act, Admissibility, Agreed, ComplaintFacts, Decision, Duty, Ground, ReachedOwner, RequestKind, Step,
};
use domain::{AgencyId, DocId, Instant, UserId};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use wire::ErrorCode;

use super::activity::Kind;
use super::acts::{Scene, for_act, one, words};
use super::complaint_files::{ComplaintFile, of_request};
use super::numbers::{self, Numbered};
use super::person::Person;
use super::row::{RequestId, RequestRow, find_request};
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::notices::{self, Audience, NewNotice};
use crate::people::{find_agency, find_user};
use crate::rfc3339::Rfc3339;
use crate::scores::{self, NewQualityDecision, Verdict};
use crate::session::DeviceSession;
use crate::sql::column;

const OPEN: &str = "INSERT INTO complaint_files (id, number, request, state, agency, job, opened_by, opened_at) \
     VALUES (?1, ?2, ?3, 'open', ?4, ?5, ?6, ?7)";
const EXAMINE: &str = "UPDATE complaint_files SET state = ?2, ground = ?3, examined_by = ?4, examined_at = ?5, \
     reason = ?6 WHERE id = ?1";
const GIVE: &str = "UPDATE complaint_files SET handler = ?2, due_at = ?3 WHERE id = ?1";
const DECIDE: &str = "UPDATE complaint_files SET state = 'decided', decision = ?2, decided_by = ?3, decided_at = ?4, \
     reason = ?5, action = ?6 WHERE id = ?1";
const CONTACT: &str = "UPDATE complaint_files SET contacts = contacts + 1 WHERE id = ?1";
const SETTLE: &str = "UPDATE complaint_files SET settled_at = ?2, settled_at_contact = contacts, state = 'settled' \
     WHERE id = ?1";
const ABOUT: &str = "UPDATE complaint_files SET agency = ?2, job = ?3 WHERE id = ?1";
const CORRECT: &str =
    "INSERT INTO corrective_actions (about, subject, text, by, at) VALUES ('complaint', ?1, ?2, ?3, ?4)";
const JOB_AGENCY: &str = "SELECT representative FROM jobs WHERE doc = ?1";

/// An act on a complaint file.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum ComplaintAct {
    /// Open a file for a request of the type complaint.
    Open {
        /// The job that it is about.
        #[schema(value_type = Option<String>, format = "uuid")]
        job: Option<DocId>,
        /// The agency that it is about, where no job tells it.
        #[schema(value_type = Option<String>, format = "uuid")]
        agency: Option<AgencyId>,
    },
    /// Find out whether it is admissible.
    Examine {
        /// `unanswered` demands, or a `serious_objection`.
        #[schema(value_type = String)]
        ground: Ground,
        /// Whether the demands are within what was agreed.
        #[serde(default)]
        agreed: bool,
        /// Whether the process owner had them and did not answer.
        #[serde(default)]
        reached_owner: bool,
        /// What the complainant is told.
        text: String,
    },
    /// Give it to a handler.
    GiveTo {
        /// Somebody with the duty of a complaint handler.
        #[schema(value_type = String, format = "uuid")]
        handler: UserId,
        /// By when.
        due_at: Rfc3339,
    },
    /// The complainant was spoken to.
    Contact {
        /// What was said.
        text: String,
        /// Whether he considers it settled now.
        #[serde(default)]
        settled: bool,
    },
    /// Decide on it.
    Decide {
        /// `upheld_minor`, `upheld_major`, `upheld_critical` or `rejected`.
        #[schema(value_type = String)]
        decision: Decision,
        /// Why; the complainant is told.
        reason: String,
        /// What is done so that it does not happen again; a major one needs it.
        action: Option<String>,
    },
    /// Record what was done about it.
    Correct {
        /// In words.
        text: String,
    },
}

/// Carries out an act on the file of a request; gives the file as it stands then.
///
/// # Errors
///
/// As [`act_on_request`](super::act_on_request); `conflict` when the file is not in a state
/// that allows it.
pub async fn act_on_complaint(
    core: &Core,
    session: &DeviceSession,
    id: RequestId,
    act: ComplaintAct,
) -> Result<ComplaintFile, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        let request = for_act(tx, &person, id, None)?;
        let mut scene = Scene { core: &heart, tx, person: &person, request, now };
        scene.complain(act)?;
        of_request(tx, id)?.ok_or_else(CoreError::not_found)
    };
    let file = core.store().write(job).await?;
    core.wake_timer();
    Ok(file)
}

impl Scene<'_> {
    fn complain(&mut self, act: ComplaintAct) -> Result<(), CoreError> {
        match act {
            ComplaintAct::Open { job, agency } => self.open_file(job, agency),
            ComplaintAct::Examine { ground, agreed, reached_owner, text } => {
                let facts = ComplaintFacts {
                    agreed: if agreed { Agreed::Yes } else { Agreed::No },
                    reached_owner: if reached_owner { ReachedOwner::Yes } else { ReachedOwner::No },
                };
                self.examine(ground, facts, text)
            }
            ComplaintAct::GiveTo { handler, due_at } => self.give_to(handler, due_at.0),
            ComplaintAct::Contact { text, settled } => self.complaint_contact(text, settled),
            ComplaintAct::Decide { decision, reason, action } => self.decide(decision, reason, action),
            ComplaintAct::Correct { text } => self.correct(text),
        }
    }

    fn file(&self) -> Result<ComplaintFile, CoreError> {
        of_request(self.tx, self.request.id)?.ok_or_else(|| {
            CoreError::refused(ErrorCode::Conflict, "it has no complaint file: open one first")
        })
    }

    fn open_file(&mut self, job: Option<DocId>, agency: Option<AgencyId>) -> Result<(), CoreError> {
        self.person.must(Act::FileComplaint)?;
        if self.request.kind != RequestKind::Complaint {
            let message = "only a complaint has such a file: correct the type of the request first";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        }
        let (agency, job) = about(self.tx, &self.request, (job, agency))?;
        if let Some(known) = of_request(self.tx, self.request.id)? {
            let values =
                (known.id.into_bytes(), agency.map(|a| *a.as_bytes()), job.map(|job| *job.as_bytes()));
            self.tx.prepare_cached(ABOUT)?.execute(values)?;
            return Ok(());
        }
        let number = numbers::take(self.tx, Numbered::Complaint)?;
        let id = DocId::new(self.now, random_bytes(self.core.entropy()));
        let by = self.person.user();
        self.tx.prepare_cached(OPEN)?.execute(params![
            id.as_bytes(),
            number,
            self.request.id.as_bytes(),
            agency.as_ref().map(AgencyId::as_bytes),
            job.as_ref().map(DocId::as_bytes),
            by.as_bytes(),
            self.now.millis(),
        ])?;
        let mut opened = self.new_activity(Kind::Remark).text(format!("complaint file {number}"));
        opened.detail = json!({ "complaint": number });
        self.write(&opened)?;
        self.tell_owners(&number)
    }

    fn tell_owners(&self, number: &str) -> Result<(), CoreError> {
        let detail = json!({ "number": self.request.number, "complaint": number });
        for unit in super::register::units_with(self.tx, Duty::ComplaintsOwner)? {
            let notice = NewNotice {
                to: Audience::Unit(&unit),
                kind: "complaint_opened",
                doc: Some(self.request.id.as_case()),
                detail: &detail,
            };
            notices::write(self.tx, &notice, self.now)?;
        }
        Ok(())
    }

    /// R26, R27.
    fn examine(&mut self, ground: Ground, facts: ComplaintFacts, text: String) -> Result<(), CoreError> {
        self.person.must(Act::DecideComplaint)?;
        let file = self.file()?;
        let text = words("text", text)?;
        if file.state != "open" {
            return Err(CoreError::refused(ErrorCode::Conflict, "it has been examined already"));
        }
        let (state, step, finding) = match ground.admissibility(facts) {
            Admissibility::Admissible => ("admitted", Step::Admit, "admissible"),
            Admissibility::OwnerFirst => ("dismissed", Step::Dismiss, "owner_first"),
            Admissibility::NotAgreed => ("dismissed", Step::Dismiss, "not_agreed"),
        };
        self.step(step)?;
        if state == "dismissed" {
            self.request.finished_at = Some(self.now);
            self.request.result = Some(text.clone());
        }
        let by = self.person.user();
        self.tx.prepare_cached(EXAMINE)?.execute((
            file.id.into_bytes(),
            state,
            ground.name(),
            by.as_bytes(),
            self.now.millis(),
            &text,
        ))?;
        let mut examined = self.new_activity(Kind::Examined).text(text);
        examined.detail = json!({ "ground": ground.name(), "finding": finding });
        self.write(&examined).map(drop)
    }

    /// R77, R78.
    fn give_to(&mut self, handler: UserId, due_at: Instant) -> Result<(), CoreError> {
        self.person.must(Act::DecideComplaint)?;
        let file = self.file()?;
        if file.state != "admitted" {
            return Err(CoreError::refused(
                ErrorCode::Conflict,
                "an admitted complaint is given to a handler",
            ));
        }
        let no_handler =
            || one("handler", "complaint.handler", "a person with the duty of a complaint handler");
        let user = find_user(self.tx, handler).map_err(|_absent| no_handler())?;
        let theirs =
            DeviceSession { user: handler, role: user.role, agency: user.agency, ..self.person.session };
        if !Person::read(self.tx, &theirs)?.may(Act::HandleComplaint) {
            return Err(no_handler());
        }
        if due_at <= self.now {
            return Err(one("due_at", "request.when", "a deadline lies ahead"));
        }
        let values = (file.id.into_bytes(), handler.as_bytes(), due_at.millis());
        self.tx.prepare_cached(GIVE)?.execute(values)?;
        self.request.owner = Some(handler);
        let detail =
            json!({ "number": self.request.number, "complaint": file.number, "due_at": due_at.millis() });
        let notice = NewNotice {
            to: Audience::Person(handler),
            kind: "complaint_given",
            doc: Some(self.request.id.as_case()),
            detail: &detail,
        };
        notices::write(self.tx, &notice, self.now)?;
        let mut given = self.new_activity(Kind::HandlerNamed);
        given.until = Some(due_at);
        given.detail = json!({ "handler": handler });
        self.write(&given).map(drop)
    }

    /// R79: counted; settled at the first or second is a figure.
    fn complaint_contact(&mut self, text: String, settled: bool) -> Result<(), CoreError> {
        self.person.must(Act::Contact)?;
        let file = self.file()?;
        let text = words("text", text)?;
        if file.settled_at.is_some() || self.request.status.is_over() {
            return Err(CoreError::refused(ErrorCode::Conflict, "the complaint is settled or over"));
        }
        self.tx.prepare_cached(CONTACT)?.execute([file.id.into_bytes()])?;
        if settled {
            self.tx.prepare_cached(SETTLE)?.execute((file.id.into_bytes(), self.now.millis()))?;
        }
        let mut contacted = self.new_activity(Kind::Contacted).text(text);
        contacted.detail = json!({ "contact": file.contacts + 1, "settled": settled });
        self.write(&contacted).map(drop)
    }

    fn decide(
        &mut self,
        decision: Decision,
        reason: String,
        action: Option<String>,
    ) -> Result<(), CoreError> {
        self.person.must(Act::DecideComplaint)?;
        let file = self.file()?;
        let reason = words("reason", reason)?;
        let action = action.map(|action| action.trim().to_owned()).filter(|action| !action.is_empty());
        if decision.needs_action() && action.is_none() {
            return Err(one(
                "action",
                "complaint.action",
                "say what is done so that it does not happen again",
            ));
        }
        self.step(Step::Decide)?;
        let by = self.person.user();
        self.tx.prepare_cached(DECIDE)?.execute(params![
            file.id.into_bytes(),
            decision.name(),
            by.as_bytes(),
            self.now.millis(),
            reason,
            action,
        ])?;
        if let Some(action) = &action {
            self.add_action(&file, action)?;
        }
        self.count(&file, decision, &reason)?;
        let mut decided = self.new_activity(Kind::Decided).text(reason);
        decided.detail = json!({ "decision": decision.name(), "upheld": decision.is_upheld() });
        self.write(&decided).map(drop)
    }

    /// Where it is about an agency, it counts in the month's score.
    fn count(&self, file: &ComplaintFile, decision: Decision, reason: &str) -> Result<(), CoreError> {
        if file.agency.is_none() && file.job.is_none() {
            return Ok(());
        }
        let complaint = match decision {
            Decision::UpheldMinor => scoring::Complaint::Minor,
            Decision::UpheldMajor => scoring::Complaint::Major,
            Decision::UpheldCritical => scoring::Complaint::Critical,
            Decision::Rejected => scoring::Complaint::Rejected,
        };
        let new = NewQualityDecision {
            case_id: file.number.clone(),
            verdict: Verdict::Complaint(complaint),
            job: file.job,
            agency: file.agency,
            note: reason.to_owned(),
            by: self.person.user(),
        };
        scores::decide(self.tx, &new, self.now).map(drop)
    }

    fn correct(&mut self, text: String) -> Result<(), CoreError> {
        self.person.must(Act::Correct)?;
        let file = self.file()?;
        let text = words("text", text)?;
        self.add_action(&file, &text)?;
        self.write(&self.new_activity(Kind::Corrected).text(text)).map(drop)
    }

    fn add_action(&self, file: &ComplaintFile, text: &str) -> Result<(), CoreError> {
        let by = self.person.user();
        let values = (file.id.into_bytes(), text, by.as_bytes(), self.now.millis());
        self.tx.prepare_cached(CORRECT)?.execute(values)?;
        Ok(())
    }
}

/// Which agency and job a complaint is about: as it was said, as the request says, or as
/// the job tells.
fn about(
    connection: &Connection,
    request: &RequestRow,
    (job, agency): (Option<DocId>, Option<AgencyId>),
) -> Result<(Option<AgencyId>, Option<DocId>), CoreError> {
    let job = job.or(request.fields.against_job.map(DocId::from_uuid));
    let mut agency = agency;
    if let Some(agency) = agency {
        find_agency(connection, agency)
            .map_err(|_absent| one("agency", "complaint.agency", "no such agency"))?;
    }
    if let Some(job) = job {
        let of_job: Option<Option<AgencyId>> = connection
            .prepare_cached(JOB_AGENCY)?
            .query_row([job.as_bytes()], |row| column(row, 0))
            .optional()?;
        let of_job = of_job.ok_or_else(|| one("job", "complaint.job", "no such job"))?;
        agency = agency.or(of_job);
    }
    if let Some(other) = request.fields.against_request
        && find_request(connection, RequestId::from_uuid(other))?.is_none()
    {
        return Err(one("against_request", "complaint.request", "no such request"));
    }
    Ok((agency, job))
}
