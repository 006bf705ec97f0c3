//! The texts that several people edit together.

use domain::limits::LONG_TEXT_CHARS_MAX;

use super::place::{Act, Target};
use super::refuse;
use super::scene::Scene;
use super::writes::Splice;
use crate::refusal::{Refusal, RefusalCode};

/// Judges an edit of a text; its operations were resolved already.
pub(super) fn check(scene: &Scene<'_>, splice: &Splice) -> Result<(), Refusal> {
    scene.allow(Act::Splice, &Target::Text(splice.text), splice.text)?;
    if splice.length_after > LONG_TEXT_CHARS_MAX {
        return Err(refuse(
            RefusalCode::ValueInvalid,
            splice.text,
            format!("it would have {} characters; at most {LONG_TEXT_CHARS_MAX} fit", splice.length_after),
        ));
    }
    Ok(())
}
