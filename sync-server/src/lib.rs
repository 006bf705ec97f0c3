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
mod disk;
pub mod error;
pub mod export;
pub mod failpoint;
pub mod http;
pub mod import;
pub mod live;
mod log;
pub mod office;
pub mod people;
pub mod readmodel;
mod receipts;
pub mod rfc3339;
pub mod rulebook;
pub mod server;
pub mod session;
mod sql;
pub mod store;
pub mod sync;
#[cfg(test)]
mod testing;
pub mod timer;
pub mod travel;
