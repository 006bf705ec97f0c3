//! Messages with every field filled, as the golden files hold them. They never
//! change: a new field gets a new sample.

use domain::{DocId, DocKind, Hash32, Instant};
use wire::{
    Bytes, DocEvent, DocHappening, Hash, Offer, Outcome, Push, ReferenceRow, Renewal, SyncRequest,
    SyncResponse, Verdict,
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
    let event = |n| DocEvent { doc: doc(n), kind: DocKind::Job, what: DocHappening::EnterPacked };
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
    let event = |n, kind, what| DocEvent { doc: doc(n), kind, what };
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
        documents: None,
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
