//! What a fuzzer calls: one function for each door through which bytes come in. Each
//! takes any bytes and panics if the door does not hold. `fuzz/` hands them to
//! libFuzzer; the tests of this crate run them on the stable toolchain.

mod gate;
mod pull;
mod push;
mod structure;
#[cfg(feature = "server")]
mod token;

pub use gate::{Reached, bent, gate};
pub use pull::pull_page;
pub use push::push_body;
pub use structure::structure;
#[cfg(feature = "server")]
pub use token::token;
