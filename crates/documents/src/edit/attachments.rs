//! Photos, signatures and receipts of a job. The bytes travel separately.

use domain::{Attachment, AttachmentId};

use super::draft::Draft;
use crate::EditError;
use crate::inspect::Scalar;

impl Draft<'_> {
    pub(super) fn add_attachment(
        &mut self,
        id: AttachmentId,
        attachment: &Attachment,
    ) -> Result<(), EditError> {
        let values = vec![
            ("kind", Some(Scalar::text(attachment.kind.name()))),
            ("hash", Some(Scalar::bytes(attachment.hash.as_bytes()))),
            ("mime", Some(Scalar::text(attachment.mime.as_str()))),
            ("size", Some(Scalar::Uint(attachment.size))),
            ("caption", Some(Scalar::text(attachment.caption.as_str()))),
            ("by", Some(self.author())),
        ];
        self.add("attachments", &id.to_string(), values)
    }
}
