//! Phones in a browser. Each phone is a real client of the phone's door with a data
//! folder of its own; a page calls it as an app would, and a switch takes its network
//! away. For demonstrations and tests: it listens on this machine alone, and every
//! address begins with a secret, so that no other page can reach a phone.

#![expect(clippy::print_stdout, reason = "prints the addresses of its phones")]
#![expect(clippy::print_stderr, reason = "a program that fails says so on its terminal")]

mod error;
mod guard;
mod network;
mod pages;
mod phone;
mod routes;
mod secret;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use tokio::net::TcpListener;

use error::BridgeError;
use pages::Pages;
use phone::Phone;
use routes::Bridge;

/// Holds phones, and serves a page for each of them.
#[derive(Debug, Parser)]
#[command(name = "hamgam-phones")]
struct Args {
    /// The server's address, as phones know it.
    #[arg(long)]
    server: String,
    /// The folder that holds a folder for each phone.
    #[arg(long)]
    data: PathBuf,
    /// A phone, by the name of its folder; one for each time that it is said.
    #[arg(long = "phone", required = true)]
    phones: Vec<String>,
    /// The port on this machine; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The folder of the built pages.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sync-server/web/dist/phone"))]
    pages: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hamgam-phones: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: Args) -> Result<(), BridgeError> {
    let secret = secret::of_folder(&args.data)?;
    let mut phones = Vec::new();
    for name in &args.phones {
        phones.push(Arc::new(Phone::open(&args.data, name, &args.server).await?));
    }
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)))
        .await
        .map_err(BridgeError::os("listen"))?;
    let here = listener.local_addr().map_err(BridgeError::os("listen"))?;
    for phone in &phones {
        println!("{} http://{here}/{secret}/{}/", phone.name, phone.name);
    }
    let bridge = Bridge { here, secret, phones: phones.clone(), pages: Pages::read(&args.pages)? };
    // Pages listen for as long as they are open, so nobody waits for them to end.
    tokio::select! {
        served = axum::serve(listener, routes::router(bridge)) => served.map_err(BridgeError::os("serve"))?,
        _ = tokio::signal::ctrl_c() => {}
    }
    for phone in &phones {
        phone.client.shutdown().await.map_err(Box::new)?;
    }
    Ok(())
}
