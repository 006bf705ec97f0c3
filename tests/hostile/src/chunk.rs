//! Chunks taken apart and put together again, with their right checksum however
//! they were bent.

use sha2::{Digest, Sha256};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Magic, checksum and type.
const LEAD_BYTES: usize = 9;

/// A chunk of a type around a body.
#[must_use]
pub fn close(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut hashed = vec![kind];
    write_unsigned(u64::try_from(body.len()).unwrap_or(u64::MAX), &mut hashed);
    hashed.extend_from_slice(body);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(Sha256::digest(&hashed).iter().take(4));
    bytes.extend(hashed);
    bytes
}

/// A compressed change: its checksum is that of the inflated one. The deflated
/// stream is a single stored block.
#[must_use]
pub fn close_compressed(body: &[u8]) -> Vec<u8> {
    let [low, high, ..] = body.len().to_le_bytes();
    let mut deflated = vec![1, low, high, !low, !high];
    deflated.extend_from_slice(body);
    let mut bytes = close(2, &deflated);
    let plain = close(1, body);
    bytes.iter_mut().zip(plain).skip(4).take(4).for_each(|(to, from)| *to = from);
    bytes
}

/// The body of a sound chunk: what follows its length.
#[must_use]
pub fn body(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes.get(LEAD_BYTES..).unwrap_or_default();
    read_unsigned(&mut rest);
    rest
}

/// The same bytes with the checksum that they should have.
#[must_use]
pub fn mended(bytes: &[u8]) -> Vec<u8> {
    match bytes.get(8) {
        Some(kind) => close(*kind, body(bytes)),
        None => bytes.to_vec(),
    }
}

/// An unsigned LEB128 number off the front; 0 at the end.
pub(crate) fn read_unsigned(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let Some((byte, tail)) = rest.split_first() else { return value };
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return value;
        }
    }
    value
}

pub(crate) fn write_unsigned(mut value: u64, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

pub(crate) fn write_signed(mut value: i64, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        let low = low & 0x7f;
        value >>= 7;
        if (value == 0 && low & 0x40 == 0) || (value == -1 && low & 0x40 != 0) {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// A change in parts, each of which can be bent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    pub(crate) deps: Vec<[u8; 32]>,
    pub(crate) actor: Vec<u8>,
    pub(crate) seq: u64,
    pub(crate) start_op: u64,
    /// As it stands: a signed number.
    pub(crate) time: Vec<u8>,
    pub(crate) message: Vec<u8>,
    pub(crate) others: Vec<Vec<u8>>,
    pub(crate) columns: Vec<(u64, Vec<u8>)>,
    pub(crate) extra: Vec<u8>,
}

impl Parts {
    /// Takes the body of a sound change apart.
    #[must_use]
    pub fn of(body: &[u8]) -> Self {
        let rest = &mut &*body;
        let deps = (0..read_unsigned(rest)).map(|_| fixed(take(rest, 32))).collect();
        let actor = prefixed(rest);
        let (seq, start_op) = (read_unsigned(rest), read_unsigned(rest));
        let digits = rest.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
        let time = take(rest, digits).to_vec();
        let message = prefixed(rest);
        let others = (0..read_unsigned(rest)).map(|_| prefixed(rest)).collect();
        let layout: Vec<(u64, u64)> =
            (0..read_unsigned(rest)).map(|_| (read_unsigned(rest), read_unsigned(rest))).collect();
        let columns = layout
            .into_iter()
            .map(|(specification, length)| {
                (specification, take(rest, usize::try_from(length).unwrap_or(usize::MAX)).to_vec())
            })
            .collect();
        Self { deps, actor, seq, start_op, time, message, others, columns, extra: rest.to_vec() }
    }

    /// Names another actor, the last by order, whom no operation names.
    pub fn name_idle_actor(&mut self, actor: [u8; 16]) {
        self.others.push(actor.to_vec());
    }

    /// Puts it together again.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let count = |length: usize, out: &mut Vec<u8>| {
            write_unsigned(u64::try_from(length).unwrap_or(u64::MAX), out);
        };
        count(self.deps.len(), &mut out);
        self.deps.iter().for_each(|dep| out.extend(dep));
        count(self.actor.len(), &mut out);
        out.extend(&self.actor);
        write_unsigned(self.seq, &mut out);
        write_unsigned(self.start_op, &mut out);
        out.extend(&self.time);
        count(self.message.len(), &mut out);
        out.extend(&self.message);
        count(self.others.len(), &mut out);
        for other in &self.others {
            count(other.len(), &mut out);
            out.extend(other);
        }
        count(self.columns.len(), &mut out);
        for (specification, data) in &self.columns {
            write_unsigned(*specification, &mut out);
            count(data.len(), &mut out);
        }
        self.columns.iter().for_each(|(_, data)| out.extend(data));
        out.extend(&self.extra);
        out
    }
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, tail) = rest.split_at(count.min(rest.len()));
    *rest = tail;
    taken
}

fn prefixed(rest: &mut &[u8]) -> Vec<u8> {
    let length = read_unsigned(rest);
    take(rest, usize::try_from(length).unwrap_or(usize::MAX)).to_vec()
}

fn fixed(bytes: &[u8]) -> [u8; 32] {
    let mut fixed = [0; 32];
    fixed.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    fixed
}
