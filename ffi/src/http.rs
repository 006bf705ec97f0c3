//! HTTP as the app provides it: with the system's proxies, certificates and
//! background transfers. Desktops and tests may leave it to the built-in one.

use std::sync::Arc;

use client_core::{BoxFuture, ClientError, Transport, TransportError};

/// A header.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct HttpHeader {
    /// Its name, in any case.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A request to the server.
#[derive(Clone, uniffi::Record)]
pub struct HttpRequest {
    /// `GET`, `HEAD`, `POST`, `PATCH` or `DELETE`.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Headers, to be sent as they are.
    pub headers: Vec<HttpHeader>,
    /// The body.
    pub body: Vec<u8>,
    /// How long to wait for the answer.
    pub timeout_ms: u32,
}

/// What was answered.
#[derive(Clone, uniffi::Record)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// Headers.
    pub headers: Vec<HttpHeader>,
    /// The body as it came: `Content-Encoding: zstd` is not to be undone.
    pub body: Vec<u8>,
}

/// No answer came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum HttpError {
    /// The server cannot be reached.
    #[error("{reason}")]
    Unreachable {
        /// Why, in English, for logs.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for HttpError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Unreachable { reason: format!("the app's HTTP failed: {}", error.reason) }
    }
}

/// Sends requests. It must not follow redirects to another host with the headers.
#[uniffi::export(rust, foreign)]
#[async_trait::async_trait]
pub trait HttpClient: Send + Sync {
    /// Sends a request and waits for the answer. A status that tells of an error is
    /// an answer too.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError>;
}

/// The transport to a server: the app's own, or the built-in one.
pub(crate) fn transport(
    address: &str,
    locale: &str,
    http: Option<Arc<dyn HttpClient>>,
) -> Result<Arc<dyn Transport>, ClientError> {
    let (base, language) = (base_of(address)?, ("accept-language".to_owned(), locale.to_owned()));
    match http {
        Some(http) => Ok(Arc::new(HostTransport { base, language, http })),
        None => built_in(&base, language),
    }
}

/// The address without its last slash, whichever HTTP it is for.
fn base_of(address: &str) -> Result<String, ClientError> {
    let base = address.trim().trim_end_matches('/');
    let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
    let is_address = host.is_some_and(|rest| {
        let bad = |letter: char| letter.is_whitespace() || matches!(letter, '?' | '#' | '@');
        !rest.is_empty() && !rest.starts_with('/') && !rest.starts_with(':') && !rest.contains(bad)
    });
    if is_address {
        Ok(base.to_owned())
    } else {
        Err(ClientError::BadAddress(format!("{base:?} is not an http or https address")))
    }
}

#[cfg(feature = "http")]
fn built_in(address: &str, language: (String, String)) -> Result<Arc<dyn Transport>, ClientError> {
    Ok(Arc::new(BuiltIn { http: client_core::HttpTransport::new(address)?, language }))
}

#[cfg(not(feature = "http"))]
fn built_in(_address: &str, _language: (String, String)) -> Result<Arc<dyn Transport>, ClientError> {
    let why = "this library was built without HTTP of its own: pass an HttpClient to open()";
    Err(ClientError::BadAddress(why.to_owned()))
}

struct HostTransport {
    base: String,
    language: (String, String),
    http: Arc<dyn HttpClient>,
}

impl Transport for HostTransport {
    fn send(
        &self,
        request: client_core::HttpRequest,
    ) -> BoxFuture<'_, Result<client_core::HttpResponse, TransportError>> {
        let headers = request.headers.into_iter().chain([self.language.clone()]);
        let request = HttpRequest {
            method: request.method.name().to_owned(),
            url: format!("{}{}", self.base, request.path),
            headers: headers.map(|(name, value)| HttpHeader { name, value }).collect(),
            body: request.body,
            timeout_ms: u32::try_from(request.timeout.as_millis()).unwrap_or(u32::MAX),
        };
        Box::pin(async move {
            let answer = self.http.send(request).await.map_err(|error| TransportError(error.to_string()))?;
            let headers = answer.headers.into_iter().map(|header| (header.name, header.value)).collect();
            Ok(client_core::HttpResponse { status: answer.status, headers, body: answer.body })
        })
    }
}

#[cfg(feature = "http")]
struct BuiltIn {
    http: client_core::HttpTransport,
    language: (String, String),
}

#[cfg(feature = "http")]
impl Transport for BuiltIn {
    fn send(
        &self,
        mut request: client_core::HttpRequest,
    ) -> BoxFuture<'_, Result<client_core::HttpResponse, TransportError>> {
        request.headers.push(self.language.clone());
        self.http.send(request)
    }
}

#[cfg(test)]
mod tests {
    use super::base_of;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_nothing_secret() {
        for good in ["https://service.example", "http://10.0.2.2:8080/", " https://a.example/field/ "] {
            assert!(base_of(good).is_ok(), "{good:?}");
        }
        for bad in ["", "service.example", "https://", "https:///x", "ftp://a", "https://u:p@a", "http://a b"]
        {
            assert!(base_of(bad).is_err(), "{bad:?}");
        }
    }
}
