//! Chunks built by hand, column by column, so that each check of stage A meets
//! the one thing that it is for.

use std::collections::BTreeMap;

use gate::{RefusalCode, structure};

use crate::craft::chunk;

/// −1 as a signed LEB128 number: a literal run of one value.
const ONE: u8 = 0x7f;
/// −2: a literal run of two.
const TWO: u8 = 0x7e;
/// A run of a million.
const MILLION: [u8; 3] = [0xc0, 0x84, 0x3d];

type Columns = BTreeMap<u8, Vec<u8>>;

fn with_columns(mut head: Vec<u8>, groups: &[&Columns]) -> Vec<u8> {
    let prefixed = |columns: &Columns, out: &mut Vec<u8>| {
        out.push(u8::try_from(columns.len()).expect("a few columns"));
        for (specification, data) in columns {
            out.extend(number(u64::from(*specification)));
            out.extend(number(u64::try_from(data.len()).expect("a short column")));
        }
    };
    groups.iter().for_each(|columns| prefixed(columns, &mut head));
    groups.iter().for_each(|columns| columns.values().for_each(|data| head.extend(data)));
    head
}

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(u8::try_from(value & 0x7f).expect("seven bits") | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).expect("seven bits"));
    bytes
}

/// A change that puts `"v"` at the key `"k"` of the root, replacing the author's
/// operation 1; in parts, so that each can be bent.
struct Change {
    deps: Vec<[u8; 32]>,
    others: Vec<[u8; 16]>,
    numbers: [u64; 2],
    time: Vec<u8>,
    columns: Columns,
}

impl Change {
    fn honest() -> Self {
        let columns = [
            (0x15, vec![ONE, 1, b'k']),
            (0x34, vec![1]),
            (0x42, vec![ONE, 1]),
            (0x56, vec![ONE, 0x16]),
            (0x57, vec![b'v']),
            (0x70, vec![ONE, 1]),
            (0x71, vec![ONE, 0]),
            (0x73, vec![ONE, 1]),
        ];
        Self {
            deps: vec![[1; 32]],
            others: Vec::new(),
            numbers: [2, 5],
            time: vec![0],
            columns: BTreeMap::from(columns),
        }
    }

    fn column(mut self, specification: u8, data: &[u8]) -> Self {
        self.columns.insert(specification, data.to_vec());
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = number(u64::try_from(self.deps.len()).expect("a few"));
        self.deps.iter().for_each(|dep| head.extend(dep));
        head.push(16);
        head.extend([0x54; 16]);
        self.numbers.iter().for_each(|value| head.extend(number(*value)));
        head.extend(&self.time);
        head.push(0);
        head.extend(number(u64::try_from(self.others.len()).expect("a few")));
        for other in &self.others {
            head.push(16);
            head.extend(other);
        }
        chunk(1, &with_columns(head, &[&self.columns]))
    }

    #[track_caller]
    fn refused(&self, code: RefusalCode) {
        let refusal = structure::check_change(&self.bytes()).expect_err("it is bent");
        assert_eq!(refusal.code, code, "{refusal}");
    }
}

#[test]
fn the_change_built_by_hand_is_sound() {
    let structure = structure::check_change(&Change::honest().bytes()).expect("nothing is bent");
    assert_eq!((structure.seq(), structure.start_op(), structure.ops()), (2, 5, 1));
}

#[test]
fn deps_and_other_actors_are_sorted_and_few() {
    let with_deps = |deps: Vec<[u8; 32]>| Change { deps, ..Change::honest() };
    assert!(structure::check_change(&with_deps(vec![[1; 32], [2; 32]]).bytes()).is_ok());
    with_deps(vec![[2; 32], [1; 32]]).refused(RefusalCode::ChangeMalformed);
    with_deps(vec![[1; 32], [1; 32]]).refused(RefusalCode::ChangeMalformed);
    with_deps((0..65).map(|byte| [byte; 32]).collect()).refused(RefusalCode::ChangeMalformed);
    let with_others = |others: Vec<[u8; 16]>| Change { others, ..Change::honest() };
    assert!(structure::check_change(&with_others(vec![[1; 16], [2; 16]]).bytes()).is_ok());
    with_others(vec![[2; 16], [1; 16]]).refused(RefusalCode::ChangeMalformed);
    with_others(vec![[0x54; 16]]).refused(RefusalCode::ChangeMalformed);
}

#[test]
fn numbers_stay_where_honest_work_can_reach() {
    for numbers in [[0, 5], [2, 0], [50_000_001, 5], [2, 50_000_001], [2, u64::MAX]] {
        Change { numbers, ..Change::honest() }.refused(RefusalCode::ChangeCounter);
    }
    // The largest time that a signed number can hold.
    let time = vec![0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0];
    Change { time, ..Change::honest() }.refused(RefusalCode::ChangeCounter);
    // An operation of the future is replaced, or one before the first.
    for counter in [6, 0] {
        Change::honest().column(0x73, &[ONE, counter]).refused(RefusalCode::ChangeCounter);
    }
    let object = Change::honest().column(0x01, &[ONE, 0]);
    object.column(0x02, &[ONE, 9]).refused(RefusalCode::ChangeCounter);
}

#[test]
fn every_column_has_a_row_for_each_operation() {
    for (specification, rows) in [
        (0x15, &[TWO, 1, b'k', 1, b'k'][..]),
        (0x34, &[2]),
        (0x42, &[TWO, 1, 1]),
        (0x56, &[TWO, 0x16, 0]),
        (0x70, &[TWO, 1, 0]),
        (0x71, &[TWO, 0, 0]),
        (0x73, &[TWO, 1, 0]),
    ] {
        let refusal = structure::check_change(&Change::honest().column(specification, rows).bytes());
        assert!(refusal.is_err(), "two rows in column {specification:#x}");
    }
}

#[test]
fn no_column_expands() {
    for specification in [0x15, 0x34, 0x42, 0x56, 0x70, 0x71, 0x73] {
        let mut run = MILLION.to_vec();
        match specification {
            0x15 => run.extend([1, b'k']),
            0x34 => {}
            0x56 => run.push(0),
            _ => run.push(1),
        }
        let change = Change::honest().column(specification, &run);
        change.refused(RefusalCode::ChangeTooManyOps);
    }
    // One operation that claims to replace a million.
    let mut claim = vec![ONE];
    claim.extend([0xc0, 0x84, 0x3d]);
    Change::honest().column(0x70, &claim).refused(RefusalCode::ChangeTooManyOps);
}

#[test]
fn values_have_the_bytes_that_are_announced() {
    Change::honest().column(0x56, &[ONE, 0x26]).refused(RefusalCode::ChangeMalformed);
    Change::honest().column(0x57, b"vv").refused(RefusalCode::ChangeMalformed);
    // A null with a length, a number of eleven bytes, a float.
    Change::honest().column(0x56, &[ONE, 0x10]).refused(RefusalCode::ChangeMalformed);
    let eleven = Change::honest().column(0x56, &[ONE, 0xb4, 0x01]);
    eleven.column(0x57, &[0; 11]).refused(RefusalCode::ChangeMalformed);
    let float = Change::honest().column(0x56, &[ONE, 0x85, 0x01]);
    float.column(0x57, &[0; 8]).refused(RefusalCode::ShapeForeign);
}

#[test]
fn keys_are_there_once_and_bounded() {
    // An element beside the text key, and neither.
    Change::honest().column(0x13, &[ONE, 0]).refused(RefusalCode::ChangeMalformed);
    Change::honest().column(0x15, &[0, 1]).refused(RefusalCode::ChangeMalformed);
    let mut long = vec![ONE];
    long.extend(number(257));
    long.extend([b'k'; 257]);
    Change::honest().column(0x15, &long).refused(RefusalCode::ChangeMalformed);
    Change::honest().column(0x15, &[ONE, 1, 0xff]).refused(RefusalCode::ChangeMalformed);
}

#[test]
fn columns_that_our_editor_never_writes_are_refused() {
    for specification in [0x08, 0x4a, 0x21, 0x94, 0xa5] {
        Change::honest().column(specification, &[1]).refused(RefusalCode::ChangeMalformed);
    }
    Change::honest().column(0x42, &[ONE, 9]).refused(RefusalCode::ChangeMalformed);
    for action in [2, 5, 6, 7] {
        Change::honest().column(0x42, &[ONE, action]).refused(RefusalCode::ShapeForeign);
    }
}

/// A document of one change that puts `"v"` at `"k"`.
struct Saved {
    changes: Columns,
    ops: Columns,
    head: u8,
}

impl Saved {
    fn honest() -> Self {
        let changes = [
            (0x01, vec![ONE, 0]),
            (0x03, vec![ONE, 1]),
            (0x13, vec![ONE, 1]),
            (0x23, vec![ONE, 0]),
            (0x40, vec![ONE, 0]),
            (0x56, vec![ONE, 7]),
        ];
        let ops = [
            (0x15, vec![ONE, 1, b'k']),
            (0x21, vec![ONE, 0]),
            (0x23, vec![ONE, 1]),
            (0x34, vec![1]),
            (0x42, vec![ONE, 1]),
            (0x56, vec![ONE, 0x16]),
            (0x57, vec![b'v']),
            (0x80, vec![ONE, 0]),
        ];
        Self { changes: BTreeMap::from(changes), ops: BTreeMap::from(ops), head: 0 }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = vec![1, 16];
        head.extend([0x54; 16]);
        head.push(1);
        head.extend([9; 32]);
        let mut body = with_columns(head, &[&self.changes, &self.ops]);
        body.push(self.head);
        chunk(0, &body)
    }
}

#[test]
fn the_document_built_by_hand_is_sound_and_its_checksum_is_compared() {
    let mut bytes = Saved::honest().bytes();
    structure::check_document(&bytes).expect("nothing is bent");
    bytes[4] ^= 1;
    assert_eq!(structure::check_document(&bytes).expect_err("bent").code, RefusalCode::ChangeChecksum);
}

#[test]
fn every_column_of_a_document_has_its_rows_and_none_expands() {
    let bend = |is_change: bool, specification: u8, data: &[u8]| {
        let mut saved = Saved::honest();
        let columns = if is_change { &mut saved.changes } else { &mut saved.ops };
        columns.insert(specification, data.to_vec());
        structure::check_document(&saved.bytes())
    };
    for specification in [0x03, 0x13, 0x23, 0x40, 0x56] {
        let value = if specification == 0x56 { 7 } else { 0 };
        assert!(bend(true, specification, &[TWO, value, value]).is_err(), "change column {specification:#x}");
    }
    for specification in [0x23, 0x42, 0x56, 0x80] {
        assert!(bend(false, specification, &[TWO, 1, 0]).is_err(), "operation column {specification:#x}");
    }
    for (is_change, specification) in [(true, 0x01), (false, 0x21)] {
        let mut run = vec![0x80, 0x89, 0x7a, 0]; // two million times actor 0, in four bytes
        assert!(bend(is_change, specification, &run).is_err(), "{specification:#x}");
        run = vec![ONE, 1];
        assert!(bend(is_change, specification, &run).is_err(), "an actor that is not in the list");
    }
    assert!(bend(true, 0x35, &[ONE, 1, b'm']).is_err(), "a message");
    assert!(bend(true, 0x09, &[ONE, 0]).is_err(), "a deflated column");
    assert!(bend(false, 0x80, &[ONE, 1]).is_err(), "a successor that is not there");
}

#[test]
fn no_column_of_a_document_is_left_out() {
    for specification in [0x01, 0x03, 0x13, 0x23, 0x40, 0x56] {
        let mut saved = Saved::honest();
        saved.changes.remove(&specification);
        assert!(structure::check_document(&saved.bytes()).is_err(), "change column {specification:#x}");
    }
    for specification in [0x15, 0x23, 0x34, 0x42, 0x56, 0x57, 0x80] {
        let mut saved = Saved::honest();
        saved.ops.remove(&specification);
        assert!(structure::check_document(&saved.bytes()).is_err(), "operation column {specification:#x}");
    }
}

#[test]
fn a_head_is_among_the_changes() {
    let saved = Saved { head: 1, ..Saved::honest() };
    assert_eq!(
        structure::check_document(&saved.bytes()).expect_err("bent").code,
        RefusalCode::ChangeMalformed
    );
}
