//! Attachments, as `docs/http.md` says.

use client_core::{HttpRequest, HttpResponse, Method};
use sha2::{Digest, Sha256};
use wire::ErrorCode;

use super::{Server, empty, problem};

impl Server {
    pub(super) fn attachment(&self, request: &HttpRequest) -> HttpResponse {
        let hash = request.path.rsplit('/').next().expect("a hash").to_owned();
        let header =
            |name: &str| request.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let mut state = self.state();
        match request.method {
            Method::Head => match state.blobs.get(&hash) {
                None => empty(404),
                Some((bytes, whole)) => held(200, bytes.len(), *whole),
            },
            Method::Patch => {
                let (bytes, whole) = state.blobs.entry(hash.clone()).or_default();
                let offset: usize = header("upload-offset").expect("offset").parse().expect("number");
                let length: usize = header("upload-length").expect("length").parse().expect("number");
                if *whole {
                    return held(204, bytes.len(), true);
                }
                if offset != bytes.len() {
                    let mut conflict = problem(ErrorCode::Conflict);
                    conflict.headers.extend(held(0, bytes.len(), false).headers);
                    return conflict;
                }
                bytes.extend_from_slice(&request.body);
                if bytes.len() == length {
                    let digest = domain::Hash32::from_bytes(Sha256::digest(&*bytes).into());
                    if digest.to_string() != hash {
                        state.blobs.remove(&hash);
                        return problem(ErrorCode::Invalid);
                    }
                    *whole = true;
                }
                held(204, bytes.len(), *whole)
            }
            Method::Get => {
                let Some((bytes, true)) = state.blobs.get(&hash) else { return problem(ErrorCode::NotFound) };
                let range = header("range").expect("a range");
                let (from, to) = range.trim_start_matches("bytes=").split_once('-').expect("a range");
                let (from, to): (usize, usize) = (from.parse().expect("from"), to.parse().expect("to"));
                HttpResponse { status: 206, headers: Vec::new(), body: bytes[from..=to].to_vec() }
            }
            Method::Post | Method::Delete => problem(ErrorCode::MethodNotAllowed),
        }
    }
}

fn held(status: u16, bytes: usize, whole: bool) -> HttpResponse {
    let complete = if whole { "?1" } else { "?0" };
    HttpResponse {
        status,
        headers: vec![
            ("Upload-Offset".to_owned(), bytes.to_string()),
            ("Upload-Complete".to_owned(), complete.to_owned()),
        ],
        body: Vec::new(),
    }
}
