//! Named places at which a test kills the process.
//!
//! Without the feature `failpoints`, which only the whole-system tests ask for,
//! `reach` is empty. With it, a test's own program may say by `on_reach` what
//! happens at a place; the server itself never does.

/// A place at which the process may be killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The writer's jobs have run; nothing is committed.
    BeforeCommit,
    /// The commit is on disk; nobody was answered.
    AfterCommit,
    /// A phone's exchange is done; its reply was not sent.
    BeforeReply,
    /// A document's saved form is written; its transaction is not committed.
    MidSnapshot,
    /// A migration has run; its transaction is not committed.
    MidMigration,
    /// A part of a backup is made: the copy of the database, an attachment, the
    /// database's name, the manifest.
    MidBackup,
}

#[cfg(not(feature = "failpoints"))]
pub(crate) const fn reach(_: Place) {}

#[cfg(feature = "failpoints")]
static HOOK: std::sync::OnceLock<fn(Place)> = std::sync::OnceLock::new();

/// Says, once, what happens at every place.
#[cfg(feature = "failpoints")]
pub fn on_reach(hook: fn(Place)) {
    HOOK.get_or_init(|| hook);
}

#[cfg(feature = "failpoints")]
pub(crate) fn reach(place: Place) {
    if let Some(hook) = HOOK.get() {
        hook(place);
    }
}
