//! The hostile device: enrolled like any other, its owner is given jobs like any
//! other, and it sends what no honest app would.

use client_core::{HttpRequest, HttpResponse, Method};
use documents::{Document, EditContext, RawChange};
use domain::{ActorClass, ActorId, DocId, DocKind, EditCommand, FieldValue, JobField, Stamp, UserId, Uuid};
use rusqlite::Transaction;
use sync_server::people;
use testkit::{Kit, Rng, set_field};
use wire::{
    Bytes, DocHappening, Encoding, EnrolRequest, MEDIA_TYPE, Message, Push, SessionResponse, SyncRequest,
    SyncResponse, ZSTD,
};

use super::World;
use crate::failure::Failed;

const LOGGED: &str = "SELECT doc, bytes FROM change_log ORDER BY position, idx";
const OTHERS_ACTOR: &str = "SELECT actor FROM change_log ORDER BY actor LIMIT 1 OFFSET ?1";

/// The hostile device.
#[derive(Debug)]
pub(crate) struct Attacker {
    user: UserId,
    device: Option<domain::DeviceId>,
    token: String,
    actor: ActorId,
}

impl Attacker {
    pub(crate) fn new(user: UserId, mut rng: Rng) -> Self {
        let actor = ActorId::new(ActorClass::Technician, rng.bytes());
        Self { user, device: None, token: String::new(), actor }
    }
}

/// What it sends, and in how many requests.
type Volley = Vec<SyncRequest>;

impl World {
    /// The hostile device gets in, by a code of its own.
    pub(crate) fn attacker_enrols(&mut self) -> Result<(), Failed> {
        if self.server_up()?.is_none() {
            return Ok(());
        }
        let Some(code) = self.code_for(self.attacker.user)? else { return Ok(()) };
        let request = EnrolRequest { code: code.into(), device_name: "hostile".to_owned() };
        let body = serde_json::to_vec(&request).map_err(Failed::harness)?;
        let http = post("/v1/devices/enrol", vec![("content-type", "application/json")], body);
        let (reply, _) = self.running()?.answer(&http);
        self.server_may_have_died();
        let Ok(session) = serde_json::from_slice::<SessionResponse>(&reply.body) else { return Ok(()) };
        self.attacker.device = Some(session.device);
        self.attacker.token = session.access_token.expose().to_owned();
        Ok(())
    }

    /// The hostile device tries something.
    pub(crate) fn attack(&mut self, salt: u64) -> Result<(), Failed> {
        if self.server_up()?.is_none() {
            return Ok(());
        }
        let mut kit = Self::kit(salt, self.clock.now());
        let Some(own) = self.attacker_pulls()? else { return Ok(()) };
        let volley = self.volley(&mut kit, &own)?;
        for request in volley {
            let reply = self.attacker_sends(&request)?;
            self.note(&format!("the hostile device is answered {:?}", reply.map(|reply| reply.status)));
        }
        Ok(())
    }

    /// The attacker's own jobs, whole.
    fn attacker_pulls(&mut self) -> Result<Option<Vec<Document>>, Failed> {
        let Some(reply) = self.attacker_sends(&ask(Vec::new()))? else { return Ok(None) };
        match reply.status {
            200 => {}
            401 => {
                // The token ran out, or the session went with a restored backup.
                self.attacker_enrols()?;
                return Ok(None);
            }
            403 => {
                self.reached.count("hostile: quarantined");
                self.release_attacker()?;
                return Ok(None);
            }
            _ => return Ok(None),
        }
        let encoding =
            if reply.header("content-encoding") == Some(ZSTD) { Encoding::Zstd } else { Encoding::Plain };
        let response = SyncResponse::from_body(&reply.body, encoding).map_err(Failed::harness)?;
        let mut own = Vec::new();
        for event in response.events.into_iter().flatten() {
            if let (DocHappening::Enter { snapshot }, DocKind::Job) = (event.what, event.kind) {
                own.extend(Document::load(event.kind, &snapshot));
            }
        }
        Ok(Some(own))
    }

    fn release_attacker(&mut self) -> Result<(), Failed> {
        let Some(device) = self.attacker.device else { return Ok(()) };
        let release = move |tx: &Transaction<'_>, _| people::release_device(tx, device).map(drop);
        self.change_people("hostile: released", release)
    }

    fn attacker_sends(&mut self, request: &SyncRequest) -> Result<Option<HttpResponse>, Failed> {
        let body = request.to_body();
        let bearer = format!("Bearer {}", self.attacker.token);
        let mut headers = vec![("content-type", MEDIA_TYPE), ("authorization", bearer.as_str())];
        if body.encoding == Encoding::Zstd {
            headers.push(("content-encoding", ZSTD));
        }
        self.serve(&post("/v1/sync", headers, body.bytes))
    }

    fn volley(&mut self, kit: &mut Kit, own: &[Document]) -> Result<Volley, Failed> {
        let own = if own.is_empty() { None } else { Some(kit.rng.pick(own).clone()) };
        let Some(own) = own else { return self.without_a_job(kit) };
        let id = own.id().map_err(Failed::harness)?;
        let one = |change: RawChange| vec![ask(vec![push(id, vec![change.bytes])])];
        Ok(match kit.rng.below(8) {
            0 => {
                let mut change = self.edited(kit, &own, None)?;
                let at = kit.rng.index(change.bytes.len());
                change.bytes[at] ^= 1 << kit.rng.below(8);
                one(change)
            }
            1 => one(self.forbidden(kit, &own)?),
            2 => self.two_of_one_number(kit, &own, id)?,
            3 => self.orphan(kit, &own, id)?,
            4 => self.under_anothers_actor(kit, &own, id)?,
            5 => vec![SyncRequest {
                cursor: Some((0..kit.rng.below(60)).map(|_| 7).collect()),
                epoch: Some(vec![9; 8]),
                ..ask(Vec::new())
            }],
            6 => one(self.edited(kit, &own, None)?),
            _ => return self.without_a_job(kit),
        })
    }

    /// What can be tried with nothing of one's own.
    fn without_a_job(&mut self, kit: &mut Kit) -> Result<Volley, Failed> {
        let log = self.logged()?;
        if log.is_empty() {
            return Ok(Vec::new());
        }
        let (doc, bytes) = kit.rng.pick(&log).clone();
        match kit.rng.below(3) {
            // Somebody else's change, once more.
            0 => Ok(vec![ask(vec![push(doc, vec![bytes])])]),
            1 => {
                let garbage = (0..kit.rng.below(300)).map(|_| kit.rng.bytes::<1>()[0]).collect();
                Ok(vec![ask(vec![push(doc, vec![garbage])])])
            }
            // Work on somebody else's job, whose content has leaked.
            _ => {
                let changes: Vec<&[u8]> = log
                    .iter()
                    .filter(|(other, _)| *other == doc)
                    .map(|(_, bytes)| bytes.as_slice())
                    .collect();
                let Ok(document) = Document::from_changes(DocKind::Job, changes) else {
                    return Ok(Vec::new());
                };
                if document.job().is_err() {
                    return Ok(Vec::new());
                }
                let change = self.edited(kit, &document, None)?;
                Ok(vec![ask(vec![push(doc, vec![change.bytes])])])
            }
        }
    }

    fn logged(&self) -> Result<Vec<(DocId, Vec<u8>)>, Failed> {
        let database = self.server.look()?;
        let mut statement = database.prepare_cached(LOGGED).map_err(Failed::harness)?;
        let rows = statement
            .query_map([], |row| Ok((DocId::from_uuid(Uuid::from_bytes(row.get(0)?)), row.get(1)?)))
            .map_err(Failed::harness)?;
        rows.collect::<Result<_, _>>().map_err(Failed::harness)
    }

    /// A note, as the editor writes it.
    fn edited(
        &mut self,
        kit: &mut Kit,
        document: &Document,
        actor: Option<ActorId>,
    ) -> Result<RawChange, Failed> {
        let text = testkit::words(&mut kit.rng);
        let command = kit.add_note(&text);
        self.written(kit, document, &command, actor)
    }

    fn forbidden(&mut self, kit: &mut Kit, document: &Document) -> Result<RawChange, Failed> {
        let (field, value) = *kit.rng.pick(&[
            (JobField::RequestPriority, "urgent"),
            (JobField::AccountName, "somebody else"),
            (JobField::RequestTeam, "mine"),
        ]);
        let command = set_field(field, Some(FieldValue::Text(value.to_owned())));
        self.written(kit, document, &command, None)
    }

    fn written(
        &mut self,
        kit: &mut Kit,
        document: &Document,
        command: &EditCommand,
        actor: Option<ActorId>,
    ) -> Result<RawChange, Failed> {
        let id = document.id().map_err(Failed::harness)?;
        self.asks(id, command);
        let stamp = Stamp { at: kit.clock.now(), offset_minutes: 0 };
        let context =
            EditContext { author: self.attacker.user, actor: actor.unwrap_or(self.attacker.actor), stamp };
        let mut draft = document.clone();
        let change = draft.edit(command, &context).map_err(Failed::harness)?;
        change.ok_or_else(|| Failed::harness("the attacker's edit changes nothing"))
    }

    /// Two changes of one actor with one number, in two requests.
    fn two_of_one_number(&mut self, kit: &mut Kit, own: &Document, id: DocId) -> Result<Volley, Failed> {
        let (one, other) = (self.edited(kit, own, None)?, self.edited(kit, own, None)?);
        Ok(vec![ask(vec![push(id, vec![one.bytes])]), ask(vec![push(id, vec![other.bytes])])])
    }

    /// A change without the one that it builds on.
    fn orphan(&mut self, kit: &mut Kit, own: &Document, id: DocId) -> Result<Volley, Failed> {
        let first = self.edited(kit, own, None)?;
        let mut document = own.clone();
        document.apply([first.bytes.as_slice()]).map_err(Failed::harness)?;
        let second = self.edited(kit, &document, None)?;
        Ok(vec![ask(vec![push(id, vec![second.bytes])])])
    }

    fn under_anothers_actor(&mut self, kit: &mut Kit, own: &Document, id: DocId) -> Result<Volley, Failed> {
        let database = self.server.look()?;
        let skip = i64::try_from(kit.rng.below(20)).unwrap_or(0);
        let actor: Option<[u8; 16]> = database.query_row(OTHERS_ACTOR, [skip], |row| row.get(0)).ok();
        let Some(actor) = actor.map(ActorId::from_bytes) else { return Ok(Vec::new()) };
        let change = self.edited(kit, own, Some(actor))?;
        Ok(vec![ask(vec![push(id, vec![change.bytes])])])
    }
}

fn push(doc: DocId, changes: Vec<Vec<u8>>) -> Push {
    Push { doc, kind: DocKind::Job, changes: changes.into_iter().map(Bytes).collect() }
}

fn ask(pushes: Vec<Push>) -> SyncRequest {
    let pushes = (!pushes.is_empty()).then_some(pushes);
    // Of the first version, whose documents are not packed.
    SyncRequest { version: 1, pushes, ..SyncRequest::default() }
}

fn post(path: &str, headers: Vec<(&str, &str)>, body: Vec<u8>) -> HttpRequest {
    HttpRequest {
        method: Method::Post,
        path: path.to_owned(),
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body,
        timeout: std::time::Duration::from_secs(60),
    }
}
