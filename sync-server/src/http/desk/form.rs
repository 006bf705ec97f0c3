//! What a page sends with files in it (`multipart/form-data`).

use std::collections::BTreeMap;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;
use domain::limits::SHORT_TEXT_CHARS_MAX;
use wire::{ErrorCode, FieldProblem};

use crate::desk::{FILE_BYTES_MAX, FILES_BYTES_MAX, NewFile};
use crate::error::CoreError;

/// Of what a sender says that his file is.
pub(super) const MEDIA_TYPE_CHARS_MAX: usize = 100;
/// Where he says nothing.
pub(super) const UNKNOWN_TYPE: &str = "application/octet-stream";
/// Of all texts of a form: a long text in a script of two bytes a letter, and more.
const TEXT_BYTES_MAX: usize = 128 * 1024;
const PARTS_MAX: usize = 40;

/// A filled form.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) texts: BTreeMap<String, String>,
    pub(super) files: Vec<NewFile>,
}

impl Filled {
    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.texts.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// Reads a form part by part, and no further than a form may be long. A file field that was
/// left empty is no file.
pub(super) async fn read_form(mut multipart: Multipart) -> Result<Filled, CoreError> {
    let mut form = Filled::default();
    let (mut text_bytes, mut file_bytes, mut parts) = (0, 0, 0);
    while let Some(field) = multipart.next_field().await.map_err(|error| unreadable(&error))? {
        parts += 1;
        if parts > PARTS_MAX {
            return Err(CoreError::refused(ErrorCode::BadRequest, "the form has too many parts"));
        }
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(file_name) {
            None => {
                let bytes = read_part(field, TEXT_BYTES_MAX.saturating_sub(text_bytes)).await?;
                let bytes = bytes
                    .ok_or_else(|| CoreError::refused(ErrorCode::BodyTooLarge, "the texts are too long"))?;
                text_bytes += bytes.len();
                let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
                form.texts.insert(name, text);
            }
            Some(name) => {
                let media_type = media_type(field.content_type());
                let bytes = read_part(field, FILE_BYTES_MAX).await?.ok_or_else(|| wrong("file.size"))?;
                file_bytes += bytes.len();
                if file_bytes > FILES_BYTES_MAX {
                    return Err(wrong("file.too_many"));
                }
                if !bytes.is_empty() {
                    form.files.push(NewFile { name, media_type, bytes });
                }
            }
        }
    }
    Ok(form)
}

/// The bytes of a part; none if there are more.
async fn read_part(mut field: Field<'_>, most: usize) -> Result<Option<Vec<u8>>, CoreError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| unreadable(&error))? {
        if bytes.len() + chunk.len() > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Some(bytes))
}

/// What a sender says that his file is, if he says it shortly.
pub(super) fn media_type(said: Option<&str>) -> String {
    said.filter(|said| said.len() <= MEDIA_TYPE_CHARS_MAX).unwrap_or(UNKNOWN_TYPE).to_owned()
}

/// A name as it can be kept: some senders give a whole path.
fn file_name(said: &str) -> String {
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|letter| !letter.is_control()).collect();
    let name: String = plain.trim().chars().take(SHORT_TEXT_CHARS_MAX).collect();
    if name.is_empty() { "file".to_owned() } else { name }
}

fn wrong(code: &str) -> CoreError {
    let message = "a file has at most 10 MiB, all of them together 40 MiB";
    CoreError::Invalid(vec![FieldProblem::coded("file", code, message)])
}

fn unreadable(error: &MultipartError) -> CoreError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => wrong("file.too_many"),
        _ => CoreError::refused(ErrorCode::BadRequest, "the form cannot be read"),
    }
}
