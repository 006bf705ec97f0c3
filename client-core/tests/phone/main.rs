//! The phone seen from outside: its public surface, real files, and a server
//! in the same process that judges with the real gate.

mod attachments;
mod cuts;
mod damage;
mod edits;
mod exchange;
mod lists;
mod refusals;
mod restores;
mod server;
mod world;
