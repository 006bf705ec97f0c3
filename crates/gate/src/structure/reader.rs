//! Reads bytes in order: never past the end, and no number in more bytes than
//! it needs, so that every value has one spelling.

use super::Fault;

/// What is left to read of one part of a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
    place: &'static str,
}

impl<'a> Reader<'a> {
    /// Reads `bytes`, which faults will name `place`.
    pub(super) const fn new(bytes: &'a [u8], place: &'static str) -> Self {
        Self { rest: bytes, place }
    }

    pub(super) const fn place(&self) -> &'static str {
        self.place
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) const fn fault(&self, what: &'static str) -> Fault {
        Fault::malformed(self.place, what)
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(self.fault("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn take_array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(self.fault("it ends too early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let [byte] = self.take_array::<1>()?;
        Ok(byte)
    }

    /// An unsigned LEB128 number in its shortest spelling.
    pub(super) fn unsigned(&mut self) -> Result<u64, Fault> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(self.fault("a number is too large"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 {
                    Err(self.fault("a number has needless bytes"))
                } else {
                    Ok(value)
                };
            }
        }
        Err(self.fault("a number is too large"))
    }

    /// A signed LEB128 number in its shortest spelling.
    pub(super) fn signed(&mut self) -> Result<i64, Fault> {
        let mut value = 0i64;
        let mut before = 0u8;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = byte & 0x7f;
            if shift == 63 && bits != 0 && bits != 0x7f {
                return Err(self.fault("a number is too large"));
            }
            value |= i64::from(bits) << shift;
            if byte & 0x80 == 0 {
                let sign_was_clear = before & 0x40 == 0;
                if shift > 0 && ((bits == 0 && sign_was_clear) || (bits == 0x7f && !sign_was_clear)) {
                    return Err(self.fault("a number has needless bytes"));
                }
                let sign = if shift < 57 && bits & 0x40 != 0 { -1i64 << (shift + 7) } else { 0 };
                return Ok(value | sign);
            }
            before = byte;
        }
        Err(self.fault("a number is too large"))
    }

    /// A count of at most `max`; more is a fault with `too_many`.
    pub(super) fn count(&mut self, max: usize, too_many: &'static str) -> Result<usize, Fault> {
        let count = self.unsigned()?;
        match usize::try_from(count) {
            Ok(count) if count <= max => Ok(count),
            _ => Err(self.fault(too_many)),
        }
    }

    /// So many bytes as an unsigned number before them says.
    pub(super) fn prefixed(&mut self) -> Result<&'a [u8], Fault> {
        let length = self.unsigned()?;
        let length = usize::try_from(length).map_err(|_too_long| self.fault("it ends too early"))?;
        self.take(length)
    }
}

/// The bytes of an unsigned LEB128 number.
pub(super) fn write_unsigned(mut value: u64, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low & 0x7f);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn signed_bytes(mut value: i64) -> Vec<u8> {
        let mut out = Vec::new();
        loop {
            let low = value.to_le_bytes()[0] & 0x7f;
            value >>= 7;
            if (value == 0 && low & 0x40 == 0) || (value == -1 && low & 0x40 != 0) {
                out.push(low);
                return out;
            }
            out.push(low | 0x80);
        }
    }

    proptest! {
        #[test]
        fn an_unsigned_number_survives(value: u64) {
            let mut bytes = Vec::new();
            write_unsigned(value, &mut bytes);
            let mut reader = Reader::new(&bytes, "number");
            prop_assert_eq!(reader.unsigned(), Ok(value));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn a_signed_number_survives(value: i64, shift in 0u32..64) {
            let value = value >> shift;
            let bytes = signed_bytes(value);
            let mut reader = Reader::new(&bytes, "number");
            prop_assert_eq!(reader.signed(), Ok(value));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_accepted_spelling_is_the_only_one(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
            let mut reader = Reader::new(&bytes, "number");
            if let Ok(value) = reader.unsigned() {
                let mut again = Vec::new();
                write_unsigned(value, &mut again);
                prop_assert_eq!(&bytes[..bytes.len() - reader.rest.len()], &again[..]);
            }
            let mut reader = Reader::new(&bytes, "number");
            if let Ok(value) = reader.signed() {
                prop_assert_eq!(&bytes[..bytes.len() - reader.rest.len()], &signed_bytes(value)[..]);
            }
        }
    }

    #[test]
    fn needless_and_excess_bytes_are_refused() {
        for bytes in [&[0x80, 0x00][..], &[0x81, 0x00], &[0xff; 10], &[0xff; 11], &[0x80]] {
            assert!(Reader::new(bytes, "number").unsigned().is_err(), "{bytes:?}");
        }
        for bytes in [&[0x80, 0x00][..], &[0xff, 0x7f], &[0xff; 11], &[0xc0]] {
            assert!(Reader::new(bytes, "number").signed().is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_prefix_longer_than_the_rest_is_refused() {
        assert!(Reader::new(&[3, 1, 2], "part").prefixed().is_err());
        assert_eq!(Reader::new(&[2, 1, 2], "part").prefixed(), Ok(&[1, 2][..]));
    }
}
