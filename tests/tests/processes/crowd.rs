//! Five thousand sockets that say nothing, before the real program of the server.

use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use system_tests::real_server;

const SOCKETS: usize = 5_000;
/// Of this process; where the system allows fewer files the test says so and fails.
const TIMEOUT: Duration = Duration::from_secs(20);

/// They outnumber the 4,096 connections that the server takes by default.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_syncs_beside_five_thousand_idle_sockets() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("server");
    let mut server = real_server::server(env!("CARGO_BIN_EXE_hamgam-crash").as_ref(), &data);
    let logins = real_server::found(&server, &data, 1);
    server.start().expect("the server starts");
    let phone =
        real_server::sign_in(&folder.path().join("phone.sqlite"), &server.address(), &logins[0]).await;
    let address: SocketAddr = server.address().trim_start_matches("http://").parse().expect("an address");
    let idle: Vec<TcpStream> = (0..SOCKETS)
        .map(|_| {
            TcpStream::connect_timeout(&address, TIMEOUT).expect("a socket: is `ulimit -n` large enough?")
        })
        .collect();
    let transport = client_core::HttpTransport::new(&server.address()).expect("an address");
    let synced = tokio::time::timeout(TIMEOUT, real_server::sync(&phone, &transport)).await;
    synced.expect("in time").expect("served");
    drop(idle);
    tokio::time::timeout(TIMEOUT, real_server::sync(&phone, &transport))
        .await
        .expect("in time")
        .expect("served");
}
