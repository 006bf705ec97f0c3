//! The single-value fields of a job in JSON: `{"contact": {"phone": …}, …}`.
//! Reading, writing and describing them all follow the domain's table of fields.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::{FieldType, FieldValue, JobField, JobFieldEdit, JobFields, Uuid};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};
use wire::FieldProblem;

use crate::http::Problem;
use crate::rfc3339::{format_instant, parse_instant};

/// Fields as they stand.
#[derive(Debug, Clone)]
pub(in crate::http) struct FieldsBody(pub(in crate::http) JobFields);

/// Fields to be set; `null` clears one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub(in crate::http) struct FieldsInput(BTreeMap<String, Map<String, Value>>);

impl Serialize for FieldsBody {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut sections: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for (field, value) in &self.0 {
            sections.entry(field.section()).or_default().insert(field.key().to_owned(), plain(value));
        }
        let mut map = out.serialize_map(Some(sections.len()))?;
        for (section, values) in sections {
            map.serialize_entry(section, &values)?;
        }
        map.end()
    }
}

/// A value as JSON has it.
pub(in crate::http) fn plain(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => Value::String(text.clone()),
        FieldValue::Int(number) => Value::from(*number),
        FieldValue::Bool(yes) => Value::Bool(*yes),
        FieldValue::Instant(instant) => Value::String(format_instant(*instant)),
        FieldValue::Id(id) => Value::String(id.to_string()),
    }
}

impl FieldsInput {
    /// The edits that are asked for.
    ///
    /// # Errors
    ///
    /// Names every value that will not do.
    pub(in crate::http) fn into_edits(self) -> Result<Vec<JobFieldEdit>, Problem> {
        let mut edits = Vec::new();
        let mut errors = Vec::new();
        for (section, values) in self.0 {
            for (key, value) in values {
                match edit_of(&section, &key, &value) {
                    Ok(edit) => edits.push(edit),
                    Err(message) => {
                        errors.push(FieldProblem::new(format!("fields.{section}.{key}"), message))
                    }
                }
            }
        }
        if errors.is_empty() { Ok(edits) } else { Err(Problem::all_invalid(errors)) }
    }
}

fn edit_of(section: &str, key: &str, value: &Value) -> Result<JobFieldEdit, String> {
    let field = JobField::at(section, key).ok_or("there is no such field")?;
    if field.is_assignment() {
        return Err("the assignment changes by assigning".to_owned());
    }
    if value.is_null() {
        return Ok(JobFieldEdit { field, value: None });
    }
    let kind = field.value_type();
    let value = read(kind, value).filter(|value| kind.admits(value)).ok_or_else(|| expected(kind))?;
    Ok(JobFieldEdit { field, value: Some(value) })
}

fn read(kind: FieldType, value: &Value) -> Option<FieldValue> {
    Some(match kind {
        FieldType::Text(_) | FieldType::Choice(_) => FieldValue::Text(value.as_str()?.to_owned()),
        FieldType::Int(..) => FieldValue::Int(value.as_i64()?),
        FieldType::Bool => FieldValue::Bool(value.as_bool()?),
        FieldType::Instant => FieldValue::Instant(parse_instant(value.as_str()?)?),
        FieldType::Id => FieldValue::Id(value.as_str()?.parse::<Uuid>().ok()?),
    })
}

fn expected(kind: FieldType) -> String {
    match kind {
        FieldType::Text(most) => format!("a text of at most {most} characters"),
        FieldType::Int(low, high) => format!("a whole number from {low} to {high}"),
        FieldType::Bool => "true or false".to_owned(),
        FieldType::Instant => "an instant such as 2026-11-21T08:30:00Z".to_owned(),
        FieldType::Id => "an id (a UUID)".to_owned(),
        FieldType::Choice(words) => format!("one of {}", words.join(", ")),
    }
}

/// Whether a described value may be `null`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Clearing {
    Possible,
    Impossible,
}

fn schema_of_fields(clearing: Clearing, wanted: impl Fn(JobField) -> bool) -> RefOr<Schema> {
    let mut sections: BTreeMap<&str, ObjectBuilder> = BTreeMap::new();
    for field in JobField::ALL.iter().copied().filter(|field| wanted(*field)) {
        let section = sections.remove(field.section()).unwrap_or_default();
        sections.insert(field.section(), section.property(field.key(), schema_of_field(field, clearing)));
    }
    let whole = sections
        .into_iter()
        .fold(ObjectBuilder::new(), |whole, (section, fields)| whole.property(section, fields));
    whole.into()
}

fn schema_of_field(field: JobField, clearing: Clearing) -> ObjectBuilder {
    let typed = |kind: Type| match clearing {
        Clearing::Possible => SchemaType::from_iter([kind, Type::Null]),
        Clearing::Impossible => SchemaType::new(kind),
    };
    let object = ObjectBuilder::new().description(Some(field.doc()));
    match field.value_type() {
        FieldType::Text(most) => object.schema_type(typed(Type::String)).max_length(Some(most)),
        FieldType::Choice(words) => {
            object.schema_type(typed(Type::String)).enum_values(Some(words.iter().copied()))
        }
        FieldType::Int(low, high) => {
            object.schema_type(typed(Type::Integer)).minimum(Some(low)).maximum(Some(high))
        }
        FieldType::Bool => object.schema_type(typed(Type::Boolean)),
        FieldType::Instant => object
            .schema_type(typed(Type::String))
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime))),
        FieldType::Id => {
            object.schema_type(typed(Type::String)).format(Some(SchemaFormat::Custom("uuid".to_owned())))
        }
    }
}

impl utoipa::PartialSchema for FieldsBody {
    fn schema() -> RefOr<Schema> {
        schema_of_fields(Clearing::Impossible, |_| true)
    }
}

impl utoipa::ToSchema for FieldsBody {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("JobFields")
    }
}

impl utoipa::PartialSchema for FieldsInput {
    fn schema() -> RefOr<Schema> {
        schema_of_fields(Clearing::Possible, |field| !field.is_assignment())
    }
}

impl utoipa::ToSchema for FieldsInput {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("JobFieldsInput")
    }
}

#[cfg(test)]
mod tests {
    use domain::Instant;
    use serde_json::json;

    use super::*;

    fn example(field: JobField) -> FieldValue {
        match field.value_type() {
            FieldType::Text(_) => FieldValue::Text("متن".to_owned()),
            FieldType::Choice(words) => FieldValue::Text(words[0].to_owned()),
            FieldType::Int(_, high) => FieldValue::Int(high),
            FieldType::Bool => FieldValue::Bool(true),
            FieldType::Instant => FieldValue::Instant(Instant::from_millis(1_790_000_000_123)),
            FieldType::Id => FieldValue::Id(Uuid::from_u128(7)),
        }
    }

    #[test]
    fn every_field_reads_what_it_writes() {
        let fields: JobFields = JobField::ALL
            .iter()
            .filter(|field| !field.is_assignment())
            .map(|field| (*field, example(*field)))
            .collect();
        let written = serde_json::to_string(&FieldsBody(fields.clone())).expect("written");
        let input: FieldsInput = serde_json::from_str(&written).expect("read");
        let edits = input.into_edits().expect("all will do");
        let read: JobFields =
            edits.into_iter().filter_map(|edit| edit.value.map(|value| (edit.field, value))).collect();
        assert_eq!(read, fields);
    }

    #[test]
    fn every_wrong_value_is_named_with_what_would_do() {
        let input = json!({
            "contact": {"phone": 5, "shoe_size": "43"},
            "request": {"priority": "highest", "received_at": "yesterday", "subject": "x".repeat(1001)},
            "site": {"lat": 91_000_000},
            "outcome": {"leaflet": "yes"},
            "account": {"id": "me"},
            "assignment": {"note": "hurry"},
        });
        let input: FieldsInput = serde_json::from_value(input).expect("read");
        let problem = input.into_edits().expect_err("nothing will do").document(None);
        let mut paths: Vec<_> = problem.errors.iter().map(|error| error.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(
            paths,
            [
                "fields.account.id",
                "fields.assignment.note",
                "fields.contact.phone",
                "fields.contact.shoe_size",
                "fields.outcome.leaflet",
                "fields.request.priority",
                "fields.request.received_at",
                "fields.request.subject",
                "fields.site.lat",
            ]
        );
        assert!(problem.errors.iter().any(|error| error.message.contains("low, normal, high, urgent")));
    }

    #[test]
    fn null_clears() {
        let input: FieldsInput = serde_json::from_value(json!({"contact": {"phone": null}})).expect("read");
        let edits = input.into_edits().expect("will do");
        assert_eq!(edits, [JobFieldEdit { field: JobField::ContactPhone, value: None }]);
    }
}
