//! The real programs: killed, cut off, crowded.

mod kills;
mod network;
