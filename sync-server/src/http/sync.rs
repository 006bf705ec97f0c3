//! `POST /v1/sync`: one exchange with a phone. What it does is in [`crate::sync`];
//! here bodies are read and written.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minicbor::Decoder;
use wire::{
    Body as WireBody, BodyError, Encoding, ErrorCode, MEDIA_TYPE, Message, PROTOCOL_VERSION,
    PROTOCOL_VERSION_OLDEST, PROTOCOL_VERSION_RECEIPTS, Renewal, SyncRequest, SyncResponse, ZSTD,
};

use super::extract::{Body, is_media_type};
use super::guard::AtExchange;
use super::{AppState, Problem};
use crate::failpoint::{self, Place};
use crate::session::DeviceSession;
use crate::sync;

/// Bytes within which a request's version stands.
const VERSION_WITHIN_BYTES: usize = 64;

/// One exchange of a phone: pushes its changes and fetches what is new.
///
/// Bodies are CBOR, described in docs/wire.md; either may be compressed with zstd.
#[utoipa::path(post, path = "/v1/sync", tag = "Phones",
    request_body(content_type = "application/vnd.hamgam.sync+cbor", content = Vec<u8>),
    responses((status = 200, description = "The server's side of the exchange.",
        content_type = "application/vnd.hamgam.sync+cbor", body = Vec<u8>)))]
pub(super) async fn exchange_changes(
    State(app): State<AppState>,
    phone: AtExchange,
    headers: HeaderMap,
    Body(bytes): Body,
) -> Result<Response, Problem> {
    let request = read_request(&headers, &bytes)?;
    let caller = match phone {
        AtExchange::SignedIn(caller) => caller,
        // An older app would take the answer for one of a page.
        AtExchange::Barred(barred) if request.version < PROTOCOL_VERSION_RECEIPTS => {
            return Err(Problem::new(barred.why));
        }
        AtExchange::Barred(barred) => {
            let response = sync::hand_in(&app.core, &barred.session, barred.why, request).await?;
            return Ok(as_response(response.to_body()));
        }
    };
    let session = DeviceSession::from(caller);
    let mut response = Box::pin(sync::exchange(&app.core, &session, request)).await?;
    response.renewal = app
        .auth
        .renew(&caller)
        .await?
        .map(|renewed| Renewal { access_token: renewed.access_token, expires_at: Some(renewed.expires_at) });
    let body = body_of(response).await?;
    failpoint::reach(Place::BeforeReply);
    Ok(as_response(body))
}

/// A page of whole documents takes long enough to compress that nobody else
/// should wait for it.
async fn body_of(response: SyncResponse) -> Result<WireBody, Problem> {
    if response.documents.is_none() {
        return Ok(response.to_body());
    }
    let compressed = tokio::task::spawn_blocking(move || response.to_body()).await;
    compressed.map_err(|_panic| Problem::new(ErrorCode::Internal))
}

fn read_request(headers: &HeaderMap, bytes: &[u8]) -> Result<SyncRequest, Problem> {
    if !is_media_type(headers, MEDIA_TYPE) {
        return Err(Problem::new(ErrorCode::UnsupportedMediaType).with_detail(format!("send {MEDIA_TYPE}")));
    }
    let encoding = encoding_of(headers)?;
    check_version(bytes, encoding)?;
    SyncRequest::from_body(bytes, encoding).map_err(|error| match error {
        BodyError::TooLarge(most) => {
            Problem::new(ErrorCode::BodyTooLarge).with_detail(format!("at most {most} bytes decompressed"))
        }
        BodyError::Compression(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => {
            Problem::new(ErrorCode::BodyTruncated)
        }
        BodyError::Truncated => Problem::new(ErrorCode::BodyTruncated),
        BodyError::Compression(_) | BodyError::Malformed(_) => {
            Problem::new(ErrorCode::BadRequest).with_detail(error.to_string())
        }
    })
}

fn encoding_of(headers: &HeaderMap) -> Result<Encoding, Problem> {
    match headers.get(header::CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity" | b"") => Ok(Encoding::Plain),
        Some(name) if name == ZSTD.as_bytes() => Ok(Encoding::Zstd),
        Some(_) => {
            let detail = format!("the body may be encoded with {ZSTD} only");
            Err(Problem::new(ErrorCode::UnsupportedMediaType).with_detail(detail))
        }
    }
}

/// An app that is too old is told so before the rest of its request, which may
/// mean something else by now, is read.
fn check_version(bytes: &[u8], encoding: Encoding) -> Result<(), Problem> {
    match peek_version(bytes, encoding) {
        Some(version) if version < PROTOCOL_VERSION_OLDEST => {
            let detail = format!(
                "this server speaks versions {PROTOCOL_VERSION_OLDEST} to {PROTOCOL_VERSION}, the app {version}"
            );
            Err(Problem::new(ErrorCode::UpdateApp).with_detail(detail))
        }
        _ => Ok(()),
    }
}

fn peek_version(bytes: &[u8], encoding: Encoding) -> Option<u16> {
    let mut start = [0; VERSION_WITHIN_BYTES];
    let mut read = 0;
    match encoding {
        Encoding::Plain => {
            read = bytes.len().min(VERSION_WITHIN_BYTES);
            start.get_mut(..read)?.copy_from_slice(bytes.get(..read)?);
        }
        Encoding::Zstd => {
            use std::io::Read;
            let mut inflated = zstd::stream::read::Decoder::new(bytes).ok()?;
            while read < VERSION_WITHIN_BYTES {
                match inflated.read(start.get_mut(read..)?).ok()? {
                    0 => break,
                    more => read += more,
                }
            }
        }
    }
    let mut decoder = Decoder::new(start.get(..read)?);
    decoder.map().ok()?;
    (decoder.u8().ok()? == 0).then(|| decoder.u16().ok())?
}

fn as_response(body: WireBody) -> Response {
    let mut response = (StatusCode::OK, body.bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if body.encoding == Encoding::Zstd {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(ZSTD));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_seen_before_the_rest_is_read() {
        let mut request = SyncRequest { version: 7, cursor: Some(vec![1; 400]), ..SyncRequest::default() };
        let plain = request.to_body();
        assert_eq!(plain.encoding, Encoding::Zstd, "long enough to be compressed");
        assert_eq!(peek_version(&plain.bytes, plain.encoding), Some(7));
        request.cursor = None;
        let short = request.to_body();
        assert_eq!(peek_version(&short.bytes, short.encoding), Some(7));
        // Whatever follows an old version is not looked at.
        assert_eq!(peek_version(&[0xa2, 0x00, 0x00, 0xff, 0xff], Encoding::Plain), Some(0));
        for garbage in [b"".as_slice(), b"<html>", &[0xff; 10]] {
            assert_eq!(peek_version(garbage, Encoding::Plain), None);
            assert_eq!(peek_version(garbage, Encoding::Zstd), None);
        }
    }
}
