//! Disks that lose power, fail and fill up, under the real phone and the real
//! server in one process.

mod common;
mod flips;
mod io_errors;
mod phone_cuts;
mod server_cuts;
