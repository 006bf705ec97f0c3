//! The phone seen from outside: its public surface, real files, and a server
//! in the same process that judges with the real gate.

mod damage;
mod edits;
mod lists;
mod server;
mod world;
