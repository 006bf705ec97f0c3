//! The HTML of the pages by which a customer comes in.

use std::collections::{BTreeMap, BTreeSet};

use desk::RequestKind;
use wire::FieldProblem;

use super::intake_words::{Words, kind_words};
use super::portal_page::status;
use crate::desk::{CUSTOMERS_KINDS, Intake, RequestRow, when};
use crate::http::customer_page::Page;
use crate::http::docs_page::html::escape;
use crate::surveys::Language;

/// Whether something was tried already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Not yet.
    First,
    /// It was wrong.
    Wrong,
}

/// The form as it was filled in.
#[derive(Debug, Default)]
pub(super) struct Draft {
    texts: BTreeMap<String, String>,
    /// By which the form is known if it is sent twice.
    pub(super) key: String,
    /// What will not do.
    pub(super) wrong: BTreeSet<String>,
}

impl Draft {
    pub(super) fn fresh(key: String) -> Self {
        Self { key, ..Self::default() }
    }
    /// What was sent; `key` where it had none.
    pub(super) fn filled(texts: &BTreeMap<String, String>, key: String) -> Self {
        const KEY_CHARS: usize = 64;
        let sent = texts.get("key").map(|sent| sent.chars().take(KEY_CHARS).collect::<String>());
        let key = sent.filter(|sent| !sent.is_empty()).unwrap_or(key);
        Self { texts: texts.clone(), key, wrong: BTreeSet::new() }
    }
    pub(super) fn with(mut self, problems: &[FieldProblem]) -> Self {
        self.wrong = problems.iter().map(|problem| problem.path.clone()).collect();
        self
    }
    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }
}

fn form(action: &str, language: Language) -> String {
    format!("<form method=\"post\" action=\"{action}?lang={}\">", language.code())
}

fn input(name: &str, label: &str, more: &str) -> String {
    format!(
        "<label class=\"ask\" for=\"{name}\">{}</label><input class=\"field\" id=\"{name}\" name=\"{name}\" {more}>",
        escape(label)
    )
}

/// Asks for an address.
pub(super) fn ask_address(language: Language, step: Step, nonce: &str) -> String {
    let words = Words::of(language);
    let mut page = Page::begin(language, words.title, nonce);
    page.paragraph(words.why, "small");
    let class = if step == Step::Wrong { "box wrong" } else { "box" };
    page.push(&format!("<div class=\"{class}\">{}", form("/intake", language)));
    if step == Step::Wrong {
        page.paragraph(words.no_address, "why");
    }
    page.push(&input("to", words.to, "maxlength=\"200\" dir=\"ltr\" autocomplete=\"email\" required"));
    page.push(&format!("<button>{}</button></form></div>", escape(words.ask_code)));
    page.end()
}

/// Asks for the code that was sent.
pub(super) fn ask_code(language: Language, (to, step): (&str, Step), nonce: &str) -> String {
    let words = Words::of(language);
    let mut page = Page::begin_at(language, (words.code_title, "/intake"), nonce);
    page.push(&format!("<p class=\"small\">{} <bdi>{}</bdi></p>", escape(words.sent), escape(to)));
    let class = if step == Step::Wrong { "box wrong" } else { "box" };
    page.push(&format!("<div class=\"{class}\">{}", form("/intake/code", language)));
    if step == Step::Wrong {
        page.paragraph(words.code_wrong, "why");
    }
    page.push(&format!("<input type=\"hidden\" name=\"to\" value=\"{}\">", escape(to)));
    let code = "inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"20\" dir=\"ltr\" required";
    page.push(&input("code", words.code, code));
    page.push(&format!("<button>{}</button></form></div>", escape(words.go_on)));
    page.push(&format!("<p><a href=\"/intake?lang={}\">{}</a></p>", language.code(), escape(words.another)));
    page.end()
}

/// Lists the customer's open requests and asks for another.
pub(super) fn own_page(
    (intake, address): (&Intake, &dyn Fn(&RequestRow) -> String),
    language: Language,
    draft: &Draft,
    nonce: &str,
) -> String {
    let words = Words::of(language);
    let mut page = Page::begin(language, words.title, nonce);
    page.push(&format!("<h2>{}</h2>", escape(words.own)));
    if intake.requests.is_empty() {
        page.paragraph(words.none, "small");
    } else {
        let rows: String =
            intake.requests.iter().map(|request| row(request, &address(request), language)).collect();
        page.push(&format!("<ol class=\"story\">{rows}</ol>"));
    }
    page.push(&format!("<h2>{}</h2>", escape(words.new)));
    new_request(&mut page, language, draft);
    page.end()
}

fn row(request: &RequestRow, address: &str, language: Language) -> String {
    let subject = request.fields.subject.as_deref().unwrap_or_default();
    format!(
        "<li class=\"box\"><a href=\"{}\"><bdi>{} {}</bdi></a><br><span class=\"small\">{} · <bdi>{}</bdi></span></li>",
        escape(address),
        escape(&request.number),
        escape(subject),
        escape(status(language, request.status)),
        escape(&when(language, request.received_at))
    )
}

fn new_request(page: &mut Page, language: Language, draft: &Draft) {
    let words = Words::of(language);
    let box_class = if draft.wrong.is_empty() { "box" } else { "box wrong" };
    page.push(&format!(
        "<form class=\"{box_class}\" method=\"post\" enctype=\"multipart/form-data\" action=\"?lang={}\">\
         <input type=\"hidden\" name=\"key\" value=\"{}\">",
        language.code(),
        escape(&draft.key)
    ));
    if !draft.wrong.is_empty() {
        page.paragraph(words.look_again, "why");
    }
    page.push(&format!("<span class=\"ask\" id=\"kinds\">{}</span>", escape(words.kind)));
    page.push("<div class=\"marks\" role=\"radiogroup\" aria-labelledby=\"kinds\">");
    for kind in CUSTOMERS_KINDS {
        page.push(&radio(kind, language, draft.text("kind")));
    }
    page.push("</div>");
    let required =
        format!("maxlength=\"200\" dir=\"auto\" required value=\"{}\"", escape(draft.text("subject")));
    page.push(&input("subject", words.subject, &required));
    page.push(&format!(
        "<label class=\"ask\" for=\"description\">{}</label>\
         <textarea id=\"description\" name=\"description\" maxlength=\"20000\" dir=\"auto\">{}</textarea>",
        escape(words.description),
        escape(draft.text("description"))
    ));
    for (name, label) in [("name", words.name), ("product", words.product), ("serial", words.serial)] {
        let more = format!("maxlength=\"200\" dir=\"auto\" value=\"{}\"", escape(draft.text(name)));
        page.push(&input(name, label, &more));
    }
    page.push(&file_field(language));
    page.push(&format!("<button>{}</button></form>", escape(words.send)));
}

fn radio(kind: RequestKind, language: Language, chosen: &str) -> String {
    let is_chosen = if chosen == kind.name() || (chosen.is_empty() && kind == RequestKind::Service) {
        " checked"
    } else {
        ""
    };
    format!(
        "<label><input type=\"radio\" name=\"kind\" value=\"{}\"{is_chosen}>{}</label>",
        kind.name(),
        escape(kind_words(language, kind))
    )
}

/// The field for files, with what they may be.
pub(super) fn file_field(language: Language) -> String {
    let words = Words::of(language);
    format!(
        "<label class=\"ask\" for=\"file\">{}</label><input class=\"field\" type=\"file\" id=\"file\" name=\"file\" multiple>\
         <p class=\"small\">{}</p>",
        escape(words.files),
        escape(words.files_why)
    )
}
