//! Jobs over HTTP: their life, their scopes, what is wrong with a request.

use domain::{
    ActorClass, ActorId, DocId, DocKind, EditCommand, EventId, EventKind, JobCommand, JobField, JobFieldEdit,
    NewEvent, Stamp,
};
use reqwest::Method;
use serde_json::{Value, json};
use sync_server::clock::{Clock, SystemEntropy, random_bytes};
use wire::{Bytes, Message, Outcome, Push, SyncRequest, SyncResponse};

use crate::office::{Answer, JsonBody, Office, text};
use crate::probes::NOTHING;

impl Office {
    async fn create(&self, token: &str, key: &str, body: &Value) -> Answer {
        let request = self.ask(Method::POST, "/v1/jobs", Some(token)).header("idempotency-key", key);
        Answer::of(request.json_body(body)).await
    }

    /// A job given to a technician; its id.
    pub(crate) async fn job_for(&self, dispatcher: &str, technician: &str) -> String {
        let body = json!({
            "kind": "visit",
            "fields": {"request": {"subject": "دیگ بخار روشن نمی‌شود"}, "contact": {"phone": "0911"}},
            "assignment": {"technician": self.id(technician)},
        });
        let key = format!("{:x}", u64::from_be_bytes(random_bytes(&SystemEntropy)));
        let created = self.create(dispatcher, &key, &body).await;
        text(&created.expect(201)["id"])
    }
}

#[tokio::test]
async fn a_job_goes_through_its_life() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let body = json!({
        "kind": "visit",
        "fields": {
            "account": {"name": "شرکت نمونه"},
            "request": {"subject": "Pump leaks", "priority": "high", "received_at": "2026-11-20T10:00:00+03:30"},
        },
    });
    let created = office.create(&dispatcher, "k1", &body).await;
    let location = created.header("location").to_owned();
    let created = created.expect(201);
    assert_eq!(created["number"], "100001");
    let shown = office.get(&location, &dispatcher).await;
    assert_eq!(shown.header("etag"), format!("\"{}\"", text(&created["etag"])));
    let shown = shown.expect(200);
    assert_eq!(shown["status"], "new");
    assert_eq!(shown["fields"]["request"]["received_at"], "2026-11-20T06:30:00Z");
    assert_eq!(shown["fields"]["account"]["name"], "شرکت نمونه");
    assert_eq!(shown["events"][0]["by"], json!(office.id("dispatcher")));

    let assigned = json!({
        "technician": office.id("tech"), "window_start": "2026-11-22T08:00:00Z",
        "window_end": "2026-11-22T12:00:00Z", "note": "bring a pump",
    });
    let path = |action: &str| format!("{location}/{action}");
    let edited = office.post(&path("assign"), &dispatcher, &assigned).await.expect(200);
    assert_eq!(edited["status"], "assigned");
    let reassigned = json!({"technician": office.id("other_tech"), "reason": "closer"});
    office.post(&path("reassign"), &dispatcher, &reassigned).await.expect(200);
    let shown = office.get(&location, &dispatcher).await.expect(200);
    let assignment = &shown["fields"]["assignment"];
    assert_eq!(assignment["technician"], json!(office.id("other_tech")));
    assert_eq!(assignment["window_start"], "2026-11-22T08:00:00Z", "the window stays");
    assert_eq!(
        assignment["representative"],
        json!(office.agency),
        "the agency stays: the new technician has none"
    );

    office.post(&path("notes"), &dispatcher, &json!({"text": "called twice"})).await.expect(200);
    let close_too_early = office.post(&path("close"), &dispatcher, &json!({})).await;
    close_too_early.expect_code("wrong_status");
    office.post(&path("cancel"), &dispatcher, &json!({"reason": "bought another"})).await.expect(200);
    office.post(&path("reopen"), &dispatcher, &json!({"reason": "it was a mistake"})).await.expect(200);
    let shown = office.get(&location, &dispatcher).await.expect(200);
    let kinds: Vec<_> =
        shown["events"].as_array().expect("events").iter().map(|event| text(&event["kind"])).collect();
    assert_eq!(kinds, ["registered", "assigned", "assigned", "cancelled", "reopened"]);
    assert_eq!(shown["notes"][0]["text"], "called twice");

    let history = office.get(&path("history"), &dispatcher).await.expect(200);
    let entries = history["entries"].as_array().expect("entries");
    assert_eq!(entries[0]["items"][0]["what"], "created");
    assert!(entries.iter().all(|entry| entry["received_at"].as_str().expect("an instant").ends_with('Z')));
    assert!(entries.iter().any(|entry| entry["user"] == json!(office.id("dispatcher"))));
    assert!(history.to_string().contains("2026-11-22T08:00:00Z"), "instants are text in the history too");
}

#[tokio::test]
async fn a_creation_is_carried_out_once() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let body = json!({"kind": "visit", "fields": {"request": {"subject": "once"}}});
    let first = office.create(&dispatcher, "key", &body).await.expect(201);
    let again = office.create(&dispatcher, "key", &body).await.expect(201);
    assert_eq!(first, again);
    let other = json!({"kind": "bench"});
    office.create(&dispatcher, "key", &other).await.expect_code("idempotency_mismatch");
    let list = office.get("/v1/jobs", &dispatcher).await.expect(200);
    assert_eq!(list["jobs"].as_array().expect("rows").len(), 1);
    office.create(&dispatcher, "", &body).await.expect_code("invalid");
    office.create(&dispatcher, &"k".repeat(101), &body).await.expect_code("invalid");
}

#[tokio::test]
async fn an_edit_needs_the_state_that_was_read() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let id = office.job_for(&dispatcher, "tech").await;
    let path = format!("/v1/jobs/{id}");
    let etag = office.get(&path, &dispatcher).await.header("etag").to_owned();
    let patch = |etag: Option<&str>, phone: &str| {
        let mut request = office.ask(Method::PATCH, &path, Some(&dispatcher));
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        Answer::of(request.json_body(&json!({"fields": {"contact": {"phone": phone}}})))
    };
    patch(None, "1").await.expect_code("precondition_required");
    patch(Some("\"0000000000000000\""), "1").await.expect_code("precondition_failed");
    patch(Some("nonsense"), "1").await.expect_code("precondition_failed");
    let done = patch(Some(&etag), "2").await;
    assert_ne!(done.header("etag"), etag);
    done.expect(200);
    patch(Some(&etag), "3").await.expect_code("precondition_failed");
    let shown = office.get(&path, &dispatcher).await;
    let fresh = shown.header("etag").to_owned();
    assert_eq!(shown.expect(200)["fields"]["contact"]["phone"], "2");
    let known = office.ask(Method::GET, &path, Some(&dispatcher)).header("if-none-match", fresh);
    assert_eq!(Answer::of(known).await.status, 304);
}

#[tokio::test]
async fn each_role_sees_its_own_jobs_and_no_others() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let own = office.job_for(&dispatcher, "tech").await;
    let others = office.job_for(&dispatcher, "other_tech").await;
    let rows = |list: Value| -> Vec<String> {
        list["jobs"].as_array().expect("rows").iter().map(|row| text(&row["id"])).collect()
    };
    // The technician is of the agency, so the job is the agency's.
    for name in ["tech", "representative"] {
        let token = office.token(name).await;
        for list in ["/v1/jobs", "/v1/jobs/search?q=دیگ", "/v1/jobs?q=بخار"] {
            assert_eq!(
                rows(office.get(list, &token).await.expect(200)),
                std::slice::from_ref(&own),
                "{name} {list}"
            );
        }
        let spied = format!("/v1/jobs?technician={}", office.id("other_tech"));
        assert!(rows(office.get(&spied, &token).await.expect(200)).is_empty());
        office.get(&format!("/v1/jobs/{own}"), &token).await.expect(200);
        office.get(&format!("/v1/jobs/{own}/history"), &token).await.expect(200);
        for path in [format!("/v1/jobs/{others}"), format!("/v1/jobs/{others}/history")] {
            office.get(&path, &token).await.expect_code("not_found");
        }
    }
    let representative = office.token("representative").await;
    let note = json!({"text": "the customer is away"});
    office.post(&format!("/v1/jobs/{own}/notes"), &representative, &note).await.expect(200);
    office.post(&format!("/v1/jobs/{others}/notes"), &representative, &note).await.expect_code("not_found");
    let admin = office.token("admin").await;
    assert_eq!(rows(office.get("/v1/jobs", &admin).await.expect(200)).len(), 2);
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_paged() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    for number in 0..5 {
        let body = json!({
            "kind": "visit",
            "fields": {"request": {"subject": format!("job {number}"), "priority": "low"}, "site": {"city": "تهران"}},
        });
        office.create(&dispatcher, &format!("page{number}"), &body).await.expect(201);
    }
    office.job_for(&dispatcher, "tech").await;
    let get = |query: &str| {
        let path = format!("/v1/jobs{query}");
        let (office, dispatcher) = (&office, &dispatcher);
        async move { office.get(&path, dispatcher).await.expect(200) }
    };
    assert_eq!(get("?status=new").await["jobs"].as_array().expect("rows").len(), 5);
    assert_eq!(get("?status=new,assigned&priority=low").await["jobs"].as_array().expect("rows").len(), 5);
    assert_eq!(get("?city=تهران").await["jobs"].as_array().expect("rows").len(), 5);
    let mut seen = Vec::new();
    let mut query = "?limit=2&priority=low".to_owned();
    loop {
        let page = get(&query).await;
        seen.extend(page["jobs"].as_array().expect("rows").iter().map(|row| text(&row["subject"])));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&priority=low&cursor={next}");
    }
    assert_eq!(seen, ["job 4", "job 3", "job 2", "job 1", "job 0"]);
}

/// Method, path, body, the expected code, the expected first wrong value.
type Case = (&'static str, String, Value, &'static str, &'static str);

fn wrong_requests(office: &Office, id: &str) -> Vec<Case> {
    let path = |action: &str| format!("/v1/jobs/{id}/{action}");
    let nothing = |action: &str| format!("/v1/jobs/{NOTHING}{action}");
    let long = "x".repeat(1001);
    vec![
        ("POST", "/v1/jobs".to_owned(), json!({}), "invalid", "."),
        ("POST", "/v1/jobs".to_owned(), json!({"kind": "party"}), "invalid", "kind"),
        ("POST", "/v1/jobs".to_owned(), json!({"kind": "visit", "fields": []}), "invalid", "fields"),
        (
            "POST",
            "/v1/jobs".to_owned(),
            json!({"kind": "visit", "fields": {"request": {"priority": 1}}}),
            "invalid",
            "fields.request.priority",
        ),
        (
            "POST",
            "/v1/jobs".to_owned(),
            json!({"kind": "visit", "assignment": {"technician": NOTHING}}),
            "invalid",
            "technician",
        ),
        ("POST", path("assign"), json!({"technician": office.id("dispatcher")}), "invalid", "technician"),
        ("POST", path("assign"), json!({"technician": "me"}), "invalid", "."),
        ("POST", path("assign"), json!({"representative": NOTHING}), "invalid", "representative"),
        ("POST", path("assign"), json!({"note": long}), "invalid", "note"),
        (
            "POST",
            path("assign"),
            json!({"window_start": "2026-01-02T00:00:00Z", "window_end": "2026-01-01T00:00:00Z"}),
            "invalid",
            "window_end",
        ),
        ("POST", path("reassign"), json!({"technician": office.id("admin")}), "invalid", "technician"),
        ("POST", path("cancel"), json!({}), "invalid", "."),
        ("POST", path("cancel"), json!({"reason": " "}), "invalid", "reason"),
        ("POST", path("cancel"), json!({"reason": long}), "invalid", "reason"),
        ("POST", path("notes"), json!({"text": "x".repeat(20_001)}), "invalid", "text"),
        ("POST", path("close"), json!({}), "wrong_status", "events"),
        ("POST", path("reopen"), json!({"reason": "why not"}), "wrong_status", "events"),
        ("POST", nothing("/cancel"), json!({"reason": "gone"}), "not_found", ""),
        ("POST", nothing("/reassign"), json!({}), "not_found", ""),
        ("GET", nothing(""), Value::Null, "not_found", ""),
        ("GET", "/v1/jobs/everything".to_owned(), Value::Null, "not_found", ""),
        ("GET", "/v1/jobs?status=lost".to_owned(), Value::Null, "invalid", "status"),
        ("GET", "/v1/jobs?limit=501".to_owned(), Value::Null, "invalid", "limit"),
        ("GET", "/v1/jobs?limit=0".to_owned(), Value::Null, "invalid", "limit"),
        ("GET", "/v1/jobs?cursor=zzz".to_owned(), Value::Null, "invalid", "cursor"),
        ("GET", "/v1/jobs?sort=luck".to_owned(), Value::Null, "invalid", "sort"),
        ("GET", "/v1/jobs?window_from=2026-01-01T00:00:00Z".to_owned(), Value::Null, "invalid", "window_to"),
        ("GET", "/v1/jobs/search".to_owned(), Value::Null, "invalid", "query"),
        ("GET", "/v1/inbox?state=sad".to_owned(), Value::Null, "invalid", "state"),
        ("POST", format!("/v1/conflicts/{NOTHING}/resolve"), json!({"decision": "keep"}), "not_found", ""),
        (
            "POST",
            format!("/v1/conflicts/{NOTHING}/resolve"),
            json!({"decision": "choose"}),
            "invalid",
            "choice",
        ),
        ("POST", "/v1/conflicts/offer-1/resolve".to_owned(), json!({"decision": "keep"}), "not_found", ""),
        ("POST", "/v1/offers/offer-1/decide".to_owned(), json!({"decision": "maybe"}), "invalid", "decision"),
        ("POST", "/v1/offers/1/decide".to_owned(), json!({"decision": "reject"}), "not_found", ""),
    ]
}

#[tokio::test]
async fn each_wrong_request_gets_its_code_and_changes_nothing() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let id = office.job_for(&dispatcher, "tech").await;
    let before = office.get(&format!("/v1/jobs/{id}"), &dispatcher).await.text;
    for (method, path, body, code, place) in wrong_requests(&office, &id) {
        let mut request = office.ask(method.parse().expect("a method"), &path, Some(&dispatcher));
        request = request.header("idempotency-key", "bad");
        if !body.is_null() {
            request = request.json_body(&body);
        }
        let answer = Answer::of(request).await;
        assert_eq!(answer.code(), code, "{method} {path} {body}: {answer:?}");
        if !place.is_empty() {
            assert_eq!(answer.body["errors"][0]["path"], place, "{method} {path} {body}: {answer:?}");
        }
    }
    assert_eq!(office.get(&format!("/v1/jobs/{id}"), &dispatcher).await.text, before);
    let list = office.get("/v1/jobs", &dispatcher).await.expect(200);
    assert_eq!(list["jobs"].as_array().expect("rows").len(), 1);
}

/// A phone without a client: it edits the document that it pulled and pushes.
pub(crate) struct Phone<'o> {
    office: &'o Office,
    pub(crate) token: String,
    author: domain::UserId,
    actor: ActorId,
    document: documents::Document,
    id: DocId,
}

impl<'o> Phone<'o> {
    pub(crate) async fn with_job(office: &'o Office, name: &str, id: &str) -> Self {
        let token = text(&office.session(name, "phone").await["access_token"]);
        let id: DocId = id.parse().expect("an id");
        let pulled = exchange(office, &token, &SyncRequest { version: 1, ..SyncRequest::default() }).await;
        let event = pulled.events.into_iter().flatten().find(|event| event.doc == id).expect("in scope");
        let wire::DocHappening::Enter { snapshot } = event.what else { panic!("it enters whole") };
        let document = documents::Document::load(DocKind::Job, &snapshot).expect("loads");
        let actor = ActorId::new(ActorClass::Technician, random_bytes(&SystemEntropy));
        Self { office, token, author: office.id(name), actor, document, id }
    }

    pub(crate) fn edit(&mut self, command: JobCommand) -> Bytes {
        let stamp = Stamp { at: self.office.clock.now(), offset_minutes: 210 };
        let context = documents::EditContext { author: self.author, actor: self.actor, stamp };
        let change =
            self.document.edit(&EditCommand::Job(command), &context).expect("fits").expect("a change");
        Bytes(change.bytes)
    }

    pub(crate) async fn push(&self, changes: Vec<Bytes>) -> Vec<Outcome> {
        let push = Push { doc: self.id, kind: DocKind::Job, changes };
        let request = SyncRequest { version: 1, pushes: Some(vec![push]), ..SyncRequest::default() };
        let response = exchange(self.office, &self.token, &request).await;
        response.verdicts.into_iter().flatten().map(|verdict| verdict.outcome).collect()
    }
}

async fn exchange(office: &Office, token: &str, request: &SyncRequest) -> SyncResponse {
    let body = request.to_body();
    let mut asked =
        office.ask(Method::POST, "/v1/sync", Some(token)).header("content-type", wire::MEDIA_TYPE);
    if body.encoding == wire::Encoding::Zstd {
        asked = asked.header("content-encoding", wire::ZSTD);
    }
    let response = asked.body(body.bytes).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let packed = response.headers().contains_key("content-encoding");
    let encoding = if packed { wire::Encoding::Zstd } else { wire::Encoding::Plain };
    SyncResponse::from_body(&response.bytes().await.expect("a body"), encoding).expect("a response")
}

fn event(kind: EventKind) -> JobCommand {
    JobCommand::Record { event: NewEvent::new(EventId::from_bytes(random_bytes(&SystemEntropy)), kind) }
}

#[tokio::test]
async fn what_phone_and_office_both_wrote_is_settled_in_the_inbox() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let id = office.job_for(&dispatcher, "tech").await;
    let mut phone = Phone::with_job(&office, "tech", &id).await;
    let corrected = JobFieldEdit {
        field: JobField::ContactPhone,
        value: Some(domain::FieldValue::Text("0922".to_owned())),
    };
    let mut changes = vec![phone.edit(JobCommand::SetFields { edits: vec![corrected] })];
    changes.extend(
        [EventKind::Accepted, EventKind::Arrived, EventKind::Done].map(|kind| phone.edit(event(kind))),
    );
    // Meanwhile, unseen by the phone:
    let patch =
        office.ask(Method::PATCH, &format!("/v1/jobs/{id}"), Some(&dispatcher)).header("if-match", "*");
    let patch = patch.json_body(&json!({"fields": {"contact": {"phone": "0933"}}}));
    Answer::of(patch).await.expect(200);
    let cancel = format!("/v1/jobs/{id}/cancel");
    office.post(&cancel, &dispatcher, &json!({"reason": "called off"})).await.expect(200);
    assert!(phone.push(changes).await.iter().all(|outcome| *outcome == Outcome::Accepted));

    let inbox = office.get("/v1/inbox", &dispatcher).await.expect(200);
    let items = inbox["items"].as_array().expect("items");
    let of_kind = |kind: &str| items.iter().find(|item| item["kind"] == kind).expect(kind);
    let field = of_kind("field");
    assert_eq!(field["path"], "contact.phone");
    let values = field["detail"]["values"].as_array().expect("values");
    assert_eq!(values[0], json!({"value": "0933", "side": "office", "op": values[0]["op"]}));
    assert_eq!(values[1]["value"], "0922");
    let clash = of_kind("done_while_cancelled");
    assert!(clash["detail"]["stands"]["at"].as_str().expect("an instant").ends_with('Z'));
    let shown = office.get(&format!("/v1/jobs/{id}"), &dispatcher).await.expect(200);
    assert_eq!(shown["undecided"].as_array().expect("items").len(), 2);

    let resolve = format!("/v1/conflicts/{}/resolve", text(&field["id"]));
    let beyond = json!({"decision": "choose", "choice": 9});
    office.post(&resolve, &dispatcher, &beyond).await.expect_code("invalid");
    let choose = json!({"decision": "choose", "choice": 1, "note": "the technician asked on site"});
    let decided = office.post(&resolve, &dispatcher, &choose).await.expect(200);
    assert_eq!((&decided["state"], &decided["decision"]), (&json!("decided"), &json!("chosen")));
    office.post(&resolve, &dispatcher, &choose).await.expect_code("conflict");
    let shown = office.get(&format!("/v1/jobs/{id}"), &dispatcher).await.expect(200);
    assert_eq!(shown["fields"]["contact"]["phone"], "0922");
    let keep = format!("/v1/conflicts/{}/resolve", text(&clash["id"]));
    office.post(&keep, &dispatcher, &json!({"decision": "keep"})).await.expect(200);
    let open = office.get("/v1/inbox?state=open", &dispatcher).await.expect(200);
    assert_eq!(open["items"], json!([]));
    let other = office.token("representative").await;
    let seen = office.get("/v1/inbox?state=any", &other).await.expect(200);
    assert_eq!(seen["items"].as_array().expect("items").len(), 2, "the job is the agency's");
}

#[tokio::test]
async fn a_refused_edit_is_offered_and_carried_out_by_the_office() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let id = office.job_for(&dispatcher, "tech").await;
    let phone = Phone::with_job(&office, "tech", &id).await;
    let edit = JobFieldEdit {
        field: JobField::RequestSubject,
        value: Some(domain::FieldValue::Text("It is the pump".to_owned())),
    };
    let command = EditCommand::Job(JobCommand::SetFields { edits: vec![edit] });
    let offer = |hash: u8| wire::Offer {
        doc: phone.id,
        kind: DocKind::Job,
        hash: wire::Hash(domain::Hash32::from_bytes([hash; 32])),
        command: serde_json::to_string(&command).expect("written"),
        remark: Some("the customer misnamed it".to_owned()),
        at: Some(office.clock.now()),
    };
    let offers = Some(vec![offer(1), offer(2)]);
    exchange(&office, &phone.token, &SyncRequest { version: 1, offers, ..SyncRequest::default() }).await;
    let inbox = office.get("/v1/inbox?kind=offered_edit", &dispatcher).await.expect(200);
    let items = inbox["items"].as_array().expect("items");
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["detail"]["remark"], "the customer misnamed it");
    assert!(items[0]["detail"]["made_at"].is_string());
    let decide = |item: &Value| format!("/v1/offers/{}/decide", text(&item["id"]));
    let rejected = json!({"decision": "reject", "note": "as the customer said it"});
    office.post(&decide(&items[0]), &dispatcher, &rejected).await.expect(200);
    office.post(&decide(&items[1]), &dispatcher, &json!({"decision": "approve"})).await.expect(200);
    office
        .post(&decide(&items[1]), &dispatcher, &json!({"decision": "reject"}))
        .await
        .expect_code("conflict");
    let shown = office.get(&format!("/v1/jobs/{id}"), &dispatcher).await.expect(200);
    assert_eq!(shown["fields"]["request"]["subject"], "It is the pump");
    let history = office.get(&format!("/v1/jobs/{id}/history"), &dispatcher).await.expect(200);
    let last = history["entries"].as_array().expect("entries").last().expect("the approved edit").clone();
    assert_eq!(last["for_user"], json!(office.id("tech")));
}
