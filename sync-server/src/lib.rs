//! The server as a library: the store, admission into the log, the feed, the
//! read model, the office's edits, and the shells around them. The binary is
//! thin; tests drive the same functions in their own process.

pub mod attachments;
pub mod auth;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod core;
pub mod counters;
pub mod deadlines;
pub mod desk;
mod disk;
pub mod error;
pub mod evidence;
pub mod export;
pub mod failpoint;
pub mod figures;
pub mod http;
pub mod idempotency;
pub mod import;
pub mod inbound;
pub mod live;
mod log;
pub mod mail;
pub mod notices;
pub mod office;
pub mod people;
pub mod readmodel;
mod receipts;
pub mod reports;
pub mod rfc3339;
pub mod rulebook;
pub mod scores;
pub mod server;
pub mod session;
pub mod sms;
mod sql;
pub mod store;
pub mod surveys;
pub mod sync;
#[cfg(test)]
mod testing;
pub mod timer;
pub mod travel;
