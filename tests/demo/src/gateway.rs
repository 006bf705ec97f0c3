//! The operator's gateway for short messages, as the server knows it: it takes each
//! message by HTTP and keeps it.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::DemoError;
use crate::office::Office;

/// How long a message may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at what still waits, while nothing arrives.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Messages that nobody has read yet.
const MESSAGES_MAX: usize = 256;
const REQUEST_MAX: usize = 64 * 1024;
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// A message that a customer got.
pub(crate) struct ShortMessage {
    text: String,
}

impl ShortMessage {
    /// Without its link.
    pub(crate) fn first_line(&self) -> &str {
        self.text.lines().next().unwrap_or_default()
    }
    /// What its link is signed by.
    pub(crate) fn token(&self) -> Option<&str> {
        let link = self.text.lines().last()?;
        link.rsplit_once("/request/").map(|(_, token)| token.trim())
    }
}

/// The gateway.
pub(crate) struct Gateway {
    /// Where it listens.
    pub(crate) url: String,
    arrived: mpsc::Receiver<ShortMessage>,
}

impl Gateway {
    pub(crate) async fn open() -> Result<Self, DemoError> {
        let failed = DemoError::files("open the gateway for short messages");
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(&failed)?;
        let url = format!("http://{}/messages", listener.local_addr().map_err(&failed)?);
        let (sender, arrived) = mpsc::channel(MESSAGES_MAX);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Some(text) = take(stream).await {
                    // Whoever has gone does not read it any more.
                    drop(sender.send(ShortMessage { text }).await);
                }
            }
        });
        Ok(Self { url, arrived })
    }

    /// Waits for a message that says one of some words.
    pub(crate) async fn hears_of(&mut self, words: &[&str]) -> Result<ShortMessage, DemoError> {
        let found = async {
            while let Some(message) = self.arrived.recv().await {
                if words.iter().any(|word| message.first_line().contains(word)) {
                    return Some(message);
                }
            }
            None
        };
        let found = tokio::time::timeout(PATIENCE, found).await.ok().flatten();
        found.ok_or(DemoError::Story("the customer's short message did not come"))
    }

    /// Waits until everything that some requests have to say is out.
    pub(crate) async fn comes_to_rest(
        &mut self,
        reader: &Office,
        requests: &[&str],
    ) -> Result<(), DemoError> {
        let at_rest = async {
            for request in requests {
                loop {
                    let shown = reader.get(&format!("/v1/requests/{request}")).await?;
                    let waits = |message: &Value| message["state"] == "queued";
                    if !shown["messages"].as_array().into_iter().flatten().any(waits) {
                        break;
                    }
                    // The server notes that a message is out after it has arrived here: the last
                    // one may still wait when it was heard.
                    drop(tokio::time::timeout(LOOK_AGAIN, self.arrived.recv()).await);
                }
            }
            Ok(())
        };
        let rested = tokio::time::timeout(PATIENCE, at_rest).await;
        rested.unwrap_or(Err(DemoError::Story("short messages are not sent")))
    }
}

/// Reads one request and answers it; its `text`.
async fn take(mut stream: TcpStream) -> Option<String> {
    let mut read = Vec::new();
    let body = loop {
        if let Some(body) = whole_body(&read) {
            break body;
        }
        if read.len() > REQUEST_MAX || stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
    };
    stream.write_all(ANSWER).await.ok()?;
    let message: Value = serde_json::from_slice(&body).ok()?;
    message["text"].as_str().map(str::to_owned)
}

/// The body, once all of it is there.
fn whole_body(read: &[u8]) -> Option<Vec<u8>> {
    let end = read.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
    let length: usize = length.trim().parse().ok()?;
    read.get(end..end + length).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::whole_body;

    #[test]
    fn a_body_is_taken_when_all_of_it_has_come() {
        let request = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabcd";
        assert_eq!(whole_body(request).as_deref(), Some(b"abcd".as_slice()));
        assert_eq!(whole_body(&request[..request.len() - 1]), None);
        assert_eq!(whole_body(b"POST / HTTP/1.1\r\nContent-Le"), None);
    }
}
