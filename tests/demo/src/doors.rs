//! Where the living organisation can be looked at: the office's pages, a customer's links,
//! and two phones in the browser.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use client_core::{Clock, SystemClock};
use demo::console::Console;
use domain::DocId;
use serde_json::{Value, json};
use sync_server::clock::SystemEntropy;
use sync_server::surveys::{SurveyId, SurveyLinks};

use crate::DemoError;
use crate::calendar::TEHRAN_MINUTES;

/// For how long a customer's link is good.
const LINK_DAYS: u32 = 30;

/// Every address, and the program that holds the phones.
pub(crate) struct Doors {
    office: String,
    survey: String,
    portal: String,
    phones: Vec<(String, String)>,
    bridge: Child,
}

/// What the addresses lead to.
pub(crate) struct Behind<'a> {
    /// The server's address and its data folder.
    pub(crate) server: (&'a str, &'a Path),
    /// The folder of the phones, and whose are opened.
    pub(crate) phones: (&'a Path, Vec<&'a str>),
    /// A visit whose customer is asked how it was.
    pub(crate) visit: DocId,
    /// What signs the link by which the customer follows the request.
    pub(crate) request_token: &'a str,
}

impl Doors {
    pub(crate) fn open(behind: &Behind<'_>) -> Result<Self, DemoError> {
        let (address, data) = behind.server;
        let links = SurveyLinks::open(data, &SystemEntropy, LINK_DAYS, address)
            .map_err(|_unreadable| DemoError::Story("the key of the customers' links cannot be read"))?;
        let now = SystemClock::new(TEHRAN_MINUTES).now().at;
        let survey = format!("{address}/survey/{}", links.token(SurveyId::of(behind.visit), now));
        let portal = format!("{address}/request/{}", behind.request_token);
        let (bridge, phones) = start(address, behind.phones.0, &behind.phones.1)?;
        Ok(Self { office: address.to_owned(), survey, portal, phones, bridge })
    }

    /// By name, as programs read them.
    pub(crate) fn json(&self) -> Value {
        let phones: serde_json::Map<String, Value> =
            self.phones.iter().map(|(name, address)| (name.clone(), json!(address))).collect();
        json!({
            "office": self.office, "month": format!("{}/month", self.office),
            "survey": self.survey, "portal": self.portal, "phones": phones,
        })
    }

    pub(crate) fn tell(&self, console: &Console) {
        console.line("office", &format!("{}/ (desk, board, jobs)", self.office));
        console.line("month", &format!("{}/month (as a representative)", self.office));
        console.line("API", &format!("{}/docs", self.office));
        console.line("survey", &self.survey);
        console.line("portal", &self.portal);
        for (name, address) in &self.phones {
            console.line("phone", &format!("{address} ({name}; its network has a switch)"));
        }
    }
}

impl Drop for Doors {
    fn drop(&mut self) {
        // It may have ended by itself, as it does on Ctrl-C.
        drop(self.bridge.kill());
        drop(self.bridge.wait());
    }
}

/// Starts the program that holds phones, and reads where each of them is.
fn start(server: &str, data: &Path, names: &[&str]) -> Result<(Child, Vec<(String, String)>), DemoError> {
    let failed = DemoError::files("start hamgam-phones: run `cargo build --package bridge`");
    let program = std::env::current_exe().map_err(&failed)?.with_file_name("hamgam-phones");
    let mut command = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
    command.arg("--server").arg(server).arg("--data").arg(data);
    command.args(names.iter().flat_map(|name| ["--phone", *name]));
    let mut bridge = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(&failed)?;
    let lines =
        BufReader::new(bridge.stdout.take().ok_or(DemoError::Story("hamgam-phones says nothing"))?).lines();
    let mut phones = Vec::new();
    for line in lines.take(names.len()) {
        let line = line.map_err(&failed)?;
        let (name, address) =
            line.split_once(' ').ok_or(DemoError::Story("hamgam-phones tells no address"))?;
        phones.push((name.to_owned(), address.to_owned()));
    }
    if phones.len() == names.len() {
        Ok((bridge, phones))
    } else {
        Err(DemoError::Story("hamgam-phones ended"))
    }
}
