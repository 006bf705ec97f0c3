//! A technician's phone, a real one, as scripts ask for it.

use std::sync::Arc;

use client_core::{
    Client, ClientError, Completion, Config, HttpTransport, NewAttachment, SyncOptions, SystemClock,
    SystemRandomness,
};
use domain::{
    AttachmentKind, Coverage, Currency, DocId, EditCommand, FieldValue, JobCommand, JobField, JobFieldEdit,
    Money, Part, PartSource, Thousandths,
};

use crate::scene::{PASSWORD, Scene};

/// Tehran.
const OFFSET_MINUTES: i16 = 210;

/// A phone and its way to the server.
pub(crate) struct Phone {
    client: Client,
    transport: HttpTransport,
}

impl Phone {
    /// A new phone of a technician, signed in and synced.
    pub(crate) async fn of(scene: &Scene, name: &str) -> Self {
        let database = scene.beside(&format!("{name}.sqlite"));
        let config = Config { database, device_name: "phone".to_owned() };
        let clock = Arc::new(SystemClock::new(OFFSET_MINUTES));
        let client = Client::open(config, clock, Arc::new(SystemRandomness)).expect("the database opens");
        let transport = HttpTransport::new(&scene.address()).expect("an address");
        client.sign_in(&transport, name, PASSWORD).await.expect("signs in");
        let phone = Self { client, transport };
        phone.sync().await.expect("the first sync succeeds");
        phone
    }

    /// One exchange with the server.
    pub(crate) async fn sync(&self) -> Result<(), ClientError> {
        self.client.sync(&self.transport, &SyncOptions::default()).await.map(drop)
    }

    /// What a technician does on a job, without a network.
    pub(crate) fn act(&self, job: DocId, act: &str, text: &str) -> Result<(), ClientError> {
        let done = match act {
            "accept" => self.client.accept(job),
            "travel" => self.client.start_travel(job, None),
            "arrive" => self.client.arrive(job, None),
            "work" => self.client.start_work(job, None),
            "complete" => self.client.complete(job, found(text)),
            "part" => self.part(job, text),
            "wait" => self.client.wait_for_part(job, "P-100"),
            "note" => self.note(job, text),
            "photo" => return self.attach(job, "image/png", text),
            // What a browser would take for a page, if it were given as one.
            "page" => return self.attach(job, "text/html", text),
            "correct_phone" => self.set(job, JobField::ContactPhone, text),
            "correct_subject" => self.beyond_policy(job, text),
            other => panic!("a phone does not {other}"),
        };
        done.map(drop)
    }

    /// A seal of so many rials.
    fn part(&self, job: DocId, rial: &str) -> Result<client_core::EditReceipt, ClientError> {
        let part = Part {
            part_no: "P-100".to_owned(),
            name: "واشر".to_owned(),
            quantity: Thousandths(1_000),
            unit_price: Money { minor: rial.parse().expect("rials"), currency: Currency::IRR },
            serial_in: None,
            serial_out: None,
            source: PartSource::Van,
            coverage: Coverage::Warranty,
        };
        let command = JobCommand::AddPart { id: self.client.ids().line(), part };
        self.client.execute(job, &EditCommand::Job(command))
    }

    fn note(&self, job: DocId, text: &str) -> Result<client_core::EditReceipt, ClientError> {
        let command = JobCommand::AddNote { id: self.client.ids().note(), text: text.to_owned() };
        self.client.execute(job, &EditCommand::Job(command))
    }

    fn attach(&self, job: DocId, mime: &str, caption: &str) -> Result<(), ClientError> {
        let new =
            NewAttachment { kind: AttachmentKind::Photo, mime: mime.to_owned(), caption: caption.to_owned() };
        self.client.add_attachment(job, new, include_bytes!("photo.png")).map(drop)
    }

    /// An edit that is the office's to make, from an app that does not know it.
    fn beyond_policy(&self, job: DocId, text: &str) -> Result<client_core::EditReceipt, ClientError> {
        self.client.leave_policy_to_server();
        self.set(job, JobField::RequestSubject, text)
    }

    /// Stands by everything that was refused.
    pub(crate) fn offer(&self, remark: &str) -> Result<(), ClientError> {
        for entry in self.client.needs_attention()? {
            self.client.offer_to_office(entry.id, Some(remark))?;
        }
        Ok(())
    }

    fn set(&self, job: DocId, field: JobField, text: &str) -> Result<client_core::EditReceipt, ClientError> {
        let edit = JobFieldEdit { field, value: Some(FieldValue::Text(text.to_owned())) };
        self.client.execute(job, &EditCommand::Job(JobCommand::SetFields { edits: vec![edit] }))
    }
}

/// Work that is done, and the fault that was found if one is named.
fn found(fault: &str) -> Completion {
    let fault = Some(fault.to_owned()).filter(|fault| !fault.is_empty());
    Completion { fault, ..Completion::default() }
}
