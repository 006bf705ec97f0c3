//! What trials of the gate share: the oracle that says whether a document is still
//! sound after something was admitted, honest phones at work, whose every change
//! must be, and what a fuzzer calls, with a mutator that knows the format.

pub mod chunk;
pub mod life;
pub mod mutate;
pub mod oracle;
pub mod scene;
pub mod script;
pub mod seeded;
pub mod targets;
