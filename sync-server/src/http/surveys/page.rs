//! The survey's form. Every text goes through [`escape`].

use std::collections::BTreeMap;

use super::words::{Words, digits};
use crate::http::customer_page::Page;
use crate::http::docs_page::html::escape;
use crate::surveys::{Language, LinkedSurvey, Question};

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

/// The form.
pub(super) fn form(opened: &LinkedSurvey, language: Language, filled: &Filled, nonce: &str) -> String {
    let words = Words::of(language);
    let mut page = Page::begin(language, words.title, nonce);
    if filled.refused {
        let [title, text] = words.wrong.map(escape);
        page.push(&format!(
            "<div class=\"box wrong\" role=\"alert\"><b>{title}</b><p class=\"why\">{text}</p></div>"
        ));
    }
    page.paragraph(words.intro, "intro");
    page.push(&about(opened, words));
    page.push(&format!("<form method=\"post\" action=\"?lang={}\">", language.code()));
    for question in &opened.bank.questions {
        page.push(&ask(question, language, filled));
    }
    page.push(&format!("<button type=\"submit\">{}</button></form>", escape(words.send)));
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
