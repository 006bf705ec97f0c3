//! Surveys over HTTP: the customer's link, the operator's calls, the quality
//! officer's decisions, and who sees what.

mod calls;
mod form;
mod links;
mod mail;
mod scopes;

use domain::{ActorClass, DeviceId, DocId, EditCommand, EventKind, Role};
use serde_json::{Value, json};
use sync_server::clock::{Clock, SystemEntropy};
use sync_server::surveys::{SurveyId, SurveyLinks};
use testkit::{Kit, Person};
use wire::{Bytes, DocHappening, Push, SyncRequest};

use crate::office::{Office, text};
use crate::phones::exchange;

/// A technician at a phone.
pub(crate) struct Field {
    pub(crate) kit: Kit,
    pub(crate) person: Person,
    pub(crate) token: String,
}

impl Field {
    pub(crate) async fn of(office: &Office, name: &str) -> Self {
        let session = office.session(name, "phone").await;
        let mut kit = Kit::new(u64::from_be_bytes(office.id(name).as_bytes()[8..].try_into().expect("8")));
        let device: DeviceId = text(&session["device"]).parse().expect("an id");
        let actor = kit.actor(ActorClass::Technician);
        let person = Person { user: office.id(name), device, role: Role::Technician, actor, agency: None };
        Self { kit, person, token: text(&session["access_token"]) }
    }

    pub(crate) fn request() -> SyncRequest {
        SyncRequest { version: wire::PROTOCOL_VERSION_OLDEST, ..SyncRequest::default() }
    }

    /// Goes there and finishes the work.
    pub(crate) async fn finish(&mut self, office: &Office, job: DocId) {
        let commands = [EventKind::Arrived, EventKind::Done].map(|kind| self.kit.record(kind));
        self.edit(office, job, &commands).await;
    }

    /// Edits a document that the phone has, and sends it.
    pub(crate) async fn edit(&mut self, office: &Office, job: DocId, commands: &[EditCommand]) {
        let answer = exchange(office, &self.token, &Self::request()).await;
        let event = answer.events.into_iter().flatten().find(|event| event.doc == job).expect("it is there");
        let DocHappening::Enter { snapshot } = event.what else { panic!("a whole document") };
        let mut document = documents::Document::load(event.kind, &snapshot).expect("sound");
        let actor = self.kit.actor(ActorClass::Technician);
        let person = Person { actor, ..self.person };
        let mut changes = Vec::new();
        for command in commands {
            changes.push(Bytes(self.kit.edit(&mut document, &person, command).bytes));
        }
        let push = Push { doc: job, kind: event.kind, changes };
        let answer =
            exchange(office, &self.token, &SyncRequest { pushes: Some(vec![push]), ..Self::request() }).await;
        let accepted =
            answer.verdicts.into_iter().flatten().all(|verdict| verdict.outcome == wire::Outcome::Accepted);
        assert!(accepted, "the work is taken");
    }
}

/// Registers a job with these contact fields for a technician, has it done, closes it.
async fn closed_job(office: &Office, field: &mut Field, contact: &Value, subject: &str) -> DocId {
    let dispatcher = office.token("dispatcher").await;
    let fields = json!({"contact": contact, "request": {"subject": subject}});
    let body = json!({"kind": "visit", "fields": fields, "assignment": {"technician": field.person.user}});
    let key = domain::Hash32::from_bytes(field.kit.rng.bytes()).to_string();
    let request =
        office.ask(reqwest::Method::POST, "/v1/jobs", Some(&dispatcher)).header("idempotency-key", key);
    let created =
        crate::office::Answer::of(crate::office::JsonBody::json_body(request, &body)).await.expect(201);
    let job: DocId = text(&created["id"]).parse().expect("an id");
    field.finish(office, job).await;
    office.post(&format!("/v1/jobs/{job}/close"), &dispatcher, &json!({})).await.expect(200);
    job
}

/// The token of a job's link, as the letter would have it.
fn link_token(office: &Office, job: DocId, days: u32) -> String {
    let links = SurveyLinks::open(office.data.path(), &SystemEntropy, days, "").expect("the key is there");
    links.token(SurveyId::of(job), office.clock.now())
}

/// All criteria with one mark.
fn all(mark: i64) -> Value {
    let keys = ["solved", "punctual", "behaviour", "cost_clarity", "explanation", "cleanliness"];
    let answers: serde_json::Map<String, Value> =
        keys.iter().map(|key| ((*key).to_owned(), Value::from(mark))).collect();
    json!({"answers": answers})
}

async fn state_of(office: &Office, job: DocId) -> Value {
    let quality = office.token("quality").await;
    let path = format!("/v1/surveys/{}", SurveyId::of(job));
    office.get(&path, &quality).await.expect(200)["survey"].clone()
}
