//! Installations (R21-R25): made of a request for one, with a lead, a checklist from the
//! template of the product, meetings, a hand-over that the customer signs on the
//! technician's phone, and the sales department's approval; the warranty starts when the
//! request is closed.

use calendar::{JalaliDate, Zone};
use desk::{Act, ProjectStatus, ProjectStep, RequestKind};
use domain::{AttachmentKind, DocId, DocView, Instant, Status, UserId, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use wire::{ErrorCode, FieldProblem};

use super::activity::Kind;
use super::acts::{Scene, for_act, for_act_read, one, words};
use super::person::Person;
use super::row::{RequestId, RequestRow, word};
use crate::core::Core;
use crate::error::CoreError;
use crate::notices::{self, Audience, NewNotice};
use crate::office::document_in;
use crate::people::find_user;
use crate::rulebook;
use crate::session::DeviceSession;
use crate::sql::column;
use crate::sync::{ReferenceKind, ReferenceWrite, read_reference, write_reference};

const INSERT: &str = "INSERT INTO installations (request, status, template, checklist, warranty_months, made_by, made_at) \
     VALUES (?1, 'planned', ?2, ?3, ?4, ?5, ?6)";
const COLUMNS: &str = "request, status, lead, template, checklist, warranty_months, handover_job, handed_over_at, \
     approved_by, approved_at, warranty_until, made_by, made_at";
const KEEP: &str = "UPDATE installations SET status = ?2, lead = ?3, checklist = ?4, handover_job = ?5, \
     handed_over_at = ?6, approved_by = ?7, approved_at = ?8, warranty_until = ?9 WHERE request = ?1";
const VISITS: &str = "SELECT job FROM request_jobs WHERE request = ?1 ORDER BY made_at DESC, job";
/// Where no template says another.
const WARRANTY_MONTHS: u32 = 24;

/// Templates of checklists, as a version of the rulebook has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklists {
    /// The first whose products fit is taken.
    pub templates: Vec<Template>,
}

/// The template of some products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Beginnings of the names of products; `*` for all.
    pub products: Vec<String>,
    /// What is to be done, each once.
    pub items: Vec<String>,
    /// How long the warranty is from the hand-over.
    pub warranty_months: u32,
}

/// An item of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// What is to be done.
    pub text: String,
    /// What came of it; none until it is done.
    pub answer: Option<String>,
    /// Who ticked it.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub by: Option<UserId>,
}

/// An installation.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Its request.
    pub request: RequestId,
    /// Where it stands.
    pub status: ProjectStatus,
    /// Who leads it (R23).
    pub lead: Option<UserId>,
    /// By which version of the templates it was made.
    pub template: Option<String>,
    /// What is to be done.
    pub checklist: Vec<Item>,
    /// How long the warranty is.
    pub warranty_months: u32,
    /// The visit on which the customer signed.
    pub handover_job: Option<DocId>,
    /// When.
    pub handed_over_at: Option<Instant>,
    /// Who approved it for the sales department.
    pub approved_by: Option<UserId>,
    /// When.
    pub approved_at: Option<Instant>,
    /// Until when the warranty is, once it has begun.
    pub warranty_until: Option<Instant>,
    /// Who made it.
    pub made_by: UserId,
    /// When.
    pub made_at: Instant,
}

/// An act on an installation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum InstallationAct {
    /// Make it of a request of the type installation.
    Make {},
    /// Name its lead.
    Lead {
        /// Who.
        #[schema(value_type = String, format = "uuid")]
        lead: UserId,
    },
    /// A meeting with the customer was held (R22).
    Meet {
        /// What was agreed.
        text: String,
    },
    /// Tick an item of the checklist.
    Tick {
        /// Its place, from 0.
        item: usize,
        /// What came of it.
        answer: String,
    },
    /// The customer has signed on a visit, and every item is ticked.
    HandOver {},
    /// What was signed is not right after all.
    SendBack {
        /// Why.
        reason: String,
    },
    /// The sales department approves.
    Approve {
        /// What it remarks.
        text: String,
    },
    /// Call it off.
    Cancel {
        /// Why.
        reason: String,
    },
}

/// Carries out an act on the installation of a request.
///
/// # Errors
///
/// As [`act_on_request`](super::act_on_request); `request_step` when it does not fit.
pub async fn act_on_installation(
    core: &Core,
    session: &DeviceSession,
    id: RequestId,
    act: InstallationAct,
) -> Result<Installation, CoreError> {
    let (heart, session, now) = (core.clone(), *session, core.now());
    let job = move |tx: &Transaction<'_>| {
        let person = Person::read(tx, &session)?;
        let request = for_act(tx, &person, id, None)?;
        let mut scene = Scene { core: &heart, tx, person: &person, request, now };
        scene.install(act)?;
        of_request(tx, id)?.ok_or_else(CoreError::not_found)
    };
    let made = core.store().write(job).await?;
    core.wake_timer();
    Ok(made)
}

/// The installation of a request.
///
/// # Errors
///
/// `not_found`.
pub async fn show_installation(
    core: &Core,
    session: &DeviceSession,
    id: RequestId,
) -> Result<Installation, CoreError> {
    let session = *session;
    let show = move |connection: &Connection| {
        let person = Person::read(connection, &session)?;
        for_act_read(connection, &person, id)?;
        of_request(connection, id)?.ok_or_else(CoreError::not_found)
    };
    core.store().read(show).await
}

fn of_request(connection: &Connection, id: RequestId) -> Result<Option<Installation>, CoreError> {
    let sql = format!("SELECT {COLUMNS} FROM installations WHERE request = ?1");
    Ok(connection.prepare_cached(&sql)?.query_row([id.as_bytes()], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Installation> {
    let checklist: String = row.get(4)?;
    let checklist = serde_json::from_str(&checklist).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(Installation {
        request: column(row, 0)?,
        status: word(row, 1, ProjectStatus::from_name)?,
        lead: column(row, 2)?,
        template: row.get(3)?,
        checklist,
        warranty_months: row.get(5)?,
        handover_job: column(row, 6)?,
        handed_over_at: column(row, 7)?,
        approved_by: column(row, 8)?,
        approved_at: column(row, 9)?,
        warranty_until: column(row, 10)?,
        made_by: column(row, 11)?,
        made_at: column(row, 12)?,
    })
}

fn keep(tx: &Transaction<'_>, installation: &Installation) -> Result<(), CoreError> {
    tx.prepare_cached(KEEP)?.execute(params![
        installation.request.as_bytes(),
        installation.status.name(),
        installation.lead.as_ref().map(UserId::as_bytes),
        super::activity::json(&installation.checklist)?,
        installation.handover_job.as_ref().map(DocId::as_bytes),
        installation.handed_over_at.map(Instant::millis),
        installation.approved_by.as_ref().map(UserId::as_bytes),
        installation.approved_at.map(Instant::millis),
        installation.warranty_until.map(Instant::millis),
    ])?;
    Ok(())
}

impl Scene<'_> {
    fn install(&mut self, act: InstallationAct) -> Result<(), CoreError> {
        match act {
            InstallationAct::Make {} => self.make_installation(),
            InstallationAct::Lead { lead } => self.name_lead(lead),
            InstallationAct::Meet { text } => self.meet(text),
            InstallationAct::Tick { item, answer } => self.tick(item, answer),
            InstallationAct::HandOver {} => self.take_hand_over(),
            InstallationAct::SendBack { reason } => {
                self.person.must(Act::RunInstallations)?;
                self.move_installation(ProjectStep::SendBack, reason, |project| project.handed_over_at = None)
            }
            InstallationAct::Approve { text } => {
                self.person.must(Act::ApproveInstallation)?;
                let (by, now) = (self.person.user(), self.now);
                self.move_installation(ProjectStep::Approve, text, |project| {
                    (project.approved_by, project.approved_at) = (Some(by), Some(now));
                })
            }
            InstallationAct::Cancel { reason } => {
                self.person.must(Act::RunInstallations)?;
                self.move_installation(ProjectStep::Cancel, reason, |_| {})
            }
        }
    }

    fn installation(&self) -> Result<Installation, CoreError> {
        of_request(self.tx, self.request.id)?
            .ok_or_else(|| CoreError::refused(ErrorCode::Conflict, "no installation has been made of it yet"))
    }

    fn make_installation(&mut self) -> Result<(), CoreError> {
        self.person.must(Act::RunInstallations)?;
        if self.request.kind != RequestKind::Installation {
            let message = "it is not a request for an installation";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        }
        if of_request(self.tx, self.request.id)?.is_some() {
            return Err(CoreError::refused(ErrorCode::Conflict, "it has been made already"));
        }
        let (template, items, months) = template_for(self.tx, &self.request, self.now)?;
        let checklist: Vec<Item> =
            items.into_iter().map(|text| Item { text, answer: None, by: None }).collect();
        let by = self.person.user();
        self.tx.prepare_cached(INSERT)?.execute((
            self.request.id.as_bytes(),
            template,
            super::activity::json(&checklist)?,
            months,
            by.as_bytes(),
            self.now.millis(),
        ))?;
        self.note_installation("planned", None)
    }

    fn note_installation(&mut self, to: &str, text: Option<String>) -> Result<(), CoreError> {
        let mut noted = self.new_activity(Kind::Installation);
        noted.text = text;
        noted.detail = json!({ "to": to });
        self.write(&noted).map(drop)
    }

    fn name_lead(&mut self, lead: UserId) -> Result<(), CoreError> {
        self.person.must(Act::RunInstallations)?;
        let no_lead = || one("lead", "installation.lead", "a person who may lead installations");
        let user = find_user(self.tx, lead).map_err(|_absent| no_lead())?;
        let theirs =
            DeviceSession { user: lead, role: user.role, agency: user.agency, ..self.person.session };
        if !Person::read(self.tx, &theirs)?.may(Act::LeadInstallation) {
            return Err(no_lead());
        }
        self.request.owner = Some(lead);
        let detail = json!({ "number": self.request.number });
        let notice = NewNotice {
            to: Audience::Person(lead),
            kind: "installation_given",
            doc: Some(self.request.id.as_case()),
            detail: &detail,
        };
        notices::write(self.tx, &notice, self.now)?;
        self.move_installation(ProjectStep::Lead, user.display_name, |project| project.lead = Some(lead))
    }

    fn move_installation(
        &mut self,
        step: ProjectStep,
        text: String,
        change: impl FnOnce(&mut Installation),
    ) -> Result<(), CoreError> {
        let text = words("text", text)?;
        let mut project = self.installation()?;
        project.status = project.status.after(step).ok_or_else(|| {
            let message = format!("an installation that is {} does not go that way", project.status.name());
            CoreError::refused(ErrorCode::RequestStep, message)
        })?;
        change(&mut project);
        keep(self.tx, &project)?;
        self.note_installation(project.status.name(), Some(text))
    }

    fn meet(&mut self, text: String) -> Result<(), CoreError> {
        self.leads()?;
        let text = words("text", text)?;
        let mut met = self.new_activity(Kind::Contacted).text(text);
        met.detail = json!({ "meeting": true });
        self.write(&met).map(drop)
    }

    /// The lead, or who runs installations.
    fn leads(&self) -> Result<Installation, CoreError> {
        self.person.must(Act::LeadInstallation)?;
        let project = self.installation()?;
        if project.status != ProjectStatus::Running {
            return Err(CoreError::refused(
                ErrorCode::RequestStep,
                "it has no lead, or is not under way any more",
            ));
        }
        Ok(project)
    }

    fn tick(&mut self, item: usize, answer: String) -> Result<(), CoreError> {
        let mut project = self.leads()?;
        let answer = words("answer", answer)?;
        let by = self.person.user();
        let known = project.checklist.get_mut(item);
        let known =
            known.ok_or_else(|| one("item", "installation.item", "the checklist has no such item"))?;
        (known.answer, known.by) = (Some(answer.clone()), Some(by));
        let text = format!("{}: {answer}", known.text);
        keep(self.tx, &project)?;
        let mut ticked = self.new_activity(Kind::Note).text(text);
        ticked.detail = json!({ "item": item });
        self.write(&ticked).map(drop)
    }

    /// R25: the customer's signature is on a visit that is done.
    fn take_hand_over(&mut self) -> Result<(), CoreError> {
        let project = self.leads()?;
        if let Some(open) = project.checklist.iter().find(|item| item.answer.is_none()) {
            return Err(CoreError::refused(ErrorCode::RequestStep, format!("not ticked yet: {}", open.text)));
        }
        let Some(job) = self.signed_visit()? else {
            let message = "no visit of it is done and signed by the customer";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        };
        let now = self.now;
        self.move_installation(ProjectStep::HandOver, "handed over".to_owned(), |project| {
            (project.handover_job, project.handed_over_at) = (Some(job), Some(now));
        })
    }

    fn signed_visit(&self) -> Result<Option<DocId>, CoreError> {
        let mut statement = self.tx.prepare_cached(VISITS)?;
        let jobs = statement.query_map([self.request.id.as_bytes()], |row| column::<DocId>(row, 0))?;
        let jobs: Vec<DocId> = jobs.collect::<Result<_, _>>()?;
        for job in jobs {
            let DocView::Job(view) = document_in(self.core, self.tx, &self.person.session, job)? else {
                continue;
            };
            let is_done = matches!(view.status, Status::Done | Status::Closed);
            let is_signed = |line: &domain::AttachmentLine| line.attachment.kind == AttachmentKind::Signature;
            if is_done && view.attachments.iter().any(is_signed) {
                return Ok(Some(job));
            }
        }
        Ok(None)
    }
}

/// Before a request for an installation is closed: the sales department has approved.
/// Closing it closes the installation and starts the warranty (R54).
pub(super) fn close(tx: &Transaction<'_>, request: &RequestRow, now: Instant) -> Result<(), CoreError> {
    if request.kind != RequestKind::Installation {
        return Ok(());
    }
    let project = of_request(tx, request.id)?;
    let after = project.as_ref().and_then(|project| project.status.after(ProjectStep::Close));
    let (Some(mut project), Some(status)) = (project, after) else {
        let message = "the sales department has not approved the installation yet";
        return Err(CoreError::refused(ErrorCode::RequestStep, message));
    };
    project.status = status;
    let from = project.handed_over_at.unwrap_or(now);
    project.warranty_until = Some(months_after(from, project.warranty_months));
    keep(tx, &project)?;
    match (request.fields.asset, project.warranty_until) {
        (Some(asset), Some(until)) => start_warranty(tx, asset, until, now),
        _ => Ok(()),
    }
}

fn start_warranty(tx: &Transaction<'_>, asset: Uuid, until: Instant, now: Instant) -> Result<(), CoreError> {
    let Some(known) = read_reference(tx, ReferenceKind::Asset, asset)? else { return Ok(()) };
    let mut json: serde_json::Value =
        known.json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    json["warranty_until"] = json!(until.millis());
    let row = ReferenceWrite {
        kind: ReferenceKind::Asset,
        id: asset,
        account: known.account,
        json: Some(json.to_string()),
    };
    write_reference(tx, &[row], now).map(drop)
}

/// The same day of the solar month so many months later, or its last day.
fn months_after(from: Instant, months: u32) -> Instant {
    let zone = Zone::organisation();
    let date = zone.date(from);
    let later = JalaliDate::of(date).and_then(|day| {
        let months = i32::try_from(months).ok()?;
        let month = i32::from(day.month()) - 1 + months;
        let (year, month) = (day.year() + month.div_euclid(12), u8::try_from(month.rem_euclid(12) + 1).ok()?);
        (0..3).find_map(|less| JalaliDate::new(year, month, day.day().checked_sub(less)?))
    });
    later.map_or(from, |day| zone.instant(day.gregorian().at(0, 0, 0, 0)))
}

fn template_for(
    connection: &Connection,
    request: &RequestRow,
    now: Instant,
) -> Result<(Option<String>, Vec<String>, u32), CoreError> {
    let today = Zone::organisation().date(now);
    let versions = rulebook::versions(connection, rulebook::Kind::Checklists)?;
    let Some(version) = versions.into_iter().rfind(|version| version.effective_from <= today) else {
        return Ok((None, Vec::new(), WARRANTY_MONTHS));
    };
    let lists: Checklists = serde_json::from_str(&version.json)
        .map_err(|error| CoreError::Outside(format!("the checklists {:?}: {error}", version.version)))?;
    let product = fold_search_text(request.fields.product.as_deref().unwrap_or_default());
    let fits = |template: &&Template| {
        template.products.iter().any(|begins| begins == "*" || product.starts_with(&fold_search_text(begins)))
    };
    Ok(match lists.templates.iter().find(fits) {
        Some(template) => (Some(version.version), template.items.clone(), template.warranty_months),
        None => (Some(version.version), Vec::new(), WARRANTY_MONTHS),
    })
}

const ITEMS_MAX: usize = 200;
const MONTHS_MAX: u32 = 240;

/// Checks the templates of a version of the rulebook.
pub(crate) fn check_lists(lists: &Checklists) -> Result<(), Vec<FieldProblem>> {
    let mut wrong = Vec::new();
    for (place, template) in lists.templates.iter().enumerate() {
        let mut say = |field: &str, code: &str, message: &str| {
            let path = format!("{}.templates[{place}].{field}", rulebook::CONTENT);
            wrong.push(FieldProblem::coded(&path, code, message));
        };
        if template.products.is_empty() || template.products.iter().any(|begins| begins.trim().is_empty()) {
            say("products", "checklists.products", "beginnings of the names of products, or * for all");
        }
        let all_said = template.items.iter().all(|item| !item.trim().is_empty());
        if template.items.is_empty() || template.items.len() > ITEMS_MAX || !all_said {
            say("items", "checklists.items", "1 to 200 items, each in words");
        }
        if template.warranty_months > MONTHS_MAX {
            say("warranty_months", "checklists.warranty", "at most 240 months");
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
