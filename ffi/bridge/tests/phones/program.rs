//! The program under test, and a page that calls it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// The program with one phone, `reza`.
pub(crate) struct Program {
    child: Child,
    /// Where the phone's page is, such as `http://127.0.0.1:4711/secret/reza/`.
    pub(crate) address: String,
    http: Client,
}

impl Program {
    /// Starts it on a folder, at a port or at any free one, and waits for the address.
    pub(crate) fn start(folder: &Path, server: &str, port: &str) -> Self {
        let pages = folder.join("pages");
        std::fs::create_dir_all(pages.join("assets")).expect("a folder");
        std::fs::write(pages.join("phone.html"), "<!doctype html><title>phone</title>").expect("a page");
        std::fs::write(pages.join("assets/phone-1.js"), "export {}").expect("a script");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hamgam-phones"));
        command
            .args(["--server", server, "--phone", "reza", "--port", port, "--data"])
            .arg(folder.join("phones"));
        command.arg("--pages").arg(pages).stdout(Stdio::piped());
        // Whichever client of this process comes first chooses.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = Client::builder().no_proxy().build().expect("a client");
        let child = command.spawn().expect("the program starts");
        let mut program = Self { child, address: String::new(), http };
        let mut line = String::new();
        let output = program.child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("an address");
        let (name, address) = line.trim().split_once(' ').expect("a name and an address");
        assert_eq!(name, "reza");
        program.address = address.to_owned();
        program
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("it ended");
    }

    pub(crate) fn port(&self) -> String {
        let host = self.address.split('/').nth(2).expect("a host");
        host.rsplit(':').next().expect("a port").to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    /// The answer of a call, with `value` or `error`.
    pub(crate) async fn answer(&self, call: &str, arguments: Value) -> Value {
        let request = self.request(Method::POST, &format!("call/{call}"));
        let request = request.header("content-type", "application/json").body(arguments.to_string());
        let answer = request.send().await.expect("an answer").text().await.expect("text");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{call}: {error}: {answer}"))
    }

    /// The value of a call that succeeds.
    pub(crate) async fn call(&self, call: &str, arguments: Value) -> Value {
        let mut answer = self.answer(call, arguments).await;
        assert!(answer.get("value").is_some(), "{call}: {answer}");
        answer["value"].take()
    }

    /// Takes the network away, or gives it back.
    pub(crate) async fn switch(&self, online: bool) {
        let request = self.request(Method::PUT, "network").header("content-type", "application/json");
        let answer = request.body(json!({ "online": online }).to_string()).send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
    }

    /// What the switch says.
    pub(crate) async fn network(&self) -> String {
        self.get("network").await.text().await.expect("text")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
