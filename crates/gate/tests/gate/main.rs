//! The gate as a whole: what it admits, what it refuses and with which word.
//!
//! Each protection was taken out once, the tests below were seen to fail, and it
//! was put back:
//!
//! | taken out | failed |
//! |---|---|
//! | checksum, inflating limit, sums of rows, counters, actor indexes | `corpus`, `bytes`, `columns` |
//! | sorted dependencies, value lengths, rows and checksum of documents | `columns` |
//! | actor's owner and class, fork, gap, previous change, dependencies, start of operations | `causality` |
//! | exact replacement, written twice, standing objects, letters of a text, free ids | `hostile` |
//! | author, time, mandatory keys, `after`, one event, assignment, template, own line, void line | `hostile` |
//! | holding the job, agency, open, fitting status, own trip, role of a row | `matrix`, `hostile`, `late` |
//! | late work: noticed, and its thirty days | `late` |
//! | budgets of the trial | `trial` in the crate itself |

mod attacks;
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
