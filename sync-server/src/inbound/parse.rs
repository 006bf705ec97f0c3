//! From the bytes of a mail to a message.

use domain::{Hash32, Instant};
use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};
use sha2::{Digest, Sha256};

use super::message::{Incoming, Source};
use crate::core::Epoch;
use crate::desk::NewFile;

/// A mail that is larger stays where it is and is told of.
pub const MAIL_BYTES_MAX: usize = 40 * 1024 * 1024;
const NAME_CHARS_MAX: usize = 200;

/// Reads a mail; none where it is no mail that anybody sent.
#[must_use]
pub fn parse_mail(bytes: &[u8], epoch: Epoch) -> Option<Incoming> {
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

fn sender(from: &Address<'_>) -> Option<(String, Option<String>)> {
    let first = from.first()?;
    let address = first.address()?.trim().to_lowercase();
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
}
