//! Tests of documents as their users see them: commands in, views and changes out.

mod bytes;
mod common;
mod conflicts;
mod converge;
mod day;
mod later;
mod pack;
mod page;
mod refusals;
mod texts;
mod trips;
mod writes;
