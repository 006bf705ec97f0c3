//! The tables as Markdown, for `docs/documents.md`.

use std::fmt::Write as _;

use domain::{DocKind, FieldType, JobField, MergeRule, TripField};

use super::{
    Container, EntryId, EntryKey, EntryShape, Presence, Rewrite, SCHEMA_VERSION, ScalarType, TRIP_VOID,
    entry_shapes, root_rows, template,
};

/// The whole page of tables. A test compares it to `docs/documents.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = format!(
        "# Job and trip documents\n\n\
         Printed from the tables in `crates/domain/src/field.rs` and `crates/documents/src/schema/` by\n\
         `UPDATE_DOCS=1 cargo test -p documents`; the same test fails when this page is stale.\n\
         The schema number is {SCHEMA_VERSION}.\n\n\
         Every scalar is written with the type named here. Clearing a field writes null; nothing is ever\n\
         deleted. What a reader does not know, it keeps and passes over.\n"
    );
    for kind in [DocKind::Job, DocKind::Trip] {
        document(&mut page, kind);
    }
    page
}

/// Writing to a `String` cannot fail, so its result says nothing.
fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    if page.write_fmt(text).is_ok() {
        page.push('\n');
    }
}

fn document(page: &mut String, kind: DocKind) {
    let title = match kind {
        DocKind::Job => "Job",
        DocKind::Trip => "Trip",
    };
    line(page, format_args!("\n## {title}\n\n### Written once, by the first change\n"));
    line(page, format_args!("| key | type | meaning |\n|---|---|---|"));
    for row in root_rows(kind) {
        line(page, format_args!("| `{}` | {} | {} |", row.key, row.value.describe(), row.doc));
    }
    for row in template(kind) {
        let made = match row.container {
            Container::Map => "map",
            Container::Text => "text, merged letter by letter",
        };
        line(page, format_args!("| `{}` | {made} | {} |", row.name, row.doc));
    }
    line(page, format_args!("\n### Fields\n"));
    line(page, format_args!("| path | type | where several stand | meaning |\n|---|---|---|---|"));
    match kind {
        DocKind::Job => JobField::ALL
            .iter()
            .for_each(|field| field_row(page, &field.path(), field.value_type(), field.rule(), field.doc())),
        DocKind::Trip => {
            TripField::ALL.iter().for_each(|field| {
                field_row(page, &field.path(), field.value_type(), field.rule(), field.doc())
            });
            line(page, format_args!("| `void` | {} | – | {} |", TRIP_VOID.value.describe(), TRIP_VOID.doc));
        }
    }
    entry_shapes(kind).for_each(|shape| entry(page, shape));
}

fn field_row(page: &mut String, path: &str, value: FieldType, rule: MergeRule, doc: &str) {
    let value = ScalarType::of_field(value).describe();
    line(page, format_args!("| `{path}` | {value} | {} | {doc} |", rule_words(rule)));
}

const fn rule_words(rule: MergeRule) -> &'static str {
    match rule {
        MergeRule::OfficeWins => "the office's",
        MergeRule::TechnicianWins => "the technician's",
    }
}

fn entry(page: &mut String, shape: &EntryShape) {
    let id = match shape.id {
        EntryId::Local => "an id of 8 random bytes, 11 characters of base64url",
        EntryId::Item => "the item's key; an answer is always written as a whole new map",
    };
    let (section, rule) = (shape.section, rule_words(shape.rule));
    line(
        page,
        format_args!("\n### Entries of `{section}`\n\nKey: {id}. Where several values stand: {rule}.\n"),
    );
    line(page, format_args!("| key | type | there | written again | meaning |\n|---|---|---|---|---|"));
    shape.keys.iter().for_each(|key| entry_row(page, key));
}

fn entry_row(page: &mut String, key: &EntryKey) {
    let presence = match key.presence {
        Presence::Required => "always",
        Presence::Optional => "if said",
    };
    let rewrite = match key.rewrite {
        Rewrite::Never => "never",
        Rewrite::Once => "once, later",
        Rewrite::Often => "by corrections",
    };
    let (name, value, doc) = (key.key, key.value.describe(), key.doc);
    line(page, format_args!("| `{name}` | {value} | {presence} | {rewrite} | {doc} |"));
}
