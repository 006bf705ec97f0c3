//! The policy as Markdown, for `docs/policy.md`.

use std::fmt::Write as _;

use super::place::{Act, Place, When};
use super::table::{ROWS, Row};
use crate::subject::Hand;

/// The legend and the table. A test compares them with `docs/policy.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "Every change is judged operation by operation. An operation needs a row of its author's role that names the \
         place and the act, and all of the row's conditions must hold. What no row allows is refused.\n\n\
         Conditions are judged at the change's dependencies: on the document as its author had seen it. The role, \
         the device and the agency are those of the moment when the change arrives. If a condition on the \
         assignment no longer holds then, the change is admitted as *late work* for 30 days and the dispatcher is \
         shown it; after that it needs an office decision.\n\n\
         | condition | meaning |\n|---|---|\n",
    );
    When::ALL.iter().for_each(|when| line(&mut page, format_args!("| {} | {} |", when.name(), when.doc())));
    for hand in Hand::ALL {
        line(&mut page, format_args!("\n### {}\n", title(hand)));
        let mut rows = ROWS.iter().filter(|row| row.hand == hand).peekable();
        if rows.peek().is_none() {
            line(&mut page, format_args!("May read what is in scope, and writes no document."));
            continue;
        }
        line(&mut page, format_args!("| rule | where | what | when |\n|---|---|---|---|"));
        rows.for_each(|row| table_row(&mut page, row));
    }
    page
}

fn title(hand: Hand) -> String {
    let mut letters = hand.name().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn table_row(page: &mut String, row: &Row) {
    let places: Vec<String> = row.places.iter().map(Place::to_string).collect();
    let acts: Vec<&str> = row.acts.iter().map(|act: &Act| act.name()).collect();
    let when: Vec<&str> = row.when.iter().map(|when| when.name()).collect();
    let when = if when.is_empty() { "always".to_owned() } else { when.join(", ") };
    line(page, format_args!("| {} | {} | {} | {when} |", row.name, places.join(", "), acts.join(", ")));
}

/// Writing to a `String` cannot fail, so its result says nothing.
fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    if page.write_fmt(text).is_ok() {
        page.push('\n');
    }
}
