//! The customer's pages.

use reqwest::Method;
use serde_json::json;

use super::{Field, closed_job, link_token, state_of};
use crate::office::{Answer, Office};

async fn get(office: &Office, path: &str, accept: &str) -> Answer {
    Answer::of(office.ask(Method::GET, path, None).header("accept-language", accept)).await
}

async fn submit(office: &Office, path: &str, fields: &str) -> Answer {
    let request = office.ask(Method::POST, path, None).header("accept-language", "en");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    Answer::of(request.body(fields.to_owned())).await
}

#[track_caller]
fn is_plain(page: &Answer) {
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'nonce-"), "{policy}");
    assert!(policy.contains("form-action 'self'; base-uri 'none'; frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for foreign in ["<script", "javascript:", "onclick", "onerror", "http://", "https://", "<img", "style=\""]
    {
        assert!(!page.text.contains(foreign), "{foreign} in {}", page.text);
    }
    assert!(page.text.len() < 24 * 1024, "{} bytes", page.text.len());
}

#[tokio::test]
async fn a_customer_fills_in_the_form_in_a_language() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({}), "boiler").await;
    let path = format!("/survey/{}", link_token(&office, job, 30));
    for (accept, lang, dir, word) in [
        ("ru, en;q=0.5", "ru", "ltr", "Отправить ответы"),
        ("en-GB", "en", "ltr", "Send the answers"),
        ("de", "fa", "rtl", "فرستادن پاسخ‌ها"),
    ] {
        let page = get(&office, &path, accept).await;
        assert_eq!(page.status, 200);
        is_plain(&page);
        assert!(page.text.contains(&format!("<html lang=\"{lang}\" dir=\"{dir}\">")), "{accept}");
        assert!(page.text.contains(word), "{accept}");
        assert_eq!(page.text.matches("<legend>").count(), 9, "each scale is named to a screen reader");
        assert!(page.text.contains("<label class=\"ask\" for=\"q-remark\">"));
    }
    let switched = get(&office, &format!("{path}?utm_source=mail&lang=fa"), "en").await;
    assert!(switched.text.contains("<html lang=\"fa\" dir=\"rtl\">"), "the switch stands over the browser");
    let fields = "q.solved=5&q.punctual=4&q.behaviour=5&q.cost_clarity=&q.remark=Well+done%0D%0Aindeed";
    let thanks = submit(&office, &path, fields).await;
    assert_eq!(thanks.status, 200, "{}", thanks.text);
    is_plain(&thanks);
    assert!(thanks.text.contains("Thank you"));
    let survey = state_of(&office, job).await;
    assert_eq!(
        survey["answers"],
        json!({"solved": 5, "punctual": 4, "behaviour": 5, "remark": "Well done\nindeed"})
    );
    assert_eq!(survey["answered_weight"], 65);
}

#[tokio::test]
async fn whatever_goes_wrong_is_said_kindly_with_a_stable_code() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let job = closed_job(&office, &mut field, &json!({}), "boiler").await;
    let path = format!("/survey/{}", link_token(&office, job, 1));
    let forged = get(&office, "/survey/0123", "en").await;
    assert_eq!((forged.status.as_u16(), forged.header("problem-code")), (404, "survey_link_invalid"));
    is_plain(&forged);
    assert!(forged.text.contains("This link is not valid"));

    let nothing = submit(&office, &path, "q.solved=&q.remark=").await;
    assert_eq!((nothing.status.as_u16(), nothing.header("problem-code")), (422, "invalid"));
    let wrong = submit(&office, &path, "q.solved=9&q.punctual=4&q.remark=kept").await;
    assert_eq!((wrong.status.as_u16(), wrong.header("problem-code")), (422, "invalid"));
    is_plain(&wrong);
    assert!(wrong.text.contains("role=\"alert\""));
    assert!(
        wrong.text.contains("<fieldset class=\"wrong\" aria-describedby=\"w-solved\">"),
        "{}",
        wrong.text
    );
    assert!(wrong.text.contains("name=\"q.punctual\" value=\"4\" checked"), "what was filled in stays");
    assert!(wrong.text.contains(">kept</textarea>"));

    assert_eq!(submit(&office, &path, "q.solved=5").await.status, 200);
    let again = submit(&office, &path, "q.solved=1").await;
    assert_eq!((again.status.as_u16(), again.header("problem-code")), (409, "survey_taken"));
    let opened = get(&office, &path, "en").await;
    assert_eq!((opened.status.as_u16(), opened.header("problem-code")), (409, "survey_taken"));
    assert!(opened.text.contains("Your answers are here already"));

    office.clock.pass_seconds(2 * 86_400);
    let late = get(&office, &path, "ru").await;
    assert_eq!((late.status.as_u16(), late.header("problem-code")), (410, "survey_link_expired"));
    is_plain(&late);
}

/// Without `escape` of the text in `page::about`: `<script in <!doctype html>…`.
#[tokio::test]
async fn what_people_typed_stays_text() {
    let office = Office::open().await;
    let mut field = Field::of(&office, "tech").await;
    let hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}";
    let job = closed_job(&office, &mut field, &json!({"name": hostile}), hostile).await;
    let path = format!("/survey/{}", link_token(&office, job, 30));
    let page = get(&office, &path, "en").await;
    is_plain_but_for_text(&page.text);
    assert!(page.text.contains("&lt;script&gt;alert(1)"), "{}", page.text);
    let fields = "q.remark=%3C/textarea%3E%3Cscript%3Ealert(2)%3C/script%3E&q.solved=%22%3E%3Cscript%3E&lang=%22%3E%3Cb";
    let again = submit(&office, &format!("{path}?lang=%22%3E%3Cscript%3E"), fields).await;
    assert_eq!(again.status, 422);
    is_plain_but_for_text(&again.text);
    let forged = get(&office, "/survey/%22%3E%3Cscript%3E?lang=%22%3E%3Cscript%3E", "en").await;
    is_plain_but_for_text(&forged.text);
    assert_eq!(forged.status, 404);
}

#[track_caller]
fn is_plain_but_for_text(page: &str) {
    for tag in ["<script", "<img", "<b>alert", "onerror=\""] {
        assert!(!page.contains(tag), "{tag} in {page}");
    }
    assert_eq!(page.matches("<textarea").count(), page.matches("</textarea>").count(), "{page}");
}
