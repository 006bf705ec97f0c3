//! The gate as a whole: what it admits, what it refuses and with which word.

mod bytes;
mod causality;
mod common;
mod corpus;
mod craft;
mod honest;
mod hostile;
mod late;
mod matrix;
