//! A phone reduced to its talk: real sign-in, real exchanges over one kept connection,
//! cursor and acknowledgements as any phone has them, but no database. What it sends is
//! made beforehand, so that fifty phones on one machine leave the server its share of it.

pub(crate) mod push;

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{self, WebSocket};
use wire::{
    DocEvent, DocHappening, Encoding, Hash, MEDIA_TYPE, Message, Outcome, Push, SyncRequest, SyncResponse,
    ZSTD,
};

use crate::failure::Failure;
use crate::phone::Login;

const PATIENCE: Duration = Duration::from_secs(60);

/// Where such a phone stands.
pub(crate) struct LightPhone {
    server: SocketAddr,
    connection: BufReader<TcpStream>,
    token: String,
    epoch: Option<Vec<u8>>,
    cursor: Option<Vec<u8>>,
    /// Changes whose verdicts came with the last answer.
    told: Vec<Hash>,
}

impl LightPhone {
    /// Connects and signs in; nothing is exchanged yet.
    pub(crate) fn sign_in(server: SocketAddr, login: &Login) -> Result<Self, Failure> {
        let mut phone = Self {
            server,
            connection: BufReader::new(connect(server)?),
            token: String::new(),
            epoch: None,
            cursor: None,
            told: Vec::new(),
        };
        let device = json!({ "name": "a light phone", "kind": "phone" });
        let asked = json!({ "name": login.name, "password": login.password, "device": device });
        let answer = phone.post("/v1/sessions", "application/json", asked.to_string().as_bytes(), false)?;
        let session: Value = serde_json::from_slice(&answer.body)?;
        let token = session["access_token"].as_str();
        phone.token = token.ok_or_else(|| Failure::new(format!("no sign-in: {session}")))?.to_owned();
        Ok(phone)
    }

    /// Another phone of the same sign-in, empty, over a connection of its own.
    pub(crate) fn another(&self) -> Result<Self, Failure> {
        let connection = BufReader::new(connect(self.server)?);
        let token = self.token.clone();
        Ok(Self { server: self.server, connection, token, epoch: None, cursor: None, told: Vec::new() })
    }

    /// Connects again, after the server was away.
    pub(crate) fn connect_again(&mut self) -> Result<(), Failure> {
        self.connection = BufReader::new(connect(self.server)?);
        Ok(())
    }

    /// Exchanges until there is nothing more to get, and throws away what comes; says how
    /// many changes of documents that it had were among it.
    pub(crate) fn catch_up(&mut self) -> Result<usize, Failure> {
        let mut changes = 0;
        loop {
            let response = self.exchange(Vec::new())?;
            changes += response.events.iter().flatten().map(changes_of).sum::<usize>();
            if response.more != Some(true) {
                return Ok(changes);
            }
        }
    }

    /// Opens the live signal beside its exchanges.
    pub(crate) fn follow(&self) -> Result<Live, Failure> {
        let failed = |error: String| Failure::new(format!("no live signal: {error}"));
        let mut request = format!("ws://{}/v1/live", self.server)
            .into_client_request()
            .map_err(|error| failed(error.to_string()))?;
        let bearer = format!("Bearer {}", self.token).parse().map_err(|_bad| failed("its token".into()))?;
        request.headers_mut().insert("authorization", bearer);
        let opened = tungstenite::client(request, connect(self.server)?);
        opened.map(|(socket, _)| Live(socket)).map_err(|error| failed(error.to_string()))
    }

    /// Pushes changes; every one must be accepted.
    pub(crate) fn push(&mut self, push: Push) -> Result<(), Failure> {
        let sent = push.changes.len();
        let response = self.exchange(vec![push])?;
        let verdicts = response.verdicts.unwrap_or_default();
        match verdicts.iter().find(|verdict| verdict.outcome != Outcome::Accepted) {
            Some(verdict) => Err(Failure::new(format!("an edit was not accepted: {:?}", verdict.outcome))),
            None if verdicts.len() == sent => Ok(()),
            None => Err(Failure::new(format!("{} verdicts for {sent} edits", verdicts.len()))),
        }
    }

    fn exchange(&mut self, pushes: Vec<Push>) -> Result<SyncResponse, Failure> {
        let request = SyncRequest {
            version: wire::PROTOCOL_VERSION,
            epoch: self.epoch.clone(),
            cursor: self.cursor.clone(),
            pushes: (!pushes.is_empty()).then_some(pushes),
            acknowledged: (!self.told.is_empty()).then(|| std::mem::take(&mut self.told)),
            client_time: Some(crate::clock::now()),
            ..SyncRequest::default()
        };
        let body = request.to_body();
        let answer = self.post("/v1/sync", MEDIA_TYPE, &body.bytes, body.encoding == Encoding::Zstd)?;
        let encoding = if answer.is_zstd { Encoding::Zstd } else { Encoding::Plain };
        let response = SyncResponse::from_body(&answer.body, encoding)?;
        self.cursor = Some(response.cursor.clone());
        self.epoch = response.epoch.clone().or(self.epoch.take());
        self.told = response.verdicts.iter().flatten().map(|verdict| verdict.hash).collect();
        Ok(response)
    }

    fn post(&mut self, path: &str, media_type: &str, body: &[u8], is_zstd: bool) -> Result<Answer, Failure> {
        let encoding = if is_zstd { format!("content-encoding: {ZSTD}\r\n") } else { String::new() };
        let mut message = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\ncontent-type: {media_type}\r\n\
             accept-encoding: {ZSTD}\r\n{encoding}content-length: {}\r\n\r\n",
            self.token,
            body.len()
        )
        .into_bytes();
        message.extend_from_slice(body);
        self.connection.get_mut().write_all(&message)?;
        Answer::read(&mut self.connection)
    }
}

fn connect(server: SocketAddr) -> Result<TcpStream, Failure> {
    let stream = TcpStream::connect_timeout(&server, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn changes_of(event: &DocEvent) -> usize {
    match &event.what {
        DocHappening::Update { changes } => changes.len(),
        _ => 0,
    }
}

/// The live signal of a phone.
pub(crate) struct Live(WebSocket<TcpStream>);

impl Live {
    /// Waits for the next word that there is something new.
    pub(crate) fn hint(&mut self) -> Result<(), Failure> {
        loop {
            match self.0.read().map_err(|error| Failure::new(format!("the live signal ended: {error}")))? {
                tungstenite::Message::Text(_) => return Ok(()),
                tungstenite::Message::Close(_) => return Err(Failure::new("the live signal was closed")),
                _ => {}
            }
        }
    }
}

/// What the server answered, if that was a success.
struct Answer {
    body: Vec<u8>,
    is_zstd: bool,
}

impl Answer {
    fn read(connection: &mut impl BufRead) -> Result<Self, Failure> {
        let (mut status, mut line) = (String::new(), String::new());
        connection.read_line(&mut status)?;
        let (mut length, mut is_zstd) = (0, false);
        loop {
            line.clear();
            connection.read_line(&mut line)?;
            let header = line.trim_end().to_ascii_lowercase();
            match header.split_once(": ") {
                Some(("content-length", bytes)) => length = bytes.parse()?,
                Some(("content-encoding", name)) => is_zstd = name == ZSTD,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        connection.read_exact(&mut body)?;
        if status.split(' ').nth(1).is_some_and(|code| code.starts_with('2')) {
            Ok(Self { body, is_zstd })
        } else {
            let said = String::from_utf8_lossy(&body);
            Err(Failure::new(format!("the server answered {}: {said}", status.trim_end())))
        }
    }
}
