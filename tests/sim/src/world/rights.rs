//! Rights that are withdrawn while a phone is offline.

use client_core::Client;
use domain::UserId;
use rusqlite::Transaction;
use sync_server::people::{self, PeopleError};

use super::World;
use crate::failure::Failed;
use crate::server::run;

impl World {
    /// The office blocks the device of a phone.
    pub(crate) fn revoke(&mut self, number: usize) -> Result<(), Failed> {
        let Some(session) = self.read(number, Client::session)?.flatten() else { return Ok(()) };
        let revoke =
            move |tx: &Transaction<'_>, now| people::revoke_device(tx, session.device, now).map(drop);
        self.change_people("rights: device revoked", revoke)
    }

    /// The office bars a person, or lets them in again.
    pub(crate) fn bar(&mut self, number: usize) -> Result<(), Failed> {
        let owner = self.phones[number].owner;
        let unsent = self.read(number, |client| client.outbox(1))?.unwrap_or_default();
        if self.is_barred(owner)? {
            let enable = move |tx: &Transaction<'_>, _| people::enable_user(tx, owner).map(drop);
            return self.change_people("rights: person let in again", enable);
        }
        let name = if unsent.is_empty() {
            "rights: person barred"
        } else {
            "rights: person barred with unsent work"
        };
        let disable = move |tx: &Transaction<'_>, now| people::disable_user(tx, owner, now).map(drop);
        self.change_people(name, disable)
    }

    fn is_barred(&mut self, owner: UserId) -> Result<bool, Failed> {
        if self.server_up()?.is_none() {
            return Ok(false);
        }
        let database = self.server.look()?;
        let user = people::find_user(&database, owner).map_err(Failed::harness)?;
        Ok(user.disabled_at.is_some())
    }

    /// The phone gets a new code and a new device, and its data stays.
    pub(crate) fn enrol_anew(&mut self, number: usize) -> Result<(), Failed> {
        if self.wake(number)?.is_none() || self.phones[number].is_syncing() || self.server_up()?.is_none() {
            return Ok(());
        }
        self.reached.count("rights: enrolled anew");
        let enrolled = self.enrol(number);
        self.server_may_have_died();
        enrolled
    }

    pub(crate) fn change_people(
        &mut self,
        name: &str,
        change: impl FnOnce(&Transaction<'_>, domain::Instant) -> Result<(), PeopleError> + Send + 'static,
    ) -> Result<(), Failed> {
        let Some(running) = self.server_up()? else { return Ok(()) };
        let changed = run(running.auth.change(change));
        drop(running);
        if self.server_may_have_died() {
            return Ok(());
        }
        match changed {
            Ok(()) => self.reached.count(name),
            Err(error) => self.note(&format!("people are not changed: {error}")),
        }
        Ok(())
    }
}
