//! The core's types, declared once more for the generator of the bindings.

mod fares;
mod ids;
mod job;
mod lines;
mod lists;
mod outbox;
mod rating;
mod session;
mod sync;
mod trip;
mod words;

pub use fares::Estimate;
pub use ids::GeoPoint;
pub use job::{Account, Asset, Assigned, Contact, JobDetail, Outcome, RequestFacts, Site};
pub use lists::{StatusCount, Tally};
pub use outbox::{OutboxItem, Saved, TypedEdit};
pub use session::OpenOptions;
pub use sync::SyncChoices;
pub use trip::{Claim, NewTrip, TripDetail, TripSummary};
pub use words::JobStatus;
