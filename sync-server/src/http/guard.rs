//! Applies an operation's row of the table before its handler runs: who asks,
//! how often, how large a body, how long.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, header, request::Parts};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use utoipa_axum::router::{UtoipaMethodRouter, UtoipaMethodRouterExt};
use wire::ErrorCode;

use super::limits::{By, Counted};
use super::operations::{EXCHANGE_CHANGES, Operation, Who};
use super::{AppState, Problem};
use crate::auth::{AuthError, BarredCaller, Caller};
use crate::config::ClientAddress;

/// The subprotocol by which a page that cannot set headers sends its token.
pub(super) const TOKEN_SUBPROTOCOL: &str = "access_token.";

/// A route with its row.
pub(super) fn guarded(
    routes: UtoipaMethodRouter<AppState>,
    operation: &'static Operation,
    state: &AppState,
) -> UtoipaMethodRouter<AppState> {
    let state = GuardState { operation, app: state.clone() };
    routes.layer(DefaultBodyLimit::max(operation.body_bytes_max)).layer(from_fn_with_state(state, guard))
}

/// A route outside of the API's description with a row.
pub(super) fn guarded_plain(
    routes: MethodRouter<AppState>,
    operation: &'static Operation,
    state: &AppState,
) -> MethodRouter<AppState> {
    let state = GuardState { operation, app: state.clone() };
    routes.layer(from_fn_with_state(state, guard))
}

#[derive(Clone)]
struct GuardState {
    operation: &'static Operation,
    app: AppState,
}

async fn guard(State(state): State<GuardState>, request: Request, next: Next) -> Response {
    let GuardState { operation, app } = state;
    let (mut parts, body) = request.into_parts();
    let mut response = match let_in(operation, &app, &mut parts).await {
        Ok(()) => run(operation, Request::from_parts(parts, body), next).await,
        Err(problem) => problem.into_response(),
    };
    response.extensions_mut().insert(operation);
    response
}

async fn run(operation: &Operation, request: Request, next: Next) -> Response {
    let limit = Duration::from_secs(u64::from(operation.seconds));
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::new(ErrorCode::Busy)
            .with_detail(format!("the request took longer than {} seconds", operation.seconds))
            .retry_after(operation.seconds)
            .into_response(),
    }
}

async fn let_in(operation: &'static Operation, app: &AppState, parts: &mut Parts) -> Result<(), Problem> {
    let address = client_address(app.client_address, parts);
    parts.extensions.insert(ClientIp(address));
    check_length(operation, &parts.headers)?;
    let Who::Roles(_) = operation.who else {
        return app.count(operation.rate, Counted::address(address));
    };
    let caller = match identify(app, operation, &parts.headers, address).await {
        Ok(caller) => caller,
        Err(problem) => {
            let barred = who_hands_in(app, operation, &parts.headers).await.ok_or(problem)?;
            parts.extensions.insert(barred);
            return Ok(());
        }
    };
    if !operation.who.includes(caller.role) {
        return Err(Problem::new(ErrorCode::Forbidden));
    }
    parts.extensions.insert(caller);
    Ok(())
}

/// Counts by person once the token's signature is known to be good, and by
/// address before: a flood of forged tokens costs its sender's address.
async fn identify(
    app: &AppState,
    operation: &Operation,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<Caller, Problem> {
    let claims =
        bearer_token(headers).ok_or(AuthError::SignInRequired).and_then(|token| app.auth.check_token(token));
    let counted = match (&claims, operation.rate.by) {
        (Ok(claims), By::Person) => Counted::Person(claims.sub),
        _ => Counted::address(address),
    };
    app.count(operation.rate, counted)?;
    Ok(app.auth.admit_claims(&claims?).await?)
}

/// Of the exchange, a barred phone keeps the part in which it hands in its edits.
async fn who_hands_in(app: &AppState, operation: &Operation, headers: &HeaderMap) -> Option<BarredCaller> {
    if operation.id != EXCHANGE_CHANGES.id {
        return None;
    }
    app.auth.barred(bearer_token(headers)?).await.ok().flatten()
}

/// A body that says it is too large is not read at all.
fn check_length(operation: &Operation, headers: &HeaderMap) -> Result<(), Problem> {
    let length =
        headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let most = u64::try_from(operation.body_bytes_max).unwrap_or(u64::MAX);
    match length {
        Some(length) if length > most => {
            Err(Problem::new(ErrorCode::BodyTooLarge).with_detail(format!("at most {most} bytes")))
        }
        _ => Ok(()),
    }
}

/// The token of `Authorization: Bearer …`, or of a WebSocket's subprotocol.
pub(super) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| token.trim());
    }
    let protocols = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    protocols.split(',').find_map(|protocol| protocol.trim().strip_prefix(TOKEN_SUBPROTOCOL))
}

fn client_address(policy: ClientAddress, parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(address)| address.ip());
    match policy {
        ClientAddress::Peer => peer,
        ClientAddress::Forwarded => forwarded_for(&parts.headers).unwrap_or(peer),
    }
}

/// The last entry: the one that the proxy in front wrote itself.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get_all("x-forwarded-for").iter().next_back()?;
    value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

/// Where the request came from, for limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClientIp(pub(super) IpAddr);

impl<S: Sync> axum::extract::FromRequestParts<S> for ClientIp {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

/// A phone at the exchange: one that the guard has let in, or one that may only hand
/// in what it made.
#[derive(Debug, Clone, Copy)]
pub(super) enum AtExchange {
    SignedIn(Caller),
    Barred(BarredCaller),
}

impl<S: Sync> axum::extract::FromRequestParts<S> for AtExchange {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let barred = parts.extensions.get::<BarredCaller>().copied().map(Self::Barred);
        let caller = || parts.extensions.get::<Caller>().copied().map(Self::SignedIn);
        barred.or_else(caller).ok_or_else(|| Problem::new(ErrorCode::SignInRequired))
    }
}

/// The signed-in person, whom the guard has let in.
#[derive(Debug, Clone, Copy)]
pub(super) struct SignedIn(pub(super) Caller);

impl<S: Sync> axum::extract::FromRequestParts<S> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let caller = parts.extensions.get().copied();
        caller.map(Self).ok_or_else(|| Problem::new(ErrorCode::SignInRequired))
    }
}
