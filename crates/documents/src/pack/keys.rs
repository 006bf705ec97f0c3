//! The column of the keys of maps: runs of texts, among them the ids of lines.

use super::Missing;
use super::bytes::{Reader, put_number, put_signed};
use super::ids::{self, Ids};
use super::streams::{Stream, StreamReader, Streams};

/// An id that was not met before; its bytes stand in a stream of their own.
const NEW_ID: u64 = 0;
/// An id that was met; its place follows.
const KNOWN_ID: u64 = 1;
/// A text of no characters; longer ones count on from here.
const TEXT: u64 = 2;

/// Splits the column up.
pub(super) fn split(column: &[u8], ids: &mut Ids, out: &mut Streams) -> Option<()> {
    let mut input = Reader::new(column);
    while !input.is_empty() {
        let run = input.signed()?;
        out.signed(Stream::Keys, run);
        if run == 0 {
            out.number(Stream::Keys, input.number()?);
        }
        for _ in 0..texts_of(run) {
            let length = input.length()?;
            split_text(input.bytes(length)?, ids, out);
        }
    }
    Some(())
}

/// How many texts stand in a run: one that repeats, several that differ, or none
/// where there is no key.
const fn texts_of(run: i64) -> u64 {
    match run {
        0 => 0,
        1.. => 1,
        _ => run.unsigned_abs(),
    }
}

fn split_text(text: &[u8], ids: &mut Ids, out: &mut Streams) {
    let Some(id) = ids::parse(text) else {
        out.number(Stream::Keys, TEXT + text.len() as u64);
        return out.bytes(Stream::Keys, text);
    };
    if let Some(place) = ids.place(&id) {
        out.number(Stream::Keys, KNOWN_ID);
        return out.number(Stream::Keys, place as u64);
    }
    out.number(Stream::Keys, NEW_ID);
    out.bytes(Stream::Ids, &id);
    ids.meet(id);
}

/// Puts a column of so many bytes together.
pub(super) fn join(
    streams: &mut StreamReader<'_>,
    length: usize,
    ids: &mut Ids,
    body: &mut Vec<u8>,
) -> Result<(), Missing> {
    let end = body.len() + length;
    while body.len() < end {
        let run = streams.signed(Stream::Keys)?;
        put_signed(body, run);
        if run == 0 {
            put_number(body, streams.number(Stream::Keys)?);
        }
        for _ in 0..texts_of(run) {
            if body.len() >= end {
                return Err(Missing);
            }
            join_text(streams, ids, body)?;
        }
    }
    if body.len() == end { Ok(()) } else { Err(Missing) }
}

fn join_text(streams: &mut StreamReader<'_>, ids: &mut Ids, body: &mut Vec<u8>) -> Result<(), Missing> {
    let id = match streams.number(Stream::Keys)? {
        NEW_ID => {
            let id = streams.bytes(Stream::Ids, 8)?.try_into().ok().ok_or(Missing)?;
            ids.meet(id);
            id
        }
        KNOWN_ID => {
            let place = usize::try_from(streams.number(Stream::Keys)?).ok().ok_or(Missing)?;
            *ids.at(place).ok_or(Missing)?
        }
        text => {
            let length = text - TEXT;
            put_number(body, length);
            let length = usize::try_from(length).ok().ok_or(Missing)?;
            body.extend(streams.bytes(Stream::Keys, length)?);
            return Ok(());
        }
    };
    put_number(body, ids::CHARS as u64);
    body.extend(ids::write(id).as_bytes());
    Ok(())
}
