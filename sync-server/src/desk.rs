//! The desk: requests from their intake through the levels of support to a visit and
//! back to the customer (`docs/requests.md`).
//!
//! A request is a row that every act moves, and a list of activities that is only
//! added to. What may be done when, and by whom, is `crates/desk`'s; here are the rows.
//! Everything is SQL only: what is not edited offline is no document. Visits are job
//! documents, made from a request and linked to it.

mod act;
mod activity;
mod acts;
mod clocks;
mod complaint_files;
mod complaints;
mod contacts;
mod contracts;
mod control;
mod customers;
mod fields;
mod files;
mod follow;
mod installations;
mod known;
mod list;
mod merges;
mod messages;
mod numbers;
mod person;
mod portal;
mod register;
mod row;
mod show;
mod solutions;
mod staff;
mod units;
mod visits;

pub use act::{RequestAct, SupportKind};
pub use acts::{ActDone, act_on_request};
pub(crate) use clocks::{conditions as request_conditions, rebuild};
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
pub use files::{FILE_BYTES_MAX, NewFile, RequestFile, add_file_by_customer, read_request_file};
pub(crate) use follow::follow_job;
pub(crate) use installations::check_lists;
pub use installations::{
    Checklists, Installation, InstallationAct, Item, act_on_installation, show_installation,
};
pub use list::{RequestFilter, RequestPage, StillOpen, Worklist, list_requests};
pub use merges::{Duplicate, duplicates, merge_customers, part_customers};
pub use messages::{SentMessage, TellHow};
pub(crate) use messages::{activity_title, letter as request_letter, text_message, visit_title, when};
pub use person::{Person, may_export};
pub use portal::{
    PortalActivity, PortalRequest, confirm_by_customer, portal_request, register_by_customer,
    reply_by_customer,
};
pub(crate) use portal::{known_by_way, remark, reply as reply_in};
pub use register::{NewRequest, Registered, register_request, register_request_in};
pub use row::{RequestId, RequestRow, find_request};
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
