//! The operations of a change, read out of its columns without Automerge, so that
//! the policy can be asked before Automerge sees the bytes. They were added up
//! before: what is read here is bounded.

use documents::inspect::{Action, Key, Object, Op, OpId, Scalar};
use domain::ActorId;

use super::Fault;
use super::columns::Columns;
use super::operations::{
    ACTION, INSERT, KEY_ACTOR, KEY_COUNTER, KEY_TEXT, OBJECT_ACTOR, OBJECT_COUNTER, PRED_ACTOR, PRED_COUNT,
    PRED_COUNTER, VALUE, VALUE_META,
};
use super::reader::Reader;
use super::rows::{BoolRows, DeltaRows, Rows};

/// Who wrote the change, and what its operations begin with.
pub(super) struct Origin<'a> {
    pub(super) author: ActorId,
    pub(super) others: &'a [ActorId],
    pub(super) start_op: u64,
}

/// Reads so many operations.
pub(super) fn read(columns: &Columns<'_, 12>, origin: &Origin<'_>, ops: u64) -> Result<Vec<Op>, Fault> {
    let mut cursor = Cursor::new(columns, origin);
    (0..ops).map(|index| cursor.next(origin.start_op.saturating_add(index))).collect()
}

/// Where all columns are read.
struct Cursor<'a> {
    origin: &'a Origin<'a>,
    object_actors: Rows<'a, u64>,
    object_counters: Rows<'a, u64>,
    key_actors: Rows<'a, u64>,
    key_counters: DeltaRows<'a>,
    key_texts: Rows<'a, &'a [u8]>,
    inserts: BoolRows<'a>,
    actions: Rows<'a, u64>,
    value_metas: Rows<'a, u64>,
    values: Reader<'a>,
    pred_counts: Rows<'a, u64>,
    pred_actors: Rows<'a, u64>,
    pred_counters: DeltaRows<'a>,
}

impl<'a> Cursor<'a> {
    fn new(columns: &Columns<'a, 12>, origin: &'a Origin<'a>) -> Self {
        let numbers = |column, place| Rows::new(columns.get(column), place, Reader::unsigned);
        Self {
            origin,
            object_actors: numbers(OBJECT_ACTOR, "object actor"),
            object_counters: numbers(OBJECT_COUNTER, "object counter"),
            key_actors: numbers(KEY_ACTOR, "key actor"),
            key_counters: DeltaRows::new(columns.get(KEY_COUNTER), "key counter"),
            key_texts: Rows::new(columns.get(KEY_TEXT), "key text", Reader::prefixed),
            inserts: BoolRows::new(columns.get(INSERT), "insert"),
            actions: numbers(ACTION, "action"),
            value_metas: numbers(VALUE_META, "value"),
            values: Reader::new(columns.get(VALUE), "value"),
            pred_counts: numbers(PRED_COUNT, "replaced"),
            pred_actors: numbers(PRED_ACTOR, "replaced actor"),
            pred_counters: DeltaRows::new(columns.get(PRED_COUNTER), "replaced counter"),
        }
    }

    fn next(&mut self, counter: u64) -> Result<Op, Fault> {
        Ok(Op {
            id: OpId { counter, actor: self.origin.author },
            object: self.object()?,
            key: self.key()?,
            insert: self.inserts.next()?,
            action: self.action()?,
            pred: self.preds()?,
        })
    }

    fn object(&mut self) -> Result<Object, Fault> {
        match (self.object_actors.next()?, self.object_counters.next()?) {
            (None, None) => Ok(Object::Root),
            (Some(actor), Some(counter)) => Ok(Object::Made(self.op_id(actor, counter)?)),
            _ => Err(Fault::malformed("object counter", "half an object is named")),
        }
    }

    fn key(&mut self) -> Result<Key, Fault> {
        match (self.key_texts.next()?, self.key_actors.next()?, self.key_counters.next()?) {
            (Some(text), None, None) => Ok(Key::Map(utf8(text, "key text")?)),
            (None, None, Some(0)) => Ok(Key::Head),
            (None, Some(actor), Some(counter)) => Ok(Key::Element(self.op_id(actor, counter)?)),
            _ => Err(Fault::malformed("key text", "not every operation has one key")),
        }
    }

    fn action(&mut self) -> Result<Action, Fault> {
        let value = self.value()?;
        match (self.actions.next()?, value) {
            (Some(1), value) => Ok(Action::Put(value)),
            (Some(0), Scalar::Null) => Ok(Action::MakeMap),
            (Some(3), Scalar::Null) => Ok(Action::Delete),
            (Some(4), Scalar::Null) => Ok(Action::MakeText),
            _ => Err(Fault::malformed("value", "an operation has a value that takes none")),
        }
    }

    fn value(&mut self) -> Result<Scalar, Fault> {
        let place = "value";
        let meta = self.value_metas.next()?.ok_or(Fault::malformed(place, "it has a row without a value"))?;
        let length = usize::try_from(meta >> 4).unwrap_or(usize::MAX);
        let bytes = self.values.take(length)?;
        let mut number = Reader::new(bytes, place);
        let value = match meta & 0xf {
            0 => Scalar::Null,
            1 => Scalar::Bool(false),
            2 => Scalar::Bool(true),
            3 => Scalar::Uint(number.unsigned()?),
            4 => Scalar::Int(number.signed()?),
            6 => return Ok(Scalar::Text(utf8(bytes, place)?)),
            7 => return Ok(Scalar::Bytes(bytes.to_vec())),
            9 => Scalar::Timestamp(number.signed()?),
            _ => return Err(Fault::malformed(place, "its type is unknown")),
        };
        if number.is_empty() { Ok(value) } else { Err(number.fault("a number has needless bytes")) }
    }

    fn preds(&mut self) -> Result<Vec<OpId>, Fault> {
        let missing = Fault::malformed("replaced", "it has a row without a value");
        let count = self.pred_counts.next()?.ok_or(missing)?;
        (0..count)
            .map(|_| {
                let (actor, counter) = (self.pred_actors.next()?, self.pred_counters.next()?);
                self.op_id(actor.ok_or(missing)?, counter.ok_or(missing)?)
            })
            .collect()
    }

    /// 0 is the author.
    fn op_id(&self, actor: u64, counter: u64) -> Result<OpId, Fault> {
        let other = usize::try_from(actor).ok().and_then(|actor| actor.checked_sub(1));
        let actor = match other {
            None => self.origin.author,
            Some(index) => *self
                .origin
                .others
                .get(index)
                .ok_or(Fault::malformed("actors", "an actor is not in its list"))?,
        };
        Ok(OpId { counter, actor })
    }
}

fn utf8(bytes: &[u8], place: &'static str) -> Result<String, Fault> {
    let text =
        std::str::from_utf8(bytes).map_err(|_broken| Fault::malformed(place, "a text is not UTF-8"))?;
    Ok(text.to_owned())
}
