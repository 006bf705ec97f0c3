//! From the bytes in which a value crosses the boundary to JSON.

use serde_json::{Map, Number, Value, json};

use super::shape::{Field, Named, Shape, Surface, Word};
use crate::FieldError;

/// Takes one value off the front of the bytes.
pub(super) fn json(surface: &Surface, shape: &Shape, bytes: &mut &[u8]) -> Result<Value, FieldError> {
    Ok(match shape {
        Shape::Bool => json!(taken::<1>(bytes)? == [1]),
        Shape::I16 => json!(i16::from_be_bytes(taken(bytes)?)),
        Shape::U16 => json!(u16::from_be_bytes(taken(bytes)?)),
        Shape::I32 => json!(i32::from_be_bytes(taken(bytes)?)),
        Shape::U32 => json!(u32::from_be_bytes(taken(bytes)?)),
        Shape::I64 => json!(i64::from_be_bytes(taken(bytes)?)),
        Shape::U64 => json!(u64::from_be_bytes(taken(bytes)?)),
        Shape::F64 => Number::from_f64(f64::from_be_bytes(taken(bytes)?)).map_or(Value::Null, Value::Number),
        Shape::Text => Value::String(text(bytes)?),
        Shape::Bytes => return Err(FieldError::fault("no call gives bytes")),
        Shape::Instant => json!(millis(bytes)?),
        Shape::Optional(inner) => match taken::<1>(bytes)? {
            [0] => Value::Null,
            _ => json(surface, inner, bytes)?,
        },
        Shape::List(inner) => {
            let items = count(bytes)?;
            (0..items).map(|_| json(surface, inner, bytes)).collect::<Result<Vec<_>, _>>()?.into()
        }
        Shape::Map(inner) => {
            let pairs = count(bytes)?;
            let pair = |_| Ok((text(bytes)?, json(surface, inner, bytes)?));
            (0..pairs).map(pair).collect::<Result<Map<_, _>, FieldError>>()?.into()
        }
        Shape::Named(name) => named(surface, surface.named(name)?, bytes)?,
    })
}

fn named(surface: &Surface, named: &Named, bytes: &mut &[u8]) -> Result<Value, FieldError> {
    match named {
        Named::Record(fields) => Ok(Value::Object(object(surface, fields, bytes)?)),
        Named::Words(words) => Ok(Value::String(nth(words, bytes)?.clone())),
        Named::Cases(words) => {
            let Word { name, fields } = nth(words, bytes)?;
            let mut case = Map::from_iter([("type".to_owned(), Value::String(name.clone()))]);
            case.append(&mut object(surface, fields, bytes)?);
            Ok(Value::Object(case))
        }
    }
}

fn object(surface: &Surface, fields: &[Field], bytes: &mut &[u8]) -> Result<Map<String, Value>, FieldError> {
    fields.iter().map(|field| Ok((field.name.clone(), json(surface, &field.shape, bytes)?))).collect()
}

/// The word that the bytes name; they count from 1.
fn nth<'a, T>(words: &'a [T], bytes: &mut &[u8]) -> Result<&'a T, FieldError> {
    count(bytes)?.checked_sub(1).and_then(|index| words.get(index)).ok_or_else(other_surface)
}

fn count(bytes: &mut &[u8]) -> Result<usize, FieldError> {
    usize::try_from(i32::from_be_bytes(taken(bytes)?)).map_err(|_foreign| other_surface())
}

fn text(bytes: &mut &[u8]) -> Result<String, FieldError> {
    let length = count(bytes)?;
    let (text, rest) = bytes.split_at_checked(length).ok_or_else(other_surface)?;
    *bytes = rest;
    String::from_utf8(text.to_vec()).map_err(|_foreign| other_surface())
}

/// Milliseconds since 1970: seconds that carry the sign, and nanoseconds beyond them.
fn millis(bytes: &mut &[u8]) -> Result<i64, FieldError> {
    let seconds = i64::from_be_bytes(taken(bytes)?);
    let beyond = i64::from(u32::from_be_bytes(taken(bytes)?) / 1_000_000);
    let sign = if seconds < 0 { -1 } else { 1 };
    seconds.checked_mul(1_000).and_then(|whole| whole.checked_add(sign * beyond)).ok_or_else(other_surface)
}

fn taken<const LENGTH: usize>(bytes: &mut &[u8]) -> Result<[u8; LENGTH], FieldError> {
    let (taken, rest) = bytes.split_first_chunk().ok_or_else(other_surface)?;
    *bytes = rest;
    Ok(*taken)
}

fn other_surface() -> FieldError {
    FieldError::fault("the surface is not the one that the library was built with")
}
