//! `hamgam-crash run --kills N`: kills the real server and real phones, at random
//! and at named places, and holds what is left against what was promised. It is
//! all three programs: started as `phone` it is a phone, started with the server's
//! own arguments it is the server.

use std::process::ExitCode;

fn main() -> ExitCode {
    system_tests::kills::main()
}
