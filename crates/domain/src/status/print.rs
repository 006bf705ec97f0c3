//! The status machine as Markdown, for `docs/status.md`.

use super::{Status, StatusConflictKind, Step, transition};
use crate::EventKind;

const OPENING: &str = "# The status of a job

Printed from `crates/domain/src/status.rs` by `UPDATE_DOCS=1 cargo test -p domain`; the same test
fails when this page is stale.

Status is never written. Each event names the events that its author had seen without a successor,
so the events form a graph, and the status is a pure function of that graph: every replica comes to
the same, and device time plays no part.
";

const TRANSITIONS: &str = "
## What an event does to a status

A row is an event, a column the status before it, a cell the status after it: `·` the event says
nothing about status, `–` it does not fit. Our editor refuses what does not fit. Where it is in a
document all the same, it leaves the status as it was and is listed as misplaced, so that no work
is hidden.
";

const MEETING: &str = "
Steps may be skipped: a technician who forgot to press *travelling* has still arrived. A reopened
job is `assigned` if a technician held it when it ended, else `new`.

## Where branches meet

Two people may record events without knowing of each other. A branch whose status another branch
had seen gives way to it. Of the others stands, in this order:

1. what is over, `closed` before `done` before `cancelled`: work done is never thrown away;
2. the newer assignment;
3. the work that has come further;
4. the larger event id, so that every replica chooses alike.

What cannot both hold is listed for the dispatcher, with the event that stands and the one against
it, from the moment when the branches meet until the office decides in sight of both: until it
assigns, takes back, cancels, closes or reopens the job in an event that comes after both. A
technician who works on, or a call to the customer, settles nothing.
";

/// The whole page. A test compares it to `docs/status.md`.
#[must_use]
pub fn status_markdown() -> String {
    let statuses = Status::ALL.iter().map(|status| [status.name(), status.doc()]);
    let kinds = EventKind::ALL.iter().map(|kind| [kind.name(), kind.doc()]);
    let conflicts = StatusConflictKind::ALL.iter().map(|kind| [kind.name(), kind.doc()]);
    [
        OPENING,
        "\n## Statuses\n\n",
        &two_columns("status", statuses),
        "\n## Events\n\n",
        &two_columns("event", kinds),
        TRANSITIONS,
        "\n",
        &transitions(),
        MEETING,
        "\n",
        &two_columns("conflict", conflicts),
    ]
    .concat()
}

fn two_columns<'a>(name: &str, rows: impl Iterator<Item = [&'a str; 2]>) -> String {
    let rows: String = rows.map(|[name, doc]| format!("| `{name}` | {doc} |\n")).collect();
    format!("| {name} | meaning |\n|---|---|\n{rows}")
}

fn transitions() -> String {
    let names: String = Status::ALL.iter().map(|status| format!(" `{}` |", status.name())).collect();
    let rule = "---|".repeat(Status::ALL.len() + 1);
    let rows: String = EventKind::ALL.iter().map(|kind| transition_row(*kind)).collect();
    format!("| event |{names}\n|{rule}\n{rows}")
}

fn transition_row(kind: EventKind) -> String {
    let cells: String = Status::ALL
        .iter()
        .map(|status| match transition(*status, kind) {
            Step::To(next) => format!(" {} |", next.name()),
            Step::Stay => " · |".to_owned(),
            Step::Illegal => " – |".to_owned(),
        })
        .collect();
    format!("| `{}` |{cells}\n", kind.name())
}
