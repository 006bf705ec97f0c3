//! Letters about requests, and letters that become requests.

use serde_json::{Value, json};
use sync_server::config::{InboundConfig, MailConfig};

use super::{Desk, full, kinds, with};
use crate::office::{Office, text};
use crate::smtp::{MailServer, body_of};
use crate::surveys::Field;

pub(super) fn mail_config(server: &MailServer) -> MailConfig {
    MailConfig {
        smtp_url: Some(server.url().as_str().into()),
        from: Some("Hamgam <service@example.com>".into()),
        public_url: Some("https://service.example".into()),
    }
}

async fn desk_with(server: &MailServer, maildir: Option<&std::path::Path>) -> Desk {
    let office = Office::open_with(|config| {
        config.mail = mail_config(server);
        config.inbound = InboundConfig { maildir: maildir.map(Into::into), hook_key: None };
    });
    Desk::of(office.await).await
}

pub(super) fn header(letter: &str, name: &str) -> String {
    let line = letter.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
    line.unwrap_or_default().to_owned()
}

async fn with_mail(desk: &Desk, fields: Value) -> String {
    let body =
        json!({"kind": "service", "channel": "phone", "fields": with(&full(), &fields), "tell": "email"});
    text(&desk.register("operator", &body).await.expect(201)["request"]["id"])
}

/// R99, R105, R113: one letter for each activity that the customer may see, once; a visit
/// that ends the request is told as the work that is done.
#[tokio::test]
async fn the_customer_gets_a_letter_for_each_activity_and_none_for_a_note() {
    let server = MailServer::start().await;
    let desk = desk_with(&server, None).await;
    let mut field = Field::of(&desk.office, "tech").await;
    let request = with_mail(&desk, json!({"email": "k@example.com", "language": "en"})).await;
    desk.act("expert", &request, &json!({"act": "note", "text": "a difficult customer"})).await.expect(200);
    let promise = json!({"act": "promise", "until": "2030-10-01T10:00:00Z", "reason": "the part comes"});
    desk.act("expert", &request, &promise).await.expect(200);
    let job = desk.visit(&request, &field).await;
    field.finish(&desk.office, job.parse().expect("an id")).await;
    desk.act("expert", &request, &json!({"act": "close"})).await.expect(200);
    for _twice in 0..2 {
        desk.office.server.mail().run_due().await;
    }
    let titles: Vec<String> = server.letters().iter().map(|letter| header(letter, "Subject")).collect();
    assert_eq!(titles.len(), 7, "and the survey of the visit: {titles:?}");
    let said = |title: &str| titles.iter().filter(|one| one.starts_with(title)).count();
    for title in [
        "Your request was registered",
        "A time was set",
        "A visit is being planned",
        "A technician was assigned",
        "The work is done",
        "Your request was closed",
    ] {
        assert_eq!(said(title), 1, "{title} in {titles:?}");
    }
    let all: String = server.letters().iter().map(|letter| body_of(letter)).collect();
    assert!(
        !all.contains("difficult") && all.contains("the part comes") && all.contains("2030-10-01 13:30"),
        "{all}"
    );
    assert!(all.contains("https://service.example/request/"), "{all}");
    let shown = desk.show("expert", &request).await;
    let states: Vec<&Value> =
        shown["messages"].as_array().expect("a list").iter().map(|one| &one["state"]).collect();
    assert!(states.iter().all(|state| **state == "sent"), "{states:?}");
    let visit =
        shown["activities"].as_array().expect("a list").iter().filter(|one| one["kind"] == "visit_moved");
    assert!(visit.count() >= 2, "what is not told is shown all the same: {shown}");
}

/// R161: the client's authorised people hear too, each by the agreed channel and in his language.
#[tokio::test]
async fn authorised_people_hear_of_it_and_others_do_not() {
    let server = MailServer::start().await;
    let desk = desk_with(&server, None).await;
    let account = desk.office.post("/v1/customers", desk.token("operator"), &json!({"name": "Works"})).await;
    let account = text(&account.expect(201)["id"]);
    for (name, standing, channel) in
        [("chief", "authorised", "email"), ("clerk", "contact", "email"), ("silent", "authorised", "none")]
    {
        let contact = json!({
            "name": name, "standing": standing, "channel": channel, "email": format!("{name}@works.example"),
            "language": "ru",
        });
        let path = format!("/v1/customers/{account}/contacts");
        desk.office.post(&path, desk.token("operator"), &contact).await.expect(201);
    }
    with_mail(&desk, json!({"account": account, "email": "k@example.com", "language": "fa"})).await;
    desk.office.server.mail().run_due().await;
    let mut to: Vec<String> = server.letters().iter().map(|letter| header(letter, "To")).collect();
    to.sort();
    assert_eq!(to, ["chief@works.example", "k@example.com"]);
    let of = |who: &str| {
        let letters = server.letters();
        body_of(letters.iter().find(|letter| header(letter, "To") == who).expect("a letter"))
    };
    assert!(of("chief@works.example").contains("Ваше обращение принято"));
    assert!(of("k@example.com").contains("درخواست شما ثبت شد"));
}

fn put(folder: &std::path::Path, name: &str, mail: &str) {
    std::fs::write(folder.join("new").join(name), mail.replace('\n', "\r\n")).expect("written");
}

fn maildir() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["new", "cur", "tmp"] {
        std::fs::create_dir(folder.path().join(part)).expect("made");
    }
    folder
}

#[tokio::test]
async fn a_mail_becomes_a_request_and_its_answer_a_reply_once_and_in_no_loop() {
    let (server, folder) = (MailServer::start().await, maildir());
    let mut desk = desk_with(&server, Some(folder.path())).await;
    let mail =
        "From: Karimi <k@example.com>\nSubject: no heat\nMessage-ID: <1@example.com>\n\nthe boiler is cold\n";
    put(folder.path(), "1", mail);
    put(folder.path(), "2", mail);
    put(
        folder.path(),
        "3",
        "From: robot@example.com\nAuto-Submitted: auto-replied\nMessage-ID: <r@x>\n\nI am away\n",
    );
    put(folder.path(), "4", "this is no mail");
    desk.office.clock.pass_seconds(61);
    desk.office.server.mail().run_due().await;
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    let requests = list["requests"].as_array().expect("a list");
    assert_eq!(requests.len(), 1, "the same mail twice is one request, a machine's is none");
    let fields = &requests[0]["fields"];
    assert_eq!(
        (&fields["subject"], &fields["description"]),
        (&json!("no heat"), &json!("the boiler is cold"))
    );
    assert_eq!((&requests[0]["channel"], &fields["email"]), (&json!("email"), &json!("k@example.com")));
    let kept = std::fs::read_dir(folder.path().join("cur")).expect("readable").count();
    assert_eq!(kept, 4, "the mails themselves are kept");
    let request = text(&requests[0]["id"]);

    // The acknowledgement is a letter of the server's; who answers it replies.
    desk.office.server.mail().run_due().await;
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(header(&letters[0], "Auto-Submitted"), "auto-generated");
    let id = header(&letters[0], "Message-ID");
    let answer = format!(
        "From: k@example.com\nSubject: Re: it\nMessage-ID: <2@example.com>\nIn-Reply-To: {id}\n\nand it leaks\n"
    );
    put(folder.path(), "5", &answer);
    let by_number =
        "From: K@Example.com\nSubject: R-100001 again\nMessage-ID: <3@example.com>\n\nplease hurry\n";
    put(folder.path(), "6", by_number);
    let stranger = "From: other@example.com\nSubject: R-100001\nMessage-ID: <4@example.com>\n\ntell me all\n";
    put(folder.path(), "7", stranger);
    desk.office.clock.pass_seconds(61);
    desk.office.server.mail().run_due().await;
    let shown = desk.show("operator", &request).await;
    assert_eq!(kinds(&shown), ["registered", "customer_replied", "customer_replied"]);
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    assert_eq!(list["requests"].as_array().expect("a list").len(), 2, "a stranger's is a request of his own");

    for number in 0..25 {
        let mail = format!("From: loop@example.com\nMessage-ID: <l{number}@x>\n\nagain {number}\n");
        put(folder.path(), &format!("9{number:02}"), &mail);
    }
    desk.office.clock.pass_seconds(61);
    desk.office.server.mail().run_due().await;
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    assert_eq!(
        list["requests"].as_array().expect("a list").len(),
        22,
        "a machine that does not say so is stopped"
    );
    desk.pass_days(1).await;
    desk.act("operator", &request, &json!({"act": "cancel", "reason": "settled"})).await.expect(200);
    put(folder.path(), "late", &answer.replace("<2@", "<5@").replace("and it leaks", "thank you"));
    desk.office.server.mail().run_due().await;
    let shown = desk.show("operator", &request).await;
    let last = shown["activities"].as_array().expect("a list").last().expect("one").clone();
    assert_eq!(
        (&last["kind"], &last["text"]),
        (&json!("remark"), &json!("thank you")),
        "kept, though it is over"
    );
}

/// What can be no request stays in `cur` and keeps nothing else from being taken.
#[tokio::test]
async fn a_mail_that_cannot_be_taken_stops_no_other() {
    let (server, folder) = (MailServer::start().await, maildir());
    let desk = desk_with(&server, Some(folder.path())).await;
    let long = "x".repeat(60);
    put(folder.path(), "1", "From: nobody at all\nMessage-ID: <a@x>\n\nhelp\n");
    put(folder.path(), "2", &format!("From: k@{long}.{long}.{long}.{long}\nMessage-ID: <b@x>\n\nhelp\n"));
    put(folder.path(), "3", "From: k@example.com\nMessage-ID: <c@x>\n\nthe boiler is cold\n");
    desk.office.clock.pass_seconds(61);
    desk.office.server.mail().run_due().await;
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    assert_eq!(list["requests"].as_array().map(Vec::len), Some(1), "{list}");
    let names = |part: &str| std::fs::read_dir(folder.path().join(part)).expect("readable").count();
    assert_eq!((names("new"), names("cur")), (0, 3), "the mails themselves are kept");
    let aside = desk.office.get("/v1/mail/aside", desk.token("admin")).await.expect(200);
    let mut why: Vec<String> =
        aside["mails"].as_array().expect("a list").iter().map(|mail| text(&mail["why"])).collect();
    why.sort();
    assert_eq!(why, ["invalid", "unreadable"]);
}

/// The server's process, killed while it reads the mail of that name.
fn killed_while_reading(data: &std::path::Path, folder: &std::path::Path, name: &str) {
    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_hamgam-server"));
    server.args(["serve", "--listen", "127.0.0.1:0"]).arg("--data").arg(data).arg("--maildir").arg(folder);
    let quiet = std::process::Stdio::null;
    let mut process = server.stdout(quiet()).stderr(quiet()).spawn().expect("starts");
    // A pipe is opened for writing when somebody opens it to read.
    let pipe = std::fs::File::options().write(true).open(folder.join("new").join(name)).expect("it is read");
    process.kill().expect("killed");
    process.wait().expect("ended");
    drop(pipe);
}

/// What ends the process as it is read ends it twice; it is kept, and keeps no other from
/// being taken. A pipe stands for it: reading from it goes on until the process is killed.
#[tokio::test]
async fn a_mail_that_ends_the_server_ends_it_twice_at_most() {
    let (server, folder) = (MailServer::start().await, maildir());
    let pipe = folder.path().join("new/1");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("runs").success());
    put(folder.path(), "2", "From: k@example.com\nMessage-ID: <c@x>\n\nthe boiler is cold\n");
    let lies_in = folder.path().to_path_buf();
    let mail = mail_config(&server);
    let office = Office::open_with(move |config| {
        for _start in 0..2 {
            killed_while_reading(&config.data, &lies_in, "1");
        }
        assert_eq!(std::fs::read_dir(lies_in.join("cur")).expect("readable").count(), 0);
        config.mail = mail;
        config.inbound.maildir = Some(lies_in);
    });
    let desk = Desk::of(office.await).await;
    let looking = desk.office.server.mail().run_due();
    if tokio::time::timeout(std::time::Duration::from_secs(20), looking).await.is_err() {
        // Whoever reads is let go first, or the test would not end.
        drop(std::fs::File::options().write(true).open(&pipe));
        panic!("it is read for a third time");
    }
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    assert_eq!(list["requests"].as_array().map(Vec::len), Some(1), "{list}");
    let names = |part: &str| std::fs::read_dir(folder.path().join(part)).expect("readable").count();
    assert_eq!((names("new"), names("cur")), (0, 2), "the mails themselves are kept");
    let aside = desk.office.get("/v1/mail/aside", desk.token("admin")).await.expect(200);
    let mails = aside["mails"].as_array().expect("a list");
    assert_eq!(
        (mails.len(), &mails[0]["name"], &mails[0]["why"]),
        (1, &json!("1"), &json!("ended_the_server"))
    );
}

/// Whoever may reach the customer has his files, and a browser takes none for a page.
#[tokio::test]
async fn a_file_comes_with_the_mail_and_is_read_at_the_desk() {
    let (server, folder) = (MailServer::start().await, maildir());
    let desk = desk_with(&server, Some(folder.path())).await;
    let mail = "From: k@example.com\nSubject: photo\nMessage-ID: <file@x>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nsee it\n--b\n\
         Content-Type: text/html\nContent-Disposition: attachment; filename=\"plate.html\"\n\n<script>x</script>\n--b--\n";
    put(folder.path(), "1", mail);
    desk.office.clock.pass_seconds(61);
    desk.office.server.mail().run_due().await;
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    let request = text(&list["requests"][0]["id"]);
    let file = desk.show("operator", &request).await["files"][0].clone();
    assert_eq!((&file["name"], &file["media_type"]), (&json!("plate.html"), &json!("text/html")));
    let path = format!("/v1/requests/{request}/files/{}", file["id"]);
    let answer = desk.office.get(&path, desk.token("operator")).await;
    assert_eq!(
        (answer.header("content-type"), answer.header("content-disposition")),
        ("application/octet-stream", "attachment")
    );
    assert!(answer.text.contains("<script>x</script>"), "{answer:?}");
    let passed = json!({"act": "ask_solution", "unit": "technical", "question": "what is it?"});
    desk.act("expert", &request, &passed).await.expect(200);
    assert_eq!(desk.show("engineer", &request).await["files"], json!([]));
    desk.office.get(&path, desk.token("engineer")).await.expect_code("not_found");
    let other = desk.service(&json!({})).await;
    let elsewhere = format!("/v1/requests/{other}/files/{}", file["id"]);
    desk.office.get(&elsewhere, desk.token("operator")).await.expect_code("not_found");
}

/// A file that is too large is named, the words are kept, and the mail lies in `cur`.
#[tokio::test]
async fn a_file_of_thirty_megabytes_loses_nothing_else() {
    let (server, folder) = (MailServer::start().await, maildir());
    let desk = desk_with(&server, Some(folder.path())).await;
    let large = "A".repeat(40 * 1024 * 1024 - 4096);
    let mail = format!(
        "From: k@example.com\nSubject: photo\nMessage-ID: <big@x>\nMIME-Version: 1.0\n\
         Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nsee the plate\n--b\n\
         Content-Type: image/jpeg\nContent-Disposition: attachment; filename=\"plate.jpg\"\n\
         Content-Transfer-Encoding: base64\n\n{large}\n--b--\n"
    );
    std::fs::write(folder.path().join("new/1"), mail).expect("written");
    desk.office.clock.pass_seconds(61);
    desk.office.server.mail().run_due().await;
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    let request = text(&list["requests"][0]["id"]);
    assert_eq!(list["requests"][0]["fields"]["description"], "see the plate");
    let shown = desk.show("operator", &request).await;
    let remark = shown["activities"].as_array().expect("a list").last().expect("one").clone();
    assert!(text(&remark["text"]).starts_with("too large to be kept: plate.jpg ("), "{remark}");
}
