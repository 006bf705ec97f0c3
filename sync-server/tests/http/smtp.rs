//! A mail server as small as can be, on this machine: it keeps what it is given, and
//! turns away as often as it is told to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone)]
pub(crate) struct MailServer {
    address: std::net::SocketAddr,
    letters: Arc<Mutex<Vec<String>>>,
    /// Answers to the next recipients; accepted when there is none left.
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = Self { address, letters: Arc::default(), answers: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().talk(stream));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// What it has been given, as it was sent.
    pub(crate) fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("no panic").clone()
    }

    /// Answers the next recipients so.
    pub(crate) fn answer(&self, lines: impl IntoIterator<Item = &'static str>) {
        self.answers.lock().expect("no panic").extend(lines);
    }

    async fn talk(self, stream: TcpStream) {
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        writer.write_all(b"220 here\r\n").await.expect("greeted");
        while let Ok(Some(line)) = lines.next_line().await {
            let word = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let reply = match word.as_str() {
                "EHLO" => "250-here\r\n250 8BITMIME",
                "RCPT" => self.answers.lock().expect("no panic").pop_front().unwrap_or("250 ok"),
                "DATA" => {
                    writer.write_all(b"354 go on\r\n").await.expect("asked");
                    let mut letter = String::new();
                    while let Ok(Some(line)) = lines.next_line().await {
                        if line == "." {
                            break;
                        }
                        letter += &format!("{line}\n");
                    }
                    self.letters.lock().expect("no panic").push(letter);
                    "250 taken"
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            if writer.write_all(format!("{reply}\r\n").as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// The text of a letter, decoded.
pub(crate) fn body_of(letter: &str) -> String {
    let (head, body) = letter.split_once("\n\n").expect("a head and a body");
    let head = head.to_lowercase();
    if head.contains("content-transfer-encoding: base64") {
        return String::from_utf8(unbase64(body)).expect("text");
    }
    if head.contains("content-transfer-encoding: quoted-printable") {
        return String::from_utf8(unquoted(body)).expect("text");
    }
    body.to_owned()
}

fn unbase64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let values: Vec<u32> = text
        .bytes()
        .filter_map(|letter| LETTERS.iter().position(|known| *known == letter))
        .map(|value| u32::try_from(value).expect("six bits"))
        .collect();
    let three = |four: &[u32]| {
        let bits = four.iter().fold(0, |bits, value| bits << 6 | value) << (6 * (4 - four.len()));
        let [_, bytes @ ..] = bits.to_be_bytes();
        bytes.into_iter().take(four.len() - 1).collect::<Vec<u8>>()
    };
    values.chunks(4).flat_map(three).collect()
}

fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\n", "");
    let mut bytes = joined.bytes();
    let mut plain = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte != b'=' {
            plain.push(byte);
            continue;
        }
        let digits: String = bytes.by_ref().take(2).map(char::from).collect();
        plain.push(u8::from_str_radix(&digits, 16).expect("two digits"));
    }
    plain
}
