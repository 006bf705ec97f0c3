//! What happened in a run, line by line. Only its digest is kept, unless
//! somebody wants to read it.

use sha2::{Digest, Sha256};

/// The trace of a run.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    digest: Sha256,
    lines: Option<Vec<String>>,
}

impl Trace {
    /// One that keeps its lines too.
    #[must_use]
    pub(crate) fn to_read() -> Self {
        Self { digest: Sha256::new(), lines: Some(Vec::new()) }
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, line: &str) {
        self.digest.update(line.as_bytes());
        self.digest.update(b"\n");
        if let Some(lines) = &mut self.lines {
            lines.push(line.to_owned());
        }
    }

    /// The digest in hexadecimal, 16 digits of it; and the lines, if kept.
    #[must_use]
    pub(crate) fn finish(self) -> (String, Vec<String>) {
        let bytes: [u8; 32] = self.digest.finalize().into();
        let digest = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        (digest, self.lines.unwrap_or_default())
    }
}
