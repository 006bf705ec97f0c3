//! The customers' pages: plain HTML, no script, small, in three languages, usable with a
//! keyboard and a screen reader. Every text goes through [`escape`].

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use wire::ErrorCode;

use super::AppState;
use super::docs_page::html::escape;
use super::observe::ForPeople;
use super::problem::PROBLEM_CODE;
use crate::clock::random_bytes;
use crate::surveys::{Language, nonce};

const STYLE: &str = "*{box-sizing:border-box}\
body{font:18px/1.6 Vazirmatn,Tahoma,system-ui,sans-serif;margin:0;color:#14181d;background:#f3f4f6}\
main{max-width:40rem;margin:0 auto;padding:1rem}\
h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.2rem}.story{list-style:none;padding:0}\
nav{display:flex;gap:1rem;flex-wrap:wrap;font-size:1rem}\
nav a,nav b{padding:.5rem 0}\
a{color:#0a4fa8}\
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1rem 0}\
dt{color:#4a525c}dd{margin:0;overflow-wrap:anywhere}\
fieldset,.box{background:#fff;border:1px solid #c4c9d0;border-radius:.6rem;margin:0 0 1rem;padding:.75rem 1rem 1rem}\
legend,.ask{font-weight:600;padding:0}\
legend{float:left;width:100%;padding-bottom:.4rem}legend+*{clear:both}\
.marks{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.5rem}\
.marks label{display:flex;align-items:center;justify-content:center;gap:.35rem;min-width:3rem;min-height:2.75rem;\
padding:0 .6rem;border:1px solid #737b86;border-radius:.4rem;cursor:pointer}\
.marks label:has(:checked){background:#dbe8fb;border-color:#0a4fa8}\
.marks .none,.marks .none:has(:checked){background:none;border:1px dashed #737b86}\
.marks label:focus-within,button:focus-visible,a:focus-visible,textarea:focus-visible,.field:focus-visible{outline:3px solid #0a4fa8;\
outline-offset:2px}\
.ends{display:flex;justify-content:space-between;margin:.4rem 0 0;color:#4a525c;font-size:.9rem}\
textarea,.field{width:100%;font:inherit;padding:.5rem;margin:.4rem 0 .9rem;border:1px solid #737b86;border-radius:.4rem}\
textarea{min-height:6rem}.field{min-height:2.75rem;background:#fff;color:inherit}.marks+.ask{display:block;margin-top:.9rem}\
button{font:inherit;font-weight:600;width:100%;min-height:3rem;border:0;border-radius:.5rem;background:#0a4fa8;color:#fff;\
cursor:pointer}\
.wrong{border:2px solid #b00020}.wrong p.why{color:#b00020;margin:.25rem 0 0}\
.small{font-size:.9rem;color:#4a525c}\
@media(prefers-color-scheme:dark){body{color:#e7e9ec;background:#14171b}fieldset,.box{background:#1d2126;border-color:#3c434c}\
dt,.ends,.small{color:#aab2bc}a{color:#8ab8ff}.marks label:has(:checked){background:#1c3a63;border-color:#8ab8ff}\
textarea,.field{background:#14171b;color:inherit}.wrong p.why{color:#ff9a9a}.wrong{border-color:#ff9a9a}}";

/// A page in a language; its style may be used by this page alone.
pub(in crate::http) struct Page {
    language: Language,
    html: String,
}

impl Page {
    pub(in crate::http) fn begin(language: Language, title: &str, nonce: &str) -> Self {
        Self::begin_at(language, (title, ""), nonce)
    }

    /// A page whose other languages are at another address: this one shows what was sent.
    pub(in crate::http) fn begin_at(language: Language, (title, switch): (&str, &str), nonce: &str) -> Self {
        let (code, direction, title) = (language.code(), language.direction(), escape(title));
        let html = format!(
            "<!doctype html><html lang=\"{code}\" dir=\"{direction}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
             <style nonce=\"{nonce}\">{STYLE}</style></head><body><main>"
        );
        let mut page = Self { language, html };
        page.switch(switch);
        page.html.push_str(&format!("<h1>{title}</h1>"));
        page
    }

    /// Adds HTML whose texts were escaped.
    pub(in crate::http) fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    pub(in crate::http) fn end(mut self) -> String {
        self.html.push_str("</main></body></html>\n");
        self.html
    }

    /// Says something in two sentences and no more.
    pub(in crate::http) fn message(language: Language, words: [&str; 2], nonce: &str) -> String {
        let mut page = Self::begin(language, words[0], nonce);
        page.paragraph(words[1], "box");
        page.end()
    }

    fn switch(&mut self, at: &str) {
        let languages = match self.language {
            Language::Fa => "زبان",
            Language::Ru => "Язык",
            Language::En => "Language",
        };
        self.html.push_str(&format!("<nav aria-label=\"{languages}\">"));
        for language in Language::ALL {
            let (code, name) = (language.code(), language.own_name());
            let entry = if language == self.language {
                format!("<b lang=\"{code}\" aria-current=\"true\">{name}</b>")
            } else {
                format!("<a href=\"{at}?lang={code}\" lang=\"{code}\" hreflang=\"{code}\">{name}</a>")
            };
            self.html.push_str(&entry);
        }
        self.html.push_str("</nav>");
    }

    pub(in crate::http) fn paragraph(&mut self, text: &str, class: &str) {
        self.html.push_str(&format!("<p class=\"{class}\">{}</p>", escape(text)));
    }
}

/// A page as it is answered: nothing outside of it is loaded.
pub(in crate::http) fn page(status: StatusCode, html: String, nonce: &str) -> Response {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.extensions_mut().insert(ForPeople);
    response
}

/// The same with its stable code in the header `problem-code`.
pub(in crate::http) fn with_code(mut response: Response, code: ErrorCode) -> Response {
    response.headers_mut().insert(PROBLEM_CODE, HeaderValue::from_static(code.name()));
    response
}

/// The page that says no, in words, with the stable code beside it.
pub(in crate::http) fn refused(
    app: &AppState,
    language: Language,
    said: [&str; 2],
    code: ErrorCode,
) -> Response {
    let nonce = nonce(random_bytes(&*app.entropy));
    let status = StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    with_code(page(status, Page::message(language, said, &nonce), &nonce), code)
}
