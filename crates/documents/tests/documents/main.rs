//! Tests of documents as their users see them: commands in, views and changes out.

mod common;
mod day;
