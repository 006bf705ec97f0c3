//! What a page sends with files in it (`multipart/form-data`).

use std::collections::BTreeMap;

use axum::extract::Multipart;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
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
    /// What is wrong with its files. The texts are there all the same: nobody has to type
    /// them again because a photo was too large.
    pub(super) problems: Vec<FieldProblem>,
}

impl Filled {
    /// A text that is not empty.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.texts.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }
}

/// Reads a form part by part, and no further than a form may be long. A file field that was
/// left empty is no file.
pub(super) async fn read_form(form: Result<Multipart, MultipartRejection>) -> Result<Filled, CoreError> {
    let unreadable = |text: String| CoreError::refused(ErrorCode::BadRequest, text);
    let mut multipart = form.map_err(|rejection| unreadable(rejection.body_text()))?;
    let mut filled = Filled::default();
    match filled.read(&mut multipart).await {
        Ok(()) => Ok(filled),
        Err(Unread::Refused(error)) => Err(error),
        Err(Unread::Broken(error)) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            filled.problems.push(problem("file.too_many"));
            Ok(filled)
        }
        Err(Unread::Broken(_)) => Err(unreadable("the form cannot be read".to_owned())),
    }
}

/// Why a form was not read to its end.
enum Unread {
    /// The request broke, or is over the limit of its address.
    Broken(MultipartError),
    /// It is no form of these pages.
    Refused(CoreError),
}

impl From<MultipartError> for Unread {
    fn from(error: MultipartError) -> Self {
        Self::Broken(error)
    }
}

impl Filled {
    async fn read(&mut self, multipart: &mut Multipart) -> Result<(), Unread> {
        let refused = |code, message| Unread::Refused(CoreError::refused(code, message));
        let (mut text_bytes, mut file_bytes, mut parts) = (0, 0, 0);
        while let Some(field) = multipart.next_field().await? {
            parts += 1;
            if parts > PARTS_MAX {
                return Err(refused(ErrorCode::BadRequest, "the form has too many parts"));
            }
            let name = field.name().unwrap_or_default().to_owned();
            let Some(file) = field.file_name().map(file_name) else {
                let bytes = read_part(field, TEXT_BYTES_MAX - text_bytes).await?;
                let bytes =
                    bytes.ok_or_else(|| refused(ErrorCode::BodyTooLarge, "the texts are too long"))?;
                text_bytes += bytes.len();
                self.texts.insert(name, String::from_utf8_lossy(&bytes).replace("\r\n", "\n"));
                continue;
            };
            let media_type = media_type(field.content_type());
            match read_part(field, FILE_BYTES_MAX).await? {
                None => self.problems.push(problem("file.size")),
                Some(bytes) if file_bytes + bytes.len() > FILES_BYTES_MAX => {
                    self.problems.push(problem("file.too_many"));
                }
                Some(bytes) if bytes.is_empty() => {}
                Some(bytes) => {
                    file_bytes += bytes.len();
                    self.files.push(NewFile { name: file, media_type, bytes });
                }
            }
        }
        Ok(())
    }
}

/// The bytes of a part; none if there are more, which are read past.
async fn read_part(mut field: Field<'_>, most: usize) -> Result<Option<Vec<u8>>, MultipartError> {
    let mut bytes = Some(Vec::new());
    while let Some(chunk) = field.chunk().await? {
        bytes = bytes.filter(|bytes| bytes.len() + chunk.len() <= most);
        if let Some(bytes) = &mut bytes {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
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

fn problem(code: &str) -> FieldProblem {
    FieldProblem::coded("file", code, "a file has at most 10 MiB, all of them together 40 MiB")
}
