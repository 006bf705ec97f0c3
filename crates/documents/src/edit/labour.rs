//! Stretches of labour.

use domain::{Instant, LabourId};

use super::draft::Draft;
use super::{invalid, unreadable};
use crate::EditError;
use crate::inspect::Scalar;

const SECTION: &str = "labour";

impl Draft<'_> {
    pub(super) fn add_labour(
        &mut self,
        id: LabourId,
        started_at: Instant,
        ended_at: Option<Instant>,
    ) -> Result<(), EditError> {
        if let Some(ended_at) = ended_at {
            check_order(id, started_at, ended_at)?;
        }
        let values = vec![
            ("technician", Some(self.author())),
            ("started_at", Some(Scalar::instant(started_at))),
            ("ended_at", ended_at.map(Scalar::instant)),
        ];
        self.add(SECTION, &id.to_string(), values)
    }

    /// Ends one's own stretch, or corrects its end.
    pub(super) fn end_labour(&mut self, id: LabourId, ended_at: Instant) -> Result<(), EditError> {
        let line = self.existing(SECTION, &id.to_string())?;
        self.require_author(SECTION, &line, "technician")?;
        let started_at = line.instant("started_at").ok_or_else(|| unreadable("labour.started_at"))?;
        check_order(id, started_at, ended_at)?;
        self.rewrite(SECTION, &line, vec![("ended_at", Some(Scalar::instant(ended_at)))])
    }
}

fn check_order(id: LabourId, started_at: Instant, ended_at: Instant) -> Result<(), EditError> {
    if ended_at < started_at {
        return Err(invalid(format!("{SECTION}.{id}.ended_at"), "work must not end before it begins"));
    }
    Ok(())
}
