//! The fleet as JSON lines, one document a line, read by every peer: what stands in our
//! own documents, change by change, as operations on plain JSON.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use documents::Document;
use domain::DocKind;
use serde_json::{Map, Value, json};
use testkit::Rng;

use crate::content;
use crate::failure::Failure;

/// What the view of a job computes; it is not in the document, so peers need not keep it.
const COMPUTED: &[&str] =
    &["status", "status_since", "frontier", "misplaced", "field_conflicts", "status_conflicts"];
/// Long texts, which peers that can merge letter by letter keep as such.
const TEXTS: &[&str] = &["diagnosis", "solution"];
/// By what the lines of a list are told apart.
const KEYS: &[&str] = &["id", "item"];

/// The fleet as it was written.
#[derive(Debug, Clone)]
pub(crate) struct FleetFile {
    pub(crate) path: PathBuf,
    /// Bytes of the final JSON of a document, on average.
    pub(crate) document_bytes: usize,
    /// Changes of a document, on average.
    pub(crate) changes: f64,
}

/// Writes saved documents; a remark goes with each, for edits later.
#[expect(clippy::cast_precision_loss, reason = "no fleet has 2^52 changes")]
pub(crate) fn write<'a>(path: &Path, saved: impl Iterator<Item = &'a [u8]>) -> Result<FleetFile, Failure> {
    let mut rng = Rng::new(23);
    let mut file = BufWriter::new(File::create(path)?);
    let (mut documents, mut bytes, mut changes) = (0, 0, 0);
    for document in saved {
        documents += 1;
        let (states, last) = states(document)?;
        bytes += last.to_string().len();
        changes += states.len();
        let line = json!({ "id": last["id"], "remark": content::remark(&mut rng), "changes": states });
        writeln!(file, "{line}")?;
    }
    file.flush()?;
    let documents = documents.max(1);
    Ok(FleetFile {
        path: path.to_path_buf(),
        document_bytes: bytes / documents,
        changes: changes as f64 / documents as f64,
    })
}

/// Each change of a document as operations, and how the document is in the end.
fn states(saved: &[u8]) -> Result<(Vec<Vec<Value>>, Value), Failure> {
    let whole = Document::load(DocKind::Job, saved)?;
    let (mut applied, mut before, mut operations) = (Vec::new(), json!({}), Vec::new());
    for change in whole.changes() {
        applied.push(change.bytes);
        let growing = Document::from_changes(DocKind::Job, applied.iter().map(Vec::as_slice))?;
        let after = plain(serde_json::to_value(growing.job()?)?);
        let mut difference = Vec::new();
        differ(&mut Vec::new(), &before, &after, &mut difference);
        operations.push(difference);
        before = after;
    }
    Ok((operations, before))
}

/// The view without what is computed, its lists as maps by the ids of their lines.
fn plain(view: Value) -> Value {
    let Value::Object(fields) = view else { return view };
    let kept = fields.into_iter().filter(|(name, _)| !COMPUTED.contains(&name.as_str()));
    let kept = kept.map(|(name, value)| (name, without_nothing(keyed(value))));
    Value::Object(kept.filter(|(_, value)| value != "").collect())
}

/// What is not set does not stand in our documents either.
fn without_nothing(value: Value) -> Value {
    let Value::Object(fields) = value else { return value };
    let set = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(set.map(|(name, value)| (name, without_nothing(value))).collect())
}

fn keyed(value: Value) -> Value {
    let Value::Array(lines) = value else { return value };
    let entry = |mut line: Value| {
        let id = KEYS.iter().find_map(|key| line.as_object_mut()?.remove(*key));
        let id =
            id.map_or_else(|| line.to_string(), |id| id.as_str().map_or_else(|| id.to_string(), Into::into));
        (id, line)
    };
    Value::Object(lines.into_iter().map(entry).collect())
}

/// What must be set so that `before` becomes `after`, each as [kind, path, value].
fn differ(path: &mut Vec<String>, before: &Value, after: &Value, into: &mut Vec<Value>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => differ_maps(path, old, new, into),
        (old, new) if old == new => {}
        (_, new) => {
            let is_text = path.len() == 1 && path.iter().all(|name| TEXTS.contains(&name.as_str()));
            into.push(json!([if is_text { "text" } else { "set" }, path, new]));
        }
    }
}

fn differ_maps(
    path: &mut Vec<String>,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    into: &mut Vec<Value>,
) {
    for (name, value) in new {
        path.push(name.clone());
        differ(path, old.get(name).unwrap_or(&Value::Null), value, into);
        path.pop();
    }
}

#[cfg(test)]
mod tests {
    use testkit::{Kit, replace_text};

    use super::*;

    #[test]
    fn each_change_is_what_it_sets_and_nothing_is_said_twice() {
        let mut kit = Kit::new(3);
        let dispatcher = kit.dispatcher();
        let create = kit.create_job("a pump leaks");
        let (mut document, _) = kit.create(&dispatcher, &create);
        let note = kit.add_note("the dog is friendly");
        kit.edit(&mut document, &dispatcher, &note);
        kit.edit(&mut document, &dispatcher, &replace_text(domain::JobText::Diagnosis, "worn"));
        let (changes, last) = states(&document.save()).expect("reads");
        assert_eq!(changes.len(), 3);
        assert_eq!(changes[1].len(), 1, "{:?}", changes[1]);
        assert_eq!(changes[1][0][1][0], "notes");
        assert_eq!(changes[2], [json!(["text", ["diagnosis"], "worn"])]);
        assert!(last.get("status").is_none() && last["notes"].is_object(), "{last}");
    }
}
