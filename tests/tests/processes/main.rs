//! The real programs: killed, cut off, crowded.

mod canaries;
mod crowd;
mod kills;
mod network;
