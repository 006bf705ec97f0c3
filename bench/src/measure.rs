//! The measurements, each in a file of its own.

pub(crate) mod changed;
pub(crate) mod cold;
pub(crate) mod edit;
pub(crate) mod flood;
pub(crate) mod idle;
pub(crate) mod opening;
pub(crate) mod scale;
pub(crate) mod scores;
