//! What has to be known of a request when it is registered (R164, R166, R126-R150).

use serde::{Deserialize, Serialize};

use crate::request::{Channel, RequestKind, words};

words! {
    /// A fact about a request.
    Fact {
        /// The client's account, by id or by name (R128).
        Account "account";
        /// Somebody to speak with there: a name.
        ContactName "contact_name";
        /// How to reach them: a telephone, mobile or e-mail.
        ContactWay "contact_way";
        /// Who asks: the authorised representative or who uses the service (R164).
        Initiator "initiator";
        /// What it is about, in a line (R141).
        Subject "subject";
        /// What was said.
        Description "description";
        /// What the registrar remarks (R164).
        RegistrarComment "registrar_comment";
        /// The product or system, by which it is routed (R12).
        Product "product";
        /// What the customer would buy (R171).
        Interest "interest";
        /// What the complaint is against: a request, a job or an agreement.
        Against "against";
        /// The contract of an installation (R21).
        Contract "contract";
        /// The seller who has the device (R48).
        Seller "seller";
    }
}

/// What every request needs.
pub const REGISTERED_FACTS: &[Fact] = &[
    Fact::Account,
    Fact::ContactName,
    Fact::ContactWay,
    Fact::Initiator,
    Fact::Subject,
    Fact::RegistrarComment,
];

/// A fact that is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Missing(pub Fact);

/// What a type of request needs beyond what every request does.
#[must_use]
pub const fn facts_of(kind: RequestKind) -> &'static [Fact] {
    match kind {
        RequestKind::Information => &[],
        RequestKind::Service => &[Fact::Product, Fact::Description],
        RequestKind::Purchase => &[Fact::Interest],
        RequestKind::Complaint => &[Fact::Description, Fact::Against],
        RequestKind::Installation => &[Fact::Product, Fact::Contract],
        RequestKind::PreSale => &[Fact::Product, Fact::Seller, Fact::Description],
    }
}

/// What is missing. Where the customer wrote himself, nobody was there to ask and to
/// remark: who wrote, how to reach him and what he wrote is all that can be had; the
/// rest is asked for when somebody takes it up.
#[must_use]
pub fn missing(kind: RequestKind, channel: Channel, by_customer: ByWhom, known: &[Fact]) -> Vec<Missing> {
    let is_written = matches!(channel, Channel::Email | Channel::Sms | Channel::Ivr | Channel::Web);
    let needed: Vec<Fact> = if is_written && by_customer == ByWhom::Customer {
        vec![Fact::ContactWay, Fact::Subject]
    } else {
        REGISTERED_FACTS.iter().chain(facts_of(kind)).copied().collect()
    };
    needed.into_iter().filter(|fact| !known.contains(fact)).map(Missing).collect()
}

/// Who registers a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByWhom {
    /// Somebody at the desk.
    Desk,
    /// The customer, through the portal, a message or the answering machine.
    Customer,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(kind: RequestKind, channel: Channel, by: ByWhom, known: &[Fact]) -> Vec<&'static str> {
        missing(kind, channel, by, known).into_iter().map(|missing| missing.0.name()).collect()
    }

    #[test]
    fn the_registrar_asks_what_the_requirements_name() {
        let all = words(RequestKind::Information, Channel::Phone, ByWhom::Desk, &[]);
        assert_eq!(
            all,
            ["account", "contact_name", "contact_way", "initiator", "subject", "registrar_comment"]
        );
        assert!(words(RequestKind::Information, Channel::Phone, ByWhom::Desk, REGISTERED_FACTS).is_empty());
    }

    #[test]
    fn each_type_brings_its_own() {
        let more = |kind| words(kind, Channel::InPerson, ByWhom::Desk, REGISTERED_FACTS);
        assert_eq!(more(RequestKind::Service), ["product", "description"]);
        assert_eq!(more(RequestKind::Purchase), ["interest"]);
        assert_eq!(more(RequestKind::Complaint), ["description", "against"]);
        assert_eq!(more(RequestKind::Installation), ["product", "contract"]);
        assert_eq!(more(RequestKind::PreSale), ["product", "seller", "description"]);
    }

    #[test]
    fn a_customer_who_writes_is_not_turned_away_for_a_form() {
        let known = [Fact::ContactWay, Fact::Subject];
        assert!(words(RequestKind::Service, Channel::Email, ByWhom::Customer, &known).is_empty());
        assert_eq!(
            words(RequestKind::Service, Channel::Web, ByWhom::Customer, &[]),
            ["contact_way", "subject"]
        );
        assert_eq!(words(RequestKind::Service, Channel::Email, ByWhom::Desk, &known).len(), 6);
    }
}
