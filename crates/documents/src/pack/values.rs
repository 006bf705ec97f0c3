//! The column of values, by their types, which stand in a column of their own.

use super::Missing;
use super::bytes::{Reader, put_number, put_signed};
use super::ids::{self, CHARS, Ids};
use super::streams::{Stream, StreamReader, Streams};

/// Bits of a value's description that say its type; the others say its length.
const TYPE_BITS: u32 = 4;
const UNSIGNED: u64 = 3;
const SIGNED: u64 = 4;
const TEXT: u64 = 6;
const COUNTER: u64 = 8;
const TIMESTAMP: u64 = 9;
/// Numbers of this length are instants, as long as milliseconds since 1970 have
/// so many bytes.
const INSTANT_BYTES: usize = 6;
/// A text that is no list of ids. Any other byte is one more than an id's place.
const NO_IDS: u8 = 0;

/// Values of one type and length that follow each other.
struct Run {
    count: u64,
    kind: u64,
    length: usize,
}

/// The runs of the column of lengths and types.
struct Runs<'a> {
    input: Reader<'a>,
    /// Single values of a run in which they differ.
    singles: u64,
}

impl Runs<'_> {
    /// The next run with any bytes; none at the end.
    fn next(&mut self) -> Result<Option<Run>, Missing> {
        loop {
            let Some(run) = self.next_of_any_length()? else { return Ok(None) };
            if run.length > 0 {
                return Ok(Some(run));
            }
        }
    }

    fn next_of_any_length(&mut self) -> Result<Option<Run>, Missing> {
        if self.singles > 0 {
            self.singles -= 1;
            return self.run(1).map(Some);
        }
        if self.input.is_empty() {
            return Ok(None);
        }
        match self.input.signed().ok_or(Missing)? {
            0 => {
                let nulls = self.input.number().ok_or(Missing)?;
                Ok(Some(Run { count: nulls, kind: 0, length: 0 }))
            }
            count @ 1.. => self.run(count.unsigned_abs()).map(Some),
            singles => {
                self.singles = singles.unsigned_abs() - 1;
                self.run(1).map(Some)
            }
        }
    }

    fn run(&mut self, count: u64) -> Result<Run, Missing> {
        let meta = self.input.number().ok_or(Missing)?;
        let length = usize::try_from(meta >> TYPE_BITS).ok().ok_or(Missing)?;
        Ok(Run { count, kind: meta & ((1 << TYPE_BITS) - 1), length })
    }
}

const fn runs(meta: &[u8]) -> Runs<'_> {
    Runs { input: Reader::new(meta), singles: 0 }
}

/// Splits the column up.
pub(super) fn split(meta: &[u8], column: &[u8], ids: &Ids, out: &mut Streams) -> Option<()> {
    let (mut runs, mut input, mut last) = (runs(meta), Reader::new(column), 0);
    while let Some(run) = runs.next().ok()? {
        for _ in 0..run.count {
            let value = input.bytes(run.length)?;
            split_value(run.kind, value, ids, &mut last, out)?;
        }
    }
    input.is_empty().then_some(())
}

fn split_value(kind: u64, value: &[u8], ids: &Ids, last: &mut i64, out: &mut Streams) -> Option<()> {
    match kind {
        UNSIGNED | SIGNED | COUNTER | TIMESTAMP if value.len() == INSTANT_BYTES => {
            let mut input = Reader::new(value);
            let number =
                if kind == UNSIGNED { i64::try_from(input.number()?).ok()? } else { input.signed()? };
            out.signed(Stream::Instants, number.wrapping_sub(*last));
            *last = number;
        }
        TEXT => match places(value, ids) {
            Some(places) => out.bytes(Stream::Lists, &places),
            None => {
                out.bytes(Stream::Lists, &[NO_IDS]);
                out.bytes(Stream::Texts, value);
            }
        },
        UNSIGNED | SIGNED | COUNTER | TIMESTAMP => out.bytes(Stream::Numbers, value),
        _ => out.bytes(Stream::Others, value),
    }
    Some(())
}

/// The places of the ids of which a text consists, if it does, each plus one.
fn places(text: &[u8], ids: &Ids) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(CHARS) {
        return None;
    }
    text.chunks(CHARS).map(|id| u8::try_from(ids.place(&ids::parse(id)?)? + 1).ok()).collect()
}

/// Puts a column of so many bytes together.
pub(super) fn join(
    streams: &mut StreamReader<'_>,
    meta: &[u8],
    length: usize,
    ids: &Ids,
    body: &mut Vec<u8>,
) -> Result<(), Missing> {
    let end = body.len() + length;
    let (mut runs, mut last) = (runs(meta), 0);
    while let Some(run) = runs.next()? {
        for _ in 0..run.count {
            if end - body.len() < run.length {
                return Err(Missing);
            }
            join_value(streams, &run, ids, &mut last, body)?;
            if body.len() > end {
                return Err(Missing);
            }
        }
    }
    if body.len() == end { Ok(()) } else { Err(Missing) }
}

fn join_value(
    streams: &mut StreamReader<'_>,
    run: &Run,
    ids: &Ids,
    last: &mut i64,
    body: &mut Vec<u8>,
) -> Result<(), Missing> {
    match run.kind {
        UNSIGNED | SIGNED | COUNTER | TIMESTAMP if run.length == INSTANT_BYTES => {
            *last = last.wrapping_add(streams.signed(Stream::Instants)?);
            match run.kind {
                UNSIGNED => put_number(body, u64::try_from(*last).ok().ok_or(Missing)?),
                _ => put_signed(body, *last),
            }
        }
        TEXT => join_text(streams, run.length, ids, body)?,
        UNSIGNED | SIGNED | COUNTER | TIMESTAMP => body.extend(streams.bytes(Stream::Numbers, run.length)?),
        _ => body.extend(streams.bytes(Stream::Others, run.length)?),
    }
    Ok(())
}

fn join_text(
    streams: &mut StreamReader<'_>,
    length: usize,
    ids: &Ids,
    body: &mut Vec<u8>,
) -> Result<(), Missing> {
    let end = body.len() + length;
    let mut place = streams.byte(Stream::Lists)?;
    if place == NO_IDS {
        body.extend(streams.bytes(Stream::Texts, length)?);
        return Ok(());
    }
    loop {
        let id = ids.at(usize::from(place) - 1).ok_or(Missing)?;
        body.extend(ids::write(*id).as_bytes());
        if body.len() >= end {
            return Ok(());
        }
        place = streams.byte(Stream::Lists)?;
        if place == NO_IDS {
            return Err(Missing);
        }
    }
}
