//! Answers on the checklist.

use super::draft::Draft;
use super::invalid;
use crate::EditError;
use crate::inspect::Scalar;
use domain::limits::DOC_MAP_ENTRIES_MAX;

const SECTION: &str = "checklist";

impl Draft<'_> {
    /// Answers an item, or answers it anew. Two people may answer one item without
    /// knowing of each other, so an answer is always written as a whole new map:
    /// who said it and when can never be mixed up.
    pub(super) fn answer(&mut self, item: &str, answer: &str) -> Result<(), EditError> {
        let present = self.find(SECTION, item)?;
        match &present {
            Some(entry) => {
                let same = entry.text("answer").as_deref() == Some(answer);
                if same && !entry.has_rivals() && entry.user("by") == Some(self.context.author) {
                    return Ok(());
                }
            }
            None if self.reader.node(&self.root.maps(SECTION)).len() >= DOC_MAP_ENTRIES_MAX => {
                return Err(invalid(SECTION, format!("it has {DOC_MAP_ENTRIES_MAX} answers; no more fit")));
            }
            None => {}
        }
        let values = vec![
            ("answer", Some(Scalar::text(answer))),
            ("at", Some(Scalar::instant(self.context.stamp.at))),
            ("by", Some(self.author())),
        ];
        self.overwrite(SECTION, item, values)
    }
}
