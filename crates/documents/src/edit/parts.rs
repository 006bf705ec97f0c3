//! Lines of parts used.

use domain::{LineId, Part};

use super::draft::{Draft, Values};
use super::invalid;
use crate::EditError;
use crate::inspect::Scalar;
use crate::read::Entry;

const SECTION: &str = "parts";

impl Draft<'_> {
    pub(super) fn add_part(&mut self, id: LineId, part: &Part) -> Result<(), EditError> {
        let mut values = part_values(part);
        values.push(("by", Some(self.author())));
        self.add(SECTION, &id.to_string(), values)
    }

    /// Writes the keys that differ; the line's author only.
    pub(super) fn correct_part(&mut self, id: LineId, part: &Part) -> Result<(), EditError> {
        let line = self.existing(SECTION, &id.to_string())?;
        self.require_author(SECTION, &line, "by")?;
        require_valid(SECTION, &line)?;
        self.rewrite(SECTION, &line, part_values(part))
    }

    /// Voids a line; its author only.
    pub(super) fn void_part(&mut self, id: LineId, reason: &str) -> Result<(), EditError> {
        let line = self.existing(SECTION, &id.to_string())?;
        self.require_author(SECTION, &line, "by")?;
        self.void(SECTION, &line, reason)
    }
}

/// A void line is not corrected: a new one is written.
fn require_valid(section: &str, entry: &Entry) -> Result<(), EditError> {
    match entry.text("void") {
        Some(_) => Err(invalid(format!("{section}.{}", entry.id()), "it is void; add a new one")),
        None => Ok(()),
    }
}

fn part_values(part: &Part) -> Values {
    vec![
        ("part_no", Some(Scalar::text(part.part_no.as_str()))),
        ("name", Some(Scalar::text(part.name.as_str()))),
        ("quantity", Some(Scalar::Int(part.quantity.0))),
        ("unit_price", Some(Scalar::Int(part.unit_price.minor))),
        ("currency", Some(Scalar::text(part.unit_price.currency.code()))),
        ("serial_in", part.serial_in.as_deref().map(Scalar::text)),
        ("serial_out", part.serial_out.as_deref().map(Scalar::text)),
        ("source", Some(Scalar::text(part.source.name()))),
        ("coverage", Some(Scalar::text(part.coverage.name()))),
    ]
}
