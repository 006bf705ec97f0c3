//! Phones in a browser against a real server: what a page asks for over HTTP, and who
//! may ask.

mod browser;
mod doors;
mod program;
mod work;
