//! The messages of one exchange, `POST /v1/sync`. Each struct is a CBOR map with
//! small integer keys; a reader skips keys that it does not know, and a missing
//! list is an empty one, so that either side may be a version ahead.

use domain::{ChangeHash, DocId, DocKind, Instant, Secret};
use minicbor::{Decode, Encode};

use crate::repair::{Owner, Repair, RepairAnswer, Return};

/// What a phone sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SyncRequest {
    /// The protocol version that it speaks.
    #[n(0)]
    pub version: u16,
    /// The epoch of the server that its cursor is from; none on the first exchange.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub epoch: Option<Vec<u8>>,
    /// Where it stands in the feed, as the server gave it; none when cold.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub cursor: Option<Vec<u8>>,
    /// How many bytes of changes and documents it wants at most.
    #[n(3)]
    pub budget: Option<u32>,
    /// Its own changes, each document's in causal order.
    #[n(4)]
    pub pushes: Option<Vec<Push>>,
    /// The changes whose verdicts it has written down.
    #[n(5)]
    pub acknowledged: Option<Vec<Hash>>,
    /// Refused edits that the technician asks the office to decide on.
    #[n(6)]
    pub offers: Option<Vec<Offer>>,
    /// The device's clock.
    #[cbor(n(7), with = "crate::codec::instant", has_nil)]
    pub client_time: Option<Instant>,
    /// What it holds, to be compared with what the server holds; no page of the
    /// feed is given then. Since version 2.
    #[n(8)]
    pub repair: Option<Repair>,
    /// Changes that the server has lost, its colleagues' among them. Since version 2.
    #[n(9)]
    pub returns: Option<Vec<Return>>,
    /// Whose the actors of returned changes are. Since version 2.
    #[n(10)]
    pub owners: Option<Vec<Owner>>,
    /// How far it knows the server's verified backup to go. Since version 2.
    #[n(11)]
    pub backed_up: Option<u64>,
}

/// Changes of one document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Push {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// Its kind.
    #[cbor(n(1), with = "crate::codec::doc_kind")]
    pub kind: DocKind,
    /// Change chunks in causal order.
    #[n(2)]
    pub changes: Vec<Bytes>,
}

/// A refused edit that the technician stands by.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Offer {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// Its kind.
    #[cbor(n(1), with = "crate::codec::doc_kind")]
    pub kind: DocKind,
    /// The refused change.
    #[n(2)]
    pub hash: Hash,
    /// The command as JSON.
    #[n(3)]
    pub command: String,
    /// What the technician says to it.
    #[n(4)]
    pub remark: Option<String>,
    /// The device's time of the edit.
    #[cbor(n(5), with = "crate::codec::instant", has_nil)]
    pub at: Option<Instant>,
}

/// What the server answers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SyncResponse {
    /// A verdict for each pushed change, and older ones not yet acknowledged.
    #[n(0)]
    pub verdicts: Option<Vec<Verdict>>,
    /// What happened to documents in the phone's scope.
    #[n(1)]
    pub events: Option<Vec<DocEvent>>,
    /// Reference rows: parts, customers, assets.
    #[n(2)]
    pub reference: Option<Vec<ReferenceRow>>,
    /// Where the phone stands now.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub cursor: Vec<u8>,
    /// Whether there is more to fetch at once.
    #[n(4)]
    pub more: Option<bool>,
    /// The server's clock.
    #[cbor(n(5), with = "crate::codec::instant", has_nil)]
    pub server_time: Option<Instant>,
    /// The server's epoch, when the phone's is not it.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub epoch: Option<Vec<u8>>,
    /// A fresh access token, when the present one runs out soon.
    #[n(7)]
    pub renewal: Option<Renewal>,
    /// How many documents a cold phone will get in all, for its progress bar.
    #[n(8)]
    pub total: Option<u32>,
    /// Whose the foreign actors of this answer are. Since version 2.
    #[n(9)]
    pub owners: Option<Vec<Owner>>,
    /// The cursor means nothing to this server any more, and nothing else is told:
    /// the phone is to compare what it holds. Since version 2.
    #[n(10)]
    pub void: Option<bool>,
    /// The server's side of a comparison. Since version 2.
    #[n(11)]
    pub repair: Option<RepairAnswer>,
    /// The position up to which a verified backup holds everything, when the phone
    /// knows another. Since version 2.
    #[n(12)]
    pub backed_up: Option<u64>,
    /// Everything that this answer accepts or brings is at or before this position.
    /// Since version 2.
    #[n(13)]
    pub position: Option<u64>,
    /// Why the phone gets nothing any more: its person or itself is barred. What it
    /// offers is kept for the office. Since version 2.
    #[n(14)]
    pub barred: Option<String>,
    /// The documents that came into scope as `EnterPacked`, in the order of the
    /// events, as one block (`documents::unpack`). Since version 2.
    #[cbor(n(15), with = "minicbor::bytes")]
    pub documents: Option<Vec<u8>>,
    /// Those of the request's offers that are kept for the office, by their changes; the
    /// phone offers the others again. Since version 2.
    #[n(16)]
    pub kept: Option<Vec<Hash>>,
}

/// A fresh access token.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Renewal {
    /// The token.
    #[cbor(n(0), with = "crate::codec::secret")]
    pub access_token: Secret,
    /// When it expires.
    #[cbor(n(1), with = "crate::codec::instant", has_nil)]
    pub expires_at: Option<Instant>,
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Verdict {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// The change.
    #[n(1)]
    pub hash: Hash,
    /// What became of it.
    #[n(2)]
    pub outcome: Outcome,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    /// Admitted and durable.
    #[n(0)]
    Accepted,
    /// It was there already.
    #[n(1)]
    Duplicate,
    /// Refused for good.
    #[n(2)]
    #[cbor(map)]
    Refused {
        /// The code, one of [`ErrorCode`](crate::ErrorCode).
        #[n(0)]
        code: String,
        /// The place in the document, where there is one.
        #[n(1)]
        path: Option<String>,
        /// A sentence for people, in English.
        #[n(2)]
        message: String,
    },
    /// Not looked at, because a change that it depends on was refused.
    #[n(3)]
    #[cbor(map)]
    BlockedBy {
        /// The refused change.
        #[n(0)]
        hash: Hash,
    },
    /// Not looked at: the server lacks these dependencies.
    #[n(4)]
    #[cbor(map)]
    Need {
        /// The missing changes.
        #[n(0)]
        deps: Vec<Hash>,
    },
    /// The server holds another change with this actor and sequence number, or a
    /// higher one: the phone's database was restored or copied.
    #[n(5)]
    #[cbor(map)]
    ActorFork {
        /// The highest sequence number that the server has of this actor.
        #[n(0)]
        seq: u64,
    },
}

/// What happened to a document, as the phone's scope sees it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocEvent {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// Its kind.
    #[cbor(n(1), with = "crate::codec::doc_kind")]
    pub kind: DocKind,
    /// What happened.
    #[n(2)]
    pub what: DocHappening,
    /// The server's word for the changes that it brings, where some of them are
    /// others': 16 bytes. Since version 2.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub receipt: Option<Vec<u8>>,
}

/// What happened to a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum DocHappening {
    /// It came into scope: here it is, whole.
    #[n(0)]
    #[cbor(map)]
    Enter {
        /// The saved document, a *document* chunk.
        #[cbor(n(0), with = "minicbor::bytes")]
        snapshot: Vec<u8>,
    },
    /// It changed.
    #[n(1)]
    #[cbor(map)]
    Update {
        /// The changes since the cursor.
        #[n(0)]
        changes: Vec<Bytes>,
    },
    /// It left the scope; unpushed work stays.
    #[n(2)]
    #[cbor(map)]
    Leave {
        /// Why: `reassigned`, `unassigned`, `withdrawn`.
        #[n(0)]
        reason: String,
    },
    /// It came into scope: it is the next one of [`SyncResponse::documents`].
    /// Since version 2.
    #[n(3)]
    EnterPacked,
}

/// A row of reference data.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ReferenceRow {
    /// What it is: `part`, `customer`, `asset`.
    #[n(0)]
    pub kind: String,
    /// Its id, 16 bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub id: Vec<u8>,
    /// The row as JSON; none if it is gone.
    #[n(2)]
    pub json: Option<String>,
}

/// A byte string.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Bytes(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

/// A change hash as a byte string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Hash(#[cbor(n(0), with = "crate::codec::hash")] pub ChangeHash);

#[cfg(test)]
mod tests {
    use domain::{DocId, DocKind, Hash32, Instant};
    use proptest::prelude::*;

    use super::*;
    use crate::{BodyError, Encoding, Message};

    fn idle() -> SyncRequest {
        SyncRequest {
            version: 1,
            epoch: Some(vec![7; 8]),
            cursor: Some(vec![9; 25]),
            client_time: Some(Instant::from_millis(1_790_000_000_000)),
            ..SyncRequest::default()
        }
    }

    #[test]
    fn an_idle_exchange_is_small_both_ways() {
        let request = idle().to_body();
        let response = SyncResponse {
            cursor: vec![9; 25],
            server_time: Some(Instant::from_millis(1_790_000_000_000)),
            ..SyncResponse::default()
        };
        assert!(request.bytes.len() <= 64, "{}", request.bytes.len());
        assert!(response.to_body().bytes.len() <= 48, "{}", response.to_body().bytes.len());
        assert_eq!(SyncRequest::from_body(&request.bytes, request.encoding).ok(), Some(idle()));
    }

    #[test]
    fn a_body_cut_anywhere_is_an_error() {
        let mut request = idle();
        request.pushes = Some(vec![Push {
            doc: DocId::new(Instant::from_millis(5), [3; 10]),
            kind: DocKind::Job,
            changes: (0..40_u8).map(|i| Bytes(vec![i; 40])).collect(),
        }]);
        request.acknowledged = Some(vec![Hash(Hash32::from_bytes([1; 32]))]);
        let whole = request.to_body();
        assert_eq!(whole.encoding, Encoding::Zstd);
        for end in 0..whole.bytes.len() {
            assert!(SyncRequest::from_body(&whole.bytes[..end], whole.encoding).is_err(), "cut at {end}");
        }
    }

    #[test]
    fn a_body_that_inflates_past_the_limit_is_refused() {
        let bomb = zstd::bulk::compress(&vec![0; 9 * 1024 * 1024], 3).expect("compress");
        assert!(bomb.len() < 4096);
        assert!(matches!(SyncRequest::from_body(&bomb, Encoding::Zstd), Err(BodyError::TooLarge(_))));
    }

    #[test]
    fn unknown_keys_are_skipped() {
        // A request of a later version: key 60 holds a text.
        let mut bytes = vec![0xa2, 0x00, 0x02, 0x18, 60, 0x63];
        bytes.extend_from_slice(b"new");
        let request = SyncRequest::from_body(&bytes, Encoding::Plain).expect("decodes");
        assert_eq!(request.version, 2);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            for encoding in [Encoding::Plain, Encoding::Zstd] {
                if let Ok(message) = SyncResponse::from_body(&bytes, encoding) {
                    let again = message.to_body();
                    prop_assert_eq!(SyncResponse::from_body(&again.bytes, again.encoding).ok(), Some(message));
                }
            }
        }
    }
}
