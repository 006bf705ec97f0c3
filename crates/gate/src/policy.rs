//! Stage C: who may write what, judged on a change's operations.
//!
//! Not on a diff: a write that loses against a concurrent one is invisible in a
//! diff, and wins on a replica that has not seen the other. So each operation is
//! resolved to a place in the document (`sort`), must have a shape that our
//! editor emits, must replace exactly what stood there at the change's
//! dependencies, and must be allowed by a row of the table ([`ROWS`]).
//!
//! State and assignment are judged **at the change's dependencies**: what the
//! author had seen. Role and device are judged **now**. Work done offline while
//! assigned is admitted after the assignment was withdrawn, and says so.

mod assignment;
mod creation;
mod entries;
mod events;
mod fields;
mod place;
mod print;
mod scene;
mod sort;
mod table;
mod texts;
mod upgrade;
mod writes;

use documents::Document;
use documents::inspect::DecodedChange;
use domain::{DocId, DocKind, Instant};

pub use place::{Act, Place, Target, When};
pub use print::markdown;
pub use table::{ROWS, Row};

use crate::refusal::{Refusal, RefusalCode, Stage};
use crate::subject::Subject;
use scene::Scene;
use sort::sort_writes;
use writes::Write;

/// Whether the author still had the right when the change arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// The author has it still.
    OnTime,
    /// The assignment was withdrawn meanwhile: the change is admitted, and the
    /// dispatcher is shown it.
    Late {
        /// When it was withdrawn.
        since: Instant,
    },
}

/// A change that the policy allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowed {
    /// Whether the author still has the right.
    pub lateness: Lateness,
    /// The places that it writes, for the audit.
    pub touched: Vec<String>,
    /// The names of the rows of the policy by which it is allowed.
    pub rules: Vec<&'static str>,
}

/// What is to be judged.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// Who writes.
    pub subject: &'a Subject,
    /// The time by which lateness is judged.
    pub now: Instant,
    /// Which document.
    pub id: DocId,
    /// Its kind.
    pub kind: DocKind,
    /// The document as it is, with all dependencies of the change; `None` if the
    /// change makes it.
    pub document: Option<&'a Document>,
    /// The change.
    pub change: &'a DecodedChange,
}

/// Judges a change whose place in the history is in order.
///
/// # Errors
/// A [`Refusal`] of stage C.
pub fn check(case: &Case<'_>) -> Result<Allowed, Refusal> {
    let writes = sort_writes(case)?;
    let scene = Scene::set(case)?;
    match case.document {
        None => creation::check(&scene, &writes)?,
        Some(_) if case.subject.hand() == crate::Hand::Server => upgrade::check(&scene, &writes)?,
        Some(_) => check_edit(&scene, &writes)?,
    }
    let lateness = scene.lateness()?;
    let mut touched: Vec<String> = writes.iter().map(Write::path).collect();
    touched.sort_unstable();
    touched.dedup();
    Ok(Allowed { lateness, touched, rules: scene.rules() })
}

fn check_edit(scene: &Scene<'_>, writes: &[Write]) -> Result<(), Refusal> {
    if writes.iter().filter(|write| write.is_event()).count() > 1 {
        return Err(refuse(RefusalCode::ShapeForeign, "events", "one change records at most one event"));
    }
    for write in writes {
        match write {
            Write::Container { .. } => {
                return Err(refuse(
                    RefusalCode::ShapeForeign,
                    write.path(),
                    "containers are made by the first change only",
                ));
            }
            Write::Root { key, value } => fields::check_root(scene, key, value)?,
            Write::Field { section, key, value } => fields::check_field(scene, (section, key), value)?,
            Write::Member { key, value } => fields::check_member(scene, key, value)?,
            Write::Entry(entry) => entries::check_new(scene, entry)?,
            Write::Line(line) => entries::check_line(scene, line)?,
            Write::Splice(splice) => texts::check(scene, splice)?,
        }
    }
    assignment::check(scene, writes)
}

/// A refusal of this stage.
fn refuse(code: RefusalCode, path: impl Into<String>, message: impl Into<String>) -> Refusal {
    Refusal::new(Stage::Policy, code, path, message)
}
