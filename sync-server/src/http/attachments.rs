//! Attachments over HTTP: asked how far, brought in chunks, read in ranges.

use std::io::{Read, Seek, SeekFrom};
use std::ops::RangeInclusive;

use axum::body::Body as ResponseBody;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::BlobHash;
use futures_util::stream;
use wire::ErrorCode;

use super::extract::{Body, Path, is_media_type};
use super::guard::SignedIn;
use super::{AppState, Problem};
use crate::attachments::{AttachmentError, Chunk, Held, Opened};
use crate::session::DeviceSession;

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");
const READ_BYTES: u64 = 64 * 1024;
/// A person who has brought a day's worth waits.
const QUOTA_RETRY_SECONDS: u32 = 3600;

impl From<AttachmentError> for Problem {
    fn from(error: AttachmentError) -> Self {
        let text = error.to_string();
        match error {
            AttachmentError::NotFound => Self::new(ErrorCode::NotFound),
            AttachmentError::TooLarge(_) => Self::new(ErrorCode::BodyTooLarge).with_detail(text),
            AttachmentError::Elsewhere { .. } => Self::new(ErrorCode::Conflict).with_detail(text),
            AttachmentError::Beyond(_) => Self::invalid("Upload-Offset", text),
            AttachmentError::WrongHash => Self::invalid("sha256", text),
            AttachmentError::Quota(_) => {
                Self::new(ErrorCode::TooManyRequests).with_detail(text).retry_after(QUOTA_RETRY_SECONDS)
            }
            AttachmentError::DiskFull => Self::new(ErrorCode::DiskFull).retry_after(30),
            AttachmentError::Io(error) => Self::internal(&error),
            AttachmentError::Core(error) => error.into(),
        }
    }
}

fn headers_of(held: Held) -> HeaderMap {
    let complete = if held.is_whole() { "?1" } else { "?0" };
    HeaderMap::from_iter([
        (UPLOAD_OFFSET, HeaderValue::from(held.offset)),
        (UPLOAD_LENGTH, HeaderValue::from(held.length)),
        (UPLOAD_COMPLETE, HeaderValue::from_static(complete)),
    ])
}

/// Says how far an upload got: `Upload-Offset`, `Upload-Length`, `Upload-Complete`.
#[utoipa::path(head, path = "/v1/attachments/{sha256}", tag = "Attachments",
    params(("sha256" = String, Path, description = "SHA-256 of the bytes, in hex.")),
    responses((status = 200, description = "What is held.",
        headers(("Upload-Offset"), ("Upload-Length"), ("Upload-Complete")))))]
pub(super) async fn check_attachment(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(hash): Path<BlobHash>,
) -> Result<Response, Problem> {
    let held = app.attachments.held(caller.user, hash).await?;
    Ok((StatusCode::OK, headers_of(held)).into_response())
}

/// Brings the next piece of an attachment; the one that completes it is answered
/// once the hash was verified.
#[utoipa::path(patch, path = "/v1/attachments/{sha256}", tag = "Attachments",
    params(("sha256" = String, Path, description = "SHA-256 of the whole, in hex."),
        ("Upload-Offset" = u64, Header, description = "Where the piece begins."),
        ("Upload-Length" = u64, Header, description = "Bytes of the whole.")),
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    responses((status = 204, description = "Taken.",
        headers(("Upload-Offset"), ("Upload-Length"), ("Upload-Complete")))))]
pub(super) async fn append_attachment(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(hash): Path<BlobHash>,
    headers: HeaderMap,
    Body(bytes): Body,
) -> Result<Response, Problem> {
    if !is_media_type(&headers, "application/octet-stream") {
        let detail = "send application/octet-stream";
        return Err(Problem::new(ErrorCode::UnsupportedMediaType).with_detail(detail));
    }
    let (offset, length) = (number(&headers, &UPLOAD_OFFSET)?, number(&headers, &UPLOAD_LENGTH)?);
    let chunk = Chunk { hash, length, offset, bytes };
    match app.attachments.receive(&DeviceSession::from(caller), chunk).await {
        Ok(held) => Ok((StatusCode::NO_CONTENT, headers_of(held)).into_response()),
        Err(AttachmentError::Elsewhere { held }) => {
            let headers = headers_of(Held { offset: held, length });
            Ok((headers, Problem::from(AttachmentError::Elsewhere { held })).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let number = headers.get(name).and_then(|value| value.to_str().ok()?.parse().ok());
    number.ok_or_else(|| Problem::invalid(name.as_str(), "a whole number of bytes"))
}

/// Reads an attachment that belongs to a document in the caller's scope.
#[utoipa::path(get, path = "/v1/attachments/{sha256}", tag = "Attachments",
    params(("sha256" = String, Path, description = "SHA-256 of the bytes, in hex."),
        ("Range" = Option<String>, Header, description = "One range of bytes: `bytes=0-65535`.")),
    responses((status = 200, description = "The bytes.", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 206, description = "A part of them.", content_type = "application/octet-stream", body = Vec<u8>)))]
pub(super) async fn read_attachment(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(hash): Path<BlobHash>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = headers.get(header::RANGE).map(|value| value.to_str().unwrap_or_default());
    let from = asked.map_or(0, first_asked);
    let opened = app.attachments.open_for(&DeviceSession::from(caller), hash, from).await?;
    let range = match asked {
        None => None,
        Some(text) => asked_range(text, opened.length)?,
    };
    Ok(as_response(opened, range, hash))
}

/// Where a range begins; 0 where that depends on the length or cannot be read.
fn first_asked(text: &str) -> u64 {
    let range = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    range.and_then(|(first, _)| first.parse().ok()).unwrap_or(0)
}

/// One range of bytes. Several at once are answered with the whole.
fn asked_range(text: &str, length: u64) -> Result<Option<RangeInclusive<u64>>, Problem> {
    let outside =
        || Problem::invalid("Range", format!("one range within {length} bytes, such as bytes=0-65535"));
    let Some((first, last)) = text.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Err(outside());
    };
    if last.contains(',') {
        return Ok(None);
    }
    let end = length.checked_sub(1).ok_or_else(outside)?;
    let range = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => first..=last.min(end),
        (Ok(first), Err(_)) if last.is_empty() => first..=end,
        (Err(_), Ok(count)) if first.is_empty() && count > 0 => length.saturating_sub(count)..=end,
        _ => return Err(outside()),
    };
    if range.is_empty() { Err(outside()) } else { Ok(Some(range)) }
}

/// The bytes under headers by which no browser takes them for a page.
fn as_response(opened: Opened, range: Option<RangeInclusive<u64>>, hash: BlobHash) -> Response {
    let length = opened.length;
    let (status, first, count) = match &range {
        Some(range) => (StatusCode::PARTIAL_CONTENT, *range.start(), range.end() - range.start() + 1),
        None => (StatusCode::OK, 0, length),
    };
    let mut response = (status, body(opened, first, count)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(count));
    let texts = [
        (header::ETAG, Some(format!("\"{hash}\""))),
        (
            header::CONTENT_RANGE,
            range.map(|range| format!("bytes {}-{}/{length}", range.start(), range.end())),
        ),
    ];
    for (name, text) in texts {
        if let Some(Ok(value)) = text.map(|text| HeaderValue::from_str(&text)) {
            headers.insert(name, value);
        }
    }
    response
}

/// Reads the file piece by piece as the caller takes it.
fn body(opened: Opened, first: u64, count: u64) -> ResponseBody {
    let pieces = stream::try_unfold((opened.file, first, count), |(mut file, at, left)| async move {
        if left == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; usize::try_from(left.min(READ_BYTES)).unwrap_or_default()];
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut piece)?;
            Ok::<_, std::io::Error>((file, piece))
        });
        let (file, piece) = read.await.map_err(std::io::Error::other)??;
        let taken = u64::try_from(piece.len()).unwrap_or(left);
        Ok(Some((piece, (file, at + taken, left.saturating_sub(taken)))))
    });
    ResponseBody::from_stream(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_they_are_written() {
        let range = |text| asked_range(text, 100).expect("will do");
        assert_eq!(range("bytes=0-9"), Some(0..=9));
        assert_eq!(range("bytes=90-"), Some(90..=99));
        assert_eq!(range("bytes=-10"), Some(90..=99));
        assert_eq!(range("bytes=50-1000"), Some(50..=99));
        assert_eq!(range("bytes=0-1,5-9"), None);
        for bad in ["", "bytes=", "bytes=-", "bytes=-0", "bytes=9-1", "bytes=100-", "lines=0-9", "bytes=a-b"]
        {
            assert!(asked_range(bad, 100).is_err(), "{bad}");
        }
        assert!(asked_range("bytes=0-0", 0).is_err());
    }
}
