//! A maildir, looked into every minute: what is new is taken in and moved to `cur`, so that
//! the mail itself is never lost. What could not be taken stays in `new` for the next time.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;

use domain::Instant;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rusqlite::{Connection, Transaction};

use super::begun::{Beginning, begin, forget, put_aside};
use super::message::Incoming;
use super::parse::{MAIL_BYTES_MAX, parse_mail};
use super::take::{Taken, take_message};
use crate::core::{Core, Epoch};
use crate::error::CoreError;
use crate::timer::DueWork;

/// How often it is looked into.
const EVERY_MS: i64 = 60_000;
/// Mails taken at once.
const AT_ONCE: usize = 50;

/// The task that empties a maildir.
#[derive(Debug)]
pub struct Maildir {
    folder: Option<PathBuf>,
    next: Mutex<Instant>,
}

impl Maildir {
    /// A task for a folder with `new` and `cur` in it; does nothing without one.
    #[must_use]
    pub const fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, next: Mutex::new(Instant::from_millis(0)) }
    }

    async fn look(&self, core: &Core, now: Instant) -> Result<(), CoreError> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = now.plus_millis(EVERY_MS);
        let listed = folder.clone();
        let names = blocking(move || list(&listed)).await;
        for name in names {
            take_file(core, &folder, name).await?;
        }
        Ok(())
    }
}

impl DueWork for Maildir {
    fn name(&self) -> &'static str {
        "maildir"
    }
    fn next_due(&self, _: &Connection) -> Result<Option<Instant>, CoreError> {
        let next = *self.next.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(self.folder.as_ref().map(|_| next))
    }
    fn run<'a>(&'a self, core: &'a Core, now: Instant) -> BoxFuture<'a, Result<(), CoreError>> {
        self.look(core, now).boxed()
    }
}

async fn blocking<T: Default + Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}

/// The oldest names first; a folder that cannot be read is told of and looked at again.
fn list(folder: &Path) -> Vec<String> {
    let entries = match std::fs::read_dir(folder.join("new")) {
        Ok(entries) => entries,
        Err(error) => {
            tracing::error!(%error, "the maildir cannot be read");
            return Vec::new();
        }
    };
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names.truncate(AT_ONCE);
    names
}

/// What lies in a file of the maildir.
enum Found {
    /// Nothing, or it cannot be read now.
    Gone,
    /// A mail.
    Mail(Box<Incoming>),
    /// Something that is not taken in; also where reading it went wrong.
    Unreadable,
}

fn look_into(path: &Path, epoch: Epoch) -> Found {
    let Ok(known) = std::fs::metadata(path) else { return Found::Gone };
    if usize::try_from(known.len()).is_ok_and(|size| size > MAIL_BYTES_MAX) {
        return Found::Unreadable;
    }
    let Ok(bytes) = std::fs::read(path) else { return Found::Gone };
    parse_mail(&bytes, epoch).map_or(Found::Unreadable, |mail| Found::Mail(Box::new(mail)))
}

/// What becomes of a mail's file.
enum Outcome {
    /// It is there no more, or cannot be read now.
    Later,
    /// It was taken in, or nobody answers it.
    Taken(Taken),
    /// It can be no request.
    Aside(&'static str),
}

async fn take_file(core: &Core, folder: &Path, name: String) -> Result<(), CoreError> {
    let (begun, now) = (name.clone(), core.now());
    let beginning = core.store().write(move |tx| begin(tx, &begun, now)).await?;
    let outcome = match beginning {
        Beginning::Read => read_and_take(core, folder.join("new").join(&name)).await,
        Beginning::EndedTheServer => Ok(Outcome::Aside("ended_the_server")),
    };
    match &outcome {
        Ok(Outcome::Taken(Taken::Ignored(why)) | Outcome::Aside(why)) => {
            tracing::warn!(mail = %name, why, "a mail was put aside; it lies in cur");
        }
        Ok(Outcome::Taken(_)) => tracing::info!(mail = %name, "a mail was taken in"),
        Ok(Outcome::Later) | Err(_) => {}
    }
    let (settled, why) = (name.clone(), outcome.as_ref().ok().and_then(Outcome::why_aside));
    if !matches!(outcome, Ok(Outcome::Later) | Err(_)) {
        move_to_cur(folder, name).await;
    }
    let settle = move |tx: &Transaction<'_>| match why {
        Some(why) => put_aside(tx, (&settled, why), now),
        None => forget(tx, &settled),
    };
    core.store().write(settle).await?;
    outcome.map(drop)
}

impl Outcome {
    const fn why_aside(&self) -> Option<&'static str> {
        match self {
            Self::Aside(why) => Some(*why),
            Self::Later | Self::Taken(_) => None,
        }
    }
}

async fn read_and_take(core: &Core, path: PathBuf) -> Result<Outcome, CoreError> {
    let epoch = core.epoch();
    let found = match tokio::task::spawn_blocking(move || look_into(&path, epoch)).await {
        Ok(found) => found,
        // The server ends: it is looked at again when it has started.
        Err(error) if error.is_cancelled() => Found::Gone,
        Err(_panicked) => Found::Unreadable,
    };
    Ok(match found {
        Found::Gone => Outcome::Later,
        Found::Unreadable => Outcome::Aside("unreadable"),
        Found::Mail(mail) => match take_message(core, *mail).await {
            Ok(taken) => Outcome::Taken(taken),
            // No later look would take it: it must not keep others from being taken.
            Err(CoreError::Invalid(_)) => Outcome::Aside("invalid"),
            Err(error) => return Err(error),
        },
    })
}

/// Seen, in the words of the maildir's info part.
async fn move_to_cur(folder: &Path, name: String) {
    let (from, to) = (folder.join("new").join(&name), folder.join("cur").join(format!("{name}:2,S")));
    blocking(move || {
        if let Err(error) = std::fs::rename(&from, &to) {
            tracing::error!(%error, "a mail that was taken in could not be moved; it is known again");
        }
    })
    .await;
}
