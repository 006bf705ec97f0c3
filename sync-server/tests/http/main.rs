//! The API over real HTTP: a server in this process on a free port, asked by a
//! client that knows nothing of its insides.

mod administration;
mod attachments;
mod bad_input;
mod board;
mod crowds;
mod deadlines;
mod description;
mod desk;
mod events;
mod jobs;
mod office;
mod people;
mod phones;
mod probes;
mod roles;
mod running;
mod scores;
mod sessions;
mod smtp;
mod surveys;
mod tokens;
mod travel;
mod web;
