//! Types of requests and the channels by which they come.

macro_rules! words {
    ($(#[doc = $about:literal])* $enum_name:ident { $($(#[doc = $doc:literal])* $name:ident $word:literal;)* }) => {
        $(#[doc = $about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $enum_name { $($(#[doc = $doc])* $name,)* }

        impl $enum_name {
            /// Every one, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The word in rows, documents and the API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
            /// The inverse of [`name`](Self::name).
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}
pub(crate) use words;

words! {
    /// What a customer asks for (R165). Installations come from a contract (R21), a
    /// device that fails before it is sold from its seller (R48); both are service.
    RequestKind {
        /// Dissatisfaction, which has a file of its own.
        Complaint "complaint";
        /// A question, as a rule answered by who registers it (R167, R168).
        Information "information";
        /// Work under a contract or a warranty, or for money (R170).
        Service "service";
        /// An interest in buying, which goes to sales (R171).
        Purchase "purchase";
        /// Putting a device into operation, from a contract (R21).
        Installation "installation";
        /// Work on a device that its seller still has (R48).
        PreSale "pre_sale";
    }
}

words! {
    /// How a request came (R56-R60, R154).
    Channel {
        /// A telephone call.
        Phone "phone";
        /// A short message.
        Sms "sms";
        /// The answering machine.
        Ivr "ivr";
        /// The web site or the customers' portal.
        Web "web";
        /// An e-mail.
        Email "email";
        /// A messenger.
        Messenger "messenger";
        /// A letter.
        Post "post";
        /// The reception.
        InPerson "in_person";
        /// A technician or representative met the customer.
        Field "field";
    }
}

impl RequestKind {
    /// Whether it is work that a visit can do.
    #[must_use]
    pub const fn is_work(self) -> bool {
        matches!(self, Self::Service | Self::Installation | Self::PreSale)
    }
}

#[cfg(test)]
mod tests {
    use domain::{FieldType, JobField};

    use super::*;

    /// A visit takes its words over from its request.
    #[test]
    fn the_words_are_those_of_jobs() {
        let words = |field: JobField| match field.value_type() {
            FieldType::Choice(words) => words,
            other => panic!("{other:?}"),
        };
        let kinds: Vec<&str> = RequestKind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(kinds, words(JobField::RequestType));
        let channels: Vec<&str> = Channel::ALL.iter().map(|channel| channel.name()).collect();
        assert_eq!(channels, words(JobField::RequestChannel));
        for kind in RequestKind::ALL {
            assert_eq!(RequestKind::from_name(kind.name()), Some(*kind));
        }
    }
}
