//! What the whole-system tests share.

pub mod chaos;
pub mod in_process;
pub mod kills;
pub mod over_http;
pub mod real_server;
