//! As much Markdown as the checks need: links, headings and table rows, outside
//! code blocks.

/// The lines outside fenced code blocks, with their numbers from 1.
pub(crate) fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut in_code = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            lines.push((index + 1, line));
        }
    }
    lines
}

/// The targets of `[text](target)` and `![text](target)` in a line, outside
/// inline code.
pub(crate) fn links(line: &str) -> Vec<&str> {
    let outside_code = line.split('`').step_by(2);
    outside_code
        .flat_map(|span| span.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.split(' ').next().unwrap_or(target))
        .collect()
}

/// The cells of a table row, trimmed; none if the line is no row.
pub(crate) fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

/// The anchor that a heading gets, as the usual viewers make it.
pub(crate) fn anchor(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').strip_prefix(' ')?;
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    Some(kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect())
}

#[cfg(test)]
mod tests {
    use super::{anchor, cells, links, prose};

    #[test]
    fn links_are_found_outside_code() {
        assert_eq!(links("see [a](b.md#c) and ![p](d.svg \"title\")"), ["b.md#c", "d.svg"]);
        assert!(links("not `[a](b.md)` this").is_empty());
        assert_eq!(prose("a\n```\nb\n```\nc"), [(1, "a"), (5, "c")]);
    }

    #[test]
    fn headings_become_anchors() {
        assert_eq!(
            anchor("## The way of one edit, step by step").as_deref(),
            Some("the-way-of-one-edit-step-by-step")
        );
        assert_eq!(anchor("#hashtag"), None);
    }

    #[test]
    fn rows_become_cells() {
        assert_eq!(cells("| R1 | what |"), Some(vec!["R1", "what"]));
        assert_eq!(cells("text"), None);
    }
}
