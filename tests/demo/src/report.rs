//! The table at the end, and the one line for programs.

use demo::console::Console;

use crate::figures::Figures;

/// What the databases cannot know.
pub(crate) struct Incidents {
    pub(crate) server_kills: u32,
    pub(crate) phone_kills: u32,
    pub(crate) phones_restored: u32,
    pub(crate) seconds: f64,
}

/// The table of what happened.
pub(crate) fn table(console: &mut Console, figures: &Figures, incidents: &Incidents) {
    console.scene("What happened, counted from the databases");
    let edits = &figures.edits;
    let row = |what: &str, figure: String| vec![what.to_owned(), figure];
    console.table(&[
        row("what", "figure".to_owned()),
        row("phones", figures.phones.to_string()),
        row("jobs on the server", figures.jobs.to_string()),
        row("trips on the server", figures.trips.to_string()),
        row("edits made", edits.made.to_string()),
        row("… accepted", edits.accepted.to_string()),
        row("… refused, with the reason on the phone", edits.refused.to_string()),
        row("… superseded by a later write", edits.superseded.to_string()),
        row("… lost", edits.lost.to_string()),
        row("conflicts in the dispatcher's inbox", figures.conflicts.to_string()),
        row("requests at the desk", figures.requests.to_string()),
        row("complaint files", figures.complaints.to_string()),
        row("short messages to customers", figures.messages_sent.to_string()),
        row("server killed", incidents.server_kills.to_string()),
        row("phones killed", incidents.phone_kills.to_string()),
        row("phones restored from an old copy", incidents.phones_restored.to_string()),
        row("everybody holds the same", if figures.converged { "yes" } else { "NO" }.to_owned()),
    ]);
}

/// What a program reads: the last line of a run that ends, or that is asked for it.
pub(crate) fn json(figures: &Figures, incidents: &Incidents, addresses: &serde_json::Value) -> String {
    let edits = &figures.edits;
    serde_json::json!({
        "phones": figures.phones,
        "jobs": figures.jobs,
        "trips": figures.trips,
        "edits_made": edits.made,
        "edits_accepted": edits.accepted,
        "edits_refused": edits.refused,
        "edits_superseded": edits.superseded,
        "edits_lost": edits.lost,
        "conflicts": figures.conflicts,
        "requests": figures.requests,
        "complaints": figures.complaints,
        "messages_sent": figures.messages_sent,
        "server_kills": incidents.server_kills,
        "phone_kills": incidents.phone_kills,
        "phones_restored": incidents.phones_restored,
        "converged": figures.converged,
        "seconds": incidents.seconds,
        "addresses": addresses,
    })
    .to_string()
}
