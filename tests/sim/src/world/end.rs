//! The end of a run: everything works again, everybody may in again, phones
//! exchange until nothing moves, and then the world is judged.

use client_core::{ClientError, SessionState};
use rusqlite::Transaction;
use sync_server::people;
use testkit::{Fate, Rng};

use super::World;
use crate::failure::Failed;
use crate::judge;

/// A phone that needs more exchanges than this to come to rest goes round in
/// circles.
const ROUNDS_MAX: usize = 12;

impl World {
    /// Heals everything, lets everybody come to rest, and judges.
    ///
    /// # Errors
    ///
    /// When a rule is broken.
    pub(crate) fn end(&mut self) -> Result<(), Failed> {
        self.note("the end begins");
        self.heal()?;
        let mut rounds = 0;
        while self.round()? {
            rounds += 1;
            if rounds == ROUNDS_MAX {
                return Err(Failed::broken(
                    "phones come to rest",
                    format!("after {ROUNDS_MAX} rounds of exchanges something still moves"),
                ));
            }
        }
        judge::judge(self)
    }

    fn heal(&mut self) -> Result<(), Failed> {
        self.network.heal();
        self.server.storage.clear();
        self.server_may_have_died();
        if self.server_up()?.is_none() {
            return Err(Failed::broken("the server starts", "it does not, on a sound disk"));
        }
        let barred = |tx: &Transaction<'_>, _| {
            let users = people::list_users(tx, people::UserFilter::default())?;
            users.iter().try_for_each(|user| people::enable_user(tx, user.id).map(drop))
        };
        self.change_people("rights: all let in again", barred)?;
        // What is under way arrives, or its sender gives up.
        let mut rng = Rng::new(0);
        while let Some((message, _)) = self.network.next(&mut rng) {
            self.deliver_one(message, Fate::Arrives, &mut rng)?;
        }
        for number in 0..self.phones.len() {
            self.phones[number].storage.clear();
            self.phones[number].version = None;
            self.give_up(number)?;
            if self.wake(number)?.is_none() {
                return Err(Failed::broken("a phone starts", "it does not, on a sound disk"));
            }
        }
        Ok(())
    }

    /// Every phone exchanges once; tells whether anything moved.
    fn round(&mut self) -> Result<bool, Failed> {
        let mut moved = false;
        for number in 0..self.phones.len() {
            moved |= self.exchange_fully(number)?;
        }
        Ok(moved)
    }

    fn exchange_fully(&mut self, number: usize) -> Result<bool, Failed> {
        let rest = || Failed::broken("a phone starts", "it does not, on a sound disk");
        let before = self.phones[number].client.clone().ok_or_else(rest)?;
        let counts = |client: &client_core::Client| {
            let diagnostics = client.diagnostics()?;
            Ok((diagnostics.outbox, diagnostics.rows))
        };
        let was = counts(&before).map_err(reads)?;
        self.phones[number].begin_sync(1_048_576);
        let result = self.sync_to_the_end(number)?;
        let is = counts(&before).map_err(reads)?;
        let entered = match result {
            Ok(report) => report.entered + report.updated + report.left + report.accepted,
            Err(ClientError::NotSignedIn) => self.sign_in_again(number)?,
            Err(ClientError::Server { code, .. })
                if code.http_status() == 403 || code.http_status() == 401 =>
            {
                self.sign_in_again(number)?
            }
            Err(error) => {
                return Err(Failed::broken("an exchange on a quiet line ends well", error.to_string()));
            }
        };
        Ok(was != is || entered > 0)
    }

    /// A session that has ended, a device that was blocked: a new code.
    fn sign_in_again(&mut self, number: usize) -> Result<u64, Failed> {
        self.enrol(number)?;
        let client = self.phones[number].client.clone();
        let session = client.and_then(|client| client.session().ok().flatten());
        match session.map(|session| session.state) {
            Some(SessionState::SignedIn) => Ok(1),
            state => Err(Failed::broken("a person can enrol a phone again", format!("{state:?}"))),
        }
    }

    /// Steps one exchange through on a quiet line.
    fn sync_to_the_end(
        &mut self,
        number: usize,
    ) -> Result<Result<client_core::SyncReport, ClientError>, Failed> {
        const EXCHANGES_MAX: u32 = 200;
        use crate::phone::Progress;
        for _ in 0..EXCHANGES_MAX {
            match self.phones[number].go_on() {
                Progress::Asks(_, http) => {
                    let reply = self.serve(&http)?;
                    let broken = || client_core::TransportError("no answer".to_owned());
                    self.phones[number].hand_over(reply.ok_or_else(broken));
                }
                Progress::Ended(result) => {
                    self.note(&format!("phone {number} at the end: {result:?}"));
                    self.note_report(number, &result)?;
                    return Ok(*result);
                }
                Progress::Waits | Progress::Idle => break,
            }
        }
        Err(Failed::broken("an exchange ends", format!("that of phone {number} does not")))
    }

    fn note_report(
        &mut self,
        number: usize,
        result: &Result<client_core::SyncReport, ClientError>,
    ) -> Result<(), Failed> {
        let Ok(report) = result else { return Ok(()) };
        // What could not be read in one exchange may come sound in the next.
        let problems = self.phones[number].client.as_ref().map(|client| client.problems());
        if let Some(problems) = problems.transpose().map_err(Failed::harness)?.filter(|list| !list.is_empty())
        {
            let problems = format!("phone {number}: {problems:?}");
            return Err(Failed::broken("a phone can read what the server sends", problems));
        }
        if report.replayed > 0 {
            self.reached.count("rebuild: made again after a refusal");
        }
        if report.unplayable > 0 {
            self.reached.count("rebuild: could not be made again");
        }
        if report.offered_again > 0 {
            self.reached.count("restore: offered again");
        }
        Ok(())
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn reads(error: ClientError) -> Failed {
    Failed::broken("a phone reads", error.to_string())
}
