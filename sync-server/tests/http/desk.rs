//! The desk over HTTP: a request's whole way through the levels of support, who may do
//! what, what customers are told, and what is refused.

mod levels;
mod mail;

mod actions;
mod complaints;
mod contracts;
mod customers;
mod gateways;
mod installations;
mod intake;
mod planning;
mod portal;
mod sales;
mod solutions;
mod surveyed;
mod worklists;

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::{Answer, JsonBody, Office, PASSWORD, text};
use crate::surveys::Field;

/// People of the desk, each in a unit.
const PEOPLE: [(&str, &str); 10] = [
    ("operator", "call_centre"),
    ("expert", "executional"),
    ("engineer", "technical"),
    ("seller", "sales"),
    ("owner", "owners"),
    ("judge", "complaints"),
    ("handler", "handlers"),
    ("manager", "management"),
    ("keeper", "warehouse"),
    ("installer", "installations"),
];

/// Key, level, duties, to whom it escalates.
type Unit = (&'static str, Option<u8>, &'static [&'static str], Option<&'static str>);

const UNITS: [Unit; 10] = [
    ("owners", None, &["after_sales_owner"], None),
    ("technical", Some(3), &["technical_support"], Some("owners")),
    ("executional", Some(2), &["executional_support"], Some("owners")),
    ("call_centre", Some(1), &["registrar", "call_centre"], Some("executional")),
    ("sales", None, &["sales"], None),
    ("complaints", None, &["complaints_owner"], None),
    ("handlers", None, &["complaint_handler"], None),
    ("management", None, &["manager"], None),
    ("warehouse", None, &["warehouse"], None),
    ("installations", None, &["installation_owner"], None),
];

/// An office with a desk.
pub(crate) struct Desk {
    pub(crate) office: Office,
    tokens: BTreeMap<&'static str, String>,
    ids: BTreeMap<&'static str, String>,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::of(Office::open().await).await
    }

    pub(crate) async fn of(office: Office) -> Self {
        let admin = office.token("admin").await;
        for (key, level, duties, escalates_to) in UNITS {
            let unit = json!({"key": key, "name": key, "level": level, "duties": duties, "escalates_to": escalates_to});
            office.post("/v1/units", &admin, &unit).await.expect(204);
        }
        let (mut tokens, mut ids) = (BTreeMap::new(), BTreeMap::new());
        for (name, unit) in PEOPLE {
            let person = json!({"name": name, "display_name": name, "role": "desk", "password": PASSWORD});
            let id = text(&office.post("/v1/users", &admin, &person).await.expect(201)["id"]);
            let member = office.ask(Method::PUT, &format!("/v1/units/{unit}/members/{id}"), Some(&admin));
            Answer::of(member.json_body(&json!({}))).await.expect(204);
            tokens.insert(name, office.token(name).await);
            ids.insert(name, id);
        }
        for name in ["dispatcher", "admin", "quality"] {
            tokens.insert(name, office.token(name).await);
        }
        let rules = json!({"effective_from": "2020-01-01", "version": "r1", "content": {"rules": [
            {"types": ["purchase"], "unit": "sales"},
            {"types": ["complaint"], "unit": "complaints"},
            {"types": ["service"], "products": ["boiler"], "unit": "executional"},
            {"types": ["service"], "channels": ["phone"], "unit": "call_centre"},
        ]}});
        office.post("/v1/rulebook/routing", &admin, &rules).await.expect(201);
        Self { office, tokens, ids }
    }

    /// Lets time pass; everybody signs in again after it.
    pub(crate) async fn pass_days(&mut self, days: i64) {
        self.office.clock.pass_seconds(days * 86_400);
        for (name, token) in &mut self.tokens {
            *token = self.office.token(name).await;
        }
    }

    pub(crate) fn token(&self, name: &str) -> &str {
        &self.tokens[name]
    }

    pub(crate) fn id(&self, name: &str) -> &str {
        &self.ids[name]
    }

    /// Registers a request as somebody; gives the whole answer.
    pub(crate) async fn register(&self, who: &str, body: &Value) -> Answer {
        let key = sync_server::clock::random_bytes::<8>(&sync_server::clock::SystemEntropy);
        let request = self.office.ask(Method::POST, "/v1/requests", Some(self.token(who)));
        let request = request.header("idempotency-key", u64::from_be_bytes(key).to_string());
        Answer::of(request.json_body(body)).await
    }

    /// The id of a service request by telephone that was registered by the operator.
    pub(crate) async fn service(&self, fields: &Value) -> String {
        let body = json!({"kind": "service", "channel": "phone", "fields": with(&full(), fields)});
        text(&self.register("operator", &body).await.expect(201)["request"]["id"])
    }

    /// Acts on a request.
    pub(crate) async fn act(&self, who: &str, request: &str, act: &Value) -> Answer {
        self.office.post(&format!("/v1/requests/{request}/activities"), self.token(who), act).await
    }

    pub(crate) async fn show(&self, who: &str, request: &str) -> Value {
        self.office.get(&format!("/v1/requests/{request}"), self.token(who)).await.expect(200)
    }

    /// Makes a visit and gives it to a technician; the job's id.
    pub(crate) async fn visit(&self, request: &str, field: &Field) -> String {
        let path = format!("/v1/requests/{request}/visits");
        let made =
            self.office.post(&path, self.token("expert"), &json!({"note": "ring twice"})).await.expect(200);
        let job = text(&made["job"]);
        let assign = json!({"technician": field.person.user});
        self.office
            .post(&format!("/v1/jobs/{job}/assign"), self.token("dispatcher"), &assign)
            .await
            .expect(200);
        job
    }
}

/// Everything that every request and a service request needs.
pub(crate) fn full() -> Value {
    json!({
        "account_name": "Karimi", "contact_name": "Mrs. Karimi", "mobile": "0912 345 6789",
        "initiator_name": "Mrs. Karimi", "initiator_relation": "consumer", "subject": "no hot water",
        "description": "since yesterday", "registrar_comment": "sounds worried", "product": "boiler 24",
    })
}

/// Lays fields over others.
pub(crate) fn with(fields: &Value, more: &Value) -> Value {
    let mut all = fields.as_object().expect("fields").clone();
    for (name, value) in more.as_object().expect("fields") {
        all.insert(name.clone(), value.clone());
    }
    Value::Object(all)
}

/// The kinds of activities, in order.
pub(crate) fn kinds(shown: &Value) -> Vec<String> {
    shown["activities"].as_array().expect("a list").iter().map(|one| text(&one["kind"])).collect()
}
