//! One well-formed request for every operation of the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::{JsonBody, Office};

/// A request for an operation.
pub(crate) struct Probe {
    pub(crate) id: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Probe {
    fn new(id: &'static str, method: &str, path: impl Into<String>) -> Self {
        let method = method.parse().expect("a method");
        Self { id, method, path: path.into(), body: None, headers: Vec::new() }
    }

    fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn request(&self, office: &Office, token: Option<&str>) -> reqwest::RequestBuilder {
        let mut request = office.ask(self.method.clone(), &self.path, token);
        if let Some(body) = &self.body {
            request = request.json_body(body);
        }
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }
}

/// An id that nothing has.
pub(crate) const NOTHING: &str = "01999999-9999-7999-8999-999999999999";

pub(crate) fn probes(office: &Office) -> Vec<Probe> {
    [
        probes_of_jobs_and_people(office),
        probes_of_travel(office),
        probes_of_judgements(),
        probes_of_the_desk(office),
        probes_of_the_customers_side(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn probes_of_travel(office: &Office) -> Vec<Probe> {
    let travel = |what: &str| format!("/v1/travel/agencies/{}/{what}", office.agency);
    vec![
        Probe::new("list_travel_claims", "GET", "/v1/travel/claims?state=needs_review&month=1405-08"),
        Probe::new("show_travel_claim", "GET", format!("/v1/travel/claims/{NOTHING}")),
        Probe::new("decide_travel_claim", "POST", format!("/v1/travel/claims/{NOTHING}/decision"))
            .with(json!({"decision": "approved"})),
        Probe::new("decide_travel_approval", "POST", format!("/v1/travel/approvals/{NOTHING}"))
            .with(json!({"decision": "granted"})),
        Probe::new("list_travel_statements", "GET", "/v1/travel/statements"),
        Probe::new("create_travel_statement", "POST", "/v1/travel/statements")
            .with(json!({"month": "1404-01"})),
        Probe::new("show_travel_statement", "GET", "/v1/travel/statements/99"),
        Probe::new("list_travel_profiles", "GET", travel("profiles")),
        Probe::new("create_travel_profile", "POST", travel("profiles"))
            .with(json!({"effective_from": "2026-03-21", "profile": {"city_class": "A"}})),
        Probe::new("list_travel_distances", "GET", travel("distances")),
        Probe::new("create_travel_distances", "POST", travel("distances"))
            .with(json!({"csv": "city,zone,effective_from,one_way_m\nKaraj,,2026-03-21,40000\n"})),
    ]
}

fn probes_of_jobs_and_people(office: &Office) -> Vec<Probe> {
    let other = office.id("other_tech");
    let blob = format!("/v1/attachments/{}", "ab".repeat(32));
    let job = |action: &str| format!("/v1/jobs/{NOTHING}{action}");
    let sign_in = json!({"name": "nobody", "password": "no password"});
    vec![
        Probe::new("create_session", "POST", "/v1/sessions").with(sign_in),
        Probe::new("refresh_session", "POST", "/v1/sessions/refresh").with(json!({"refresh_token": "hgr_"})),
        Probe::new("show_session", "GET", "/v1/sessions/current"),
        Probe::new("delete_session", "DELETE", "/v1/sessions/current"),
        Probe::new("enrol_device", "POST", "/v1/devices/enrol")
            .with(json!({"code": "0000-0000-0000", "device_name": "a phone"})),
        Probe::new("list_devices", "GET", "/v1/devices"),
        Probe::new("revoke_device", "DELETE", format!("/v1/devices/{NOTHING}")),
        Probe::new("release_device", "POST", format!("/v1/devices/{NOTHING}/release")),
        Probe::new("list_enrolment_codes", "GET", "/v1/enrolment-codes"),
        Probe::new("create_enrolment_code", "POST", "/v1/enrolment-codes").with(json!({"user": other})),
        Probe::new("delete_enrolment_code", "DELETE", format!("/v1/enrolment-codes/{NOTHING}")),
        Probe::new("list_users", "GET", "/v1/users"),
        Probe::new("create_user", "POST", "/v1/users")
            .with(json!({"name": "new", "display_name": "New", "role": "dispatcher"})),
        Probe::new("disable_user", "POST", format!("/v1/users/{NOTHING}/disable")),
        Probe::new("enable_user", "POST", format!("/v1/users/{NOTHING}/enable")),
        Probe::new("set_user_password", "POST", format!("/v1/users/{NOTHING}/password"))
            .with(json!({"password": "another horse"})),
        Probe::new("list_agencies", "GET", "/v1/agencies"),
        Probe::new("create_agency", "POST", "/v1/agencies").with(json!({"name": "South"})),
        Probe::new("edit_user", "PUT", format!("/v1/users/{NOTHING}")).with(json!({"display_name": "x"})),
        Probe::new("edit_agency", "PUT", format!("/v1/agencies/{NOTHING}")).with(json!({"name": "x"})),
        Probe::new("list_import_kinds", "GET", "/v1/imports"),
        Probe::new("import_file", "POST", "/v1/imports/parts")
            .with(json!({"mode": "preview", "content": "part_no,name\nP-1,seal\n"})),
        Probe::new("create_job", "POST", "/v1/jobs")
            .with(json!({"kind": "visit"}))
            .header("idempotency-key", "probe"),
        Probe::new("list_jobs", "GET", "/v1/jobs"),
        Probe::new("search_jobs", "GET", "/v1/jobs/search?q=boiler"),
        Probe::new("show_job", "GET", job("")),
        Probe::new("edit_job", "PATCH", job(""))
            .with(json!({"fields": {"contact": {"phone": "1"}}}))
            .header("if-match", "*"),
        Probe::new("show_job_history", "GET", job("/history")),
        Probe::new("assign_job", "POST", job("/assign")).with(json!({"technician": other})),
        Probe::new("reassign_job", "POST", job("/reassign")).with(json!({"technician": other})),
        Probe::new("cancel_job", "POST", job("/cancel")).with(json!({"reason": "called off"})),
        Probe::new("close_job", "POST", job("/close")),
        Probe::new("reopen_job", "POST", job("/reopen")).with(json!({"reason": "not done"})),
        Probe::new("create_job_note", "POST", job("/notes")).with(json!({"text": "a note"})),
        Probe::new("show_board", "GET", "/v1/board?from=2026-11-27T00:00:00Z&to=2026-11-28T00:00:00Z"),
        Probe::new("list_board_jobs", "GET", format!("/v1/board/jobs?id={NOTHING}")),
        Probe::new("rank_candidates", "GET", format!("/v1/board/candidates?job={NOTHING}")),
        Probe::new("list_inbox", "GET", "/v1/inbox"),
        Probe::new("resolve_conflict", "POST", format!("/v1/conflicts/{NOTHING}/resolve"))
            .with(json!({"decision": "keep"})),
        Probe::new("decide_offer", "POST", "/v1/offers/offer-99/decide").with(json!({"decision": "reject"})),
        Probe::new("list_rules", "GET", "/v1/rulebook/tariff"),
        Probe::new("create_rules", "POST", "/v1/rulebook/tariff")
            .with(json!({"effective_from": "2026-03-21", "content": {}})),
        Probe::new("preview_rules", "POST", "/v1/rulebook/tariff/preview").with(json!({"content": {}})),
        Probe::new("show_rules_template", "GET", "/v1/rulebook/tariff/template"),
        Probe::new("check_attachment", "HEAD", &blob),
        Probe::new("append_attachment", "PATCH", &blob).with(json!({})),
        Probe::new("read_attachment", "GET", &blob),
        Probe::new("exchange_changes", "POST", "/v1/sync").with(json!({})),
        Probe::new("follow_changes", "GET", "/v1/live"),
        // An open stream would not end.
        Probe::new("follow_jobs", "GET", "/v1/live/events").header("last-event-id", "none"),
        Probe::new("show_health", "GET", "/healthz"),
        Probe::new("show_readiness", "GET", "/readyz"),
        Probe::new("show_metrics", "GET", "/metrics"),
    ]
}

/// Deadlines, scores, reports, surveys.
fn probes_of_judgements() -> Vec<Probe> {
    let job = |action: &str| format!("/v1/jobs/{NOTHING}{action}");
    let survey = |action: &str| format!("/v1/surveys/{NOTHING}{action}");
    vec![
        Probe::new("show_job_deadlines", "GET", job("/deadlines")),
        Probe::new("list_deadlines", "GET", "/v1/deadlines?state=due_soon"),
        Probe::new("take_over_breach", "POST", "/v1/escalations/99/take-over").with(json!({"reason": "why"})),
        Probe::new("decide_event_instant", "POST", job("/events/AAAAAAAAAAA/instant"))
            .with(json!({"effective_at": "2026-11-21T08:30:00Z", "reason": "he called"})),
        Probe::new("list_notices", "GET", "/v1/notices?unread=true"),
        Probe::new("read_notice", "POST", "/v1/notices/99/read"),
        Probe::new("list_scores", "GET", "/v1/scores"),
        Probe::new("show_score", "GET", format!("/v1/scores/{NOTHING}/1404-07")),
        Probe::new("list_evidence", "GET", format!("/v1/scores/{NOTHING}/1404-07/evidence")),
        Probe::new("list_job_effects", "GET", format!("/v1/scores/{NOTHING}/1404-07/jobs")),
        Probe::new("list_figures", "GET", format!("/v1/scores/{NOTHING}/1404-07/figures")),
        Probe::new("list_figure_cases", "GET", format!("/v1/scores/{NOTHING}/1404-07/figures/faults?group=pump")),
        Probe::new("show_job_score", "GET", job("/score")),
        Probe::new("create_objection", "POST", format!("/v1/scores/{NOTHING}/1404-07/objections"))
            .with(json!({"row": "csat/1", "text": "no"})),
        Probe::new("answer_objection", "POST", format!("/v1/scores/{NOTHING}/1404-07/objections/0/answer"))
            .with(json!({"accepted": false, "text": "no"})),
        Probe::new("create_quality_decision", "POST", "/v1/quality-decisions").with(
            json!({"case": "C-1", "what": "complaint", "decision": "minor", "note": "as seen", "agency": NOTHING}),
        ),
        Probe::new("list_quality_decisions", "GET", "/v1/quality-decisions"),
        Probe::new("show_award", "GET", "/v1/awards/1404"),
        Probe::new("list_ratings", "GET", "/v1/ratings"),
        Probe::new("show_rating", "GET", format!("/v1/ratings/{NOTHING}")),
        Probe::new("list_reports", "GET", "/v1/reports"),
        Probe::new("show_report", "GET", "/v1/reports/scores"),
        Probe::new("list_report_schedules", "GET", "/v1/report-schedules"),
        Probe::new("create_report_schedule", "POST", "/v1/report-schedules").with(json!({
            "report": "scores", "format": "csv", "cadence": "daily", "hour": 7, "to_folder": true, "unit": "quality",
        })),
        Probe::new("end_report_schedule", "DELETE", "/v1/report-schedules/99"),
        Probe::new("show_survey_form", "GET", "/survey/0123"),
        Probe::new("submit_survey_form", "POST", "/survey/0123").with(json!({})),
        Probe::new("show_survey_by_link", "GET", "/v1/surveys/by-link/0123"),
        Probe::new("answer_survey_by_link", "POST", "/v1/surveys/by-link/0123").with(json!({"answers": {}})),
        Probe::new("list_surveys", "GET", "/v1/surveys"),
        Probe::new("show_survey", "GET", survey("")),
        Probe::new("show_survey_coverage", "GET", "/v1/surveys/coverage?month=1404-07"),
        Probe::new("list_survey_calls", "GET", "/v1/surveys/calls"),
        Probe::new("record_survey_attempt", "POST", survey("/attempts"))
            .with(json!({"outcome": "no_answer"})),
        Probe::new("answer_survey", "POST", survey("/answers")).with(json!({"answers": {}})),
        Probe::new("annul_survey", "POST", survey("/annul")).with(json!({"reason": "why"})),
        Probe::new("restore_survey", "POST", survey("/restore")).with(json!({"reason": "why"})),
        Probe::new("list_staff_phones", "GET", "/v1/staff-phones"),
        Probe::new("add_staff_phone", "POST", "/v1/staff-phones")
            .with(json!({"number": "0912 345 6789", "whose": "the desk"})),
        Probe::new("remove_staff_phone", "DELETE", "/v1/staff-phones/0912"),
        Probe::new("list_aside_mail", "GET", "/v1/mail/aside"),
        Probe::new("list_mail", "GET", "/v1/mail"),
        Probe::new("retry_mail", "POST", "/v1/mail/99/retry"),
    ]
}

fn probes_of_the_desk(office: &Office) -> Vec<Probe> {
    let person = office.id("other_tech");
    let (request, customer) = (format!("/v1/requests/{NOTHING}"), format!("/v1/customers/{NOTHING}"));
    let staff = |what: &str| format!("/v1/staff/{person}{what}");
    let contact = json!({"name": "x", "standing": "contact", "channel": "none"});
    let unit = json!({"key": "probe", "name": "Probe"});
    let contract = json!({"account": NOTHING, "kind": "support", "measure": "unlimited", "starts_at": "2026-01-01T00:00:00Z"});
    let asked = json!({"kind": "information", "channel": "phone"});
    vec![
        Probe::new("list_units", "GET", "/v1/units"),
        Probe::new("create_unit", "POST", "/v1/units").with(unit),
        Probe::new("add_unit_member", "PUT", format!("/v1/units/nowhere/members/{person}")).with(json!({})),
        Probe::new("remove_unit_member", "DELETE", format!("/v1/units/nowhere/members/{person}")),
        Probe::new("list_sales_agencies", "GET", "/v1/sales-agencies"),
        Probe::new("create_sales_agency", "POST", "/v1/sales-agencies").with(json!({"name": "x"})),
        Probe::new("edit_sales_agency", "PUT", format!("/v1/sales-agencies/{NOTHING}"))
            .with(json!({"name": "y"})),
        Probe::new("close_sales_agency", "DELETE", format!("/v1/sales-agencies/{NOTHING}")),
        Probe::new("create_seller", "POST", format!("/v1/sales-agencies/{NOTHING}/sellers"))
            .with(json!({"name": "x"})),
        Probe::new("edit_seller", "PUT", format!("/v1/sellers/{NOTHING}")).with(json!({"name": "x"})),
        Probe::new("end_seller", "DELETE", format!("/v1/sellers/{NOTHING}")),
        Probe::new("show_staff", "GET", staff("")),
        Probe::new("set_skill", "PUT", staff("/skills")).with(json!({"product": "boiler", "level": 2})),
        Probe::new("take_leave", "POST", staff("/leave"))
            .with(json!({"from": "2026-03-21", "to": "2026-03-25"})),
        Probe::new("set_areas", "PUT", staff("/areas")).with(json!({"areas": [{"city": "Rasht"}]})),
        Probe::new("find_customers", "GET", "/v1/customers?text=karimi"),
        Probe::new("show_customer", "GET", &customer),
        Probe::new("create_customer", "POST", "/v1/customers").with(json!({"name": ""})),
        Probe::new("edit_customer", "PATCH", &customer).with(json!({"name": "x"})),
        Probe::new("create_contact", "POST", format!("{customer}/contacts")).with(contact.clone()),
        Probe::new("edit_contact", "PUT", format!("/v1/contacts/{NOTHING}")).with(contact),
        Probe::new("end_contact", "DELETE", format!("/v1/contacts/{NOTHING}")),
        Probe::new("create_site", "POST", format!("{customer}/sites")).with(json!({"name": "x"})),
        Probe::new("list_duplicates", "GET", "/v1/customer-duplicates"),
        Probe::new("merge_customers", "POST", format!("{customer}/merge"))
            .with(json!({"into": NOTHING, "reason": "the same"})),
        Probe::new("part_customers", "POST", format!("{customer}/part")),
        Probe::new("list_contracts", "GET", format!("{customer}/contracts")),
        Probe::new("create_contract", "POST", "/v1/contracts").with(contract),
        Probe::new("end_contract", "POST", format!("/v1/contracts/{NOTHING}/end"))
            .with(json!({"reason": "x"})),
        Probe::new("create_request", "POST", "/v1/requests")
            .with(asked)
            .header("idempotency-key", "probe-request"),
        Probe::new("list_requests", "GET", "/v1/requests?list=mine"),
        Probe::new("show_request", "GET", &request),
        Probe::new("show_request_file", "GET", format!("{request}/files/1")),
        Probe::new("act_on_request", "POST", format!("{request}/activities")).with(json!({"act": "take"})),
        Probe::new("create_visit", "POST", format!("{request}/visits")).with(json!({})),
        Probe::new("list_complaints", "GET", "/v1/complaints"),
        Probe::new("show_complaint", "GET", format!("{request}/complaint")),
        Probe::new("act_on_complaint", "POST", format!("{request}/complaint")).with(json!({"act": "open"})),
        Probe::new("show_installation", "GET", format!("{request}/installation")),
        Probe::new("act_on_installation", "POST", format!("{request}/installation"))
            .with(json!({"act": "make"})),
        Probe::new("list_actions", "GET", "/v1/actions?list=open"),
        Probe::new("create_action", "POST", "/v1/actions").with(json!({
            "about": {"on": "fault", "product": "x", "fault": "y"}, "text": "z", "owner": NOTHING,
            "due_at": "2030-01-01T00:00:00Z",
        })),
        Probe::new("end_action", "POST", "/v1/actions/1/done").with(json!({"outcome": "x"})),
        Probe::new("find_solutions", "GET", "/v1/solutions"),
        Probe::new("create_solution", "POST", "/v1/solutions").with(json!({"title": "x", "text": "y"})),
        Probe::new("edit_solution", "PUT", format!("/v1/solutions/{NOTHING}"))
            .with(json!({"title": "x", "text": "y"})),
        Probe::new("decide_solution", "POST", format!("/v1/solutions/{NOTHING}/decision")).with(json!({})),
        Probe::new("take_hook", "POST", "/v1/hooks/sms").with(json!({"id": "1", "from": "1", "text": "x"})),
    ]
}

/// What customers do behind a link or by a code.
fn probes_of_the_customers_side() -> Vec<Probe> {
    let link = "ab".repeat(36);
    let own = json!({"token": link, "key": "1", "kind": "information", "subject": "x"});
    vec![
        Probe::new("show_portal_request", "GET", format!("/v1/portal/requests/{link}")),
        Probe::new("reply_to_portal_request", "POST", format!("/v1/portal/requests/{link}/replies"))
            .with(json!({"text": "x"})),
        Probe::new("add_portal_file", "POST", format!("/v1/portal/requests/{link}/files?name=x.jpg"))
            .with(json!({})),
        Probe::new("confirm_portal_request", "POST", format!("/v1/portal/requests/{link}/confirmation")),
        Probe::new("create_portal_code", "POST", "/v1/portal/codes").with(json!({"to": "a@example.com"})),
        Probe::new("create_portal_session", "POST", "/v1/portal/sessions")
            .with(json!({"to": "a@example.com", "code": "000000"})),
        Probe::new("list_own_requests", "GET", format!("/v1/portal/intake/{link}")),
        Probe::new("send_contact_link", "POST", format!("/v1/contacts/{NOTHING}/link")),
        Probe::new("show_intake_start", "GET", "/intake"),
        Probe::new("submit_intake_start", "POST", "/intake"),
        Probe::new("submit_intake_code", "POST", "/intake/code"),
        Probe::new("show_intake_page", "GET", format!("/intake/{link}")),
        Probe::new("submit_intake_page", "POST", format!("/intake/{link}")),
        Probe::new("create_portal_request", "POST", "/v1/portal/requests").with(own),
        Probe::new("show_request_page", "GET", format!("/request/{link}")),
        Probe::new("submit_request_page", "POST", format!("/request/{link}")),
    ]
}
