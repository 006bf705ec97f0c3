//! What the tests of the pages stand on: a server in this process with an organisation
//! that is made for them, and scripts that drive a browser against it.

mod mail;
mod month;
mod organisation;
mod phone;
mod scene;
mod script;
mod year;

pub use organisation::{Size, VISIT_HOURS};
pub use scene::{PASSWORD, Scene};
