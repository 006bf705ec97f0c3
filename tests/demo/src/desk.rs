//! One request's whole way through the desk, and a complaint: registered on the telephone,
//! handed over, answered by technical support, visited without a network, confirmed by
//! the customer from a short message, closed.

use demo::console::Console;
use demo::server_process::ServerProcess;
use domain::{DocId, JobField};
use serde_json::{Value, json};
use sync_server::surveys::SurveyId;
use testkit::Rng;

use crate::DemoError;
use crate::gateway::Gateway;
use crate::office::{ADMINISTRATOR, Office, rfc3339};
use crate::organisation::{Customer, Organisation, Person};
use crate::phone::Phone;
use crate::{stock, work};

struct Unit {
    key: &'static str,
    name: &'static str,
    /// Of support; none for other units.
    level: Option<u8>,
    duties: &'static [&'static str],
    escalates_to: Option<&'static str>,
    /// Who belongs to it, by the place in [`Organisation::desk`].
    member: usize,
}

/// Those to whom others escalate come first.
const UNITS: [Unit; 4] = [
    Unit {
        key: "technical",
        name: "پشتیبانی فنی / technical support",
        level: Some(3),
        duties: &["technical_support"],
        escalates_to: None,
        member: 2,
    },
    Unit {
        key: "executional",
        name: "پشتیبانی اجرایی / executional support",
        level: Some(2),
        duties: &["executional_support"],
        escalates_to: Some("technical"),
        member: 1,
    },
    Unit {
        key: "call_centre",
        name: "مرکز تماس / call centre",
        level: Some(1),
        duties: &["registrar", "call_centre"],
        escalates_to: Some("executional"),
        member: 0,
    },
    Unit {
        key: "complaints",
        name: "شکایات / complaints",
        level: None,
        duties: &["complaints_owner", "complaint_handler"],
        escalates_to: None,
        member: 3,
    },
];

/// Who is needed for it.
pub(crate) struct Cast<'a> {
    pub(crate) organisation: &'a Organisation,
    pub(crate) dispatcher: &'a Office,
    /// Who asks customers how it was.
    pub(crate) caller: Office,
    /// The technician who goes there.
    pub(crate) phone: &'a Phone,
    pub(crate) gateway: &'a mut Gateway,
    pub(crate) address: String,
}

/// The desk's people, signed in.
struct People {
    operator: Office,
    expert: Office,
    engineer: Office,
    judge: Office,
}

/// Enters the units and their people at the command line, while the server does not run.
pub(crate) fn found(server: &ServerProcess, people: &[Person]) -> Result<(), DemoError> {
    for unit in &UNITS {
        let level = unit.level.map(|level| format!("--level={level}"));
        let duties: Vec<String> = unit.duties.iter().map(|duty| format!("--duty={duty}")).collect();
        let escalates_to = unit.escalates_to.map(|above| format!("--escalates-to={above}"));
        let mut words = vec!["unit", "add", unit.key, unit.name];
        words.extend(level.as_deref());
        words.extend(duties.iter().map(String::as_str));
        words.extend(escalates_to.as_deref());
        server.command(&words)?;
        server.command(&["unit", "join", unit.key, &people[unit.member].username])?;
    }
    Ok(())
}

/// Which unit gets what is a rule of the organisation's own.
async fn enter_routes(address: &str) -> Result<(), DemoError> {
    let admin = Office::sign_in(address, ADMINISTRATOR).await?;
    let rules = json!({"effective_from": "2020-01-01", "version": "demo", "content": {"rules": [
        {"types": ["complaint"], "unit": "complaints"},
        {"unit": "call_centre"},
    ]}});
    admin.post("/v1/rulebook/routing", &rules).await.map(drop)
}

/// What the customer's links lead to: the visit that is asked about, and what signs the
/// link by which the request is followed.
pub(crate) struct Links {
    pub(crate) visit: DocId,
    pub(crate) request_token: String,
}

/// Plays it.
pub(crate) async fn play(console: &mut Console, rng: &mut Rng, cast: Cast<'_>) -> Result<Links, DemoError> {
    enter_routes(&cast.address).await?;
    let [operator, expert, engineer, judge] = &cast.organisation.desk[..] else {
        return Err(DemoError::Story("the desk lacks people"));
    };
    let people = People {
        operator: Office::sign_in(&cast.address, &operator.username).await?,
        expert: Office::sign_in(&cast.address, &expert.username).await?,
        engineer: Office::sign_in(&cast.address, &engineer.username).await?,
        judge: Office::sign_in(&cast.address, &judge.username).await?,
    };
    let customer = &cast.organisation.customers[0];
    let mut scene = Scene { console, people, cast, customer };
    let request = scene.call_to_visit().await?;
    let request_token = scene.visited(&request, rng).await?;
    scene.complained(&request).await?;
    Ok(Links { visit: request.visit, request_token })
}

struct Scene<'a, 'b> {
    console: &'b mut Console,
    people: People,
    cast: Cast<'a>,
    customer: &'a Customer,
}

/// A request and the visit that was made of it.
struct Asked {
    id: String,
    number: String,
    visit: DocId,
}

impl Scene<'_, '_> {
    async fn call_to_visit(&mut self) -> Result<Asked, DemoError> {
        self.console.scene("The desk: a call becomes a request, and the request a visit");
        let (operator, expert, engineer) =
            (&self.people.operator, &self.people.expert, &self.people.engineer);
        let subject = "آب گرم نمی‌آید / no hot water";
        let (id, number) = self.register("service", &json!({"subject": subject})).await?;
        let said = format!("takes the call of {}: {number}, “{subject}”", self.customer.name);
        self.console.line(&operator.name, &said);
        act(operator, &id, &json!({"act": "take"})).await?;
        let passed = json!({"act": "hand_over", "unit": "executional", "reason": "needs somebody on site"});
        act(operator, &id, &passed).await?;
        self.console.line(&operator.name, "hands it over to executional support; the clocks go on");
        act(expert, &id, &json!({"act": "contact", "text": "E4 after each start"})).await?;
        let asked = json!({"act": "ask_solution", "unit": "technical", "question": "E4 after each start?"});
        act(expert, &id, &asked).await?;
        let seen = engineer.get(&format!("/v1/requests/{id}")).await?;
        let (name, mobile) = (&self.customer.name, &self.customer.phone);
        if [name, mobile].into_iter().any(|private| seen.to_string().contains(private.as_str())) {
            return Err(DemoError::Story("technical support sees who the customer is"));
        }
        act(engineer, &id, &json!({"act": "give_solution", "text": "clean the flame sensor"})).await?;
        self.console
            .line(&engineer.name, "answers without seeing who the customer is: clean the flame sensor");
        let until = rfc3339(self.cast.phone.clock.instant().plus_days(2));
        act(expert, &id, &json!({"act": "promise", "until": until, "reason": "the next free round"})).await?;
        let visit = expert.post(&format!("/v1/requests/{id}/visits"), &json!({"note": "E4"})).await?;
        let visit: DocId = visit["job"]
            .as_str()
            .unwrap_or_default()
            .parse()
            .map_err(|_bad| DemoError::Story("a visit without a job"))?;
        self.cast.dispatcher.assign(visit, self.cast.phone).await?;
        let given = format!("gives the visit to {}", self.cast.phone.name);
        self.console.line(&self.cast.dispatcher.name, &given);
        Ok(Asked { id, number, visit })
    }

    /// Registers something for the customer; its id and number.
    async fn register(&self, kind: &str, more: &Value) -> Result<(String, String), DemoError> {
        let customer = self.customer;
        let mut fields = json!({
            "account": stock::account_id(customer).to_string(), "account_name": customer.name, "contact_name": customer.name,
            "mobile": customer.phone, "initiator_name": customer.name, "initiator_relation": "consumer",
            "description": "since yesterday", "registrar_comment": "polite", "product": customer.product.model,
            "serial": customer.serial, "language": "en",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            fields[name] = value.clone();
        }
        let body = json!({"kind": kind, "channel": "phone", "fields": fields, "tell": "sms"});
        let made = self.people.operator.post_once("/v1/requests", &body).await?;
        let text = |name: &str| made["request"][name].as_str().unwrap_or_default().to_owned();
        Ok((text("id"), text("number")))
    }

    /// The visit, and the customer's confirmation; gives what signs the customer's link.
    async fn visited(&mut self, request: &Asked, rng: &mut Rng) -> Result<String, DemoError> {
        let phone = self.cast.phone;
        let synced = || async { phone.sync().await.map_err(DemoError::phone(&phone.name)) };
        synced().await?;
        let subject = phone.view(request.visit)?.text(JobField::RequestSubject).to_owned();
        phone.go_offline();
        phone.work(request.visit, work::begin(rng))?;
        let fault = &self.customer.product.faults[0];
        phone.work(request.visit, work::finish(rng, fault, None, phone.clock.instant()))?;
        self.console
            .line(&phone.name, &format!("has it on the phone, finishes “{subject}” without a signal"));
        phone.come_online();
        synced().await?;
        let path = format!("/v1/requests/{}", request.id);
        let shown = self.people.expert.get(&path).await?;
        if shown["request"]["status"] != "done" {
            return Err(DemoError::Story("the request is not done after its last visit"));
        }
        let message = self.cast.gateway.hears_of(&["done", "Done"]).await?;
        self.console.line(&self.customer.name, &format!("gets a short message: {}", message.first_line()));
        let token = message.token().ok_or(DemoError::Story("a short message without a link"))?;
        let confirm = format!("/v1/portal/requests/{token}/confirmation");
        Office::nobody(&self.cast.address)?.post(&confirm, &json!({})).await?;
        self.console.line(&self.customer.name, "follows its link and confirms");
        act(&self.people.expert, &request.id, &json!({"act": "close"})).await?;
        let shown = self.people.operator.get(&path).await?;
        let activities = shown["activities"].as_array().map_or(0, Vec::len);
        let messages = shown["messages"].as_array().map_or(0, Vec::len);
        let said = format!(
            "closes {}: {activities} activities, {messages} messages to the customer",
            request.number
        );
        self.console.line(&self.people.expert.name, &said);
        let survey = format!("/v1/surveys/{}", SurveyId::of(request.visit));
        let asked = self.cast.caller.get(&survey).await?;
        if asked["survey"]["state"] != "open" {
            return Err(DemoError::Story("nobody asks the customer how it was"));
        }
        self.console
            .line(&self.cast.caller.name, "has the customer on the list of those to be asked how it was");
        synced().await?;
        Ok(token.to_owned())
    }

    async fn complained(&mut self, about: &Asked) -> Result<(), DemoError> {
        self.console.scene("A complaint: examined, handled, decided");
        let more = json!({
            "subject": "آلوده‌شدن فرش / the carpet was soiled", "against": "the technician's shoes",
            "against_request": about.id,
        });
        let (id, number) = self.register("complaint", &more).await?;
        let file = format!("/v1/requests/{id}/complaint");
        let opened =
            self.people.operator.post(&file, &json!({"act": "open", "job": about.visit.to_string()})).await?;
        let opened = opened["number"].as_str().unwrap_or_default().to_owned();
        self.console.line(&self.people.operator.name, &format!("opens the file {opened} of {number}"));
        let judge = &self.people.judge;
        for done in [
            json!({"act": "examine", "ground": "serious_objection", "text": "we look into it"}),
            json!({"act": "contact", "text": "apologised; the carpet is cleaned", "settled": true}),
            json!({"act": "decide", "decision": "upheld_minor", "reason": "photos", "action": "covers in each van"}),
        ] {
            judge.post(&file, &done).await?;
        }
        act(judge, &id, &json!({"act": "finish", "result": "the carpet is clean"})).await?;
        act(judge, &id, &json!({"act": "close"})).await?;
        self.console
            .line(&judge.name, "upholds it; settled at the first contact; it counts in the month's score");
        self.cast.gateway.comes_to_rest(&self.people.operator, &[&about.id, &id]).await
    }
}

async fn act(who: &Office, request: &str, act: &Value) -> Result<(), DemoError> {
    who.post(&format!("/v1/requests/{request}/activities"), act).await.map(drop)
}
