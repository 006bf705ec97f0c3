//! The gate as a whole: what it admits, what it refuses and with which word.

mod bytes;
mod causality;
mod columns;
mod common;
mod corpus;
mod craft;
mod honest;
mod hostile;
mod late;
mod matrix;
