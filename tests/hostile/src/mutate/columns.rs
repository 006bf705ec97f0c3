//! Bends the parts of a change: its header and its columns.

use crate::chunk::{Parts, write_signed, write_unsigned};
use crate::mutate::bend_bytes;
use crate::script::Script;

/// Columns of the engine's format, those that our editor never writes included.
const SPECIFICATIONS: [u64; 18] = [
    0x01, 0x02, 0x08, 0x11, 0x13, 0x15, 0x21, 0x34, 0x42, 0x4a, 0x56, 0x57, 0x70, 0x71, 0x73, 0x94, 0xa5,
    0x80,
];

/// One bend.
pub(super) fn bend(script: &mut Script<'_>, parts: &mut Parts) {
    match script.byte() % 16 {
        0 => parts.seq = script.number(parts.seq),
        1 => parts.start_op = script.number(parts.start_op),
        2 => {
            parts.time.clear();
            let time = script.number(0);
            write_signed(i64::from_le_bytes(time.to_le_bytes()), &mut parts.time);
        }
        3 => bend_deps(script, parts),
        4 => bend_actors(script, parts),
        5 => parts.message.extend(script.take(3)),
        6 => parts.extra.extend(script.take(3)),
        7 => drop_column(script, parts),
        8 => {
            let specification = script.pick(&SPECIFICATIONS).copied().unwrap_or_default();
            let data = script.take(4).to_vec();
            let at = script.below(parts.columns.len() + 1);
            parts.columns.insert(at, (specification, data));
        }
        9 => swap_columns(script, parts),
        10 => {
            let specification = script.pick(&SPECIFICATIONS).copied().unwrap_or_default();
            column(script, parts, |_, (own, _)| *own = specification);
        }
        11 | 12 => column(script, parts, bend_run),
        13 => column(script, parts, |script, (_, data)| {
            write_run(script, data);
        }),
        _ => column(script, parts, |script, (_, data)| *data = bend_bytes(script, data, 1)),
    }
}

fn column(
    script: &mut Script<'_>,
    parts: &mut Parts,
    how: impl FnOnce(&mut Script<'_>, &mut (u64, Vec<u8>)),
) {
    let at = script.below(parts.columns.len().max(1));
    if let Some(column) = parts.columns.get_mut(at) {
        how(script, column);
    }
}

/// The first run gets another count.
fn bend_run(script: &mut Script<'_>, (_, data): &mut (u64, Vec<u8>)) {
    let digits = data.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1;
    let rest = data.split_off(digits.min(data.len()));
    data.clear();
    let count = script.number(1);
    write_signed(i64::from_le_bytes(count.to_le_bytes()), data);
    data.extend(rest);
}

/// Another run at the end: so many times one value.
fn write_run(script: &mut Script<'_>, data: &mut Vec<u8>) {
    let count = script.number(1);
    write_signed(i64::from_le_bytes(count.to_le_bytes()), data);
    write_unsigned(script.number(1), data);
}

fn bend_deps(script: &mut Script<'_>, parts: &mut Parts) {
    let at = script.below(parts.deps.len().max(1));
    match script.byte() % 4 {
        0 if at < parts.deps.len() => drop(parts.deps.remove(at)),
        1 => {
            let copied = parts.deps.get(at).copied().unwrap_or_default();
            parts.deps.push(copied);
        }
        2 => parts.deps.reverse(),
        _ => {
            parts.deps.push([script.byte(); 32]);
            parts.deps.sort_unstable();
        }
    }
}

fn bend_actors(script: &mut Script<'_>, parts: &mut Parts) {
    let at = script.below(parts.others.len().max(1));
    match script.byte() % 5 {
        0 => parts.actor = bend_bytes(script, &parts.actor, 1),
        1 if at < parts.others.len() => drop(parts.others.remove(at)),
        2 => parts.others.push(vec![script.byte(); 16]),
        3 => parts.others.reverse(),
        _ => parts.others.extend(parts.others.get(at).cloned()),
    }
}

fn drop_column(script: &mut Script<'_>, parts: &mut Parts) {
    let at = script.below(parts.columns.len().max(1));
    if at < parts.columns.len() {
        parts.columns.remove(at);
    }
}

fn swap_columns(script: &mut Script<'_>, parts: &mut Parts) {
    let count = parts.columns.len().max(1);
    let (one, other) = (script.below(count), script.below(count));
    if one.max(other) < parts.columns.len() {
        parts.columns.swap(one, other);
    }
}
