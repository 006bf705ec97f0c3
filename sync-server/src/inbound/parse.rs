//! From the bytes of a mail to a message.

use domain::{Hash32, Instant};
use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};
use sha2::{Digest, Sha256};

use super::message::{Incoming, Source};
use crate::core::Epoch;
use crate::desk::NewFile;
use crate::mail::is_address;

/// A mail that is larger stays where it is and is told of.
pub const MAIL_BYTES_MAX: usize = 40 * 1024 * 1024;
const NAME_CHARS_MAX: usize = 200;
/// Lines of a mail, those that may part it, and those that say what a part is. Each costs
/// its reader a hundred bytes and more, and each message within a message a place on the
/// stack; an attachment of the largest mail has half as many lines.
const LINES_MAX: usize = 1_000_000;
const PARTS_MAX: usize = 20_000;
const TYPES_MAX: usize = 1_000;

/// Reads a mail; none where it is no mail that anybody sent.
#[must_use]
pub fn parse_mail(bytes: &[u8], epoch: Epoch) -> Option<Incoming> {
    if !is_bearable(bytes) {
        return None;
    }
    // The library panics on some of what is broken; then it is as good as no mail.
    std::panic::catch_unwind(|| read_mail(bytes, epoch)).ok().flatten()
}

fn read_mail(bytes: &[u8], epoch: Epoch) -> Option<Incoming> {
    let mail = MessageParser::default().parse(bytes)?;
    let (from, name) = sender(mail.from()?)?;
    let digest = || Hash32::from_bytes(Sha256::digest(bytes).into()).to_string();
    let key = mail.message_id().map_or_else(digest, |id| id.chars().take(500).collect());
    let answers = [mail.in_reply_to(), mail.references()]
        .into_iter()
        .flat_map(ids)
        .filter_map(|id| own_letter(&id, epoch))
        .collect();
    Some(Incoming {
        source: Source::Mail,
        key,
        automatic: automatic(&mail, &from),
        from,
        name,
        subject: mail
            .subject()
            .map(|subject| subject.trim().to_owned())
            .filter(|subject| !subject.is_empty()),
        text: own_words(&mail.body_text(0).unwrap_or_default()),
        sent_at: mail.date().map(|date| Instant::from_millis(date.to_timestamp().saturating_mul(1_000))),
        answers,
        files: files(&mail),
    })
}

/// Whether reading it is safe. The library takes messages within messages to any depth and
/// gives them back one within the other, which ends the process when the stack is full. What
/// is encoded cannot be counted here, so a message within must stand plain, as RFC 2046 has it.
fn is_bearable(bytes: &[u8]) -> bool {
    let (mut lines, mut parts, mut types) = (0, 0, 0);
    let mut block = Block::default();
    for line in bytes.split(|byte| *byte == b'\n') {
        lines += 1;
        parts += usize::from(line.starts_with(b"--"));
        types += usize::from(begins_with(line, b"content-type"));
        if lines > LINES_MAX || parts > PARTS_MAX || types > TYPES_MAX {
            return false;
        }
        match line {
            b"" | b"\r" => block = Block::default(),
            _ if block.hides_a_message(line) => return false,
            _ => {}
        }
    }
    true
}

/// Lines up to an empty one, as headers are.
#[derive(Default)]
struct Block {
    in_type: bool,
    is_message: bool,
    in_encoding: bool,
    is_encoded: bool,
}

impl Block {
    fn hides_a_message(&mut self, line: &[u8]) -> bool {
        if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            self.in_type = begins_with(line, b"content-type");
            self.in_encoding = begins_with(line, b"content-transfer-encoding");
        }
        let has = |word: &[u8]| line.windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
        // The parts of a digest are messages without saying so.
        self.is_message |= self.in_type && has(b"message");
        self.is_encoded |= self.in_encoding && (has(b"base64") || has(b"quoted-printable"));
        (self.is_message && self.is_encoded) || (self.in_type && has(b"digest"))
    }
}

fn begins_with(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
}

fn sender(from: &Address<'_>) -> Option<(String, Option<String>)> {
    let first = from.first()?;
    let address = first.address()?.trim().to_lowercase();
    if !is_address(&address) {
        return None;
    }
    let name = first.name().map(|name| name.trim().chars().take(NAME_CHARS_MAX).collect::<String>());
    Some((address, name.filter(|name| !name.is_empty())))
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(text) => vec![text.to_string()],
        HeaderValue::TextList(list) => list.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// The number of a letter of this server, from its message id.
fn own_letter(id: &str, epoch: Epoch) -> Option<i64> {
    let id = id.trim().trim_start_matches('<');
    let rest = id.strip_prefix(&format!("hamgam.{:016x}.", u64::from_be_bytes(epoch)))?;
    rest.split('@').next()?.parse().ok()
}

/// Why a mail is a machine's (RFC 3834): who answers those ends in a loop.
fn automatic(mail: &Message<'_>, from: &str) -> Option<&'static str> {
    let header = |name: &str| mail.header_raw(name).map(|value| value.trim().to_lowercase());
    if header("Auto-Submitted").is_some_and(|value| value != "no" && !value.is_empty()) {
        return Some("auto_submitted");
    }
    if header("Precedence")
        .is_some_and(|value| ["bulk", "junk", "list", "auto_reply"].contains(&value.as_str()))
    {
        return Some("precedence");
    }
    if header("List-Id").is_some() || header("List-Unsubscribe").is_some() {
        return Some("list");
    }
    if header("X-Autoreply").is_some() || header("X-Autorespond").is_some() {
        return Some("auto_reply");
    }
    if header("Return-Path").is_some_and(|value| value == "<>") {
        return Some("bounce");
    }
    let user = from.split('@').next().unwrap_or_default();
    ["mailer-daemon", "postmaster", "no-reply", "noreply"].contains(&user).then_some("machine")
}

/// What the sender wrote: the quoted letter below it is left out, if anything stands above.
fn own_words(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut lines: Vec<&str> = text.lines().collect();
    while lines.last().is_some_and(|line| line.trim().is_empty() || line.starts_with('>')) {
        lines.pop();
    }
    // "On … wrote:" above the quotation, in any language.
    if lines.len() < text.lines().count()
        && lines.len() > 1
        && lines.last().is_some_and(|line| line.trim_end().ends_with(':'))
    {
        lines.pop();
    }
    let own = lines.join("\n").trim().to_owned();
    if own.is_empty() { text.trim().to_owned() } else { own }
}

fn files(mail: &Message<'_>) -> Vec<NewFile> {
    mail.attachments()
        .map(|part| {
            let media_type = part.content_type().map_or_else(
                || "application/octet-stream".to_owned(),
                |known| format!("{}/{}", known.ctype(), known.subtype().unwrap_or("octet-stream")),
            );
            let name = part.attachment_name().unwrap_or("file").chars().filter(|letter| !letter.is_control());
            let name = name.take(NAME_CHARS_MAX).collect();
            NewFile { name, media_type, bytes: part.contents().to_vec() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: Epoch = [0, 0, 0, 0, 0, 0, 0, 7];

    fn read(head: &str, body: &str) -> Option<Incoming> {
        parse_mail(
            format!("{head}\r\n\r\n{body}").replace('\n', "\r\n").replace("\r\r", "\r").as_bytes(),
            EPOCH,
        )
    }

    #[test]
    fn a_mail_is_read_with_what_it_answers() {
        let head = "From: =?utf-8?B?2LnZhNuM?= <Ali@Example.com>\nSubject: =?utf-8?Q?=D9=86=D8=B4=D8=AA?=\n\
            Message-ID: <abc@example.com>\nIn-Reply-To: <hamgam.0000000000000007.42@service.example>\n\
            References: <x@y> <hamgam.0000000000000008.43@service.example>";
        let body = "it leaks\n\nOn Monday somebody wrote:\n> How is it?\n> R-1\n";
        let mail = read(head, body).expect("a mail");
        assert_eq!((mail.from.as_str(), mail.name.as_deref()), ("ali@example.com", Some("علی")));
        assert_eq!((mail.subject.as_deref(), mail.key.as_str()), (Some("نشت"), "abc@example.com"));
        assert_eq!(mail.text, "it leaks");
        assert_eq!(mail.answers, [42], "another server's letter is not ours");
        assert_eq!(mail.automatic, None);
    }

    #[test]
    fn what_machines_write_is_known() {
        for (header, why) in [
            ("Auto-Submitted: auto-replied", "auto_submitted"),
            ("Precedence: bulk", "precedence"),
            ("List-Id: <news.example.com>", "list"),
            ("X-Autoreply: yes", "auto_reply"),
            ("Return-Path: <>", "bounce"),
        ] {
            let mail = read(&format!("From: a@example.com\n{header}"), "x").expect("a mail");
            assert_eq!(mail.automatic, Some(why), "{header}");
        }
        assert_eq!(read("From: MAILER-DAEMON@example.com", "x").expect("a mail").automatic, Some("machine"));
        assert_eq!(read("From: a@example.com\nAuto-Submitted: no", "x").expect("a mail").automatic, None);
    }

    #[test]
    fn what_only_quotes_is_kept_whole_and_what_is_no_mail_is_none() {
        assert_eq!(read("From: a@example.com", "> see above").expect("a mail").text, "> see above");
        assert!(read("Subject: nobody", "x").is_none());
        assert!(parse_mail(b"", EPOCH).is_none());
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length).map(|at| u8::try_from(at * 7 % 256).expect("a byte")).collect();
            drop(parse_mail(&bytes, EPOCH));
        }
    }

    #[test]
    fn files_come_with_name_type_and_bytes() {
        let head = "From: a@example.com\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b";
        let body = "--b\nContent-Type: text/plain\n\nsee\n--b\nContent-Type: image/png\n\
            Content-Disposition: attachment; filename=\"plate.png\"\nContent-Transfer-Encoding: base64\n\nAAEC\n--b--\n";
        let mail = read(head, body).expect("a mail");
        assert_eq!(mail.text, "see");
        assert_eq!(mail.files.len(), 1);
        let file = &mail.files[0];
        assert_eq!(
            (file.name.as_str(), file.media_type.as_str(), file.bytes.as_slice()),
            ("plate.png", "image/png", &[0, 1, 2][..])
        );
    }

    /// Nothing that is sent may stop the server: not by its depth, its number of parts or its
    /// nonsense.
    #[test]
    fn hostile_mails_are_read_or_left() {
        let multipart = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(TYPES_MAX - 1);
        let messages = "Content-Type: message/rfc822\n\n".repeat(TYPES_MAX - 1);
        for (head, body) in [
            ("From: a@b\nMIME-Version: 1.0", multipart.as_str()),
            (&*format!("From: a@b\nMIME-Version: 1.0\n{multipart}"), ""),
            (&*format!("From: a@b\nMIME-Version: 1.0\n{messages}"), "x"),
            (&*format!("From: a@b {}", "(".repeat(200_000)), "x"),
            (&*format!("From: {}", "g: a@b, ".repeat(50_000)), "x"),
            (&*format!("From: {} a@b", "<".repeat(200_000)), "x"),
            (&*format!("From: a@b\nReferences: {}", "<x@y> ".repeat(50_000)), "x"),
            (&*format!("From: a@b\nContent-Type: text/plain; {}", "a*0*=%41; ".repeat(20_000)), "x"),
            (&*format!("From: a@b\nSubject: {}", "=?utf-8?B?2LnZhNuM?= ".repeat(20_000)), "x"),
        ] {
            drop(read(head, body));
        }
        let deep = "Content-Type: message/rfc822\n\n".repeat(50_000);
        assert!(read(&format!("From: a@b\nMIME-Version: 1.0\n{deep}"), "x").is_none());
        for hidden in [
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
            "content-transfer-encoding:\n Quoted-Printable\nCONTENT-TYPE:\n\tMESSAGE/global",
            "Content-Type: multipart/digest; boundary=b",
        ] {
            assert!(read(&format!("From: a@b\n{hidden}"), "x").is_none(), "{hidden}");
        }
        let forwarded = "Content-Type: message/rfc822\n\nFrom: c@d\nContent-Type: image/png\n\
            Content-Transfer-Encoding: base64";
        assert!(read(&format!("From: a@b\n{forwarded}"), "AAEC").is_some(), "a forwarded mail with a photo");
        let parted = "--b\n".repeat(PARTS_MAX + 1);
        assert!(read("From: a@b\nContent-Type: multipart/mixed; boundary=b", &parted).is_none());
        assert!(read("From: a@b", &"\n".repeat(LINES_MAX + 1)).is_none());
        let largest = "A".repeat(76) + "\n";
        assert!(is_bearable(largest.repeat(MAIL_BYTES_MAX / largest.len()).as_bytes()), "a large photo");
    }

    /// Whatever is changed in a mail, it is read or left.
    #[test]
    fn changed_mails_are_read_or_left() {
        const MAIL: &str = "From: =?utf-8?B?2LnZhNuM?= <a@example.com>\r\nTo: g: a@b, <c@d>;\r\nDate: Mon, 1 Jan 2026 \
            10:00:00 +0330\r\nSubject: =?iso-8859-1?Q?a=E9?=\r\nMessage-ID: <m@x>\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-16\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>a=3D=\r\n</p>\r\n--b\r\nContent-Type: message/rfc822\
            \r\n\r\nFrom: x@y\r\n\r\nin\r\n--b\r\nContent-Disposition: attachment; filename*0*=utf-8''%D8%B9; \
            filename*1=x\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n";
        let mut rng = testkit::Rng::new(4);
        for _ in 0..30_000 {
            let mut bytes = MAIL.as_bytes().to_vec();
            for _ in 0..=rng.index(6) {
                if bytes.is_empty() {
                    break;
                }
                let at = rng.index(bytes.len());
                match rng.index(4) {
                    0 => bytes[at] = rng.bytes::<1>()[0],
                    1 => drop(bytes.remove(at)),
                    2 => {
                        let to = (at + rng.index(40)).min(bytes.len());
                        let piece = bytes[at..to].to_vec();
                        let before = rng.index(bytes.len());
                        bytes.splice(before..before, piece);
                    }
                    _ => bytes.truncate(at.max(1)),
                }
            }
            if let Some(mail) = parse_mail(&bytes, EPOCH) {
                assert!(
                    mail.key.chars().count() <= 500
                        && !mail.files.iter().any(|file| file.name.contains('\n'))
                );
            }
        }
    }
}
