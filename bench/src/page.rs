//! Putting a section into `docs/benchmarks.md`, between its two marks.

use std::io;
use std::path::Path;

const OPENING: &str = "\
# Benchmarks

Measured by `cargo xtask bench`, each section by the command that stands in it; medians, client and
server on one machine over loopback. A figure is worth something only beside another one of the same
run on the same machine.
";

/// Replaces a section, or adds it at the end; makes the page if there is none.
pub(crate) fn write_section(page: &Path, name: &str, body: &str) -> io::Result<()> {
    let text = if page.exists() { std::fs::read_to_string(page)? } else { OPENING.to_owned() };
    std::fs::write(page, with_section(&text, name, body))
}

fn with_section(text: &str, name: &str, body: &str) -> String {
    let (begin, end) = (format!("<!-- bench: {name} -->"), format!("<!-- end: {name} -->"));
    let section = format!("{begin}\n{}\n{end}", body.trim());
    let around = text.split_once(&begin).and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)));
    match around {
        Some((before, after)) => format!("{before}{section}{after}"),
        None => format!("{}\n\n{section}\n", text.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::with_section;

    #[test]
    fn a_section_is_added_then_replaced_and_the_rest_stays() {
        let first = with_section("# Page\n", "sync", "one");
        let other = with_section(&first, "scoring", "two");
        let again = with_section(&other, "sync", "three");
        assert_eq!(
            again,
            "# Page\n\n<!-- bench: sync -->\nthree\n<!-- end: sync -->\n\n\
             <!-- bench: scoring -->\ntwo\n<!-- end: scoring -->\n"
        );
    }
}
