//! What the demonstration is told with, and what other programs that start a
//! real server share with it.

pub mod console;
pub mod server_process;
