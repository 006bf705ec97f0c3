//! How a reader says which state of a document it has seen.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::log::first_eight;

/// 8 bytes of a hash over the document's heads, as 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Etag([u8; 8]);

impl Etag {
    /// Of heads as they stand in a row.
    pub(crate) fn of_heads(heads: &[u8]) -> Self {
        Self(first_eight(&Sha256::digest(heads)))
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Etag {
    type Err = std::num::ParseIntError;
    /// What is no such text matches no document.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u64::from_str_radix(text, 16).map(|number| Self(number.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::Etag;

    #[test]
    fn it_survives_its_text_and_tells_heads_apart() {
        let one = Etag::of_heads(&[1; 32]);
        assert_eq!(one.to_string().len(), 16);
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_ne!(one, Etag::of_heads(&[2; 32]));
        assert!("not hexadecimal".parse::<Etag>().is_err());
    }
}
