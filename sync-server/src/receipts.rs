//! Receipts: the server's word that it had accepted what a phone holds.
//!
//! With the changes of others a phone gets 16 bytes of a MAC over the document and
//! the heads of what it got, and for each foreign actor another over whose the
//! actor is. A change names its ancestors by their hashes, so heads stand for all
//! that lies behind them. When the server has lost accepted changes, a phone brings
//! them back with these, whoever had made them (`docs/adr/0061`).

use domain::{ActorId, ChangeHash, DeviceId, DocId, UserId};
use ring::hmac;

/// Bytes of a receipt.
pub(crate) const RECEIPT_BYTES: usize = 16;
/// A receipt.
pub(crate) type Receipt = [u8; RECEIPT_BYTES];

/// The key that makes and checks receipts.
#[derive(Clone)]
pub(crate) struct ReceiptKey(hmac::Key);

impl std::fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReceiptKey(..)")
    }
}

impl ReceiptKey {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// The word for a document's changes up to some heads.
    pub(crate) fn of_heads(&self, doc: DocId, heads: &[ChangeHash]) -> Receipt {
        let mut heads = heads.to_vec();
        heads.sort_unstable();
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"hamgam receipt 1 heads");
        context.update(doc.as_bytes());
        heads.iter().for_each(|head| context.update(head.as_bytes()));
        truncated(context)
    }

    /// The word for whose an actor is; nobody's is the server's own.
    pub(crate) fn of_owner(&self, actor: ActorId, owner: Option<(UserId, DeviceId)>) -> Receipt {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(b"hamgam receipt 1 owner");
        context.update(actor.as_bytes());
        if let Some((user, device)) = owner {
            context.update(user.as_bytes());
            context.update(device.as_bytes());
        }
        truncated(context)
    }
}

/// Whether a receipt is the one that the server would give, in constant time.
pub(crate) fn holds(given: &[u8], made: &Receipt) -> bool {
    given.len() == RECEIPT_BYTES && given.iter().zip(made).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

fn truncated(context: hmac::Context) -> Receipt {
    let mut receipt = [0; RECEIPT_BYTES];
    receipt.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
    receipt
}

#[cfg(test)]
mod tests {
    use domain::{ActorClass, ActorId, DeviceId, DocId, Hash32, UserId, Uuid};

    use super::{ReceiptKey, holds};

    #[test]
    fn a_receipt_speaks_of_one_document_its_heads_one_key_and_one_owner() {
        let (key, other) = (ReceiptKey::new(&[1; 32]), ReceiptKey::new(&[2; 32]));
        let doc = |number| DocId::from_uuid(Uuid::from_u128(number));
        let (a, b) = (Hash32::from_bytes([3; 32]), Hash32::from_bytes([4; 32]));
        let given = key.of_heads(doc(1), &[a, b]);
        assert!(holds(&given, &key.of_heads(doc(1), &[b, a])), "their order does not matter");
        assert!(!holds(&given, &key.of_heads(doc(2), &[a, b])));
        assert!(!holds(&given, &key.of_heads(doc(1), &[a])));
        assert!(!holds(&given, &other.of_heads(doc(1), &[a, b])));
        assert!(!holds(&given[..15], &given));
        let actor = ActorId::new(ActorClass::Technician, [5; 15]);
        let owner = |number| {
            let id = Uuid::from_u128(number);
            Some((UserId::from_uuid(id), DeviceId::from_uuid(id)))
        };
        let given = key.of_owner(actor, owner(1));
        assert!(holds(&given, &key.of_owner(actor, owner(1))));
        assert!(!holds(&given, &key.of_owner(actor, owner(2))));
        assert!(!holds(&given, &key.of_owner(actor, None)));
    }
}
