//! LEB128 numbers, read only in their shortest form: what is written again must
//! be the same bytes.

/// Reads bytes from the front.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

/// Bits that one byte of a number holds.
const BITS: u32 = 7;
const MORE: u8 = 0x80;
const SIGN: u8 = 0x40;

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    /// An unsigned number.
    pub(super) fn number(&mut self) -> Option<u64> {
        let before = self.0;
        let (mut number, mut shift) = (0_u64, 0);
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & !MORE).checked_shl(shift)?;
            shift += BITS;
            if byte & MORE == 0 {
                break;
            }
        }
        self.is_shortest(before, |out| put_number(out, number)).then_some(number)
    }

    /// A number that counts bytes or items here.
    pub(super) fn length(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    /// A signed number.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let before = self.0;
        let (mut number, mut shift) = (0_i64, 0);
        loop {
            let byte = self.byte()?;
            number |= i64::from(byte & !MORE).checked_shl(shift)?;
            shift += BITS;
            if byte & MORE == 0 {
                if byte & SIGN != 0 && shift < i64::BITS {
                    number |= -1 << shift;
                }
                break;
            }
        }
        self.is_shortest(before, |out| put_signed(out, number)).then_some(number)
    }

    fn is_shortest(&self, before: &[u8], put: impl FnOnce(&mut Vec<u8>)) -> bool {
        let mut again = Vec::with_capacity(10);
        put(&mut again);
        before.get(..before.len() - self.0.len()) == Some(again.as_slice())
    }
}

/// Writes an unsigned number.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = number.to_le_bytes()[0] & !MORE;
        number >>= BITS;
        if number == 0 {
            return out.push(low);
        }
        out.push(low | MORE);
    }
}

/// Writes a signed number.
pub(super) fn put_signed(out: &mut Vec<u8>, mut number: i64) {
    loop {
        let low = number.to_le_bytes()[0] & !MORE;
        number >>= BITS;
        if (number == 0 && low & SIGN == 0) || (number == -1 && low & SIGN != 0) {
            return out.push(low);
        }
        out.push(low | MORE);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(number: u64, signed: i64) {
            let mut bytes = Vec::new();
            put_number(&mut bytes, number);
            put_signed(&mut bytes, signed);
            let mut reader = Reader::new(&bytes);
            prop_assert_eq!(reader.number(), Some(number));
            prop_assert_eq!(reader.signed(), Some(signed));
            prop_assert!(reader.is_empty());
        }
    }

    #[test]
    fn a_longer_form_of_a_number_is_not_read() {
        assert_eq!(Reader::new(&[0x81, 0x00]).number(), None);
        assert_eq!(Reader::new(&[0xff, 0x7f]).signed(), None);
        assert_eq!(Reader::new(&[0xff; 12]).number(), None);
        assert_eq!(Reader::new(&[0xff; 12]).signed(), None);
        assert_eq!(Reader::new(&[0x80]).number(), None);
    }
}
