//! The API's description as a page for people: plain HTML made here, without
//! scripts and without anything from elsewhere.

pub(super) mod html;
mod schema;

use std::collections::BTreeMap;

use html::{Html, escape};
use serde_json::Value;
use utoipa::openapi::OpenApi;
use wire::{ErrorCode, Retry};

const METHODS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// The page of operations and schemas.
#[must_use]
pub(super) fn render(api: &OpenApi) -> String {
    let api = serde_json::to_value(api).unwrap_or_default();
    let mut page = Html::begin("Hamgam API");
    page.push("<h1>Hamgam API</h1><p>The same as <a href=\"/openapi.json\">openapi.json</a>, for people. ");
    page.push("Errors are listed <a href=\"/docs/errors\">on their own page</a>.</p>");
    let by_tag = operations_by_tag(&api);
    page.push("<nav><ul>");
    for tag in by_tag.keys() {
        page.push(&format!("<li><a href=\"#{0}\">{1}</a></li>", html::anchor(tag), escape(tag)));
    }
    page.push("<li><a href=\"#schemas\">Schemas</a></li></ul></nav>");
    for (tag, operations) in &by_tag {
        page.push(&format!("<h2 id=\"{}\">{}</h2>", html::anchor(tag), escape(tag)));
        for (method, path, operation) in operations {
            render_operation(&mut page, method, path, operation);
        }
    }
    schema::render_all(&mut page, &api["components"]["schemas"]);
    page.end()
}

type Found<'a> = (&'static str, &'a str, &'a Value);

fn operations_by_tag(api: &Value) -> BTreeMap<&str, Vec<Found<'_>>> {
    let mut by_tag: BTreeMap<&str, Vec<Found<'_>>> = BTreeMap::new();
    for (path, item) in api["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let tag = operation["tags"][0].as_str().unwrap_or("Other");
                by_tag.entry(tag).or_default().push((method, path, operation));
            }
        }
    }
    by_tag
}

fn render_operation(page: &mut Html, method: &str, path: &str, operation: &Value) {
    let id = operation["operationId"].as_str().unwrap_or_default();
    page.push(&format!(
        "<section id=\"{}\"><h3><b>{}</b> <code>{}</code></h3>",
        html::anchor(id),
        method.to_uppercase(),
        escape(path)
    ));
    for text in [&operation["summary"], &operation["description"]] {
        for paragraph in text.as_str().unwrap_or_default().split("\n\n").filter(|text| !text.is_empty()) {
            page.push(&format!("<p>{}</p>", escape(paragraph)));
        }
    }
    render_parameters(page, &operation["parameters"]);
    for (media_type, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
        let body = schema::in_words(&content["schema"]);
        page.push(&format!("<p>Body: <code>{}</code>, {body}</p>", escape(media_type)));
    }
    page.push("<ul>");
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let text = escape(response["description"].as_str().unwrap_or_default());
        let body = response["content"].as_object().and_then(|content| content.values().next());
        let body = body.map(|content| schema::in_words(&content["schema"])).unwrap_or_default();
        page.push(&format!("<li><b>{}</b> {text} {body}</li>", escape(status)));
    }
    page.push("</ul></section>");
}

fn render_parameters(page: &mut Html, parameters: &Value) {
    let Some(parameters) = parameters.as_array().filter(|list| !list.is_empty()) else { return };
    page.push("<table><tr><th>parameter</th><th>in</th><th>type</th><th>meaning</th></tr>");
    for parameter in parameters {
        let text = |key: &str| escape(parameter[key].as_str().unwrap_or_default());
        let must = if parameter["required"] == true { " (required)" } else { "" };
        let kind = schema::in_words(&parameter["schema"]);
        page.push(&format!(
            "<tr><td><code>{}</code>{must}</td><td>{}</td><td>{kind}</td><td>{}</td></tr>",
            text("name"),
            text("in"),
            text("description")
        ));
    }
    page.push("</table>");
}

/// The page of error codes.
#[must_use]
pub(super) fn render_errors() -> String {
    let mut page = Html::begin("Hamgam errors");
    page.push(
        "<h1>Errors</h1><p>Every error carries one of these codes. The last column says when the same ",
    );
    page.push("request may be sent again. <a href=\"/docs\">The API</a></p>");
    page.push("<table><tr><th>code</th><th>HTTP</th><th>what it means</th><th>again</th></tr>");
    for code in ErrorCode::ALL {
        let again = match code.retry() {
            Retry::Now => "now",
            Retry::Later => "later",
            Retry::AfterSignIn => "after signing in",
            Retry::Never => "no",
        };
        let (name, doc) = (code.name(), escape(code.doc()));
        let status = code.http_status();
        page.push(&format!(
            "<tr id=\"{name}\"><td><code>{name}</code></td><td>{status}</td><td>{doc}</td><td>{again}</td></tr>"
        ));
    }
    page.push("</table>");
    page.end()
}
