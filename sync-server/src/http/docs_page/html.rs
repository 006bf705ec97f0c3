//! A page being written.

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color:#1b1f24;background:#fff}code{font-family:ui-monospace,monospace;font-size:.9em}\
h2{margin-top:3rem;border-bottom:1px solid #888}section{margin:1.5rem 0;padding-left:1rem;border-left:3px solid #ccc}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.25rem .5rem;text-align:start;\
vertical-align:top}a{color:#0b57d0}@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181b}\
a{color:#8ab4f8}td,th,section{border-color:#444}}";

/// A page being written.
pub(super) struct Html(String);

impl Html {
    /// Begins a page.
    pub(super) fn begin(title: &str) -> Self {
        let title = escape(title);
        Self(format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>"
        ))
    }
    /// Adds HTML; text goes through [`escape`] first.
    pub(super) fn push(&mut self, html: &str) {
        self.0.push_str(html);
    }
    /// Ends the page.
    pub(super) fn end(mut self) -> String {
        self.0.push_str("</body></html>\n");
        self.0
    }
}

/// Text made safe inside HTML, attributes included.
pub(in crate::http) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(letter),
        }
    }
    safe
}

/// A text as the name of a place in the page.
pub(super) fn anchor(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("<script>\"&'"), "&lt;script&gt;&quot;&amp;&#39;");
        assert_eq!(anchor("People & \"more\""), "People----more-");
    }
}
