//! From JSON to the bytes in which a value crosses the boundary.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::shape::{Field, Named, Shape, Surface};
use crate::FieldError;

/// Reads values by their shape; the place in the arguments goes into what is said
/// when one does not fit.
pub(super) struct Reader<'a> {
    pub(super) surface: &'a Surface,
    pub(super) bytes: Vec<u8>,
    pub(super) place: Vec<String>,
}

impl Reader<'_> {
    /// Appends a value. One that is left out is its default.
    pub(super) fn field(&mut self, field: &Field, object: &Map<String, Value>) -> Result<(), FieldError> {
        self.place.push(field.name.clone());
        let given = object.get(&field.name).or(field.default.as_ref());
        match (given, &field.shape) {
            (Some(value), shape) => self.value(shape, value)?,
            (None, Shape::Optional(_)) => self.bytes.push(0),
            (None, _) => return Err(self.expected("a value")),
        }
        self.place.pop();
        Ok(())
    }

    fn value(&mut self, shape: &Shape, value: &Value) -> Result<(), FieldError> {
        match shape {
            Shape::Bool => self.put(value.as_bool().map(|yes| [u8::from(yes)]), "true or false"),
            Shape::I16 => self.whole(value, i16::to_be_bytes),
            Shape::U16 => self.whole(value, u16::to_be_bytes),
            Shape::I32 => self.whole(value, i32::to_be_bytes),
            Shape::U32 => self.whole(value, u32::to_be_bytes),
            Shape::I64 => self.whole(value, i64::to_be_bytes),
            Shape::U64 => self.put(value.as_u64().map(u64::to_be_bytes), "a whole number of its size"),
            Shape::F64 => self.put(value.as_f64().map(f64::to_be_bytes), "a number"),
            Shape::Text => self.text(value),
            Shape::Bytes => self.base64(value),
            Shape::Instant => self.instant(value),
            Shape::Optional(inner) => self.optional(inner, value),
            Shape::List(inner) => self.list(inner, value),
            Shape::Map(_) => Err(FieldError::fault("no call takes a map")),
            Shape::Named(name) => self.named(self.surface.named(name)?, value),
        }
    }

    fn put<const LENGTH: usize>(
        &mut self,
        bytes: Option<[u8; LENGTH]>,
        what: &str,
    ) -> Result<(), FieldError> {
        let bytes = bytes.ok_or_else(|| self.expected(what))?;
        self.bytes.extend(bytes);
        Ok(())
    }

    fn whole<N: TryFrom<i64>, const LENGTH: usize>(
        &mut self,
        value: &Value,
        bytes: impl Fn(N) -> [u8; LENGTH],
    ) -> Result<(), FieldError> {
        let number = value.as_i64().and_then(|number| N::try_from(number).ok());
        self.put(number.map(bytes), "a whole number of its size")
    }

    fn text(&mut self, value: &Value) -> Result<(), FieldError> {
        let text = value.as_str().ok_or_else(|| self.expected("a text"))?;
        self.counted(text.as_bytes())
    }

    fn base64(&mut self, value: &Value) -> Result<(), FieldError> {
        let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.ok_or_else(|| self.expected("base64"))?;
        self.counted(&bytes)
    }

    fn counted(&mut self, bytes: &[u8]) -> Result<(), FieldError> {
        self.count(bytes.len())?;
        self.bytes.extend(bytes);
        Ok(())
    }

    fn count(&mut self, length: usize) -> Result<(), FieldError> {
        let length = i32::try_from(length).ok();
        self.put(length.map(i32::to_be_bytes), "less of it")
    }

    /// Seconds that carry the sign, and nanoseconds beyond them. Within the second
    /// before 1970 there is no sign to carry, and the second is taken as a whole.
    fn instant(&mut self, value: &Value) -> Result<(), FieldError> {
        let millis = value.as_i64().ok_or_else(|| self.expected("milliseconds since 1970"))?;
        let nanos = u32::try_from((millis % 1_000).unsigned_abs()).unwrap_or(0) * 1_000_000;
        self.bytes.extend((millis / 1_000).to_be_bytes());
        self.bytes.extend(nanos.to_be_bytes());
        Ok(())
    }

    fn optional(&mut self, inner: &Shape, value: &Value) -> Result<(), FieldError> {
        self.bytes.push(u8::from(!value.is_null()));
        if value.is_null() { Ok(()) } else { self.value(inner, value) }
    }

    fn list(&mut self, inner: &Shape, value: &Value) -> Result<(), FieldError> {
        let items = value.as_array().ok_or_else(|| self.expected("a list"))?;
        self.count(items.len())?;
        for (index, item) in items.iter().enumerate() {
            self.place.push(index.to_string());
            self.value(inner, item)?;
            self.place.pop();
        }
        Ok(())
    }

    fn named(&mut self, named: &Named, value: &Value) -> Result<(), FieldError> {
        match named {
            Named::Record(fields) => self.object(fields, value),
            Named::Words(words) => self.word(words.iter().map(String::as_str), value.as_str()),
            Named::Cases(words) => {
                let name = value.get("type").and_then(Value::as_str);
                self.word(words.iter().map(|word| word.name.as_str()), name)?;
                let word = words.iter().find(|word| Some(word.name.as_str()) == name);
                word.map_or(Ok(()), |word| self.object(&word.fields, value))
            }
        }
    }

    fn object(&mut self, fields: &[Field], value: &Value) -> Result<(), FieldError> {
        let object = value.as_object().ok_or_else(|| self.expected("an object"))?;
        fields.iter().try_for_each(|field| self.field(field, object))
    }

    /// Which of the words it is; they count from 1.
    fn word<'a>(
        &mut self,
        mut words: impl Iterator<Item = &'a str> + Clone,
        given: Option<&str>,
    ) -> Result<(), FieldError> {
        let known = words.clone().collect::<Vec<_>>().join(", ");
        match given.and_then(|given| words.position(|word| word == given)) {
            Some(index) => self.count(index + 1),
            None => Err(self.expected(&format!("one of {known}"))),
        }
    }

    fn expected(&self, what: &str) -> FieldError {
        FieldError::bad_value(&format!("{}: {what} is expected", self.place.join(".")))
    }
}
