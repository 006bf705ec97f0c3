//! What trials of the gate share: the oracle that says whether a document is still
//! sound after something was admitted, and honest phones at work, whose every
//! change must be.

pub mod life;
pub mod oracle;
