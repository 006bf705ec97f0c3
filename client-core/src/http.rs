//! The built-in HTTP transport for desktops and tests: reqwest over rustls with
//! ring. Apps on phones bring their system's own.
//!
//! Requests run on a small runtime of the transport, so that the core's futures
//! can be polled by any executor.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::ClientError;
use crate::sync::transport::{BoxFuture, HttpRequest, HttpResponse, Method, Transport, TransportError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests to one server over HTTP.
#[derive(Debug)]
pub struct HttpTransport {
    /// Without a slash at its end.
    base: String,
    client: reqwest::Client,
    runtime: Option<Runtime>,
}

impl HttpTransport {
    /// A transport to the server at an address such as `https://service.example`.
    ///
    /// # Errors
    ///
    /// When the address is not one, or the system gives no thread.
    pub fn new(address: &str) -> Result<Self, ClientError> {
        let base = address.trim().trim_end_matches('/').to_owned();
        let url = reqwest::Url::parse(&base)
            .map_err(|error| ClientError::BadAddress(format!("{base:?}: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(ClientError::BadAddress(format!("{base:?} is not an http or https address")));
        }
        use_ring();
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("hamgam-client/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| ClientError::Internal(format!("starting HTTP: {error}")))?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("hamgam-http")
            .enable_all()
            .build()
            .map_err(|error| ClientError::Internal(format!("starting HTTP: {error}")))?;
        Ok(Self { base, client, runtime: Some(runtime) })
    }
}

/// Chooses rustls's cryptography for this process, once; a host that has chosen
/// already keeps its own.
fn use_ring() {
    static CHOSEN: OnceLock<bool> = OnceLock::new();
    CHOSEN.get_or_init(|| rustls::crypto::ring::default_provider().install_default().is_ok());
}

impl Drop for HttpTransport {
    fn drop(&mut self) {
        // Waiting for it would panic on the thread of another runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let sent = send(self.client.clone(), format!("{}{}", self.base, request.path), request);
        let Some(runtime) = &self.runtime else {
            return Box::pin(async { Err(TransportError("the transport is closed".to_owned())) });
        };
        let task = AbortOnDrop(runtime.spawn(sent));
        Box::pin(task)
    }
}

/// A request under way; dropping it gives it up.
struct AbortOnDrop(tokio::task::JoinHandle<Result<HttpResponse, TransportError>>);

impl Future for AbortOnDrop {
    type Output = Result<HttpResponse, TransportError>;

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        std::pin::Pin::new(&mut self.0)
            .poll(context)
            .map(|joined| joined.unwrap_or_else(|error| Err(TransportError(error.to_string()))))
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn send(
    client: reqwest::Client,
    url: String,
    request: HttpRequest,
) -> Result<HttpResponse, TransportError> {
    let mut builder = client.request(method_of(request.method), url).timeout(request.timeout);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let response = builder.body(request.body).send().await.map_err(|error| failed(&error))?;
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect();
    let body = response.bytes().await.map_err(|error| failed(&error))?.to_vec();
    Ok(HttpResponse { status, headers, body })
}

const fn method_of(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// The cause at the bottom, without the address, which may be private.
fn failed(error: &reqwest::Error) -> TransportError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let what = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "cannot connect"
    } else {
        "the connection failed"
    };
    TransportError(format!("{what}: {cause}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::worker::block_on;

    fn request(timeout: Duration) -> HttpRequest {
        HttpRequest {
            method: Method::Post,
            path: "/v1/sync".to_owned(),
            headers: vec![("authorization".to_owned(), "Bearer secret".to_owned())],
            body: b"body".to_vec(),
            timeout,
        }
    }

    /// Answers one connection with the given bytes, or never.
    fn listen(answer: Option<&'static str>) -> (String, std::thread::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/", listener.local_addr().expect("an address"));
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a connection");
            let mut heard = vec![0; 4_096];
            let read = stream.read(&mut heard).expect("a request");
            if let Some(answer) = answer {
                stream.write_all(answer.as_bytes()).expect("writes");
            } else {
                // Until the other side gives up.
                let left = stream.read(&mut heard);
                assert!(left.is_ok_and(|bytes| bytes == 0), "the connection was closed");
            }
            String::from_utf8_lossy(heard.get(..read).unwrap_or_default()).into_owned()
        });
        (address, served)
    }

    #[test]
    fn a_wrong_address_is_told_when_the_transport_is_made() {
        for wrong in ["", "service.example", "ftp://service.example", "http://"] {
            let error = HttpTransport::new(wrong).expect_err("no address");
            assert_eq!(error.code(), "bad_address", "{wrong:?}");
        }
    }

    #[test]
    fn redirects_are_answers_and_headers_go_as_given() {
        let moved = "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n";
        let (address, served) = listen(Some(moved));
        let transport = HttpTransport::new(&address).expect("an address");
        let response = block_on(transport.send(request(Duration::from_secs(10)))).expect("an answer");
        assert_eq!((response.status, response.header("LOCATION")), (302, Some("http://elsewhere.example/")));
        let heard = served.join().expect("no panic");
        assert!(
            heard.starts_with("POST /v1/sync ") && heard.contains("authorization: Bearer secret"),
            "{heard}"
        );
    }

    #[test]
    fn a_server_that_never_answers_is_given_up() {
        let (address, served) = listen(None);
        let transport = HttpTransport::new(&address).expect("an address");
        let error = block_on(transport.send(request(Duration::from_millis(200)))).expect_err("no answer");
        assert!(error.0.starts_with("timed out"), "{error}");
        served.join().expect("the connection was closed");
    }

    #[test]
    fn nobody_there_is_an_error_without_the_address() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        drop(listener);
        let transport = HttpTransport::new(&address).expect("an address");
        let error = block_on(transport.send(request(Duration::from_secs(10)))).expect_err("nobody");
        assert!(error.0.starts_with("cannot connect") && !error.0.contains("/v1/sync"), "{error}");
    }
}
