//! What an HTTP answer is: the server's own, the server's refusal, or something
//! between that answers in its place. A hotel's sign-in page arrives with status
//! 200; only the media type tells it from the server, and it counts as being
//! offline.

use serde::de::DeserializeOwned;
use wire::{Encoding, ErrorCode, MEDIA_TYPE, Message, PROBLEM_MEDIA_TYPE, Problem, SyncResponse, ZSTD};

use super::transport::HttpResponse;
use crate::ClientError;

/// Reads the answer to an exchange.
pub(crate) fn exchange(response: &HttpResponse) -> Result<SyncResponse, ClientError> {
    expect_type(response, MEDIA_TYPE)?;
    let encoding = match response.header("content-encoding") {
        None | Some("identity") => Encoding::Plain,
        Some(ZSTD) => Encoding::Zstd,
        Some(other) => return Err(ClientError::BadAnswer(format!("content encoding {other}"))),
    };
    SyncResponse::from_body(&response.body, encoding)
        .map_err(|error| ClientError::BadAnswer(error.to_string()))
}

/// Reads a JSON answer.
pub(crate) fn json<T: DeserializeOwned>(response: &HttpResponse) -> Result<T, ClientError> {
    expect_type(response, "application/json")?;
    serde_json::from_slice(&response.body).map_err(|error| ClientError::BadAnswer(error.to_string()))
}

/// An error unless the answer is a success of the given media type.
fn expect_type(response: &HttpResponse, media_type: &str) -> Result<(), ClientError> {
    if let Some(refusal) = refusal(response) {
        return Err(refusal);
    }
    if is_success(response) && media_type_of(response) == media_type {
        Ok(())
    } else {
        Err(not_the_server(response))
    }
}

/// The server's refusal, if the answer is one.
pub(crate) fn refusal(response: &HttpResponse) -> Option<ClientError> {
    if is_success(response) || media_type_of(response) != PROBLEM_MEDIA_TYPE {
        return None;
    }
    let problem: Problem = serde_json::from_slice(&response.body).ok()?;
    let message = problem.detail.unwrap_or(problem.title);
    let retry_after_s = response.header("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    Some(match ErrorCode::from_name(&problem.code) {
        Some(code) => ClientError::Server { code, message, retry_after_s },
        None => ClientError::BadAnswer(format!("{}: {message}", problem.code)),
    })
}

pub(crate) fn is_success(response: &HttpResponse) -> bool {
    (200..300).contains(&response.status)
}

/// For an answer that did not come from the server.
pub(crate) fn not_the_server(response: &HttpResponse) -> ClientError {
    let media_type = media_type_of(response);
    ClientError::Offline(format!("something answered {} {media_type} in the server's place", response.status))
}

fn media_type_of(response: &HttpResponse) -> String {
    let value = response.header("content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, media_type: &str, body: &[u8]) -> HttpResponse {
        HttpResponse {
            status,
            headers: vec![("Content-Type".to_owned(), media_type.to_owned())],
            body: body.to_vec(),
        }
    }

    #[test]
    fn a_sign_in_page_is_offline_whatever_its_status() {
        for status in [200, 302, 401, 403, 511] {
            let error =
                exchange(&answer(status, "text/html; charset=utf-8", b"<html>")).expect_err("not ours");
            assert_eq!(error.code(), "offline", "{status}");
        }
    }

    #[test]
    fn a_problem_document_gives_its_code_and_an_unknown_one_is_no_crash() {
        let body = br#"{"type":"about:blank","title":"old","status":426,"code":"update_app"}"#;
        let error = exchange(&answer(426, "application/problem+json", body)).expect_err("a problem");
        assert!(matches!(error, ClientError::Server { code: ErrorCode::UpdateApp, .. }), "{error:?}");
        let body = br#"{"type":"x","title":"t","status":418,"code":"teapot"}"#;
        let error = exchange(&answer(418, "application/problem+json", body)).expect_err("a problem");
        assert_eq!(error.code(), "bad_answer");
    }

    #[test]
    fn bytes_that_only_claim_to_be_ours_are_a_bad_answer() {
        let error = exchange(&answer(200, MEDIA_TYPE, b"<html>")).expect_err("not CBOR");
        assert_eq!(error.code(), "bad_answer");
    }
}
