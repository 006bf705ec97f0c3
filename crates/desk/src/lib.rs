//! The rules of the desk: who may do what, how each type of request moves, which
//! unit it goes to, what a support contract covers, when a complaint is admissible.
//!
//! Everything is a pure function over tables that people can read; the server keeps
//! the rows and asks here.

mod complaint;
mod contract;
mod duty;
mod intake;
mod policy;
mod project;
mod request;
mod route;
mod status;

pub use complaint::{
    Admissibility, Agreed, ComplaintFacts, Decision, Ground, ReachedOwner, SETTLED_EARLY_CONTACTS,
};
pub use contract::{Entitlement, Measure, Need, Spent, Standing};
pub use duty::{Duties, Duty};
pub use intake::{ByWhom, Fact, Missing, REGISTERED_FACTS, facts_of, missing};
pub use policy::{Act, Contact, ROWS, Row, Sight, markdown as policy_page, may, sees_contact, sight};
pub use project::{ProjectStatus, ProjectStep};
pub use request::{Channel, RequestKind};
pub use route::{RouteProblem, Routes, Rule, Traits};
pub use status::{BadStep, REOPEN_DAYS, RequestStatus, Step, markdown as status_page, next};
