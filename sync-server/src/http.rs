//! HTTP: the router as a contents page. Every route is registered with its row
//! of [`operations`], every error leaves as a [`Problem`].

mod attachments;
mod board;
mod customer_page;
mod deadlines;
mod desk;
mod devices;
mod docs_page;
mod extract;
mod guard;
mod health;
mod imports;
mod inbox;
mod jobs;
pub mod limits;
mod live;
mod mail;
mod metrics;
mod notices;
mod observe;
mod openapi;
pub mod operations;
mod preconditions;
mod problem;
mod reports;
mod rulebook;
mod scores;
mod sessions;
mod state;
mod surveys;
mod sync;
mod travel;
mod users;
mod web;
mod words;

use axum::Router;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use guard::guarded;
pub use metrics::Metrics;
use operations as ops;
pub use problem::Problem;
pub use state::AppState;
pub use web::PAGES;

/// The whole API as a service.
pub fn router(state: AppState) -> Router {
    let (router, api) = described(&state);
    web::add(pages(router, &state, &api), &state)
        .fallback(|| std::future::ready(Problem::new(wire::ErrorCode::NotFound)))
        .layer(CatchPanicLayer::custom(observe::on_panic))
        .layer(from_fn_with_state(state.clone(), observe::observe))
        .with_state(state)
}

/// The API's description (OpenAPI 3.1).
#[must_use]
pub fn describe(state: &AppState) -> OpenApi {
    described(state).1
}

fn described(state: &AppState) -> (Router<AppState>, OpenApi) {
    let (router, mut api) = contents(state).split_for_parts();
    openapi::complete(&mut api);
    (router, api)
}

fn contents(state: &AppState) -> OpenApiRouter<AppState> {
    travel_costs(OpenApiRouter::with_openapi(openapi::blank()), state)
        // Signing in.
        .routes(guarded(routes!(sessions::create_session), &ops::CREATE_SESSION, state))
        .routes(guarded(routes!(sessions::refresh_session), &ops::REFRESH_SESSION, state))
        .routes(guarded(routes!(sessions::show_session), &ops::SHOW_SESSION, state))
        .routes(guarded(routes!(sessions::delete_session), &ops::DELETE_SESSION, state))
        // Devices.
        .routes(guarded(routes!(devices::enrol_device), &ops::ENROL_DEVICE, state))
        .routes(guarded(routes!(devices::list_devices), &ops::LIST_DEVICES, state))
        .routes(guarded(routes!(devices::revoke_device), &ops::REVOKE_DEVICE, state))
        .routes(guarded(routes!(devices::release_device), &ops::RELEASE_DEVICE, state))
        .routes(guarded(routes!(devices::list_enrolment_codes), &ops::LIST_ENROLMENT_CODES, state))
        .routes(guarded(routes!(devices::create_enrolment_code), &ops::CREATE_ENROLMENT_CODE, state))
        .routes(guarded(routes!(devices::delete_enrolment_code), &ops::DELETE_ENROLMENT_CODE, state))
        // People and agencies.
        .routes(guarded(routes!(users::list_users), &ops::LIST_USERS, state))
        .routes(guarded(routes!(users::create_user), &ops::CREATE_USER, state))
        .routes(guarded(routes!(users::disable_user), &ops::DISABLE_USER, state))
        .routes(guarded(routes!(users::enable_user), &ops::ENABLE_USER, state))
        .routes(guarded(routes!(users::set_user_password), &ops::SET_USER_PASSWORD, state))
        .routes(guarded(routes!(users::list_agencies), &ops::LIST_AGENCIES, state))
        .routes(guarded(routes!(users::create_agency), &ops::CREATE_AGENCY, state))
        .routes(guarded(routes!(users::edit_user), &ops::EDIT_USER, state))
        .routes(guarded(routes!(users::edit_agency), &ops::EDIT_AGENCY, state))
        .routes(guarded(routes!(imports::list_import_kinds), &ops::LIST_IMPORT_KINDS, state))
        .routes(guarded(routes!(imports::import_file), &ops::IMPORT_FILE, state))
        // Jobs.
        .routes(guarded(routes!(jobs::create_job), &ops::CREATE_JOB, state))
        .routes(guarded(routes!(jobs::list::list_jobs), &ops::LIST_JOBS, state))
        .routes(guarded(routes!(jobs::list::search_jobs), &ops::SEARCH_JOBS, state))
        .routes(guarded(routes!(jobs::show_job), &ops::SHOW_JOB, state))
        .routes(guarded(routes!(jobs::edit_job), &ops::EDIT_JOB, state))
        .routes(guarded(routes!(jobs::history::show_job_history), &ops::SHOW_JOB_HISTORY, state))
        .routes(guarded(routes!(jobs::actions::assign_job), &ops::ASSIGN_JOB, state))
        .routes(guarded(routes!(jobs::actions::reassign_job), &ops::REASSIGN_JOB, state))
        .routes(guarded(routes!(jobs::actions::cancel_job), &ops::CANCEL_JOB, state))
        .routes(guarded(routes!(jobs::actions::close_job), &ops::CLOSE_JOB, state))
        .routes(guarded(routes!(jobs::actions::reopen_job), &ops::REOPEN_JOB, state))
        .routes(guarded(routes!(jobs::actions::create_job_note), &ops::CREATE_JOB_NOTE, state))
        // The board.
        .routes(guarded(routes!(board::show_board), &ops::SHOW_BOARD, state))
        .routes(guarded(routes!(board::list_board_jobs), &ops::LIST_BOARD_JOBS, state))
        .routes(guarded(routes!(board::rank_candidates), &ops::RANK_CANDIDATES, state))
        // What waits for the office.
        .routes(guarded(routes!(inbox::list_inbox), &ops::LIST_INBOX, state))
        .routes(guarded(routes!(inbox::resolve_conflict), &ops::RESOLVE_CONFLICT, state))
        .routes(guarded(routes!(inbox::decide_offer), &ops::DECIDE_OFFER, state))
        .merge(rules_and_scores(state))
        .merge(customers_word(state))
        .merge(the_desk(state))
        // Attachments.
        .routes(guarded(routes!(attachments::check_attachment), &ops::CHECK_ATTACHMENT, state))
        .routes(guarded(routes!(attachments::append_attachment), &ops::APPEND_ATTACHMENT, state))
        .routes(guarded(routes!(attachments::read_attachment), &ops::READ_ATTACHMENT, state))
        // Phones.
        .routes(guarded(routes!(sync::exchange_changes), &ops::EXCHANGE_CHANGES, state))
        .routes(guarded(routes!(live::follow_changes), &ops::FOLLOW_CHANGES, state))
        // Pages.
        .routes(guarded(routes!(live::events::follow_jobs), &ops::FOLLOW_JOBS, state))
        // For programs that watch the server.
        .routes(guarded(routes!(health::show_health), &ops::SHOW_HEALTH, state))
        .routes(guarded(routes!(health::show_readiness), &ops::SHOW_READINESS, state))
        .routes(guarded(routes!(health::show_metrics), &ops::SHOW_METRICS, state))
}

/// By what people are judged, and how they were.
fn rules_and_scores(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        // The rulebook.
        .routes(guarded(routes!(rulebook::list_rules), &ops::LIST_RULES, state))
        .routes(guarded(routes!(rulebook::create_rules), &ops::CREATE_RULES, state))
        .routes(guarded(routes!(rulebook::preview::preview_rules), &ops::PREVIEW_RULES, state))
        .routes(guarded(routes!(rulebook::show_rules_template), &ops::SHOW_RULES_TEMPLATE, state))
        // Scores and ratings.
        .routes(guarded(routes!(scores::list_scores), &ops::LIST_SCORES, state))
        .routes(guarded(routes!(scores::show_score), &ops::SHOW_SCORE, state))
        .routes(guarded(routes!(scores::list_evidence), &ops::LIST_EVIDENCE, state))
        .routes(guarded(routes!(scores::list_job_effects), &ops::LIST_JOB_EFFECTS, state))
        .routes(guarded(routes!(scores::figures::list_figures), &ops::LIST_FIGURES, state))
        .routes(guarded(routes!(scores::figures::list_figure_cases), &ops::LIST_FIGURE_CASES, state))
        .routes(guarded(routes!(scores::show_job_score), &ops::SHOW_JOB_SCORE, state))
        .routes(guarded(routes!(scores::objections::create_objection), &ops::CREATE_OBJECTION, state))
        .routes(guarded(routes!(scores::objections::answer_objection), &ops::ANSWER_OBJECTION, state))
        .routes(guarded(
            routes!(scores::decisions::create_quality_decision),
            &ops::CREATE_QUALITY_DECISION,
            state,
        ))
        .routes(guarded(
            routes!(scores::decisions::list_quality_decisions),
            &ops::LIST_QUALITY_DECISIONS,
            state,
        ))
        .routes(guarded(routes!(scores::award::show_award), &ops::SHOW_AWARD, state))
        .routes(guarded(routes!(scores::ratings::list_ratings), &ops::LIST_RATINGS, state))
        .routes(guarded(routes!(scores::ratings::show_rating), &ops::SHOW_RATING, state))
        // Deadlines, and what people are told.
        .routes(guarded(routes!(deadlines::show_job_deadlines), &ops::SHOW_JOB_DEADLINES, state))
        .routes(guarded(routes!(deadlines::list_deadlines), &ops::LIST_DEADLINES, state))
        .routes(guarded(routes!(deadlines::take_over_breach), &ops::TAKE_OVER_BREACH, state))
        .routes(guarded(routes!(deadlines::decide_event_instant), &ops::DECIDE_EVENT_INSTANT, state))
        .routes(guarded(routes!(notices::list_notices), &ops::LIST_NOTICES, state))
        .routes(guarded(routes!(notices::read_notice), &ops::READ_NOTICE, state))
        // Reports.
        .routes(guarded(routes!(reports::list_reports), &ops::LIST_REPORTS, state))
        .routes(guarded(routes!(reports::show_report), &ops::SHOW_REPORT, state))
        .routes(guarded(
            routes!(reports::schedules::list_report_schedules),
            &ops::LIST_REPORT_SCHEDULES,
            state,
        ))
        .routes(guarded(
            routes!(reports::schedules::create_report_schedule),
            &ops::CREATE_REPORT_SCHEDULE,
            state,
        ))
        .routes(guarded(routes!(reports::schedules::end_report_schedule), &ops::END_REPORT_SCHEDULE, state))
}

/// Requests from their intake to their end.
fn the_desk(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(guarded(routes!(desk::units::list_units), &ops::LIST_UNITS, state))
        .routes(guarded(routes!(desk::units::create_unit), &ops::CREATE_UNIT, state))
        .routes(guarded(routes!(desk::units::add_unit_member), &ops::ADD_UNIT_MEMBER, state))
        .routes(guarded(routes!(desk::units::remove_unit_member), &ops::REMOVE_UNIT_MEMBER, state))
        .routes(guarded(routes!(desk::sales::list_sales_agencies), &ops::LIST_SALES_AGENCIES, state))
        .routes(guarded(routes!(desk::sales::create_sales_agency), &ops::CREATE_SALES_AGENCY, state))
        .routes(guarded(routes!(desk::sales::edit_sales_agency), &ops::EDIT_SALES_AGENCY, state))
        .routes(guarded(routes!(desk::sales::close_sales_agency), &ops::CLOSE_SALES_AGENCY, state))
        .routes(guarded(routes!(desk::sales::create_seller), &ops::CREATE_SELLER, state))
        .routes(guarded(routes!(desk::sales::edit_seller), &ops::EDIT_SELLER, state))
        .routes(guarded(routes!(desk::sales::end_seller), &ops::END_SELLER, state))
        .routes(guarded(routes!(desk::units::show_staff), &ops::SHOW_STAFF, state))
        .routes(guarded(routes!(desk::units::set_skill), &ops::SET_SKILL, state))
        .routes(guarded(routes!(desk::units::take_leave), &ops::TAKE_LEAVE, state))
        .routes(guarded(routes!(desk::units::set_areas), &ops::SET_AREAS, state))
        .routes(guarded(routes!(desk::customers::find_customers), &ops::FIND_CUSTOMERS, state))
        .routes(guarded(routes!(desk::customers::show_customer), &ops::SHOW_CUSTOMER, state))
        .routes(guarded(routes!(desk::customers::create_customer), &ops::CREATE_CUSTOMER, state))
        .routes(guarded(routes!(desk::customers::edit_customer), &ops::EDIT_CUSTOMER, state))
        .routes(guarded(routes!(desk::customers::create_contact), &ops::CREATE_CONTACT, state))
        .routes(guarded(routes!(desk::customers::edit_contact), &ops::EDIT_CONTACT, state))
        .routes(guarded(routes!(desk::customers::end_contact), &ops::END_CONTACT, state))
        .routes(guarded(routes!(desk::customers::create_site), &ops::CREATE_SITE, state))
        .routes(guarded(routes!(desk::customers::list_duplicates), &ops::LIST_DUPLICATES, state))
        .routes(guarded(routes!(desk::customers::merge_customers), &ops::MERGE_CUSTOMERS, state))
        .routes(guarded(routes!(desk::customers::part_customers), &ops::PART_CUSTOMERS, state))
        .routes(guarded(routes!(desk::contracts::list_contracts), &ops::LIST_CONTRACTS, state))
        .routes(guarded(routes!(desk::contracts::create_contract), &ops::CREATE_CONTRACT, state))
        .routes(guarded(routes!(desk::contracts::end_contract), &ops::END_CONTRACT, state))
        .routes(guarded(routes!(desk::requests::create_request), &ops::CREATE_REQUEST, state))
        .routes(guarded(routes!(desk::requests::list_requests), &ops::LIST_REQUESTS, state))
        .routes(guarded(routes!(desk::requests::show_request), &ops::SHOW_REQUEST, state))
        .routes(guarded(routes!(desk::requests::show_request_file), &ops::SHOW_REQUEST_FILE, state))
        .routes(guarded(routes!(desk::requests::act_on_request), &ops::ACT_ON_REQUEST, state))
        .routes(guarded(routes!(desk::requests::create_visit), &ops::CREATE_VISIT, state))
        .routes(guarded(routes!(desk::complaints::list_complaints), &ops::LIST_COMPLAINTS, state))
        .routes(guarded(routes!(desk::complaints::show_complaint), &ops::SHOW_COMPLAINT, state))
        .routes(guarded(routes!(desk::complaints::act_on_complaint), &ops::ACT_ON_COMPLAINT, state))
        .routes(guarded(routes!(desk::installations::show_installation), &ops::SHOW_INSTALLATION, state))
        .routes(guarded(routes!(desk::installations::act_on_installation), &ops::ACT_ON_INSTALLATION, state))
        .routes(guarded(routes!(desk::actions::list_actions), &ops::LIST_ACTIONS, state))
        .routes(guarded(routes!(desk::actions::create_action), &ops::CREATE_ACTION, state))
        .routes(guarded(routes!(desk::actions::end_action), &ops::END_ACTION, state))
        .routes(guarded(routes!(desk::solutions::find_solutions), &ops::FIND_SOLUTIONS, state))
        .routes(guarded(routes!(desk::solutions::create_solution), &ops::CREATE_SOLUTION, state))
        .routes(guarded(routes!(desk::solutions::edit_solution), &ops::EDIT_SOLUTION, state))
        .routes(guarded(routes!(desk::solutions::decide_solution), &ops::DECIDE_SOLUTION, state))
        .routes(guarded(routes!(desk::hooks::take_hook), &ops::TAKE_HOOK, state))
        .merge(the_customers_side(state))
}

/// What a customer does behind a link or by a code.
fn the_customers_side(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(guarded(routes!(desk::portal::show_portal_request), &ops::SHOW_PORTAL_REQUEST, state))
        .routes(guarded(routes!(desk::portal::reply_to_portal_request), &ops::REPLY_TO_PORTAL_REQUEST, state))
        .routes(guarded(routes!(desk::portal::add_portal_file), &ops::ADD_PORTAL_FILE, state))
        .routes(guarded(routes!(desk::portal::confirm_portal_request), &ops::CONFIRM_PORTAL_REQUEST, state))
        .routes(guarded(routes!(desk::intake_json::create_portal_code), &ops::CREATE_PORTAL_CODE, state))
        .routes(guarded(
            routes!(desk::intake_json::create_portal_session),
            &ops::CREATE_PORTAL_SESSION,
            state,
        ))
        .routes(guarded(routes!(desk::intake_json::list_own_requests), &ops::LIST_OWN_REQUESTS, state))
        .routes(guarded(routes!(desk::intake_json::send_contact_link), &ops::SEND_CONTACT_LINK, state))
        .routes(guarded(
            routes!(desk::intake_json::create_portal_request),
            &ops::CREATE_PORTAL_REQUEST,
            state,
        ))
        .routes(guarded(routes!(desk::intake::show_intake_start), &ops::SHOW_INTAKE_START, state))
        .routes(guarded(routes!(desk::intake::submit_intake_start), &ops::SUBMIT_INTAKE_START, state))
        .routes(guarded(routes!(desk::intake::submit_intake_code), &ops::SUBMIT_INTAKE_CODE, state))
        .routes(guarded(routes!(desk::intake::show_intake_page), &ops::SHOW_INTAKE_PAGE, state))
        .routes(guarded(routes!(desk::intake::submit_intake_page), &ops::SUBMIT_INTAKE_PAGE, state))
        .routes(guarded(routes!(desk::portal::show_request_page), &ops::SHOW_REQUEST_PAGE, state))
        .routes(guarded(routes!(desk::portal::submit_request_page), &ops::SUBMIT_REQUEST_PAGE, state))
}

/// What customers are asked and what they answer.
fn customers_word(state: &AppState) -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        // Surveys.
        .routes(guarded(routes!(surveys::form::show_survey_form), &ops::SHOW_SURVEY_FORM, state))
        .routes(guarded(routes!(surveys::form::submit_survey_form), &ops::SUBMIT_SURVEY_FORM, state))
        .routes(guarded(routes!(surveys::by_link::show_survey_by_link), &ops::SHOW_SURVEY_BY_LINK, state))
        .routes(guarded(routes!(surveys::by_link::answer_survey_by_link), &ops::ANSWER_SURVEY_BY_LINK, state))
        .routes(guarded(routes!(surveys::list::list_surveys), &ops::LIST_SURVEYS, state))
        .routes(guarded(routes!(surveys::list::show_survey), &ops::SHOW_SURVEY, state))
        .routes(guarded(routes!(surveys::coverage::show_survey_coverage), &ops::SHOW_SURVEY_COVERAGE, state))
        .routes(guarded(routes!(surveys::calls::list_survey_calls), &ops::LIST_SURVEY_CALLS, state))
        .routes(guarded(routes!(surveys::calls::record_survey_attempt), &ops::RECORD_SURVEY_ATTEMPT, state))
        .routes(guarded(routes!(surveys::calls::answer_survey), &ops::ANSWER_SURVEY, state))
        .routes(guarded(routes!(surveys::quality::annul_survey), &ops::ANNUL_SURVEY, state))
        .routes(guarded(routes!(surveys::quality::restore_survey), &ops::RESTORE_SURVEY, state))
        .routes(guarded(routes!(surveys::quality::list_staff_phones), &ops::LIST_STAFF_PHONES, state))
        .routes(guarded(routes!(surveys::quality::add_staff_phone), &ops::ADD_STAFF_PHONE, state))
        .routes(guarded(routes!(surveys::quality::remove_staff_phone), &ops::REMOVE_STAFF_PHONE, state))
        // Mail.
        .routes(guarded(routes!(mail::list_aside_mail), &ops::LIST_ASIDE_MAIL, state))
        .routes(guarded(routes!(mail::list_mail), &ops::LIST_MAIL, state))
        .routes(guarded(routes!(mail::retry_mail), &ops::RETRY_MAIL, state))
}

fn travel_costs(router: OpenApiRouter<AppState>, state: &AppState) -> OpenApiRouter<AppState> {
    router
        .routes(guarded(routes!(travel::list_travel_claims), &ops::LIST_TRAVEL_CLAIMS, state))
        .routes(guarded(routes!(travel::show_travel_claim), &ops::SHOW_TRAVEL_CLAIM, state))
        .routes(guarded(routes!(travel::decide_travel_claim), &ops::DECIDE_TRAVEL_CLAIM, state))
        .routes(guarded(routes!(travel::decide_travel_approval), &ops::DECIDE_TRAVEL_APPROVAL, state))
        .routes(guarded(
            routes!(travel::statements::list_travel_statements),
            &ops::LIST_TRAVEL_STATEMENTS,
            state,
        ))
        .routes(guarded(
            routes!(travel::statements::create_travel_statement),
            &ops::CREATE_TRAVEL_STATEMENT,
            state,
        ))
        .routes(guarded(
            routes!(travel::statements::show_travel_statement),
            &ops::SHOW_TRAVEL_STATEMENT,
            state,
        ))
        .routes(guarded(routes!(travel::rules::list_travel_profiles), &ops::LIST_TRAVEL_PROFILES, state))
        .routes(guarded(routes!(travel::rules::create_travel_profile), &ops::CREATE_TRAVEL_PROFILE, state))
        .routes(guarded(routes!(travel::rules::list_travel_distances), &ops::LIST_TRAVEL_DISTANCES, state))
        .routes(guarded(
            routes!(travel::rules::create_travel_distances),
            &ops::CREATE_TRAVEL_DISTANCES,
            state,
        ))
}

/// The description itself, as JSON and as pages.
fn pages(router: Router<AppState>, state: &AppState, api: &OpenApi) -> Router<AppState> {
    let json = api.to_pretty_json().unwrap_or_default() + "\n";
    let (page, errors) = (docs_page::render(api), docs_page::render_errors());
    let served = |body: String, media_type: &'static str| {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
        let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_SECURITY_POLICY, policy)];
        let handler = get(move || std::future::ready((headers, body.clone()).into_response()));
        guard::guarded_plain(handler, &ops::SHOW_HEALTH, state)
    };
    router
        .route("/openapi.json", served(json, "application/json"))
        .route("/docs", served(page, "text/html; charset=utf-8"))
        .route("/docs/errors", served(errors, "text/html; charset=utf-8"))
}
