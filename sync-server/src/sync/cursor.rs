//! Where a phone stands in the feed. Bytes to the phone; only the server reads
//! them (`docs/adr/0011`).

use domain::{DocId, Uuid};

use crate::log::Chain;

/// A cursor, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cursor {
    /// The phone has everything up to `base`, and of what came since, what was
    /// last touched up to `at`.
    Warm { base: i64, at: i64, chain: Chain },
    /// The phone is getting everything, as of `start`.
    Cold(ColdCursor),
}

/// A cold phone's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColdCursor {
    /// The newest position when it began.
    pub(super) start: i64,
    /// The chain there.
    pub(super) chain: Chain,
    /// The day on which it began, counted from 1970 in UTC.
    pub(super) day: i64,
    /// Which part of everything it is in.
    pub(super) phase: Phase,
    /// The last item that it has of this part; none at its beginning.
    pub(super) last: Option<DocId>,
    /// How it came by the documents.
    pub(super) documents: Documents,
}

/// How a cold phone came by its documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Documents {
    /// They are sent, all of them whole.
    Sent,
    /// They were compared with the server's as of the start.
    Compared,
}

/// The parts of a cold phone's catching up, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Jobs whose window lies around today.
    Today,
    /// All other jobs, and trips.
    Rest,
    /// Customers and assets of the jobs.
    Accounts,
    /// The parts catalogue and the knowledge base.
    Common,
}

impl Phase {
    pub(super) const ALL: [Self; 4] = [Self::Today, Self::Rest, Self::Accounts, Self::Common];

    /// The part after this one.
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::Today => Some(Self::Rest),
            Self::Rest => Some(Self::Accounts),
            Self::Accounts => Some(Self::Common),
            Self::Common => None,
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Today => 0,
            Self::Rest => 1,
            Self::Accounts => 2,
            Self::Common => 3,
        }
    }
}

const WARM: u8 = 1;
const COLD: u8 = 2;
const COMPARED: u8 = 3;

impl Cursor {
    /// The bytes: a tag, then numbers of 8 bytes, then the chain.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        match self {
            Self::Warm { base, at, chain } => {
                bytes.push(WARM);
                bytes.extend(base.to_be_bytes());
                bytes.extend(at.to_be_bytes());
                bytes.extend(chain);
            }
            Self::Cold(cold) => {
                bytes.push(match cold.documents {
                    Documents::Sent => COLD,
                    Documents::Compared => COMPARED,
                });
                bytes.extend(cold.start.to_be_bytes());
                bytes.extend(cold.day.to_be_bytes());
                bytes.push(cold.phase.byte());
                bytes.extend(cold.last.map_or(Uuid::nil(), DocId::uuid).as_bytes());
                bytes.extend(cold.chain);
            }
        }
        bytes
    }

    /// Reads a cursor; what is not one is none.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        let (first, rest) = number(rest)?;
        let (second, rest) = number(rest)?;
        match *tag {
            WARM => {
                let is_possible = 0 <= first && first <= second;
                let chain = rest.try_into().ok()?;
                is_possible.then_some(Self::Warm { base: first, at: second, chain })
            }
            COLD | COMPARED => {
                let (phase, rest) = rest.split_first()?;
                let (last, chain) = rest.split_at_checked(16)?;
                let last = DocId::from_slice(last)?;
                Some(Self::Cold(ColdCursor {
                    start: first,
                    day: second,
                    phase: Phase::ALL.into_iter().find(|known| known.byte() == *phase)?,
                    last: (!last.uuid().is_nil()).then_some(last),
                    chain: chain.try_into().ok()?,
                    documents: if *tag == COLD { Documents::Sent } else { Documents::Compared },
                }))
            }
            _ => None,
        }
    }

    /// The position at which its chain must be the log's.
    pub(super) const fn checked_at(&self) -> (i64, Chain) {
        match self {
            Self::Warm { at, chain, .. } => (*at, *chain),
            Self::Cold(cold) => (cold.start, cold.chain),
        }
    }
}

fn number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((i64::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use domain::{DocId, Instant};

    use super::{ColdCursor, Cursor, Documents, Phase};

    #[test]
    fn a_cursor_survives_its_bytes_and_nothing_else_is_one() {
        let doc = DocId::new(Instant::from_millis(7), [3; 10]);
        let mut cursors = vec![Cursor::Warm { base: 5, at: 9, chain: [7; 8] }];
        for phase in Phase::ALL {
            for last in [None, Some(doc)] {
                for documents in [Documents::Sent, Documents::Compared] {
                    let cold = ColdCursor { start: 3, chain: [1; 8], day: 20_000, phase, last, documents };
                    cursors.push(Cursor::Cold(cold));
                }
            }
        }
        for cursor in cursors {
            let bytes = cursor.to_bytes();
            assert!(bytes.len() <= 48);
            assert_eq!(Cursor::from_bytes(&bytes), Some(cursor));
            for end in 0..bytes.len() {
                assert_eq!(Cursor::from_bytes(&bytes[..end]), None, "cut at {end}");
            }
            let mut longer = bytes.clone();
            longer.push(0);
            assert_eq!(Cursor::from_bytes(&longer), None);
        }
        assert_eq!(Cursor::from_bytes(&Cursor::Warm { base: 9, at: 5, chain: [0; 8] }.to_bytes()), None);
    }
}
