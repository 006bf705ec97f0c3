//! What a page can ask of its phone.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use futures_util::Stream;
use futures_util::stream;
use serde_json::{Value, json};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::guard;
use crate::network::Reach;
use crate::pages::Pages;
use crate::phone::{News, Phone};

/// A photo of 25 MiB as base64, and what stands around it.
const BODY_BYTES_MAX: usize = 36 << 20;
/// What a browser may show as a picture.
const PICTURES: &[&str] = &["image/jpeg", "image/png", "image/webp", "image/gif"];

/// Everything that is served.
pub(crate) struct Bridge {
    pub(crate) here: SocketAddr,
    pub(crate) secret: String,
    pub(crate) phones: Vec<Arc<Phone>>,
    pub(crate) pages: Pages,
}

pub(crate) fn router(bridge: Bridge) -> Router {
    let bridge = Arc::new(bridge);
    let router = Router::new()
        .route("/{secret}/{phone}/", get(show_page))
        .route("/{secret}/{phone}/{*file}", get(show_file))
        .route("/{secret}/{phone}/call/{method}", post(call))
        .route("/{secret}/{phone}/events", get(listen))
        .route("/{secret}/{phone}/files/{hash}", get(show_attachment))
        .route("/{secret}/{phone}/network", get(show_network).put(switch_network));
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::from_fn_with_state(bridge.clone(), guard::look))
        .with_state(bridge)
}

/// The phone of an address whose secret is right.
struct Called(Arc<Phone>);

impl FromRequestParts<Arc<Bridge>> for Called {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, bridge: &Arc<Bridge>) -> Result<Self, StatusCode> {
        let mut names = parts.uri.path().split('/').skip(1);
        let (secret, name) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
        let phone = bridge.phones.iter().find(|phone| phone.name == name);
        let phone = phone.filter(|_| guard::is_secret(bridge, secret));
        phone.cloned().map(Self).ok_or(StatusCode::NOT_FOUND)
    }
}

async fn show_page(_: Called, State(bridge): State<Arc<Bridge>>) -> Response {
    bridge.pages.answer("").unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

async fn show_file(
    _: Called,
    State(bridge): State<Arc<Bridge>>,
    Path((_, _, file)): Path<(String, String, String)>,
) -> Response {
    bridge.pages.answer(&file).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// A call of the phone's surface. It runs to its end even if the page goes away.
async fn call(
    Called(phone): Called,
    Path((_, _, method)): Path<(String, String, String)>,
    headers: HeaderMap,
    arguments: String,
) -> Response {
    if headers.get(CONTENT_TYPE).is_none_or(|given| !given.as_bytes().starts_with(b"application/json")) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let client = phone.client.clone();
    match tokio::spawn(async move { client.call_json(method, arguments).await }).await {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// What changes on the phone, from now on.
async fn listen(Called(phone): Called) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = phone.news.subscribe();
    let first = stream::iter([Ok(network_event(phone.network.reach()))]);
    let later = stream::unfold(news, |mut news| async move {
        let event = heard(&mut news).await?;
        Some((Ok(event), news))
    });
    Sse::new(stream::StreamExt::chain(first, later)).keep_alive(KeepAlive::default())
}

/// The next event. A page that was too slow is told to read everything again.
async fn heard(news: &mut broadcast::Receiver<News>) -> Option<Event> {
    match news.recv().await {
        Ok(News::Event(event)) => Some(Event::default().data(event)),
        Ok(News::Network(reach)) => Some(network_event(reach)),
        Err(RecvError::Lagged(_)) => Some(Event::default().event("lost").data("{}")),
        Err(RecvError::Closed) => None,
    }
}

fn network_event(reach: Reach) -> Event {
    Event::default().event("network").data(network_json(reach).to_string())
}

fn network_json(reach: Reach) -> Value {
    json!({ "online": reach == Reach::Online })
}

/// The bytes of an attachment, if they are on this phone. Only what is a picture is
/// shown as one.
async fn show_attachment(
    Called(phone): Called,
    Path((_, _, hash)): Path<(String, String, String)>,
) -> Result<Response, StatusCode> {
    let hash = hash.parse().map_err(|_unreadable| StatusCode::NOT_FOUND)?;
    let path = phone.client.attachment_path(hash).await.map_err(|_absent| StatusCode::NOT_FOUND)?;
    let known = phone.client.attachments().await.map_err(|_failed| StatusCode::INTERNAL_SERVER_ERROR)?;
    let mime = known.into_iter().find(|blob| blob.hash == hash).map(|blob| blob.mime);
    let shown = PICTURES.iter().find(|picture| Some(**picture) == mime.as_deref());
    let bytes = tokio::fs::read(path).await.map_err(|_absent| StatusCode::NOT_FOUND)?;
    let mime = *shown.unwrap_or(&"application/octet-stream");
    Ok(([(CONTENT_TYPE, mime)], bytes).into_response())
}

async fn show_network(Called(phone): Called) -> Json<Value> {
    Json(network_json(phone.network.reach()))
}

async fn switch_network(Called(phone): Called, Json(wish): Json<Value>) -> Result<Json<Value>, StatusCode> {
    let to = match wish.get("online").and_then(Value::as_bool) {
        Some(true) => Reach::Online,
        Some(false) => Reach::Offline,
        None => return Err(StatusCode::BAD_REQUEST),
    };
    phone.switch(to).map_err(|_failed| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(network_json(to)))
}
