//! The desk: requests from their intake through the levels of support to a visit and
//! back to the customer (`docs/requests.md`).
//!
//! A request is a row that every act moves, and a list of activities that is only
//! added to. What may be done when, and by whom, is `crates/desk`'s; here are the rows.
//! Everything is SQL only: what is not edited offline is no document. Visits are job
//! documents, made from a request and linked to it.

mod act;
mod actions;
mod activity;
mod acts;
mod clocks;
mod codes;
mod complaint_files;
mod complaints;
mod contacts;
mod contracts;
mod control;
mod customers;
mod edit_request;
mod fields;
mod files;
mod follow;
mod installations;
mod intake_letters;
mod intake_links;
mod known;
mod list;
mod merges;
mod messages;
mod numbers;
mod person;
mod planning;
mod portal;
mod register;
mod row;
mod sales;
mod show;
mod solutions;
mod staff;
mod to_sales;
mod units;
mod visits;
mod way;

pub use act::{RequestAct, SupportKind};
pub use actions::{
    ActionFilter, ActionList, ActionSubject, CorrectiveAction, NewAction, end_action, list_actions,
    take_action,
};
pub use acts::{ActDone, act_on_request};
pub(crate) use clocks::{conditions as request_conditions, rebuild};
pub use codes::{CODE_MINUTES, CODE_TRIES, CODES_A_DAY, send_code, take_code};
pub use complaint_files::{ComplaintFile, ComplaintFilter, Mine, list_complaints, show_complaint};
pub use complaints::{ComplaintAct, act_on_complaint};
pub use contacts::{Contact, ContactDraft, SiteDraft, add_contact, add_site, edit_contact};
pub use contracts::{Contract, NewContract, contracts_of, create_contract, end_contract};
pub(crate) use control::{check_routes, is_request, sees_request, take_request};
pub use customers::{
    CustomerCard, CustomerDraft, Found, PastJobRow, edit_customer, find_customers, show_customer,
};
pub(crate) use customers::{index_all, index_reference};
pub(crate) use fields::choices;
pub use fields::{RequestEdits, RequestFields};
pub(crate) use files::keep_file;
pub use files::{
    FILE_BYTES_MAX, FILES_BYTES_MAX, NewFile, RequestFile, add_by_customer, add_file_by_customer,
    read_request_file,
};
pub(crate) use follow::follow_job;
pub(crate) use installations::check_lists;
pub use installations::{
    Checklists, Installation, InstallationAct, Item, act_on_installation, show_installation,
};
pub(crate) use intake_letters::{intake_letter, intake_text};
pub use intake_links::{
    CUSTOMERS_KINDS, Intake, IntakeId, IntakeLink, LET_IN_MINUTES, OwnRequest, register_by_customer,
    send_intake_link, show_intake,
};
pub use list::{RequestFilter, RequestPage, StillOpen, Worklist, list_requests};
pub use merges::{Duplicate, duplicates, merge_customers, part_customers};
pub use messages::{SentMessage, TellHow};
pub(crate) use messages::{activity_title, letter as request_letter, text_message, visit_title, when};
pub use person::{Person, may_export};
pub use planning::planning_warnings;
pub use portal::{PortalActivity, PortalRequest, confirm_by_customer, portal_request};
pub(crate) use portal::{known_by_way, remark, reply as reply_in};
pub use register::{NewRequest, Registered, register_request, register_request_in};
pub use row::{RequestId, RequestRow, find_request};
pub use sales::{
    SalesAgency, SalesAgencyDraft, SalesEdit, Seller, SellerDraft, edit_sales, edit_sales_in,
    list_sales_agencies,
};
pub use show::{ActivityRow, RequestShow, VisitRow, show_request};
pub use solutions::{
    Solution, SolutionDraft, SolutionFilter, decide_solution, find_solutions, offer_solution, reword_solution,
};
pub use staff::{Area, LeaveRow, NewLeave, Skill, StaffCard, set_areas, set_skill, show_staff, take_leave};
pub use units::{
    NewUnit, Unit, UnitMember, add_member, add_member_in, create_unit, create_unit_in, list_units,
    remove_member,
};
pub(crate) use visits::sees_visit;
pub use visits::{NewVisit, create_visit};
pub use way::Way;
