//! Admits a change from an untrusted device: structure, causality, policy,
//! trial (design, section 5).
//!
//! [`structure`] is stage A: it looks at bytes only, and also guards a phone
//! against a bad server.

mod refusal;
pub mod structure;

pub use refusal::{Refusal, RefusalCode, Stage, Strike};
pub use structure::Structure;
