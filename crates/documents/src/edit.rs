//! Carrying out commands.
