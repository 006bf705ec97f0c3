//! Texts: positions count code points, and concurrent edits merge.

use crate::common::*;
use documents::Document;
use domain::{EditCommand, JobCommand, JobText};

fn replace(value: &str) -> EditCommand {
    job(JobCommand::ReplaceText { text: JobText::Solution, value: value.to_owned() })
}

fn splice(at: u32, delete: u32, insert: &str) -> EditCommand {
    job(JobCommand::SpliceText { text: JobText::Solution, at, delete, insert: insert.to_owned() })
}

fn solution(document: &Document) -> String {
    document.job().expect("a job").solution
}

#[test]
fn positions_count_code_points() {
    let (mut document, _) = new_job();
    does(&mut document, SARA, 1, &replace("پمپ 🔧 عوض شد"));
    does(&mut document, SARA, 2, &splice(4, 1, "🧲🧲"));
    assert_eq!(solution(&document), "پمپ 🧲🧲 عوض شد");
    does(&mut document, SARA, 3, &splice(0, 12, ""));
    assert_eq!(solution(&document), "د");
    does(&mut document, SARA, 4, &splice(1, 0, "ر"));
    assert_eq!(solution(&document), "در");
}

#[test]
fn two_people_write_in_one_text() {
    let (mut sara, _) = new_job();
    does(&mut sara, SARA, 1, &replace("Pump changed."));
    let mut reza = sara.clone();
    does(&mut sara, SARA, 2, &splice(0, 0, "Filter cleaned. "));
    does(&mut reza, REZA, 2, &replace("Pump changed. Hose too."));
    meet(&mut sara, &mut reza);
    assert_eq!(solution(&sara), "Filter cleaned. Pump changed. Hose too.");
    assert_eq!(solution(&sara), solution(&reza));
    assert!(sara.job().expect("a job").field_conflicts.is_empty());
}

#[test]
fn a_replacement_writes_only_what_differs() {
    let (mut sara, _) = new_job();
    let long = "The drain pump was blocked by a coin. ".repeat(20);
    does(&mut sara, SARA, 1, &replace(&long));
    let change = does(&mut sara, SARA, 2, &replace(&long.replacen("coin", "button", 1)));
    let ops = documents::inspect::decode(&change.bytes).expect("our own change").ops.len();
    assert!(ops <= 10, "{ops} operations for one word");
}

#[test]
fn a_text_that_has_nothing_in_common_is_replaced_too() {
    let (mut sara, _) = new_job();
    let (old, new) = ("ابپتث".repeat(900), "xyzuv".repeat(900));
    does(&mut sara, SARA, 1, &replace(&format!("a{old}z")));
    does(&mut sara, SARA, 2, &replace(&format!("a{new}z")));
    assert_eq!(solution(&sara), format!("a{new}z"));
}

proptest::proptest! {
    #[test]
    fn a_replacement_gives_what_was_asked(old in ".{0,40}", new in ".{0,40}") {
        let (mut document, _) = new_job();
        for value in [&old, &new] {
            document.edit(&replace(value), &at_minute(SARA, 1)).expect("a legal text");
            proptest::prop_assert_eq!(&solution(&document), value);
        }
    }
}
