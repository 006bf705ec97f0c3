//! The server's own hand: it brings an old document to the present schema, and
//! writes nothing else.

use documents::SCHEMA_VERSION;
use documents::inspect::Scalar;

use super::place::{Act, Target};
use super::refuse;
use super::scene::Scene;
use super::writes::Write;
use crate::refusal::{Refusal, RefusalCode};

/// Judges an upgrade: containers that were missing, and the schema's number.
pub(super) fn check(scene: &Scene<'_>, writes: &[Write]) -> Result<(), Refusal> {
    let schema = scene.job().map(|job| job.schema).or_else(|| scene.trip().map(|trip| trip.schema));
    for write in writes {
        scene.allow(Act::Upgrade, &target(write), &write.path())?;
        match write {
            Write::Root { value: Scalar::Uint(SCHEMA_VERSION), .. } if schema < Some(SCHEMA_VERSION) => {}
            Write::Container { is_first: true, .. } if schema < Some(SCHEMA_VERSION) => {}
            _ => {
                let message = "an upgrade makes missing containers and raises the schema's number";
                return Err(refuse(RefusalCode::ShapeForeign, write.path(), message));
            }
        }
    }
    Ok(())
}

fn target(write: &Write) -> Target<'_> {
    match write {
        Write::Container { .. } => Target::Template,
        Write::Root { key, .. } if key == "schema" => Target::Template,
        Write::Field { section, .. } => Target::Entry(section),
        Write::Root { .. } | Write::Member { .. } => Target::TripJobs,
        Write::Entry(entry) => Target::Entry(entry.shape.section),
        Write::Line(line) => Target::Entry(line.shape.section),
        Write::Splice(splice) => Target::Text(splice.text),
    }
}
