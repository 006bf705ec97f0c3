//! Stage B, its end: whether each operation fits what it refers to, whatever the
//! schema. An operation lies in a map or text that stood at the change's
//! dependencies or that the change has made, and replaces exactly what stood at
//! its place.
//!
//! Automerge takes up operations that name letters in a map, keys in a text or
//! values that were never there, and shows another document after saving and
//! loading. And a write that leaves a standing value beside itself, or replaces
//! what its author had not seen, would hide something.

use std::collections::{HashMap, HashSet};

use documents::inspect::{Action, DecodedChange, Key, Object, Op, OpId, Scalar};
use documents::{Document, Holder, Standing};

use crate::refusal::{Refusal, RefusalCode, Stage};

/// Judges every operation of a change against its document, if there is one yet.
pub(crate) fn check(document: Option<&Document>, change: &DecodedChange) -> Result<(), Refusal> {
    let standing = document.map(|document| document.standing(&change.header.deps));
    let mut met = Met {
        standing,
        holders: HashMap::new(),
        made: HashSet::new(),
        keys: HashMap::new(),
        texts: HashMap::new(),
    };
    change.ops.iter().try_for_each(|op| met.check(op))
}

/// What stood at the dependencies, as far as the operations so far touched it, and
/// what they have made of it.
struct Met<'a> {
    standing: Option<Standing<'a>>,
    holders: HashMap<OpId, Holder>,
    /// The maps and texts that the change has made.
    made: HashSet<OpId>,
    /// The operations whose values stand at a key.
    keys: HashMap<(Object, &'a str), Vec<OpId>>,
    /// The letters that stand in a text.
    texts: HashMap<OpId, HashSet<OpId>>,
}

impl<'a> Met<'a> {
    fn check(&mut self, op: &'a Op) -> Result<(), Refusal> {
        match (self.holder(op)?, op.object, &op.key) {
            (Holder::Map, _, Key::Map(key)) if !op.insert => self.check_key(op, key)?,
            (Holder::Text, Object::Made(text), Key::Head | Key::Element(_)) => self.check_letter(op, text)?,
            _ => return Err(foreign(op, "it names letters in a map or keys in a text")),
        }
        match op.action {
            Action::MakeMap => self.make(op.id, Holder::Map),
            Action::MakeText => self.make(op.id, Holder::Text),
            Action::Put(_) | Action::Delete => {}
            Action::Foreign => return Err(foreign(op, "our editor never does this")),
        }
        Ok(())
    }

    fn make(&mut self, id: OpId, holder: Holder) {
        self.holders.insert(id, holder);
        self.made.insert(id);
    }

    fn holder(&mut self, op: &Op) -> Result<Holder, Refusal> {
        let Object::Made(id) = op.object else { return Ok(Holder::Map) };
        if let Some(holder) = self.holders.get(&id) {
            return Ok(*holder);
        }
        let holder = self.standing.as_ref().and_then(|standing| standing.holder(&id));
        let holder = holder.ok_or_else(|| foreign(op, "it writes into an object that did not stand"))?;
        self.holders.insert(id, holder);
        Ok(holder)
    }

    /// A write at a key replaces all that stands there, and nothing else.
    fn check_key(&mut self, op: &Op, key: &'a str) -> Result<(), Refusal> {
        let standing = &self.standing;
        // What the change has made itself holds nothing that stood before.
        let stands = self.keys.entry((op.object, key)).or_insert_with(|| match (standing, op.object) {
            (Some(standing), Object::Root) => standing.at_key(&op.object, key),
            (Some(standing), Object::Made(id)) if !self.made.contains(&id) => {
                standing.at_key(&op.object, key)
            }
            _ => Vec::new(),
        });
        let mut replaced = op.pred.clone();
        replaced.sort_unstable();
        if *stands != replaced || (op.action == Action::Delete && replaced.is_empty()) {
            let message = "the write does not replace exactly what its author saw there";
            return Err(Refusal::new(Stage::Causality, RefusalCode::ShapeForeign, key, message));
        }
        *stands = if op.action == Action::Delete { Vec::new() } else { vec![op.id] };
        Ok(())
    }

    /// One letter in, after a letter that stands, or one letter out.
    fn check_letter(&mut self, op: &Op, text: OpId) -> Result<(), Refusal> {
        let standing = self.standing.as_ref().filter(|_| !self.made.contains(&text));
        let letters = self.texts.entry(text).or_insert_with(|| {
            standing.map(|standing| standing.elements(&text).into_iter().collect()).unwrap_or_default()
        });
        let is_sound = match (&op.key, &op.action) {
            (Key::Head, Action::Put(Scalar::Text(letter))) => {
                op.insert && is_letter(letter) && op.pred.is_empty() && letters.insert(op.id)
            }
            (Key::Element(after), Action::Put(Scalar::Text(letter))) => {
                let is_after_a_letter = letters.contains(after);
                op.insert
                    && is_letter(letter)
                    && op.pred.is_empty()
                    && is_after_a_letter
                    && letters.insert(op.id)
            }
            (Key::Element(gone), Action::Delete) => {
                !op.insert && op.pred.as_slice() == [*gone] && letters.remove(gone)
            }
            _ => false,
        };
        if is_sound { Ok(()) } else { Err(foreign(op, "the text is edited as our editor never does")) }
    }
}

/// One character, as the editor writes them.
fn is_letter(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some() && letters.next().is_none()
}

fn foreign(op: &Op, message: &str) -> Refusal {
    let path = format!("operation {}", op.id.counter);
    Refusal::new(Stage::Causality, RefusalCode::ShapeForeign, path, message)
}
