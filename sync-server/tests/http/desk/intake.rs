//! How a customer comes in: a code or a link of the desk's, then his own requests and the form.

use reqwest::Method;
use serde_json::{Value, json};

use super::gateways::{Gateway, desk_with as desk_with_gateway};
use super::mail::{header, mail_config};
use super::{Desk, full, with};
use crate::office::{Answer, JsonBody, Office, text};
use crate::smtp::{MailServer, body_of};

const MINUTE: i64 = 60;

async fn desk_with_mail(server: &MailServer, rate_factor: u32) -> Desk {
    let office = Office::open_with(|config| {
        config.mail = mail_config(server);
        config.rate_factor = rate_factor;
    });
    Desk::of(office.await).await
}

async fn get(desk: &Desk, path: &str) -> Answer {
    Answer::of(desk.office.ask(Method::GET, path, None)).await
}

async fn post(desk: &Desk, path: &str, body: &Value) -> Answer {
    Answer::of(desk.office.ask(Method::POST, path, None).json_body(body)).await
}

/// What a form without script sends.
async fn submit(desk: &Desk, path: &str, fields: &[(&str, &str)]) -> Answer {
    let escaped = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<String> = fields.iter().map(|(name, text)| format!("{name}={}", escaped(text))).collect();
    let ask = desk.office.ask(Method::POST, path, None);
    let ask = ask.header("content-type", "application/x-www-form-urlencoded");
    Answer::of(ask.body(pairs.join("&"))).await
}

/// The same with files: name, file name, bytes.
async fn submit_with_files(
    desk: &Desk,
    path: &str,
    fields: &[(&str, &str)],
    files: &[(&str, &[u8])],
) -> Answer {
    let mut body = Vec::new();
    for (name, text) in fields {
        let part = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, bytes) in files {
        let head = format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: image/jpeg\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--b--\r\n");
    let ask = desk.office.ask(Method::POST, path, None);
    Answer::of(ask.header("content-type", "multipart/form-data; boundary=b").body(body)).await
}

/// The digits of the last code that was mailed.
async fn mailed_code(desk: &Desk, server: &MailServer) -> String {
    desk.office.server.mail().run_due().await;
    let letters = server.letters();
    let letter = letters.iter().rfind(|letter| header(letter, "Subject") == "Your code").expect("a code");
    digits_in(&body_of(letter))
}

fn digits_in(text: &str) -> String {
    let mut runs = text.split(|letter: char| !letter.is_ascii_digit());
    runs.find(|run| run.len() == 6).expect("six digits").to_owned()
}

async fn ask(desk: &Desk, to: &str) -> Answer {
    post(desk, "/v1/portal/codes", &json!({"to": to, "language": "en"})).await
}

async fn come_in(desk: &Desk, to: &str, code: &str) -> Answer {
    post(desk, "/v1/portal/sessions", &json!({"to": to, "code": code})).await
}

/// The token of who was let in.
async fn let_in(desk: &Desk, server: &MailServer, to: &str) -> String {
    ask(desk, to).await.expect(204);
    let code = mailed_code(desk, server).await;
    text(&come_in(desk, to, &code).await.expect(201)["token"])
}

fn wrong(code: &str) -> String {
    let last = if code.ends_with('0') { '1' } else { '0' };
    code.chars().take(5).chain([last]).collect()
}

/// R58, R96: he sees his own requests, and registers another, once.
#[tokio::test]
async fn a_customer_comes_in_by_a_code_sees_his_own_and_registers_one() {
    let server = MailServer::start().await;
    let desk = desk_with_mail(&server, 1000).await;
    for (email, subject) in
        [("k@example.com", "cold"), ("other@example.com", "secret"), ("k@example.com", "over")]
    {
        let fields = with(&full(), &json!({"email": email, "subject": subject}));
        let body = json!({"kind": "service", "channel": "phone", "fields": fields, "tell": "email"});
        let id = text(&desk.register("operator", &body).await.expect(201)["request"]["id"]);
        if subject == "over" {
            desk.act("operator", &id, &json!({"act": "cancel", "reason": "settled"})).await.expect(200);
        }
    }
    let token = let_in(&desk, &server, "K@Example.com").await;
    let own = get(&desk, &format!("/v1/portal/intake/{token}")).await.expect(200);
    let own = own["requests"].as_array().expect("a list").clone();
    assert_eq!((own.len(), &own[0]["subject"]), (1, &json!("cold")), "his own that are not over: {own:?}");
    get(&desk, &format!("/v1/portal/requests/{}", text(&own[0]["token"]))).await.expect(200);

    let form = json!({"token": token, "key": "form-1", "kind": "service", "subject": "no heat", "product": "boiler"});
    let first = post(&desk, "/v1/portal/requests", &form).await.expect(201);
    let again = post(&desk, "/v1/portal/requests", &form).await.expect(201);
    assert_eq!((&first["number"], &again["number"]), (&json!("R-100004"), &json!("R-100004")));
    let list = desk.office.get("/v1/requests?list=untouched", desk.token("expert")).await.expect(200);
    let kept = &list["requests"][0];
    assert_eq!((&kept["unit"], &kept["channel"]), (&json!("executional"), &json!("web")));
    assert_eq!(kept["fields"]["email"], "k@example.com", "what was shown to be his, not what he says");
    desk.office.server.mail().run_due().await;
    let told = server.letters().iter().filter(|letter| letter.contains("R-100004")).count();
    assert_eq!(told, 1, "he has a letter with the link");
    post(
        &desk,
        "/v1/portal/requests",
        &json!({"token": "abc", "key": "1", "kind": "service", "subject": "x"}),
    )
    .await
    .expect_code("request_link_invalid");
    let odd = with(&form, &json!({"key": "2", "kind": "pre_sale"}));
    assert_eq!(post(&desk, "/v1/portal/requests", &odd).await.body["errors"][0]["code"], "unknown_word");
}

/// Seen to fail, each by itself: without the five tries, without the ten minutes, without its
/// single use, with a link that is good for ever.
#[tokio::test]
async fn a_code_is_good_for_ten_minutes_five_tries_and_once() {
    let server = MailServer::start().await;
    let desk = desk_with_mail(&server, 1000).await;
    let to = "k@example.com";
    ask(&desk, to).await.expect(204);
    let first = mailed_code(&desk, &server).await;
    for _try in 0..5 {
        come_in(&desk, to, &wrong(&first)).await.expect_code("code_invalid");
    }
    come_in(&desk, to, &first).await.expect_code("code_invalid");

    ask(&desk, to).await.expect(204);
    let second = mailed_code(&desk, &server).await;
    come_in(&desk, "other@example.com", &second).await.expect_code("code_invalid");
    desk.office.clock.pass_seconds(10 * MINUTE);
    come_in(&desk, to, &second).await.expect_code("code_invalid");

    ask(&desk, to).await.expect(204);
    let third = mailed_code(&desk, &server).await;
    ask(&desk, to).await.expect(204);
    let fourth = mailed_code(&desk, &server).await;
    if third != fourth {
        come_in(&desk, to, &third).await.expect_code("code_invalid");
    }
    let persian: String =
        fourth.chars().filter_map(|digit| char::from_u32('۰' as u32 + digit.to_digit(10)?)).collect();
    let token = text(&come_in(&desk, to, &format!(" {persian} ")).await.expect(201)["token"]);
    come_in(&desk, to, &fourth).await.expect_code("code_invalid");
    get(&desk, &format!("/v1/portal/intake/{token}")).await.expect(200);
    desk.office.clock.pass_seconds(60 * MINUTE);
    get(&desk, &format!("/v1/portal/intake/{token}")).await.expect_code("request_link_expired");
}

/// Nobody learns who is a customer: a code goes to every address, and a wrong one is answered
/// alike. Ten in a day, three at once from one place.
#[tokio::test]
async fn an_unknown_address_is_answered_as_a_known_one_and_none_is_flooded() {
    let server = MailServer::start().await;
    let desk = desk_with_mail(&server, 1000).await;
    let fields = with(&full(), &json!({"email": "known@example.com"}));
    let body = json!({"kind": "service", "channel": "phone", "fields": fields, "tell": "email"});
    desk.register("operator", &body).await.expect(201);
    let mut said = Vec::new();
    for to in ["known@example.com", "unknown@example.com"] {
        let asked = ask(&desk, to).await;
        let refused = come_in(&desk, to, "12345x").await;
        let page = submit(&desk, "/intake/code?lang=en", &[("to", to), ("code", "12345x")]).await;
        let problem = with(&refused.body, &json!({"instance": ""}));
        said.push((asked.status, asked.text, refused.status, problem, page.status));
    }
    assert_eq!(said[0], said[1]);
    desk.office.server.mail().run_due().await;
    let codes = server.letters().iter().filter(|letter| header(letter, "Subject") == "Your code").count();
    assert_eq!(codes, 2, "both have one");
    for _more in 0..9 {
        ask(&desk, "unknown@example.com").await.expect(204);
    }
    ask(&desk, "unknown@example.com").await.expect_code("too_many_requests");
    ask(&desk, "known@example.com").await.expect(204);
    for nonsense in ["", "k@", "12345", "just words"] {
        let answer = ask(&desk, nonsense).await;
        assert_eq!(answer.body["errors"][0]["code"], "contact.way", "{nonsense}");
    }

    let strict = desk_with_mail(&server, 1).await;
    for _burst in 0..3 {
        ask(&strict, "k@example.com").await.expect(204);
    }
    ask(&strict, "K@example.com").await.expect_code("too_many_requests");
    ask(&strict, "other@example.com").await.expect(204);
}

/// The last ten digits are not the whole number: another country's shows nothing.
#[tokio::test]
async fn a_number_of_another_country_opens_nothing() {
    let gateway = Gateway::start().await;
    let desk = desk_with_gateway(&gateway).await;
    let body = json!({"kind": "service", "channel": "phone", "fields": full(), "tell": "sms"});
    desk.register("operator", &body).await.expect(201);
    for (to, sees) in [("+7 912 345 6789", 0), ("۰۹۱۲۳۴۵۶۷۸۹", 1)] {
        ask(&desk, to).await.expect(204);
        desk.office.server.sms().run_due().await;
        let given = gateway.given();
        let message = &given.last().expect("a message").1;
        let token = text(&come_in(&desk, to, &digits_in(&text(&message["text"]))).await.expect(201)["token"]);
        let own = get(&desk, &format!("/v1/portal/intake/{token}")).await.expect(200);
        assert_eq!(own["requests"].as_array().map(Vec::len), Some(sees), "{to}");
        let whole = if sees == 0 { "+79123456789" } else { "+989123456789" };
        assert_eq!(message["to"], whole);
    }
}

#[tokio::test]
async fn the_desk_sends_a_contact_his_link() {
    let server = MailServer::start().await;
    let desk = desk_with_mail(&server, 1000).await;
    let account = desk.office.post("/v1/customers", desk.token("operator"), &json!({"name": "Works"})).await;
    let account = text(&account.expect(201)["id"]);
    let mut ids = Vec::new();
    for (name, channel) in [("chief", "email"), ("silent", "none")] {
        let contact = json!({
            "name": name, "standing": "contact", "channel": channel, "email": format!("{name}@works.example"),
            "language": "en",
        });
        let path = format!("/v1/customers/{account}/contacts");
        ids.push(text(&desk.office.post(&path, desk.token("operator"), &contact).await.expect(201)["id"]));
    }
    let link = async |who: &str, id: &str| {
        desk.office.post(&format!("/v1/contacts/{id}/link"), desk.token(who), &json!({})).await
    };
    link("engineer", &ids[0]).await.expect_code("duty_required");
    assert_eq!(link("operator", &ids[1]).await.body["errors"][0]["code"], "contact.channel");
    link("operator", crate::probes::NOTHING).await.expect_code("not_found");
    link("operator", &ids[0]).await.expect(204);
    desk.office.server.mail().run_due().await;
    let body = body_of(server.letters().last().expect("a letter"));
    let address = body.split_whitespace().find(|word| word.contains("/intake/")).expect("a link");
    let path = address.strip_prefix("https://service.example").expect("the address").to_owned();
    let form = [("kind", "purchase"), ("subject", "two boilers"), ("key", "1")];
    let page = submit_with_files(&desk, &path, &form, &[]).await;
    assert!(page.text.contains("R-100001"), "{}", page.text);
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    let fields = &list["requests"][0]["fields"];
    assert_eq!((&fields["account"], &fields["contact"]), (&json!(account), &json!(ids[0])), "R127");
}

async fn speaks_three_languages(desk: &Desk) {
    for (language, direction) in [("fa", "rtl"), ("ru", "ltr"), ("en", "ltr")] {
        let page = get(desk, &format!("/intake?lang={language}")).await;
        assert!(page.text.contains(&format!("lang=\"{language}\" dir=\"{direction}\"")), "{}", page.text);
        assert!(
            !page.text.contains("<script")
                && page.header("content-security-policy").contains("default-src 'none'")
        );
    }
}

/// R58, R96: pages alone, in three languages, with files, within the limits.
#[tokio::test]
async fn a_customer_registers_with_files_on_pages_without_script() {
    let server = MailServer::start().await;
    let desk = desk_with_mail(&server, 1000).await;
    speaks_three_languages(&desk).await;
    submit(&desk, "/intake?lang=en", &[("to", "nobody")]).await.expect_code("invalid");
    let page = submit(&desk, "/intake?lang=en", &[("to", "k@example.com")]).await;
    assert!(page.text.contains("one-time-code") && page.text.contains("k@example.com"), "{}", page.text);
    let code = mailed_code(&desk, &server).await;
    let fields = |code: &str| [("to", "k@example.com".to_owned()), ("code", code.to_owned())];
    let typed = fields(&wrong(&code));
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let page = submit(&desk, "/intake/code?lang=en", &typed).await;
    assert!(page.text.contains("wrong or too old"), "{}", page.text);
    let typed = fields(&code);
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let page = submit(&desk, "/intake/code?lang=en", &typed).await;
    assert!(page.text.contains("You have no open requests."), "{}", page.text);
    let own = format!("{}?lang=en", page.path);

    let form = |subject: &'static str| {
        [("kind", "service"), ("subject", subject), ("description", "<i>since</i> yesterday"), ("key", "k1")]
    };
    let bare = submit_with_files(&desk, &own, &form(" "), &[]).await;
    assert_eq!(
        (bare.code().as_str(), bare.text.contains("&lt;i&gt;since&lt;/i&gt;")),
        ("invalid", true),
        "what was typed is kept"
    );
    let large = vec![7; 10 * 1024 * 1024 + 1];
    let refused = submit_with_files(&desk, &own, &form("cold"), &[("big.jpg", &large)]).await;
    assert!(refused.text.contains("&lt;i&gt;since&lt;/i&gt;"), "nobody types it again: {}", refused.text);
    refused.expect_code("invalid");
    let some = vec![7; 9 * 1024 * 1024];
    let many: Vec<(&str, &[u8])> =
        ["a", "b", "c", "d", "e"].iter().map(|name| (*name, some.as_slice())).collect();
    submit_with_files(&desk, &own, &form("cold"), &many[..]).await.expect_code("body_too_large");
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    assert_eq!(list["requests"], json!([]), "nothing was kept of it");

    let files: [(&str, &[u8]); 3] =
        [("C:\\photos\\plate.jpg", b"a photo"), ("", b""), ("عکس.jpg", b"another")];
    for _twice in 0..2 {
        let page = submit_with_files(&desk, &own, &form("cold"), &files).await;
        assert!(page.text.contains("R-100001"), "on to the request: {}", page.text);
    }
    let list = desk.office.get("/v1/requests", desk.token("operator")).await.expect(200);
    let request = text(&list["requests"][0]["id"]);
    let names = async || {
        let shown = desk.show("operator", &request).await;
        shown["files"].as_array().expect("a list").iter().map(|file| text(&file["name"])).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["plate.jpg", "عکس.jpg"]);

    let page = get(&desk, &own).await;
    let follow = page.text.split("href=\"").find(|part| part.starts_with("/request/")).expect("a link");
    let follow = follow.split('"').next().expect("an address").replace("&amp;", "&");
    let page =
        submit_with_files(&desk, &follow, &[("act", "reply"), ("text", "")], &[("more.jpg", b"third")]).await;
    assert!(page.text.contains("more.jpg"), "{}", page.text);
    submit_with_files(&desk, &follow, &[("act", "reply"), ("text", "")], &[("", b"")])
        .await
        .expect_code("invalid");
    let both = [("act", "reply"), ("text", "and this")];
    let refused = submit_with_files(&desk, &follow, &both, &[("big.jpg", &large)]).await;
    assert!(refused.text.contains(">and this</textarea>"), "nobody types it again: {}", refused.text);
    refused.expect_code("invalid");
    let page = submit_with_files(&desk, &follow, &both, &[("fourth.jpg", b"fourth")]).await;
    for name in ["plate.jpg", "عکس.jpg", "more.jpg", "fourth.jpg"] {
        assert_eq!(page.text.matches(name).count(), 1, "{name} in {}", page.text);
    }
    assert_eq!(names().await, ["plate.jpg", "عکس.jpg", "more.jpg", "fourth.jpg"]);
}
