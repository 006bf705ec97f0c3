//! Every operation of the API in one table: who may ask, how often, how much,
//! how long. A route is registered with its row, and the guard applies the row
//! before the handler runs; `docs/access.md` prints it, and a test asks every
//! operation as every role and as nobody.

use domain::Role;
use domain::Role::{Administrator, CustomerRelations, Desk, Dispatcher, Quality, Representative, Technician};
use domain::limits::{ATTACHMENT_CHUNK_BYTES, SYNC_REQUEST_BYTES_MAX};

use super::limits::{
    API, BYTES, CODE, ENROL, GATEWAY, INTAKE, LIVE, OPEN, PORTAL, REFRESH, Rate, SIGN_IN, SURVEY, SYNC,
};

use crate::desk::{FILE_BYTES_MAX, FILES_BYTES_MAX};

/// A JSON body.
const JSON_BYTES_MAX: usize = 256 * 1024;
/// A file of an earlier system; while it is taken other writes wait.
const IMPORT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A filled form.
const FORM_BYTES_MAX: usize = 32 * 1024;
/// A filled form with files.
const FILES_FORM_BYTES_MAX: usize = FILES_BYTES_MAX + 1024 * 1024;
/// No body, or next to none.
const NO_BODY: usize = 1024;

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Its id, the handler's name.
    pub id: &'static str,
    /// Who may ask.
    pub who: Who,
    /// How often.
    pub rate: &'static Rate,
    /// How large a body it reads.
    pub body_bytes_max: usize,
    /// How long it may take, the body's arrival included.
    pub seconds: u32,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody, signed in or not.
    Anybody,
    /// Signed-in people of these roles; the handler narrows the scope.
    Roles(&'static [Role]),
}

impl Who {
    /// Whether a role may ask.
    #[must_use]
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::Anybody => true,
            Self::Roles(roles) => roles.contains(&role),
        }
    }
    /// As docs say it.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::Anybody => "anybody".to_owned(),
            Self::Roles(roles) if roles.len() == Role::ALL.len() => "everybody signed in".to_owned(),
            Self::Roles(roles) => roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(", "),
        }
    }
}

const ANYBODY: Who = Who::Anybody;
const EVERYBODY: Who = Who::Roles(&Role::ALL);
const SURVEYED: Who =
    Who::Roles(&[Technician, Dispatcher, Representative, Administrator, Quality, CustomerRelations]);
const OFFICE: Who = Who::Roles(&[Dispatcher, Representative, Administrator, Quality, CustomerRelations]);
const DESK: Who = Who::Roles(&[Dispatcher, Representative, Administrator, Quality, CustomerRelations, Desk]);
const DISPATCH: Who = Who::Roles(&[Dispatcher, Administrator]);
const DISPATCHER: Who = Who::Roles(&[Dispatcher]);
const DESKS: Who = Who::Roles(&[Dispatcher, Representative, Administrator]);
const CLAIMANTS: Who = Who::Roles(&[Technician, Dispatcher, Representative, Administrator, Quality]);
const EDITORS: Who = Who::Roles(&[Dispatcher, Quality]);
const COMMENTERS: Who = Who::Roles(&[Dispatcher, Representative, Quality, CustomerRelations]);
const QUALITY: Who = Who::Roles(&[Quality]);
const AGENCY: Who = Who::Roles(&[Representative]);
const HEADS: Who = Who::Roles(&[Dispatcher, Representative, Administrator, Quality]);
const REPORTED: Who = Who::Roles(&[Dispatcher, Representative, Administrator, Quality, Desk]);
const RATED: Who = Who::Roles(&[Technician, Dispatcher, Representative, Administrator, Quality]);
const ADMINISTRATION: Who = Who::Roles(&[Administrator]);
const CALLERS: Who = Who::Roles(&[CustomerRelations]);
const CALLS: Who = Who::Roles(&[CustomerRelations, Quality]);
const KEEPERS: Who = Who::Roles(&[Administrator, Quality]);
const FIELD: Who = Who::Roles(&[Technician]);

macro_rules! operations {
    ($($name:ident $id:ident: $who:ident, $rate:ident, $bytes:expr, $seconds:literal s;)*) => {
        $(
            #[doc = concat!("`", stringify!($id), "`.")]
            pub static $name: Operation = Operation {
                id: stringify!($id), who: $who, rate: &$rate, body_bytes_max: $bytes, seconds: $seconds,
            };
        )*
        /// Every operation.
        pub static OPERATIONS: &[&Operation] = &[$(&$name,)*];
    };
}

operations! {
    // Signing in.
    CREATE_SESSION create_session: ANYBODY, SIGN_IN, JSON_BYTES_MAX, 30 s;
    REFRESH_SESSION refresh_session: ANYBODY, REFRESH, JSON_BYTES_MAX, 30 s;
    SHOW_SESSION show_session: EVERYBODY, API, NO_BODY, 30 s;
    DELETE_SESSION delete_session: EVERYBODY, API, NO_BODY, 30 s;
    // Devices.
    ENROL_DEVICE enrol_device: ANYBODY, ENROL, JSON_BYTES_MAX, 30 s;
    LIST_DEVICES list_devices: EVERYBODY, API, NO_BODY, 30 s;
    REVOKE_DEVICE revoke_device: EVERYBODY, API, NO_BODY, 30 s;
    RELEASE_DEVICE release_device: DISPATCH, API, NO_BODY, 30 s;
    LIST_ENROLMENT_CODES list_enrolment_codes: DISPATCH, API, NO_BODY, 30 s;
    CREATE_ENROLMENT_CODE create_enrolment_code: DISPATCH, API, JSON_BYTES_MAX, 30 s;
    DELETE_ENROLMENT_CODE delete_enrolment_code: DISPATCH, API, NO_BODY, 30 s;
    // People and agencies.
    LIST_USERS list_users: OFFICE, API, NO_BODY, 30 s;
    CREATE_USER create_user: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    DISABLE_USER disable_user: ADMINISTRATION, API, NO_BODY, 30 s;
    ENABLE_USER enable_user: ADMINISTRATION, API, NO_BODY, 30 s;
    SET_USER_PASSWORD set_user_password: EVERYBODY, SIGN_IN, JSON_BYTES_MAX, 30 s;
    LIST_AGENCIES list_agencies: OFFICE, API, NO_BODY, 30 s;
    CREATE_AGENCY create_agency: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    EDIT_USER edit_user: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    EDIT_AGENCY edit_agency: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    // Data of an earlier system. A file takes its time.
    LIST_IMPORT_KINDS list_import_kinds: ADMINISTRATION, API, NO_BODY, 30 s;
    IMPORT_FILE import_file: ADMINISTRATION, API, IMPORT_BYTES_MAX, 300 s;
    // Jobs. What a role may write is the gate's policy besides (docs/policy.md).
    CREATE_JOB create_job: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    LIST_JOBS list_jobs: EVERYBODY, API, NO_BODY, 30 s;
    SEARCH_JOBS search_jobs: EVERYBODY, API, NO_BODY, 30 s;
    SHOW_JOB show_job: EVERYBODY, API, NO_BODY, 30 s;
    EDIT_JOB edit_job: EDITORS, API, JSON_BYTES_MAX, 30 s;
    SHOW_JOB_HISTORY show_job_history: EVERYBODY, API, NO_BODY, 30 s;
    ASSIGN_JOB assign_job: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    REASSIGN_JOB reassign_job: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    CANCEL_JOB cancel_job: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    CLOSE_JOB close_job: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    REOPEN_JOB reopen_job: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    CREATE_JOB_NOTE create_job_note: COMMENTERS, API, JSON_BYTES_MAX, 30 s;
    // The board.
    SHOW_BOARD show_board: OFFICE, API, NO_BODY, 30 s;
    LIST_BOARD_JOBS list_board_jobs: OFFICE, API, NO_BODY, 30 s;
    RANK_CANDIDATES rank_candidates: OFFICE, API, NO_BODY, 30 s;
    // What waits for the office.
    LIST_INBOX list_inbox: DESKS, API, NO_BODY, 30 s;
    RESOLVE_CONFLICT resolve_conflict: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    DECIDE_OFFER decide_offer: DISPATCHER, API, JSON_BYTES_MAX, 30 s;
    // The desk. What a duty allows is the desk's table besides (docs/policy.md).
    LIST_UNITS list_units: DESK, API, NO_BODY, 30 s;
    CREATE_UNIT create_unit: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    ADD_UNIT_MEMBER add_unit_member: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    REMOVE_UNIT_MEMBER remove_unit_member: ADMINISTRATION, API, NO_BODY, 30 s;
    LIST_SALES_AGENCIES list_sales_agencies: DESK, API, NO_BODY, 30 s;
    CREATE_SALES_AGENCY create_sales_agency: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    EDIT_SALES_AGENCY edit_sales_agency: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    CLOSE_SALES_AGENCY close_sales_agency: ADMINISTRATION, API, NO_BODY, 30 s;
    CREATE_SELLER create_seller: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    EDIT_SELLER edit_seller: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    END_SELLER end_seller: ADMINISTRATION, API, NO_BODY, 30 s;
    SHOW_STAFF show_staff: DESK, API, NO_BODY, 30 s;
    SET_SKILL set_skill: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    TAKE_LEAVE take_leave: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    SET_AREAS set_areas: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    FIND_CUSTOMERS find_customers: DESK, API, NO_BODY, 30 s;
    SHOW_CUSTOMER show_customer: DESK, API, NO_BODY, 30 s;
    CREATE_CUSTOMER create_customer: DESK, API, JSON_BYTES_MAX, 30 s;
    EDIT_CUSTOMER edit_customer: DESK, API, JSON_BYTES_MAX, 30 s;
    CREATE_CONTACT create_contact: DESK, API, JSON_BYTES_MAX, 30 s;
    EDIT_CONTACT edit_contact: DESK, API, JSON_BYTES_MAX, 30 s;
    END_CONTACT end_contact: DESK, API, NO_BODY, 30 s;
    CREATE_SITE create_site: DESK, API, JSON_BYTES_MAX, 30 s;
    LIST_DUPLICATES list_duplicates: DESK, API, NO_BODY, 30 s;
    MERGE_CUSTOMERS merge_customers: DESK, API, JSON_BYTES_MAX, 30 s;
    PART_CUSTOMERS part_customers: DESK, API, NO_BODY, 30 s;
    LIST_CONTRACTS list_contracts: DESK, API, NO_BODY, 30 s;
    CREATE_CONTRACT create_contract: DESK, API, JSON_BYTES_MAX, 30 s;
    END_CONTRACT end_contract: DESK, API, JSON_BYTES_MAX, 30 s;
    CREATE_REQUEST create_request: DESK, API, JSON_BYTES_MAX, 30 s;
    LIST_REQUESTS list_requests: DESK, API, NO_BODY, 30 s;
    SHOW_REQUEST show_request: DESK, API, NO_BODY, 30 s;
    SHOW_REQUEST_FILE show_request_file: DESK, API, NO_BODY, 60 s;
    ACT_ON_REQUEST act_on_request: DESK, API, JSON_BYTES_MAX, 30 s;
    CREATE_VISIT create_visit: DESK, API, JSON_BYTES_MAX, 30 s;
    LIST_COMPLAINTS list_complaints: DESK, API, NO_BODY, 30 s;
    SHOW_COMPLAINT show_complaint: DESK, API, NO_BODY, 30 s;
    ACT_ON_COMPLAINT act_on_complaint: DESK, API, JSON_BYTES_MAX, 30 s;
    SHOW_INSTALLATION show_installation: DESK, API, NO_BODY, 30 s;
    ACT_ON_INSTALLATION act_on_installation: DESK, API, JSON_BYTES_MAX, 30 s;
    LIST_ACTIONS list_actions: DESK, API, NO_BODY, 30 s;
    CREATE_ACTION create_action: DESK, API, JSON_BYTES_MAX, 30 s;
    END_ACTION end_action: DESK, API, JSON_BYTES_MAX, 30 s;
    FIND_SOLUTIONS find_solutions: DESK, API, NO_BODY, 30 s;
    CREATE_SOLUTION create_solution: DESK, API, JSON_BYTES_MAX, 30 s;
    EDIT_SOLUTION edit_solution: DESK, API, JSON_BYTES_MAX, 30 s;
    DECIDE_SOLUTION decide_solution: DESK, API, JSON_BYTES_MAX, 30 s;
    TAKE_HOOK take_hook: ANYBODY, GATEWAY, JSON_BYTES_MAX, 30 s;
    SHOW_PORTAL_REQUEST show_portal_request: ANYBODY, PORTAL, NO_BODY, 30 s;
    REPLY_TO_PORTAL_REQUEST reply_to_portal_request: ANYBODY, PORTAL, JSON_BYTES_MAX, 30 s;
    ADD_PORTAL_FILE add_portal_file: ANYBODY, INTAKE, FILE_BYTES_MAX, 120 s;
    CONFIRM_PORTAL_REQUEST confirm_portal_request: ANYBODY, PORTAL, NO_BODY, 30 s;
    CREATE_PORTAL_CODE create_portal_code: ANYBODY, CODE, FORM_BYTES_MAX, 30 s;
    CREATE_PORTAL_SESSION create_portal_session: ANYBODY, CODE, FORM_BYTES_MAX, 30 s;
    LIST_OWN_REQUESTS list_own_requests: ANYBODY, PORTAL, NO_BODY, 30 s;
    SEND_CONTACT_LINK send_contact_link: DESK, API, NO_BODY, 30 s;
    SHOW_INTAKE_START show_intake_start: ANYBODY, PORTAL, NO_BODY, 30 s;
    SUBMIT_INTAKE_START submit_intake_start: ANYBODY, CODE, FORM_BYTES_MAX, 30 s;
    SUBMIT_INTAKE_CODE submit_intake_code: ANYBODY, CODE, FORM_BYTES_MAX, 30 s;
    SHOW_INTAKE_PAGE show_intake_page: ANYBODY, PORTAL, NO_BODY, 30 s;
    SUBMIT_INTAKE_PAGE submit_intake_page: ANYBODY, INTAKE, FILES_FORM_BYTES_MAX, 300 s;
    CREATE_PORTAL_REQUEST create_portal_request: ANYBODY, INTAKE, FORM_BYTES_MAX, 30 s;
    SHOW_REQUEST_PAGE show_request_page: ANYBODY, PORTAL, NO_BODY, 30 s;
    SUBMIT_REQUEST_PAGE submit_request_page: ANYBODY, INTAKE, FILES_FORM_BYTES_MAX, 300 s;
    // What holds from which day.
    LIST_RULES list_rules: OFFICE, API, NO_BODY, 30 s;
    CREATE_RULES create_rules: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    PREVIEW_RULES preview_rules: ADMINISTRATION, API, JSON_BYTES_MAX, 60 s;
    SHOW_RULES_TEMPLATE show_rules_template: OFFICE, API, NO_BODY, 30 s;
    // Scores and ratings.
    LIST_SCORES list_scores: HEADS, API, NO_BODY, 30 s;
    SHOW_SCORE show_score: HEADS, API, NO_BODY, 30 s;
    LIST_EVIDENCE list_evidence: HEADS, API, NO_BODY, 30 s;
    LIST_JOB_EFFECTS list_job_effects: HEADS, API, NO_BODY, 30 s;
    LIST_FIGURES list_figures: HEADS, API, NO_BODY, 30 s;
    LIST_FIGURE_CASES list_figure_cases: HEADS, API, NO_BODY, 30 s;
    SHOW_JOB_SCORE show_job_score: HEADS, API, NO_BODY, 30 s;
    CREATE_OBJECTION create_objection: AGENCY, API, JSON_BYTES_MAX, 30 s;
    ANSWER_OBJECTION answer_objection: QUALITY, API, JSON_BYTES_MAX, 30 s;
    CREATE_QUALITY_DECISION create_quality_decision: QUALITY, API, JSON_BYTES_MAX, 30 s;
    LIST_QUALITY_DECISIONS list_quality_decisions: HEADS, API, NO_BODY, 30 s;
    SHOW_AWARD show_award: HEADS, API, NO_BODY, 30 s;
    LIST_RATINGS list_ratings: RATED, API, NO_BODY, 30 s;
    SHOW_RATING show_rating: RATED, API, NO_BODY, 30 s;
    // Deadlines, and what people are told.
    SHOW_JOB_DEADLINES show_job_deadlines: EVERYBODY, API, NO_BODY, 30 s;
    LIST_DEADLINES list_deadlines: EVERYBODY, API, NO_BODY, 30 s;
    TAKE_OVER_BREACH take_over_breach: QUALITY, API, JSON_BYTES_MAX, 30 s;
    DECIDE_EVENT_INSTANT decide_event_instant: QUALITY, API, JSON_BYTES_MAX, 30 s;
    LIST_NOTICES list_notices: EVERYBODY, API, NO_BODY, 30 s;
    READ_NOTICE read_notice: EVERYBODY, API, NO_BODY, 30 s;
    // Reports.
    LIST_REPORTS list_reports: REPORTED, API, NO_BODY, 30 s;
    SHOW_REPORT show_report: REPORTED, API, NO_BODY, 120 s;
    LIST_REPORT_SCHEDULES list_report_schedules: KEEPERS, API, NO_BODY, 30 s;
    CREATE_REPORT_SCHEDULE create_report_schedule: KEEPERS, API, JSON_BYTES_MAX, 30 s;
    END_REPORT_SCHEDULE end_report_schedule: KEEPERS, API, NO_BODY, 30 s;
    // Surveys. A customer has a link and no account.
    SHOW_SURVEY_FORM show_survey_form: ANYBODY, SURVEY, NO_BODY, 30 s;
    SUBMIT_SURVEY_FORM submit_survey_form: ANYBODY, SURVEY, FORM_BYTES_MAX, 30 s;
    SHOW_SURVEY_BY_LINK show_survey_by_link: ANYBODY, SURVEY, NO_BODY, 30 s;
    ANSWER_SURVEY_BY_LINK answer_survey_by_link: ANYBODY, SURVEY, FORM_BYTES_MAX, 30 s;
    LIST_SURVEYS list_surveys: SURVEYED, API, NO_BODY, 30 s;
    SHOW_SURVEY show_survey: OFFICE, API, NO_BODY, 30 s;
    SHOW_SURVEY_COVERAGE show_survey_coverage: SURVEYED, API, NO_BODY, 30 s;
    LIST_SURVEY_CALLS list_survey_calls: CALLS, API, NO_BODY, 30 s;
    RECORD_SURVEY_ATTEMPT record_survey_attempt: CALLERS, API, JSON_BYTES_MAX, 30 s;
    ANSWER_SURVEY answer_survey: CALLERS, API, JSON_BYTES_MAX, 30 s;
    ANNUL_SURVEY annul_survey: QUALITY, API, JSON_BYTES_MAX, 30 s;
    RESTORE_SURVEY restore_survey: QUALITY, API, JSON_BYTES_MAX, 30 s;
    LIST_STAFF_PHONES list_staff_phones: KEEPERS, API, NO_BODY, 30 s;
    ADD_STAFF_PHONE add_staff_phone: KEEPERS, API, JSON_BYTES_MAX, 30 s;
    REMOVE_STAFF_PHONE remove_staff_phone: KEEPERS, API, NO_BODY, 30 s;
    // Mail.
    LIST_ASIDE_MAIL list_aside_mail: ADMINISTRATION, API, NO_BODY, 30 s;
    LIST_MAIL list_mail: ADMINISTRATION, API, NO_BODY, 30 s;
    RETRY_MAIL retry_mail: ADMINISTRATION, API, NO_BODY, 30 s;
    // Travel costs: a technician sees the own, a representative those of the agency.
    LIST_TRAVEL_CLAIMS list_travel_claims: CLAIMANTS, API, NO_BODY, 30 s;
    SHOW_TRAVEL_CLAIM show_travel_claim: CLAIMANTS, API, NO_BODY, 30 s;
    DECIDE_TRAVEL_CLAIM decide_travel_claim: DISPATCH, API, JSON_BYTES_MAX, 30 s;
    DECIDE_TRAVEL_APPROVAL decide_travel_approval: DISPATCH, API, JSON_BYTES_MAX, 30 s;
    LIST_TRAVEL_STATEMENTS list_travel_statements: DESKS, API, NO_BODY, 30 s;
    CREATE_TRAVEL_STATEMENT create_travel_statement: DISPATCH, API, JSON_BYTES_MAX, 30 s;
    SHOW_TRAVEL_STATEMENT show_travel_statement: DESKS, API, NO_BODY, 30 s;
    LIST_TRAVEL_PROFILES list_travel_profiles: CLAIMANTS, API, NO_BODY, 30 s;
    CREATE_TRAVEL_PROFILE create_travel_profile: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    LIST_TRAVEL_DISTANCES list_travel_distances: CLAIMANTS, API, NO_BODY, 30 s;
    CREATE_TRAVEL_DISTANCES create_travel_distances: ADMINISTRATION, API, JSON_BYTES_MAX, 30 s;
    // Attachments. A slow link takes a minute for a chunk.
    CHECK_ATTACHMENT check_attachment: EVERYBODY, BYTES, NO_BODY, 30 s;
    APPEND_ATTACHMENT append_attachment: EVERYBODY, BYTES, ATTACHMENT_CHUNK_BYTES, 120 s;
    READ_ATTACHMENT read_attachment: EVERYBODY, BYTES, NO_BODY, 30 s;
    // Phones. A slow link takes minutes for a large push.
    EXCHANGE_CHANGES exchange_changes: FIELD, SYNC, SYNC_REQUEST_BYTES_MAX, 300 s;
    FOLLOW_CHANGES follow_changes: EVERYBODY, LIVE, NO_BODY, 30 s;
    // Pages.
    FOLLOW_JOBS follow_jobs: EVERYBODY, LIVE, NO_BODY, 30 s;
    // For programs that watch the server, and for readers of the API.
    SHOW_HEALTH show_health: ANYBODY, OPEN, NO_BODY, 5 s;
    SHOW_READINESS show_readiness: ANYBODY, OPEN, NO_BODY, 5 s;
    SHOW_METRICS show_metrics: ANYBODY, OPEN, NO_BODY, 5 s;
}

/// The table for `docs/access.md`.
#[must_use]
pub fn operations_as_markdown() -> String {
    let mut table = String::from(
        "| operation | who | rate limit | a minute | at once | body | time |\n|---|---|---|---|---|---|---|\n",
    );
    for operation in OPERATIONS {
        let Operation { id, who, rate, body_bytes_max, seconds } = operation;
        let body = body_bytes_max.div_ceil(1024);
        table += &format!(
            "| `{id}` | {} | {} | {} | {} | {body} KiB | {seconds} s |\n",
            who.in_words(),
            rate.name.to_lowercase(),
            rate.per_minute,
            rate.burst,
        );
    }
    table
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique() {
        let ids: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.id).collect();
        assert_eq!(ids.len(), OPERATIONS.len());
    }

    #[test]
    fn the_printed_table_is_fresh() {
        crate::testing::check_printed("docs/access.md", "operations", &operations_as_markdown());
    }
}
