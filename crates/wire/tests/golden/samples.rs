//! Messages with every field filled, as the golden files hold them. They never
//! change: a new field gets a new sample.

use domain::{DocId, DocKind, Hash32, Instant};
use wire::{
    Bytes, DocDetail, DocEvent, DocHappening, DocName, Hash, Lacking, Offer, Outcome, Owner, Push, Receipt,
    ReferenceRow, Renewal, Repair, RepairAnswer, Return, ScopePrints, SyncRequest, SyncResponse, Verdict,
    Vouched,
};

/// The n-th of a row of documents; a fixed, valid UUIDv7.
fn doc(n: u8) -> DocId {
    let mut bytes = [0x01, 0x90, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 0];
    bytes[15] = n;
    DocId::from_slice(&bytes).expect("16 bytes")
}

fn hash(byte: u8) -> Hash {
    Hash(Hash32::from_bytes([byte; 32]))
}

fn chunk(kind: u8, last: u8) -> Vec<u8> {
    vec![0x85, 0x6f, 0x4a, 0x83, kind, 0x02, 0x03, last]
}

/// A request with everything in it.
pub(crate) fn request() -> SyncRequest {
    SyncRequest {
        version: 1,
        epoch: Some(vec![7; 8]),
        cursor: Some(vec![9; 24]),
        budget: Some(1_048_576),
        pushes: Some(vec![Push { doc: doc(1), kind: DocKind::Job, changes: vec![Bytes(chunk(1, 4))] }]),
        acknowledged: Some(vec![hash(0x11)]),
        offers: Some(vec![Offer {
            doc: doc(1),
            kind: DocKind::Job,
            hash: hash(0x22),
            command: r#"{"job":{"void_note":{"id":"AAAAAAAAAAA","reason":"typo"}}}"#.into(),
            remark: Some("the customer asked for it".into()),
            at: Some(Instant::from_millis(1_790_000_000_000)),
        }]),
        client_time: Some(Instant::from_millis(1_790_000_000_123)),
        ..SyncRequest::default()
    }
}

/// Nothing to say: the most frequent request.
pub(crate) fn request_idle() -> SyncRequest {
    SyncRequest {
        version: 1,
        epoch: Some(vec![7; 8]),
        cursor: Some(vec![9; 24]),
        client_time: Some(Instant::from_millis(1_790_000_000_123)),
        ..SyncRequest::default()
    }
}

/// The first request of a new phone.
pub(crate) fn request_cold() -> SyncRequest {
    SyncRequest { version: 1, budget: Some(262_144), ..SyncRequest::default() }
}

/// The first request of a new phone, since version 2.
pub(crate) fn request_cold_2() -> SyncRequest {
    SyncRequest { version: 2, budget: Some(131_072), ..SyncRequest::default() }
}

/// Documents that came into scope, as one block.
pub(crate) fn response_packed() -> SyncResponse {
    let event =
        |n| DocEvent { doc: doc(n), kind: DocKind::Job, what: DocHappening::EnterPacked, receipt: None };
    SyncResponse {
        events: Some(vec![event(2), event(3), event(4)]),
        documents: Some(vec![1, 3, 0]),
        cursor: vec![10; 24],
        ..SyncResponse::default()
    }
}

/// A response with everything that version 1 had.
pub(crate) fn response() -> SyncResponse {
    let refused = Outcome::Refused {
        code: "not_yours".into(),
        path: Some("assignment.technician".into()),
        message: "Your role may not write this.".into(),
    };
    let event = |n, kind, what| DocEvent { doc: doc(n), kind, what, receipt: None };
    SyncResponse {
        verdicts: Some(vec![
            Verdict { doc: doc(1), hash: hash(0x33), outcome: Outcome::Accepted },
            Verdict { doc: doc(1), hash: hash(0x22), outcome: refused },
        ]),
        events: Some(vec![
            event(
                2,
                DocKind::Job,
                DocHappening::Enter { snapshot: vec![0x85, 0x6f, 0x4a, 0x83, 0, 1, 2, 3] },
            ),
            event(3, DocKind::Trip, DocHappening::Update { changes: vec![Bytes(chunk(1, 5))] }),
            event(4, DocKind::Job, DocHappening::Leave { reason: "reassigned".into() }),
        ]),
        reference: Some(vec![ReferenceRow {
            kind: "part".into(),
            id: doc(5).as_bytes().to_vec(),
            json: Some(r#"{"part_no":"C-1001"}"#.into()),
        }]),
        cursor: vec![10; 24],
        more: Some(true),
        server_time: Some(Instant::from_millis(1_790_000_000_456)),
        epoch: Some(vec![8; 8]),
        renewal: Some(Renewal {
            access_token: "token".into(),
            expires_at: Some(Instant::from_millis(1_790_043_200_000)),
        }),
        total: Some(2000),
        ..SyncResponse::default()
    }
}

/// Nothing new.
pub(crate) fn response_idle() -> SyncResponse {
    SyncResponse {
        cursor: vec![9; 24],
        server_time: Some(Instant::from_millis(1_790_000_000_456)),
        ..SyncResponse::default()
    }
}

/// Every outcome, and a reference row that is gone.
pub(crate) fn response_outcomes() -> SyncResponse {
    let outcomes = vec![
        Outcome::Accepted,
        Outcome::Duplicate,
        Outcome::Refused {
            code: "change_checksum".into(),
            path: None,
            message: "The checksum differs.".into(),
        },
        Outcome::BlockedBy { hash: hash(0x44) },
        Outcome::Need { deps: vec![hash(0x55), hash(0x66)] },
        Outcome::ActorFork { seq: 300 },
    ];
    let verdict = |outcome| Verdict { doc: doc(6), hash: hash(0x77), outcome };
    SyncResponse {
        verdicts: Some(outcomes.into_iter().map(verdict).collect()),
        reference: Some(vec![ReferenceRow { kind: "asset".into(), id: vec![1; 16], json: None }]),
        cursor: vec![9; 24],
        more: Some(false),
        ..SyncResponse::default()
    }
}

fn owners() -> Option<Vec<Owner>> {
    let actor = |class: u8| domain::ActorId::from_bytes([class; 16]);
    let person =
        Owner { actor: actor(0x4f), user: Some(vec![1; 16]), device: Some(vec![2; 16]), mac: vec![3; 16] };
    let server = Owner { actor: actor(0x53), user: None, device: None, mac: vec![4; 16] };
    Some(vec![person, server])
}

/// What version 2 adds to a request.
pub(crate) fn request_repair() -> SyncRequest {
    SyncRequest {
        version: 2,
        epoch: Some(vec![7; 8]),
        client_time: Some(Instant::from_millis(1_790_000_000_123)),
        repair: Some(Repair {
            key: vec![5; 16],
            scope: Some(ScopePrints {
                after: Some(DocName(doc(1))),
                up_to: Some(DocName(doc(3))),
                prints: vec![6; 16],
            }),
            details: Some(vec![DocDetail { doc: doc(4), prints: vec![7; 24] }]),
        }),
        returns: Some(vec![Return {
            doc: doc(5),
            kind: DocKind::Job,
            changes: vec![Bytes(chunk(1, 4))],
            receipts: Some(vec![Receipt { heads: vec![hash(0x33)], mac: vec![8; 16] }]),
        }]),
        owners: owners(),
        backed_up: Some(1200),
        ..SyncRequest::default()
    }
}

/// What version 2 adds to a response.
pub(crate) fn response_repair() -> SyncResponse {
    let what = DocHappening::Update { changes: vec![Bytes(chunk(1, 5))] };
    SyncResponse {
        events: Some(vec![DocEvent { doc: doc(3), kind: DocKind::Job, what, receipt: Some(vec![9; 16]) }]),
        cursor: vec![10; 24],
        server_time: Some(Instant::from_millis(1_790_000_000_456)),
        owners: owners(),
        void: Some(true),
        repair: Some(RepairAnswer {
            differing: Some(vec![DocName(doc(6))]),
            unmatched: Some(vec![11; 8]),
            reached: Some(DocName(doc(7))),
            lacking: Some(vec![Lacking { doc: doc(4), prints: vec![12; 16] }]),
            answered: Some(1),
            ..RepairAnswer::default()
        }),
        backed_up: Some(1300),
        position: Some(1400),
        ..SyncResponse::default()
    }
}

/// The server's word for what comes before changes that were given back.
pub(crate) fn response_vouched() -> SyncResponse {
    let receipt = Receipt { heads: vec![hash(0x33), hash(0x34)], mac: vec![8; 16] };
    let vouched = Some(vec![Vouched { doc: doc(4), receipt }]);
    SyncResponse {
        cursor: vec![10; 24],
        repair: Some(RepairAnswer { vouched, ..RepairAnswer::default() }),
        ..SyncResponse::default()
    }
}

/// What a barred phone hears.
pub(crate) fn response_barred() -> SyncResponse {
    SyncResponse { cursor: vec![9; 24], barred: Some("device_revoked".into()), ..SyncResponse::default() }
}

/// Offers that are kept for the office.
pub(crate) fn response_kept() -> SyncResponse {
    SyncResponse { cursor: vec![11; 24], kept: Some(vec![hash(0x35), hash(0x36)]), ..SyncResponse::default() }
}
