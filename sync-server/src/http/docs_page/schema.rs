//! JSON schemas in words and tables.

use serde_json::Value;

use super::html::{Html, anchor, escape};

/// Every named schema.
pub(super) fn render_all(page: &mut Html, schemas: &Value) {
    page.push("<h2 id=\"schemas\">Schemas</h2>");
    for (name, schema) in schemas.as_object().into_iter().flatten() {
        page.push(&format!("<section id=\"schema-{}\"><h3>{}</h3>", anchor(name), escape(name)));
        if let Some(text) = schema["description"].as_str() {
            page.push(&format!("<p>{}</p>", escape(text)));
        }
        match schema["properties"].as_object() {
            Some(_) => render_properties(page, schema),
            None => page.push(&format!("<p>{}</p>", in_words(schema))),
        }
        page.push("</section>");
    }
}

fn render_properties(page: &mut Html, schema: &Value) {
    page.push("<table><tr><th>name</th><th>type</th><th>meaning</th></tr>");
    let required = schema["required"].as_array();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let must = required.is_some_and(|list| list.iter().any(|one| one == name));
        let optional = if must { "" } else { "?" };
        let meaning = escape(property["description"].as_str().unwrap_or_default());
        page.push(&format!(
            "<tr><td><code>{}{optional}</code></td><td>{}</td><td>{meaning}</td></tr>",
            escape(name),
            in_words(property)
        ));
        if property["properties"].is_object() {
            page.push("<tr><td></td><td colspan=\"2\">");
            render_properties(page, property);
            page.push("</td></tr>");
        }
    }
    page.push("</table>");
}

/// A schema in a few words, as HTML.
pub(super) fn in_words(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#schema-{}\">{}</a>", anchor(name), escape(name));
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[key].as_array() {
            let choices: Vec<_> = choices.iter().filter(|one| one["type"] != "null").map(in_words).collect();
            return choices.join(" or ");
        }
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).map(escape).collect();
        return format!("<code>{}</code>", words.join("</code>, <code>"));
    }
    if schema["type"] == "array" {
        return format!("list of {}", in_words(&schema["items"]));
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        kind => kind.as_str(),
    };
    let format = schema["format"].as_str().map(|format| format!(" ({})", escape(format))).unwrap_or_default();
    let longest = schema["maxLength"].as_u64().map(|most| format!(", at most {most}")).unwrap_or_default();
    format!("{}{format}{longest}", escape(kind.unwrap_or("anything")))
}
