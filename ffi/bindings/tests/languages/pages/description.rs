//! The description by which values become JSON, one line for each name.

use serde_json::{Map, Value, json};
use uniffi_meta::{DefaultValueMetadata, EnumMetadata, FieldMetadata, LiteralMetadata, MethodMetadata, Type};

use super::{Surface, camel, is_object};

/// All of it as JSON, a line for each call and type, so that a change is read in a diff.
pub(super) fn json(surface: &Surface) -> String {
    let methods = surface.methods.iter().map(|(name, method)| (name, method_json(method)));
    let records =
        surface.records.iter().map(|(name, record)| (name, json!({"record": fields(&record.fields)})));
    let enums = surface.enums.iter().map(|(name, words)| (name, enum_json(words)));
    let mut types: Vec<_> = records.chain(enums).collect();
    types.sort_by_key(|(name, _)| *name);
    format!(
        "{{\n\"methods\": {{\n{}\n}},\n\"types\": {{\n{}\n}}\n}}\n",
        lines(methods),
        lines(types.into_iter())
    )
}

fn lines<'a>(named: impl Iterator<Item = (&'a String, Value)>) -> String {
    named.map(|(name, value)| format!("  {}: {value}", json!(name))).collect::<Vec<_>>().join(",\n")
}

fn method_json(method: &MethodMetadata) -> Value {
    let inputs = method.inputs.iter().filter(|input| !is_object(&input.ty));
    let arguments: Vec<Value> =
        inputs.map(|input| field(&input.name, &input.ty, input.default.as_ref())).collect();
    json!({"arguments": arguments, "answer": method.return_type.as_ref().map(shape)})
}

fn enum_json(words: &EnumMetadata) -> Value {
    if words.variants.iter().all(|word| word.fields.is_empty()) {
        return json!({"words": words.variants.iter().map(|word| camel(&word.name)).collect::<Vec<_>>()});
    }
    let case = |name: &str, of: &[FieldMetadata]| json!({"name": camel(name), "fields": fields(of)});
    json!({"cases": words.variants.iter().map(|word| case(&word.name, &word.fields)).collect::<Vec<_>>()})
}

fn fields(fields: &[FieldMetadata]) -> Value {
    fields.iter().map(|given| field(&given.name, &given.ty, given.default.as_ref())).collect()
}

/// A field; one without a name is called `value`.
fn field(name: &str, ty: &Type, default: Option<&DefaultValueMetadata>) -> Value {
    let name = if name.is_empty() { "value".to_owned() } else { camel(name) };
    let mut field = Map::from_iter([("name".to_owned(), json!(name)), ("shape".to_owned(), shape(ty))]);
    if let Some(default) = default {
        field.insert("default".to_owned(), value_of(default, ty));
    }
    Value::Object(field)
}

fn value_of(default: &DefaultValueMetadata, ty: &Type) -> Value {
    match default {
        DefaultValueMetadata::Default => match ty {
            Type::Sequence { .. } => json!([]),
            Type::Optional { .. } => Value::Null,
            Type::String => json!(""),
            other => panic!("what is the default of {other:?}?"),
        },
        DefaultValueMetadata::Literal(literal) => match literal {
            LiteralMetadata::Boolean(yes) => json!(yes),
            LiteralMetadata::String(text) => json!(text),
            LiteralMetadata::UInt(number, ..) => json!(number),
            LiteralMetadata::Int(number, ..) => json!(number),
            LiteralMetadata::EmptySequence => json!([]),
            LiteralMetadata::None => Value::Null,
            other => panic!("how is {other:?} written?"),
        },
    }
}

fn shape(ty: &Type) -> Value {
    match ty {
        Type::Boolean => json!("bool"),
        Type::Int16 => json!("i16"),
        Type::UInt16 => json!("u16"),
        Type::Int32 => json!("i32"),
        Type::UInt32 => json!("u32"),
        Type::Int64 => json!("i64"),
        Type::UInt64 => json!("u64"),
        Type::Float64 => json!("f64"),
        Type::String => json!("text"),
        Type::Bytes => json!("bytes"),
        Type::Timestamp => json!("instant"),
        Type::Record { name, .. } | Type::Enum { name, .. } => json!({ "named": name }),
        Type::Custom { builtin, .. } => shape(builtin),
        Type::Box { inner_type } => shape(inner_type),
        Type::Optional { inner_type } => json!({"optional": shape(inner_type)}),
        Type::Sequence { inner_type } => json!({"list": shape(inner_type)}),
        Type::Map { value_type, .. } => json!({"map": shape(value_type)}),
        other => panic!("no page takes or gets {other:?}"),
    }
}
