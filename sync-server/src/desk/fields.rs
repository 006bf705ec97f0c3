//! What is known of a request: given when it is registered, corrected afterwards.

use desk::Fact;
use domain::limits::{LONG_TEXT_CHARS_MAX, MEDIUM_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{FieldType, JobField, Uuid};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::FieldProblem;

use crate::mail::is_address;
use crate::rfc3339::Rfc3339;

macro_rules! fields {
    ($($(#[doc = $doc:literal])* $name:ident: $type:ty $([$limit:expr])? $(as $schema:ty)?;)*) => {
        /// The facts of a request. What is left out is not known.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct RequestFields {
            $(
                $(#[doc = $doc])*
                #[serde(skip_serializing_if = "Option::is_none")]
                $(#[schema(value_type = Option<$schema>)])?
                pub $name: Option<$type>,
            )*
        }

        /// Facts that are to be changed: `null` clears one, what is left out stays.
        #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct RequestEdits {
            $(
                $(#[doc = $doc])*
                #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "said")]
                $(#[schema(value_type = Option<$schema>)])?
                pub $name: Option<Option<$type>>,
            )*
        }

        impl RequestFields {
            /// Lays edits over the facts; the names of those that differ then.
            pub(super) fn apply(&mut self, edits: &RequestEdits) -> Vec<&'static str> {
                let mut changed = Vec::new();
                $(
                    if let Some(value) = &edits.$name && *value != self.$name {
                        self.$name.clone_from(value);
                        changed.push(stringify!($name));
                    }
                )*
                changed
            }

            fn too_long(&self) -> Vec<(&'static str, usize)> {
                let mut long = Vec::new();
                $($(
                    if self.$name.as_ref().is_some_and(|text| text.chars().count() > $limit) {
                        long.push((stringify!($name), $limit));
                    }
                )?)*
                long
            }

            /// Takes the blanks off both ends; what is empty then is not known.
            pub(super) fn trimmed(mut self) -> Self {
                $($(
                    let _: usize = $limit;
                    self.$name = self.$name.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
                )?)*
                self
            }
        }
    };
}

fields! {
    /// What it is about, in a line.
    subject: String [SHORT_TEXT_CHARS_MAX];
    /// What was said.
    description: String [LONG_TEXT_CHARS_MAX];
    /// The client's account.
    account: Uuid as String;
    /// Its name, where it is not entered yet.
    account_name: String [SHORT_TEXT_CHARS_MAX];
    /// The person to speak with.
    contact: Uuid as String;
    /// Their name, where they are not entered yet.
    contact_name: String [SHORT_TEXT_CHARS_MAX];
    /// A telephone.
    phone: String [SHORT_TEXT_CHARS_MAX];
    /// A mobile, to which messages go.
    mobile: String [SHORT_TEXT_CHARS_MAX];
    /// An address for letters.
    email: String [SHORT_TEXT_CHARS_MAX];
    /// Who asks.
    initiator_name: String [SHORT_TEXT_CHARS_MAX];
    /// `authorised` for the client's representative, `consumer` for who uses the service.
    initiator_relation: String [SHORT_TEXT_CHARS_MAX];
    /// The client's site.
    site: Uuid as String;
    /// Where it is.
    address: String [MEDIUM_TEXT_CHARS_MAX];
    /// The city.
    city: String [SHORT_TEXT_CHARS_MAX];
    /// The zone of the city.
    zone: String [SHORT_TEXT_CHARS_MAX];
    /// The device.
    asset: Uuid as String;
    /// Its serial number.
    serial: String [SHORT_TEXT_CHARS_MAX];
    /// The product or system, by which it is routed.
    product: String [SHORT_TEXT_CHARS_MAX];
    /// How large it is.
    category: String [SHORT_TEXT_CHARS_MAX];
    /// The cause of the problem.
    cause: String [MEDIUM_TEXT_CHARS_MAX];
    /// `low`, `normal`, `high` or `urgent`.
    priority: String [SHORT_TEXT_CHARS_MAX];
    /// `minor`, `major` or `critical`.
    severity: String [SHORT_TEXT_CHARS_MAX];
    /// What the customer would buy.
    interest: String [MEDIUM_TEXT_CHARS_MAX];
    /// What a complaint is against, in words.
    against: String [MEDIUM_TEXT_CHARS_MAX];
    /// The request that a complaint is against.
    against_request: Uuid as String;
    /// The job that a complaint is against.
    against_job: Uuid as String;
    /// The contract.
    contract: Uuid as String;
    /// The seller who has the device, in words.
    seller: String [SHORT_TEXT_CHARS_MAX];
    /// The seller's own request number.
    seller_request_no: String [SHORT_TEXT_CHARS_MAX];
    /// Goods delivery code.
    delivery_code: String [SHORT_TEXT_CHARS_MAX];
    /// What the registrar remarks.
    registrar_comment: String [MEDIUM_TEXT_CHARS_MAX];
    /// Estimated work.
    estimated_minutes: u32;
    /// Estimated end.
    estimated_end: Rfc3339;
    /// `fa`, `ru` or `en`.
    language: String [SHORT_TEXT_CHARS_MAX];
}

/// A value that was said, if only to clear it.
fn said<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(
    input: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(input).map(Some)
}

impl RequestFields {
    /// Which facts of an intake are known.
    pub(super) fn known(&self) -> Vec<Fact> {
        let has = |is_known: bool, fact| is_known.then_some(fact);
        [
            has(self.account.is_some() || self.account_name.is_some(), Fact::Account),
            has(self.contact.is_some() || self.contact_name.is_some(), Fact::ContactName),
            has(
                self.contact.is_some()
                    || self.phone.is_some()
                    || self.mobile.is_some()
                    || self.email.is_some(),
                Fact::ContactWay,
            ),
            has(self.initiator_name.is_some(), Fact::Initiator),
            has(self.subject.is_some(), Fact::Subject),
            has(self.description.is_some(), Fact::Description),
            has(self.registrar_comment.is_some(), Fact::RegistrarComment),
            has(self.product.is_some() || self.asset.is_some(), Fact::Product),
            has(self.interest.is_some(), Fact::Interest),
            has(
                self.against.is_some() || self.against_request.is_some() || self.against_job.is_some(),
                Fact::Against,
            ),
            has(self.contract.is_some(), Fact::Contract),
            has(self.seller.is_some(), Fact::Seller),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Every value that will not do, with its place and code.
    pub(super) fn problems(&self) -> Vec<FieldProblem> {
        let mut wrong: Vec<FieldProblem> = self
            .too_long()
            .into_iter()
            .map(|(path, most)| {
                FieldProblem::coded(path, "text.too_long", &format!("at most {most} characters"))
            })
            .collect();
        let mut word = |path: &str, value: &Option<String>, words: &[&str]| {
            if value.as_deref().is_some_and(|value| !words.contains(&value)) {
                wrong.push(FieldProblem::coded(
                    path,
                    "unknown_word",
                    &format!("one of {}", words.join(", ")),
                ));
            }
        };
        word("priority", &self.priority, choices(JobField::RequestPriority));
        word("severity", &self.severity, choices(JobField::RequestSeverity));
        word("initiator_relation", &self.initiator_relation, &["authorised", "consumer"]);
        word("language", &self.language, &["fa", "ru", "en"]);
        if self.email.as_deref().is_some_and(|email| !is_address(email)) {
            wrong.push(FieldProblem::coded("email", "contact.email", "not an address to which mail can go"));
        }
        wrong
    }

    /// Leaves out whatever a customer can be known or reached by (R7).
    #[must_use]
    pub fn without_contact(self) -> Self {
        Self {
            account: None,
            account_name: None,
            contact: None,
            contact_name: None,
            phone: None,
            mobile: None,
            email: None,
            initiator_name: None,
            site: None,
            address: None,
            registrar_comment: None,
            ..self
        }
    }

    /// The words by which a request is found.
    pub(super) fn words(&self) -> Vec<&str> {
        [
            &self.subject,
            &self.description,
            &self.account_name,
            &self.contact_name,
            &self.phone,
            &self.mobile,
            &self.email,
            &self.initiator_name,
            &self.address,
            &self.city,
            &self.serial,
            &self.product,
            &self.cause,
            &self.interest,
            &self.seller_request_no,
            &self.delivery_code,
        ]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect()
    }
}

/// The words of a field that is a choice.
pub(crate) const fn choices(field: JobField) -> &'static [&'static str] {
    match field.value_type() {
        FieldType::Choice(words) => words,
        _ => &[],
    }
}
