//! Reading documents: what stands, and what stands against it.

mod again;
mod choose;
mod entries;
mod events;
mod fields;
mod job;
mod node;
mod trip;

pub(crate) use again::{Touched, job_again};
pub(crate) use choose::stands_alone;
pub(crate) use entries::Entry;
pub(crate) use events::EventLog;
pub(crate) use job::{job, schema_in};
pub(crate) use node::{Node, Reader, Slot};
pub(crate) use trip::{jobs_in, trip, void_in};
