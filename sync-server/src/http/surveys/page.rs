//! The customer's pages: plain HTML, no script, small, in three languages, usable
//! with a keyboard and a screen reader. Every text goes through [`escape`].

use std::collections::BTreeMap;

use super::words::{Words, digits};
use crate::http::docs_page::html::escape;
use crate::surveys::{Language, LinkedSurvey, Question};

const STYLE: &str = "*{box-sizing:border-box}\
body{font:18px/1.6 Vazirmatn,Tahoma,system-ui,sans-serif;margin:0;color:#14181d;background:#f3f4f6}\
main{max-width:40rem;margin:0 auto;padding:1rem}\
h1{font-size:1.5rem;line-height:1.3}\
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
.marks label:focus-within,button:focus-visible,a:focus-visible,textarea:focus-visible{outline:3px solid #0a4fa8;\
outline-offset:2px}\
.ends{display:flex;justify-content:space-between;margin:.4rem 0 0;color:#4a525c;font-size:.9rem}\
textarea{width:100%;min-height:6rem;font:inherit;padding:.5rem;margin-top:.5rem;border:1px solid #737b86;border-radius:.4rem}\
button{font:inherit;font-weight:600;width:100%;min-height:3rem;border:0;border-radius:.5rem;background:#0a4fa8;color:#fff;\
cursor:pointer}\
.wrong{border:2px solid #b00020}.wrong p.why{color:#b00020;margin:.25rem 0 0}\
.small{font-size:.9rem;color:#4a525c}\
@media(prefers-color-scheme:dark){body{color:#e7e9ec;background:#14171b}fieldset,.box{background:#1d2126;border-color:#3c434c}\
dt,.ends,.small{color:#aab2bc}a{color:#8ab8ff}.marks label:has(:checked){background:#1c3a63;border-color:#8ab8ff}\
textarea{background:#14171b;color:inherit}.wrong p.why{color:#ff9a9a}.wrong{border-color:#ff9a9a}}";

/// What was filled in, and what of it was not taken.
#[derive(Debug, Default)]
pub(super) struct Filled {
    /// By question.
    pub(super) values: BTreeMap<String, String>,
    /// The questions whose answers were not taken.
    pub(super) wrong: Vec<String>,
    /// Whether the page says that something has to be corrected.
    pub(super) refused: bool,
}

/// A page in a language; its style may be used by this page alone.
pub(super) struct Page {
    language: Language,
    html: String,
}

impl Page {
    pub(super) fn begin(language: Language, title: &str, nonce: &str) -> Self {
        let (code, direction, title) = (language.code(), language.direction(), escape(title));
        let html = format!(
            "<!doctype html><html lang=\"{code}\" dir=\"{direction}\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
             <style nonce=\"{nonce}\">{STYLE}</style></head><body><main>"
        );
        let mut page = Self { language, html };
        page.switch();
        page.html.push_str(&format!("<h1>{title}</h1>"));
        page
    }

    pub(super) fn end(mut self) -> String {
        self.html.push_str("</main></body></html>\n");
        self.html
    }

    /// Says something in two sentences and no more.
    pub(super) fn message(language: Language, words: [&str; 2], nonce: &str) -> String {
        let mut page = Self::begin(language, words[0], nonce);
        page.paragraph(words[1], "box");
        page.end()
    }

    fn switch(&mut self) {
        let words = Words::of(self.language);
        self.html.push_str(&format!("<nav aria-label=\"{}\">", escape(words.languages)));
        for language in Language::ALL {
            let (code, name) = (language.code(), language.own_name());
            let entry = if language == self.language {
                format!("<b lang=\"{code}\" aria-current=\"true\">{name}</b>")
            } else {
                format!("<a href=\"?lang={code}\" lang=\"{code}\" hreflang=\"{code}\">{name}</a>")
            };
            self.html.push_str(&entry);
        }
        self.html.push_str("</nav>");
    }

    fn paragraph(&mut self, text: &str, class: &str) {
        self.html.push_str(&format!("<p class=\"{class}\">{}</p>", escape(text)));
    }
}

/// The form.
pub(super) fn form(opened: &LinkedSurvey, language: Language, filled: &Filled, nonce: &str) -> String {
    let words = Words::of(language);
    let mut page = Page::begin(language, words.title, nonce);
    if filled.refused {
        let [title, text] = words.wrong.map(escape);
        page.html.push_str(&format!(
            "<div class=\"box wrong\" role=\"alert\"><b>{title}</b><p class=\"why\">{text}</p></div>"
        ));
    }
    page.paragraph(words.intro, "intro");
    page.html.push_str(&about(opened, words));
    page.html.push_str(&format!("<form method=\"post\" action=\"?lang={}\">", language.code()));
    for question in &opened.bank.questions {
        page.html.push_str(&ask(question, language, filled));
    }
    page.html.push_str(&format!("<button type=\"submit\">{}</button></form>", escape(words.send)));
    page.paragraph(words.privacy, "small");
    page.end()
}

/// The job and who came; people's texts stand in `bdi`, whatever their direction.
fn about(opened: &LinkedSurvey, words: &Words) -> String {
    let row =
        |name: &str, text: &str| format!("<dt>{}</dt><dd><bdi>{}</bdi></dd>", escape(name), escape(text));
    let job = format!("{} {}", opened.number.as_deref().unwrap_or_default(), opened.subject);
    let mut rows = if job.trim().is_empty() { String::new() } else { row(words.job, job.trim()) };
    for technician in &opened.technicians {
        rows.push_str(&row(words.came, technician));
    }
    if rows.is_empty() { rows } else { format!("<dl>{rows}</dl>") }
}

fn ask(question: &Question, language: Language, filled: &Filled) -> String {
    let words = Words::of(language);
    let wrong = filled.wrong.contains(&question.key);
    let class = if wrong { " class=\"wrong\"" } else { "" };
    let why = if wrong {
        format!("<p class=\"why\" id=\"w-{}\">{}</p>", question.key, escape(words.mistake))
    } else {
        String::new()
    };
    let described = if wrong { format!(" aria-describedby=\"w-{}\"", question.key) } else { String::new() };
    let text = escape(question.text.in_language(language));
    let given = filled.values.get(&question.key).map_or("", String::as_str);
    match question.kind.range() {
        Some(range) => format!(
            "<fieldset{class}{described}><legend>{text}</legend>{why}{}</fieldset>",
            marks(question, range, language, given)
        ),
        None => format!(
            "<div class=\"box{}\"><label class=\"ask\" for=\"q-{key}\">{text}</label>{why}\
             <textarea id=\"q-{key}\" name=\"q.{key}\" maxlength=\"2000\" dir=\"auto\"{described}>{}</textarea></div>",
            if wrong { " wrong" } else { "" },
            escape(given),
            key = question.key,
        ),
    }
}

fn marks(question: &Question, (from, to): (i64, i64), language: Language, given: &str) -> String {
    let words = Words::of(language);
    let [low, high] = words.ends(question.kind).map(escape);
    let mut html = String::from("<div class=\"marks\">");
    for mark in from..=to {
        let checked = if given == mark.to_string() { " checked" } else { "" };
        let hint = match mark {
            mark if mark == from => format!(" aria-label=\"{}, {low}\"", digits(language, mark)),
            mark if mark == to => format!(" aria-label=\"{}, {high}\"", digits(language, mark)),
            _ => String::new(),
        };
        html.push_str(&format!(
            "<label><input type=\"radio\" name=\"q.{}\" value=\"{mark}\"{hint}{checked}>{}</label>",
            question.key,
            digits(language, mark)
        ));
    }
    let none = if given.is_empty() { " checked" } else { "" };
    html.push_str(&format!(
        "<label class=\"none\"><input type=\"radio\" name=\"q.{}\" value=\"\"{none}>{}</label></div>",
        question.key,
        escape(words.no_answer)
    ));
    html.push_str(&format!(
        "<p class=\"ends\" aria-hidden=\"true\"><span>{} = {low}</span><span>{} = {high}</span></p>",
        digits(language, from),
        digits(language, to)
    ));
    html
}
