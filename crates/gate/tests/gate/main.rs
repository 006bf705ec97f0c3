//! The gate as a whole: what it admits, what it refuses and with which word.

mod common;
mod corpus;
mod honest;
