//! What the whole-system tests share.

pub mod in_process;
pub mod kills;
pub mod over_http;
