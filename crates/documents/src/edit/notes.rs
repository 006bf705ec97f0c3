//! Notes. Nobody edits another's words.

use domain::NoteId;

use super::draft::Draft;
use super::invalid;
use crate::EditError;
use crate::inspect::Scalar;

const SECTION: &str = "notes";

impl Draft<'_> {
    pub(super) fn add_note(&mut self, id: NoteId, text: &str) -> Result<(), EditError> {
        if text.trim().is_empty() {
            return Err(invalid(format!("{SECTION}.{id}.text"), "a note must say something"));
        }
        let stamp = self.context.stamp;
        let values = vec![
            ("by", Some(self.author())),
            ("at", Some(Scalar::instant(stamp.at))),
            ("tz", Some(Scalar::Int(i64::from(stamp.offset_minutes)))),
            ("text", Some(Scalar::text(text))),
        ];
        self.add(SECTION, &id.to_string(), values)
    }

    /// Voids one's own note.
    pub(super) fn void_note(&mut self, id: NoteId, reason: &str) -> Result<(), EditError> {
        let note = self.existing(SECTION, &id.to_string())?;
        self.require_author(SECTION, &note, "by")?;
        self.void(SECTION, &note, reason)
    }
}
