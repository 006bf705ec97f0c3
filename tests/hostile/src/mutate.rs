//! Bends an honest change as a script says, on one of three levels, and gives it
//! the right checksum: bytes, columns, operations.

mod columns;
mod ops;

use documents::RawChange;
use documents::inspect::OpId;

use crate::chunk::{self, Parts};
use crate::script::Script;

/// The most bends of one change.
const BENDS_MAX: usize = 4;

/// Bends a change. `known` are operations that it may name.
#[must_use]
pub fn bend(script: &mut Script<'_>, honest: &RawChange, known: &[OpId]) -> Vec<u8> {
    let level = script.byte();
    let bends = 1 + script.below(BENDS_MAX);
    let body = match level % 4 {
        0 => chunk::body(&honest.bytes).to_vec(),
        1 => {
            let mut parts = Parts::of(chunk::body(&honest.bytes));
            (0..bends).for_each(|_| columns::bend(script, &mut parts));
            parts.body()
        }
        _ => chunk::body(&ops::bent(script, honest, known, bends).bytes).to_vec(),
    };
    let body =
        if level.is_multiple_of(4) || level & 0x40 != 0 { bend_bytes(script, &body, bends) } else { body };
    match level >> 2 & 7 {
        7 => chunk::close_compressed(&body),
        6 => chunk::close(script.byte(), &body),
        _ => chunk::close(1, &body),
    }
}

/// Bytes changed, put in or taken out.
#[must_use]
pub fn bend_bytes(script: &mut Script<'_>, bytes: &[u8], bends: usize) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    for _ in 0..bends {
        let at = script.below(bent.len().max(1));
        match script.byte() % 6 {
            0 => bent.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (script.byte() % 8)),
            1 => bent.iter_mut().skip(at).take(1).for_each(|byte| *byte = script.byte()),
            2 => bent.insert(at.min(bent.len()), script.byte()),
            3 if at < bent.len() => drop(bent.remove(at)),
            4 => bent.truncate(at),
            _ => {
                let copied: Vec<u8> = bent.iter().skip(at).take(1 + script.below(16)).copied().collect();
                bent.splice(at..at, copied);
            }
        }
    }
    bent
}
