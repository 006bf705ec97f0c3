//! What trials of hostile bytes share: the oracle that says whether a document is
//! still sound after the gate has admitted something.

pub mod oracle;
