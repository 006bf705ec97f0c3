//! Exchanges over the network: requests and answers that are lost, doubled,
//! late, cut short, stale, or answered by something between.

use client_core::{ClientError, HttpRequest, HttpResponse, TransportError};
use domain::DocKind;
use testkit::{Fate, Rng};
use wire::{DocHappening, MEDIA_TYPE, Outcome};

use super::{Message, World, outcome};
use crate::failure::Failed;
use crate::phone::Progress;
use crate::server::Answered;

/// Small pages, so that there is more than one.
const PAGES: &[u32] = &[2_000, 20_000, 1_048_576];
const WRITTEN_ELSEWHERE: &str = "SELECT 1 FROM change_log WHERE hash = ?1 AND device IS NOT ?2";
/// Answers of a phone that are kept to come again.
const OLD_REPLIES_MAX: usize = 6;

impl World {
    /// A phone begins an exchange, if it is on and none is under way.
    pub(crate) fn begin_sync(&mut self, number: usize) -> Result<(), Failed> {
        if self.wake(number)?.is_none() || self.phones[number].is_syncing() {
            return Ok(());
        }
        let page_bytes = *self.rng.pick(PAGES);
        self.phones[number].begin_sync(page_bytes);
        self.go_on(number)
    }

    /// A phone exchanges everything on a quiet line, if it can.
    pub(crate) fn sync_now(&mut self, number: usize) -> Result<(), Failed> {
        if self.wake(number)?.is_none() || self.phones[number].is_syncing() {
            return Ok(());
        }
        let page_bytes = *self.rng.pick(PAGES);
        self.phones[number].begin_sync(page_bytes);
        loop {
            let progress = self.phones[number].go_on();
            if self.phones[number].storage.death().is_some() {
                self.reached.count("phone: died during an exchange");
                self.phone_may_have_died(number);
                return Ok(());
            }
            match progress {
                Progress::Asks(_, http) => {
                    let answer = self.serve(&http)?.ok_or_else(|| TransportError("no answer".to_owned()));
                    self.phones[number].hand_over(answer);
                }
                Progress::Ended(result) => return self.ended(number, *result),
                Progress::Waits | Progress::Idle => return Ok(()),
            }
        }
    }

    /// Lets an exchange run until it waits for the network.
    fn go_on(&mut self, number: usize) -> Result<(), Failed> {
        let progress = self.phones[number].go_on();
        if self.phones[number].storage.death().is_some() {
            self.reached.count("phone: died during an exchange");
            self.phone_may_have_died(number);
            return Ok(());
        }
        match progress {
            Progress::Asks(request, http) => {
                self.note(&format!("phone {number} asks {request}: {} bytes", http.body.len()));
                self.network.send(Message::Request { phone: number, number: request, http });
            }
            Progress::Ended(result) => self.ended(number, *result)?,
            Progress::Waits | Progress::Idle => {}
        }
        Ok(())
    }

    fn ended(
        &mut self,
        number: usize,
        result: Result<client_core::SyncReport, ClientError>,
    ) -> Result<(), Failed> {
        self.note(&format!("phone {number} ends an exchange: {} {result:?}", outcome(&result)));
        match result {
            Ok(report) => {
                if let Some(version) = self.phones[number].version {
                    let newer = version > wire::PROTOCOL_VERSION;
                    self.reached.count(if newer {
                        "new app: served"
                    } else {
                        "app of the version before: served"
                    });
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
                if report.problems > 0 {
                    self.reached.count("feed: a document that could not be read yet");
                }
            }
            Err(ClientError::Server { code, .. }) => {
                self.reached.count(format!("exchange refused: {}", code.name()));
                if code == wire::ErrorCode::UpdateApp {
                    self.reached.count("old app: update_app");
                }
            }
            Err(ClientError::Offline(_) | ClientError::BadAnswer(_) | ClientError::NotSignedIn) => {}
            Err(ClientError::DiskFull) => self.reached.count("phone: disk full"),
            Err(error) => return Err(Failed::broken("an exchange ends well or offline", error.to_string())),
        }
        Ok(())
    }

    /// So many messages arrive, or do not.
    pub(crate) fn deliver(&mut self, count: u32, salt: u64) -> Result<(), Failed> {
        let mut rng = Rng::new(salt);
        for _ in 0..count {
            let Some((message, fate)) = self.network.next(&mut rng) else { break };
            self.deliver_one(message, fate, &mut rng)?;
        }
        Ok(())
    }

    pub(crate) fn deliver_one(&mut self, message: Message, fate: Fate, rng: &mut Rng) -> Result<(), Failed> {
        match message {
            Message::Request { phone, number, http } => self.request(phone, number, http, fate),
            Message::Reply { phone, number, http } => self.reply(phone, number, http, fate, rng),
        }
    }

    fn request(&mut self, phone: usize, number: u64, http: HttpRequest, fate: Fate) -> Result<(), Failed> {
        self.note(&format!("request {number} of phone {phone}: {fate:?}"));
        match fate {
            Fate::Lost | Fate::Truncated => {
                self.reached.count("network: lost request");
                return self.hand_over(phone, number, Err(TransportError("reset".to_owned())));
            }
            Fate::Intercepted => {
                self.reached.count("network: captive portal");
                return self.hand_over(phone, number, Ok(portal()));
            }
            Fate::ArrivesTwice => {
                self.reached.count("network: request twice");
                self.network.send(Message::Request { phone, number, http: http.clone() });
            }
            Fate::Arrives | Fate::Stale => {}
        }
        if !self.phones[phone].waits_for(number) {
            self.reached.count("network: late request after the phone gave up");
        }
        let broken = || Err(TransportError("no answer".to_owned()));
        match self.serve(&http)? {
            Some(reply) => {
                self.network.send(Message::Reply { phone, number, http: reply });
                Ok(())
            }
            None => self.hand_over(phone, number, broken()),
        }
    }

    /// The server works on a request; none if it dies over it.
    pub(crate) fn serve(&mut self, http: &HttpRequest) -> Result<Option<HttpResponse>, Failed> {
        let Some(running) = self.server_up()? else { return Ok(None) };
        let (reply, answered) = running.answer(http);
        drop(running);
        self.note(&format!("the server answers {} with {} bytes", reply.status, reply.body.len()));
        if self.server_may_have_died() {
            return Ok(None);
        }
        if reply.status == 507 {
            self.reached.count("server: disk full");
        }
        if reply.status == 500 {
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            return Err(Failed::broken("the server does not fail", text));
        }
        if let Some(answered) = &answered {
            self.judge_answer(answered)?;
        }
        Ok(Some(reply))
    }

    /// What the server says must be true, and is remembered.
    fn judge_answer(&mut self, answered: &Answered) -> Result<(), Failed> {
        let Answered { session, response } = answered;
        for verdict in response.verdicts.iter().flatten() {
            match &verdict.outcome {
                Outcome::Accepted | Outcome::Duplicate => self.model.acknowledged(verdict.hash.0),
                Outcome::Refused { code, .. } => self.reached.count(format!("refused: {code}")),
                Outcome::BlockedBy { .. } | Outcome::Need { .. } | Outcome::ActorFork { .. } => {}
            }
            self.note(&format!("  {} of {}: {:?}", verdict.hash.0, verdict.doc, verdict.outcome));
            self.reached.count(format!("verdict: {}", word(&verdict.outcome)));
        }
        if response.total.is_some() {
            self.reached.count("feed: cold");
        }
        if response.more == Some(true) {
            self.reached.count("feed: more pages");
        }
        self.count_given_back(answered)?;
        if response.events.is_none() {
            return Ok(());
        }
        let database = self.server.look()?;
        for event in response.events.iter().flatten() {
            let name = match &event.what {
                DocHappening::Enter { .. } | DocHappening::EnterPacked => "enter",
                DocHappening::Update { .. } => "update",
                DocHappening::Leave { .. } => "leave",
            };
            self.note(&format!("  {name} {}", event.doc));
            self.reached.count(format!("feed: {name}"));
            let is_in = self.holders.of(&database, event.doc)? == Some(session.user);
            let shall_be_in = !matches!(event.what, DocHappening::Leave { .. });
            if is_in != shall_be_in {
                let kind = if event.kind == DocKind::Job { "job" } else { "trip" };
                return Err(Failed::broken(
                    "a phone is told of its own documents only",
                    format!("{name} of {kind} {} to {}", event.doc, session.user),
                ));
            }
        }
        Ok(())
    }

    /// After a restore: what one phone brought back in another's name.
    fn count_given_back(&mut self, answered: &Answered) -> Result<(), Failed> {
        let verdicts = answered.response.verdicts.iter().flatten();
        let accepted: Vec<_> = verdicts.filter(|verdict| verdict.outcome == Outcome::Accepted).collect();
        if self.restores == 0 || accepted.is_empty() {
            return Ok(());
        }
        let database = self.server.look()?;
        let mut statement = database.prepare(WRITTEN_ELSEWHERE).map_err(Failed::harness)?;
        for verdict in accepted {
            let asked = (verdict.hash.0.as_bytes(), answered.session.device.as_bytes());
            if statement.exists(asked).map_err(Failed::harness)? {
                self.reached.count("restore: given back by a colleague");
            }
        }
        Ok(())
    }

    fn reply(
        &mut self,
        phone: usize,
        number: u64,
        http: HttpResponse,
        fate: Fate,
        rng: &mut Rng,
    ) -> Result<(), Failed> {
        self.note(&format!("reply {number} to phone {phone}: {fate:?}"));
        let kept = &mut self.phones[phone].old_replies;
        kept.push(http.clone());
        if kept.len() > OLD_REPLIES_MAX {
            kept.remove(0);
        }
        let old: Vec<HttpResponse> =
            kept.iter().filter(|reply| reply.header("content-type") == Some(MEDIA_TYPE)).cloned().collect();
        let answer = match fate {
            Fate::Lost => {
                self.reached.count("network: lost reply");
                Err(TransportError("reset".to_owned()))
            }
            Fate::Truncated if !http.body.is_empty() => {
                self.reached.count("network: truncated reply");
                let mut cut = http;
                cut.body.truncate(rng.index(cut.body.len()));
                Ok(cut)
            }
            Fate::Stale if !old.is_empty() => {
                self.reached.count("network: stale reply");
                Ok(rng.pick(&old).clone())
            }
            Fate::Intercepted => {
                self.reached.count("network: captive portal");
                Ok(portal())
            }
            Fate::Arrives | Fate::ArrivesTwice | Fate::Truncated | Fate::Stale => Ok(http),
        };
        self.hand_over(phone, number, answer)
    }

    /// A phone gets an answer, unless it has stopped waiting for it.
    fn hand_over(
        &mut self,
        phone: usize,
        number: u64,
        answer: Result<HttpResponse, TransportError>,
    ) -> Result<(), Failed> {
        if !self.phones[phone].waits_for(number) {
            return Ok(());
        }
        self.phones[phone].hand_over(answer);
        self.go_on(phone)
    }

    /// A phone has waited long enough.
    pub(crate) fn give_up(&mut self, number: usize) -> Result<(), Failed> {
        if !self.phones[number].is_syncing() {
            return Ok(());
        }
        self.phones[number].hand_over(Err(TransportError("timed out".to_owned())));
        self.go_on(number)
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Duplicate => "duplicate",
        Outcome::Refused { .. } => "refused",
        Outcome::BlockedBy { .. } => "blocked_by",
        Outcome::Need { .. } => "need",
        Outcome::ActorFork { .. } => "actor_fork",
    }
}

/// What a hotel answers.
fn portal() -> HttpResponse {
    HttpResponse {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/html; charset=utf-8".to_owned())],
        body: b"<html><body>Welcome! Please sign in.</body></html>".to_vec(),
    }
}
