//! The organisation of the tests, served until it is stopped, to be looked at in a
//! browser: `cargo run -p web-tests [-- PORT [large]]`.

#![expect(clippy::print_stdout, reason = "says where to look")]

use std::net::SocketAddr;

use web_tests::{PASSWORD, Scene, Size};

#[tokio::main]
async fn main() {
    let mut words = std::env::args().skip(1);
    let port = words.next().and_then(|port| port.parse().ok()).unwrap_or(8080);
    let size = if words.next().as_deref() == Some("large") { Size::LARGE } else { Size::SMALL };
    let scene = Scene::start_at(SocketAddr::from(([127, 0, 0, 1], port)), size).await;
    let scene = scene.with_a_month().await.with_a_year().await;
    println!("{} as sara, admin, quality, caller, desk, north, omid: {PASSWORD}", scene.address());
    if tokio::signal::ctrl_c().await.is_err() {
        println!("no signal can be waited for");
    }
    scene.stop().await;
}
