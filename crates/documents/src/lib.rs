//! Job and trip documents: the only crate that knows Automerge.
//!
//! A [`Document`] is made by a `Create` command, edited by commands, merged by
//! applying changes, and read as a view of the domain. [`inspect`] decodes a
//! change into operations with which the gate decides; it never applies one.
//!
//! The rules of the house (design, section 3): containers and texts are made
//! only by a document's first change or by an upgrade; ids inside a document
//! are random and carried by the command; a field holds one value by its merge
//! rule and lists the others; status is a fold over events; nothing is deleted.

mod document;
mod edit;
mod engine;
mod error;
mod history;
pub mod inspect;
mod letters;
mod pack;
mod read;
mod scalar;
pub mod schema;
mod seen;
mod standing;
#[cfg(feature = "testing")]
pub mod testing;

pub use document::{Document, EditContext, RawChange};
pub use error::{ApplyError, EditError, LoadError, ReadError};
pub use letters::Letter;
pub use pack::{UnpackError, pack, unpack};
pub use schema::SCHEMA_VERSION;
pub use standing::{Holder, Standing};
