//! The office, over the same HTTP API as its pages: people are entered, jobs
//! registered, assigned, cancelled, closed.

use client_core::{HttpRequest, HttpTransport, Method, Randomness, SystemRandomness, Transport};
use domain::{DocId, Instant, JobField};
use serde_json::{Value, json};
use std::time::Duration;

use crate::DemoError;
use crate::folder::Folder;
use crate::inside::Inside;
use crate::organisation::{Customer, Organisation, Person};
use crate::phone::Phone;
use crate::stock;

/// The first administrator.
pub(crate) const ADMINISTRATOR: &str = "admin";
/// Everybody's password in the demonstration.
pub(crate) const PASSWORD: &str = "hamgam-demo";

/// From when on it is known how far agencies travel.
const TRAVEL_FROM: &str = "2020-03-20";
/// From an agency's base to a customer in its city.
const CITY_METRES: i64 = 7_000;

const TIMEOUT: Duration = Duration::from_secs(30);

/// Somebody at the office, signed in.
pub(crate) struct Office {
    /// The name that people see.
    pub(crate) name: String,
    http: HttpTransport,
    token: String,
    agencies: Vec<String>,
}

/// A request as the dispatcher types it.
pub(crate) struct NewJob<'a> {
    pub(crate) customer: &'a Customer,
    pub(crate) subject: &'a str,
    pub(crate) now: Instant,
}

impl Office {
    /// Signs in by name and password.
    pub(crate) async fn sign_in(address: &str, username: &str) -> Result<Self, DemoError> {
        let mut office = Self::nobody(address)?;
        let device = json!({"name": "demonstration", "kind": "browser"});
        let body = json!({"name": username, "password": PASSWORD, "device": device});
        let session = office.ask(Method::Post, "/v1/sessions", Some(&body), &[]).await?;
        office.token = text(&session, "/access_token")?;
        office.name = text(&session, "/user/display_name")?;
        Ok(office)
    }

    /// Somebody who has not signed in: a customer.
    pub(crate) fn nobody(address: &str) -> Result<Self, DemoError> {
        let http = HttpTransport::new(address).map_err(DemoError::phone("the office"))?;
        Ok(Self { name: String::new(), http, token: String::new(), agencies: Vec::new() })
    }

    async fn enter(&self, person: &Person, role: &str) -> Result<String, DemoError> {
        let mut body = json!({
            "name": person.username, "display_name": person.name, "role": role, "password": PASSWORD,
        });
        if let Some(agency) = person.agency {
            body["agency"] = self.agencies[agency].clone().into();
        }
        let answer = self.ask(Method::Post, "/v1/users", Some(&body), &[]).await?;
        text(&answer, "/id")
    }

    /// Registers a request, and gives it to the owner of a phone if one is named.
    pub(crate) async fn create_job(
        &self,
        job: &NewJob<'_>,
        to: Option<(&Phone, Instant)>,
    ) -> Result<DocId, DemoError> {
        let mut body = job.body();
        if let Some((phone, window_start)) = to {
            body["assignment"] = assignment(phone, window_start);
        }
        let answer = self.post_once("/v1/jobs", &body).await?;
        parse_id(&text(&answer, "/id")?)
    }

    /// Gives a job that nobody has to the owner of a phone.
    pub(crate) async fn assign(&self, job: DocId, to: &Phone) -> Result<(), DemoError> {
        self.act(job, "assign", Some(&assignment(to, to.clock.instant()))).await
    }

    /// Gives a job to the owner of another phone.
    pub(crate) async fn reassign(&self, job: DocId, to: &Phone) -> Result<(), DemoError> {
        let body =
            json!({"technician": to.user.to_string(), "reason": "نوبت جابه‌جا شد / the round was changed"});
        self.act(job, "reassign", Some(&body)).await
    }

    /// Calls a job off.
    pub(crate) async fn cancel(&self, job: DocId, reason: &str) -> Result<(), DemoError> {
        self.act(job, "cancel", Some(&json!({"reason": reason}))).await
    }

    /// Closes a job that is done.
    pub(crate) async fn close(&self, job: DocId) -> Result<(), DemoError> {
        self.act(job, "close", None).await
    }

    async fn act(&self, job: DocId, what: &str, body: Option<&Value>) -> Result<(), DemoError> {
        self.ask(Method::Post, &format!("/v1/jobs/{job}/{what}"), body, &[]).await.map(drop)
    }

    /// Writes a field of a job, whatever its state.
    pub(crate) async fn set_field(&self, job: DocId, field: JobField, value: &str) -> Result<(), DemoError> {
        let body = json!({"fields": {field.section(): {field.key(): value}}});
        self.ask(Method::Patch, &format!("/v1/jobs/{job}"), Some(&body), &[("if-match", "*")]).await.map(drop)
    }

    /// Reads something.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, DemoError> {
        self.ask(Method::Get, path, None, &[]).await
    }

    /// Makes something that may be sent twice and is made once.
    pub(crate) async fn post_once(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.ask(Method::Post, path, Some(body), &[("idempotency-key", &new_key())]).await
    }

    /// Writes something down.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.ask(Method::Post, path, Some(body), &[]).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Result<Value, DemoError> {
        let mut headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if !self.token.is_empty() {
            headers.push(("authorization".to_owned(), format!("Bearer {}", self.token)));
        }
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let failed =
            |answer: String| DemoError::Office { request: format!("{} {path}", method.name()), answer };
        let body = body.map(Value::to_string).unwrap_or_default().into_bytes();
        let request = HttpRequest { method, path: path.to_owned(), headers, body, timeout: TIMEOUT };
        let response = self.http.send(request).await.map_err(|error| failed(error.to_string()))?;
        if !(200..300).contains(&response.status) {
            return Err(failed(String::from_utf8_lossy(&response.body).into_owned()));
        }
        if response.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&response.body).map_err(|error| failed(error.to_string()))
    }
}

/// A key under which a creation may be sent twice and happens once.
fn new_key() -> String {
    let mut bytes = [0; 16];
    SystemRandomness.fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn assignment(phone: &Phone, window_start: Instant) -> Value {
    json!({
        "technician": phone.user.to_string(),
        "representative": phone.agency.map(|agency| agency.to_string()),
        "window_start": rfc3339(window_start),
        "window_end": rfc3339(window_start.plus_millis(2 * 3_600_000)),
    })
}

fn text(value: &Value, pointer: &str) -> Result<String, DemoError> {
    let found = value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| DemoError::Office {
        request: format!("answer without {pointer}"),
        answer: value.to_string(),
    })
}

fn parse_id(text: &str) -> Result<DocId, DemoError> {
    text.parse().map_err(|error: domain::BadId| DemoError::Office {
        request: "the id of a job".to_owned(),
        answer: error.to_string(),
    })
}

/// An instant as the API writes it.
pub(crate) fn rfc3339(instant: Instant) -> String {
    jiff::Timestamp::from_millisecond(instant.millis())
        .map_or_else(|_| String::new(), |stamp| stamp.to_string())
}

impl NewJob<'_> {
    fn body(&self) -> Value {
        let customer = self.customer;
        json!({
            "kind": "visit",
            "fields": {
                "account": {"id": stock::account_id(customer).to_string(), "name": customer.name},
                "contact": {"name": customer.name, "phone": customer.phone},
                "site": {
                    "address": customer.address,
                    "city": crate::words::CITIES[customer.city].name,
                    "lat": customer.lat,
                    "lon": customer.lon,
                },
                "asset": {
                    "id": stock::asset_id(customer).to_string(),
                    "serial": customer.serial,
                    "model": customer.product.model,
                    "batch": customer.batch,
                    "origin": customer.product.origin,
                    "warranty_until": rfc3339(customer.warranty_until),
                },
                "request": {
                    "subject": self.subject,
                    "channel": "phone",
                    "type": "service",
                    "priority": "normal",
                    "received_at": rfc3339(self.now),
                },
            },
        })
    }
}

/// Enters everybody, makes their phones, and signs the first dispatcher in.
pub(crate) async fn found(
    organisation: &Organisation,
    inside: &Inside,
    folder: &Folder,
    now: Instant,
) -> Result<(Office, Vec<Phone>), DemoError> {
    let address = inside.address();
    let mut admin = Office::sign_in(&address, ADMINISTRATOR).await?;
    for (name, city) in &organisation.agencies {
        let answer =
            admin.ask(Method::Post, "/v1/agencies", Some(&json!({"name": name, "city": city})), &[]).await?;
        admin.agencies.push(text(&answer, "/id")?);
    }
    for (index, agency) in admin.agencies.iter().enumerate() {
        let (path, city) = (format!("/v1/travel/agencies/{agency}"), &crate::words::CITIES[index]);
        let base = json!({"lat_microdegrees": city.lat, "lon_microdegrees": city.lon});
        let class = if index == 0 { "A" } else { "B" };
        let profile = json!({"city_class": class, "base": base, "inside": [{"city": city.name}]});
        let from = json!({"effective_from": TRAVEL_FROM, "profile": profile});
        admin.post(&format!("{path}/profiles"), &from).await?;
        let line = json!({"city": city.name, "effective_from": TRAVEL_FROM, "one_way_m": CITY_METRES});
        admin.post(&format!("{path}/distances"), &json!({"distances": [line]})).await?;
    }
    for person in &organisation.dispatchers {
        admin.enter(person, "dispatcher").await?;
    }
    for person in &organisation.representatives {
        admin.enter(person, "representative").await?;
    }
    admin.enter(&organisation.quality, "quality").await?;
    admin.enter(&organisation.caller, "customer_relations").await?;
    for person in &organisation.desk {
        admin.enter(person, "desk").await?;
    }
    let mut phones = Vec::new();
    for person in &organisation.technicians {
        let user = admin.enter(person, "technician").await?;
        let answer =
            admin.ask(Method::Post, "/v1/enrolment-codes", Some(&json!({"user": user})), &[]).await?;
        let code = text(&answer, "/code")?;
        let home = folder.path.join("phones").join(&person.username);
        phones.push(Phone::enrol(&person.name, home, &address, &code, now).await?);
    }
    let office = Office::sign_in(&address, &organisation.dispatchers[0].username).await?;
    Ok((office, phones))
}
