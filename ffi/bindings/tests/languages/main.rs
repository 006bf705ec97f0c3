//! The phone's door through the languages that apps are written in: the surface as a
//! snapshot, and a technician's day in Python and on the JVM against a real server.

mod day;
mod guides;
mod jvm;
mod pages;
mod python;
mod surface;
mod tools;
