//! What the two sides say when they compare what they hold, and how a phone gives
//! back what the server has lost. Since version 2 (`docs/wire.md`, *Repair*).

use domain::{ActorId, ChangeHash, DocId, DocKind};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::message::{Bytes, Hash};

/// Bytes of a fingerprint.
pub const PRINT_BYTES: usize = 8;
/// A fingerprint, under a key that the phone draws for each comparison.
pub type Print = [u8; PRINT_BYTES];

/// One step of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Repair {
    /// The key of the fingerprints, drawn at random for this comparison.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub key: Vec<u8>,
    /// Documents of the phone's scope.
    #[n(1)]
    pub scope: Option<ScopePrints>,
    /// Documents that differ, each with all that the phone holds of it.
    #[n(2)]
    pub details: Option<Vec<DocDetail>>,
}

/// Fingerprints of documents, each over its id and its heads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ScopePrints {
    /// They are of documents behind this one; none at the beginning.
    #[n(0)]
    pub after: Option<DocName>,
    /// They end with this one; none if no document comes behind them.
    #[n(1)]
    pub up_to: Option<DocName>,
    /// The fingerprints, 8 bytes each.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub prints: Vec<u8>,
}

/// A document's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct DocName(#[cbor(n(0), with = "crate::codec::doc_id")] pub DocId);

/// All that the phone holds of one document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocDetail {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// Fingerprints of its changes, 8 bytes each; none if it holds nothing of it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub prints: Vec<u8>,
}

/// The server's side of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RepairAnswer {
    /// The documents of the scope that are none of those fingerprints.
    #[n(0)]
    pub differing: Option<Vec<DocName>>,
    /// The fingerprints that are none of the scope's documents, 8 bytes each.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub unmatched: Option<Vec<u8>>,
    /// Where the comparison stopped because too much differed; it goes on from there.
    #[n(2)]
    pub reached: Option<DocName>,
    /// What the server lacks of the documents that were told in detail.
    #[n(3)]
    pub lacking: Option<Vec<Lacking>>,
    /// How many of them were answered; the others are to be asked for again.
    #[n(4)]
    pub answered: Option<u32>,
    /// The server's word for what comes before changes that were given back: more than
    /// fits one request is given back from its end, until its beginning is known.
    #[n(5)]
    pub vouched: Option<Vec<Vouched>>,
}

/// The server's word for some heads of a document that it does not have.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Vouched {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// The word.
    #[n(1)]
    pub receipt: Receipt,
}

/// Changes of a document that the server lacks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Lacking {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// Their fingerprints, 8 bytes each.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub prints: Vec<u8>,
}

/// Changes of one document that the server has lost.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Return {
    /// The document.
    #[cbor(n(0), with = "crate::codec::doc_id")]
    pub doc: DocId,
    /// Its kind.
    #[cbor(n(1), with = "crate::codec::doc_kind")]
    pub kind: DocKind,
    /// Change chunks in causal order.
    #[n(2)]
    pub changes: Vec<Bytes>,
    /// The server's word that it had accepted them.
    #[n(3)]
    pub receipts: Option<Vec<Receipt>>,
}

/// The server's word that it had accepted changes up to some heads.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// The heads.
    #[n(0)]
    pub heads: Vec<Hash>,
    /// 16 bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub mac: Vec<u8>,
}

/// The server's word for whose an actor is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Owner {
    /// The actor.
    #[cbor(n(0), with = "crate::codec::actor_id")]
    pub actor: ActorId,
    /// The person, 16 bytes; none for the server's own.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub user: Option<Vec<u8>>,
    /// The device, 16 bytes; none for the server's own.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub device: Option<Vec<u8>>,
    /// 16 bytes.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub mac: Vec<u8>,
}

/// The fingerprint of a document at its heads: the first 8 bytes of SHA-256 over
/// the key, the id and the sorted heads.
#[must_use]
pub fn print_of_document(key: &[u8], doc: DocId, heads: &[ChangeHash]) -> Print {
    let mut heads = heads.to_vec();
    heads.sort_unstable();
    let mut digest = Sha256::new().chain_update(key).chain_update(doc.as_bytes());
    heads.iter().for_each(|head| digest.update(head.as_bytes()));
    first_bytes(&digest.finalize())
}

/// The fingerprint of a change: the first 8 bytes of SHA-256 over the key and its hash.
#[must_use]
pub fn print_of_change(key: &[u8], hash: ChangeHash) -> Print {
    first_bytes(&Sha256::new().chain_update(key).chain_update(hash.as_bytes()).finalize())
}

fn first_bytes(digest: &[u8]) -> Print {
    let mut print = [0; PRINT_BYTES];
    print.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    print
}

/// The fingerprints in a byte string; none if it does not hold whole ones.
#[must_use]
pub fn prints_in(bytes: &[u8]) -> Option<Vec<Print>> {
    let (prints, rest) = bytes.as_chunks::<PRINT_BYTES>();
    rest.is_empty().then(|| prints.to_vec())
}

#[cfg(test)]
mod tests {
    use domain::{DocId, Hash32, Uuid};

    use super::{print_of_change, print_of_document, prints_in};

    #[test]
    fn a_fingerprint_follows_from_key_document_and_heads_whatever_their_order() {
        let doc = |number| DocId::from_uuid(Uuid::from_u128(number));
        let (a, b) = (Hash32::from_bytes([1; 32]), Hash32::from_bytes([2; 32]));
        let print = print_of_document(b"key", doc(1), &[a, b]);
        assert_eq!(print, print_of_document(b"key", doc(1), &[b, a]));
        for other in [
            print_of_document(b"kez", doc(1), &[a, b]),
            print_of_document(b"key", doc(2), &[a, b]),
            print_of_document(b"key", doc(1), &[a]),
            print_of_change(b"key", a),
        ] {
            assert_ne!(print, other);
        }
        assert_eq!(prints_in(&[print, print].concat()), Some(vec![print, print]));
        assert_eq!(prints_in(&print[..7]), None);
    }
}
