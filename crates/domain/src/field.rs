//! The single-value fields of a job and of a trip, as one table.
//!
//! A row says where the field lies in the document, what type and size it has,
//! and whose value wins when two people wrote it without knowing of each other.
//! The documents crate reads and writes by this table, the gate admits by it,
//! and `docs/documents.md` prints it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::limits::{LONG_TEXT_CHARS_MAX, MEDIUM_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use crate::{ActorClass, Instant};

/// The value of one field.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// Text of a bounded length.
    Text(String),
    /// A whole number; the field's name says its unit.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// An instant.
    Instant(Instant),
    /// The id of a record elsewhere.
    Id(Uuid),
}

/// The type and size of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text of at most so many characters.
    Text(usize),
    /// A whole number in a range.
    Int(i64, i64),
    /// Yes or no.
    Bool,
    /// An instant.
    Instant,
    /// A UUID.
    Id,
    /// One of the given words.
    Choice(&'static [&'static str]),
}

impl FieldType {
    /// Whether a value has this type and size.
    #[must_use]
    pub fn admits(&self, value: &FieldValue) -> bool {
        match (self, value) {
            (Self::Text(max), FieldValue::Text(text)) => text.chars().nth(*max).is_none(),
            (Self::Choice(words), FieldValue::Text(text)) => words.contains(&text.as_str()),
            (Self::Int(low, high), FieldValue::Int(value)) => (low..=high).contains(&value),
            (Self::Bool, FieldValue::Bool(_))
            | (Self::Instant, FieldValue::Instant(_))
            | (Self::Id, FieldValue::Id(_)) => true,
            _ => false,
        }
    }
}

/// Whose value stands when several were written without knowing of each other.
/// Among equals the later operation stands; the others are listed as a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeRule {
    /// The office's value stands.
    OfficeWins,
    /// The technician's value stands.
    TechnicianWins,
}

impl MergeRule {
    /// How strongly a class holds under this rule: the larger stands.
    #[must_use]
    pub const fn weight(self, class: Option<ActorClass>) -> u8 {
        match (self, class) {
            (Self::OfficeWins, Some(ActorClass::Office))
            | (Self::TechnicianWins, Some(ActorClass::Technician)) => 3,
            (Self::OfficeWins, Some(ActorClass::Technician))
            | (Self::TechnicianWins, Some(ActorClass::Office)) => 2,
            (_, Some(ActorClass::Server)) => 1,
            (_, None) => 0,
        }
    }
}

const SHORT: FieldType = FieldType::Text(SHORT_TEXT_CHARS_MAX);
const MEDIUM: FieldType = FieldType::Text(MEDIUM_TEXT_CHARS_MAX);
const LONG: FieldType = FieldType::Text(LONG_TEXT_CHARS_MAX);
const COUNT: FieldType = FieldType::Int(0, 1_000_000_000);
const LATITUDE: FieldType = FieldType::Int(-90_000_000, 90_000_000);
const LONGITUDE: FieldType = FieldType::Int(-180_000_000, 180_000_000);
const PRIORITIES: FieldType = FieldType::Choice(&["low", "normal", "high", "urgent"]);
const SEVERITIES: FieldType = FieldType::Choice(&["minor", "major", "critical"]);
const ORIGINS: FieldType = FieldType::Choice(&["imported", "produced", "assembled"]);
const CHANNELS: FieldType =
    FieldType::Choice(&["phone", "sms", "ivr", "web", "email", "messenger", "post", "in_person", "field"]);
const REQUEST_TYPES: FieldType =
    FieldType::Choice(&["complaint", "information", "service", "purchase", "installation", "pre_sale"]);
const AMOUNT: FieldType = FieldType::Int(0, 1_000_000_000_000_000);
const TRIP_KINDS: FieldType = FieldType::Choice(&["in_city", "out_of_city"]);

macro_rules! field_table {
    (
        $(#[$enum_doc:meta])* $enum_name:ident;
        $($variant:ident, $section:literal, $key:literal, $kind:expr, $rule:ident, $doc:literal;)*
    ) => {
        $(#[$enum_doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum_name { $(#[doc = $doc] $variant,)* }

        impl $enum_name {
            /// Every field, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The map in the document's root that holds it; empty for the root itself.
            #[must_use]
            pub const fn section(self) -> &'static str {
                match self { $(Self::$variant => $section,)* }
            }
            /// The key within its section.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key,)* }
            }
            /// The type and size of its value.
            #[must_use]
            pub const fn value_type(self) -> FieldType {
                match self { $(Self::$variant => $kind,)* }
            }
            /// Whose value stands after a conflict.
            #[must_use]
            pub const fn rule(self) -> MergeRule {
                match self { $(Self::$variant => MergeRule::$rule,)* }
            }
            /// What it means, in a line.
            #[must_use]
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
            /// `section.key`, as errors and the API name it.
            #[must_use]
            pub fn path(self) -> String {
                if self.section().is_empty() {
                    self.key().to_owned()
                } else {
                    format!("{}.{}", self.section(), self.key())
                }
            }
            /// The field at a place in the document.
            #[must_use]
            pub fn at(section: &str, key: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|f| f.section() == section && f.key() == key)
            }
            /// The inverse of [`path`](Self::path).
            #[must_use]
            pub fn from_path(path: &str) -> Option<Self> {
                match path.split_once('.') {
                    Some((section, key)) => Self::at(section, key),
                    None => Self::at("", path),
                }
            }
        }
        impl Serialize for $enum_name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(&self.path())
            }
        }
        impl<'de> Deserialize<'de> for $enum_name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                let path = String::deserialize(input)?;
                Self::from_path(&path)
                    .ok_or_else(|| serde::de::Error::custom(format!("no field {path:?}")))
            }
        }
    };
}

field_table! {
    /// A single-value field of a job.
    JobField;
    AccountId, "account", "id", FieldType::Id, OfficeWins, "The customer account.";
    AccountName, "account", "name", SHORT, OfficeWins, "The account's name.";
    ContactName, "contact", "name", SHORT, OfficeWins, "Whom to ask for.";
    ContactPhone, "contact", "phone", SHORT, OfficeWins, "The number to call; a technician may correct it.";
    ContactMobile, "contact", "mobile", SHORT, OfficeWins, "A second number; a technician may correct it.";
    ContactEmail, "contact", "email", SHORT, OfficeWins, "E-mail address.";
    InitiatorName, "initiator", "name", SHORT, OfficeWins, "Who asked for the service.";
    InitiatorPhone, "initiator", "phone", SHORT, OfficeWins, "The initiator's number.";
    InitiatorRole, "initiator", "role", SHORT, OfficeWins, "Authorised representative, user of the service, seller…";
    SiteName, "site", "name", SHORT, OfficeWins, "The place.";
    SiteAddress, "site", "address", MEDIUM, OfficeWins, "The address; a technician may correct it.";
    SiteCity, "site", "city", SHORT, OfficeWins, "The city.";
    SiteZone, "site", "zone", SHORT, OfficeWins, "The zone that travel is priced by.";
    SiteLat, "site", "lat", LATITUDE, OfficeWins, "Latitude in millionths of a degree.";
    SiteLon, "site", "lon", LONGITUDE, OfficeWins, "Longitude in millionths of a degree.";
    AssetId, "asset", "id", FieldType::Id, OfficeWins, "The device under service.";
    AssetSerial, "asset", "serial", SHORT, OfficeWins, "Serial number; a technician may correct it.";
    AssetModel, "asset", "model", SHORT, OfficeWins, "Model.";
    AssetBatch, "asset", "batch", SHORT, OfficeWins, "Production batch.";
    AssetOrigin, "asset", "origin", ORIGINS, OfficeWins, "Imported, produced or assembled.";
    AssetWarrantyUntil, "asset", "warranty_until", FieldType::Instant, OfficeWins, "When the warranty ends.";
    RequestNumber, "request", "number", SHORT, OfficeWins, "The number that people use; given by the server.";
    RequestSubject, "request", "subject", MEDIUM, OfficeWins, "What it is about.";
    RequestDescription, "request", "description", LONG, OfficeWins, "What the customer said.";
    RequestChannel, "request", "channel", CHANNELS, OfficeWins, "How it came in.";
    RequestType, "request", "type", REQUEST_TYPES, OfficeWins, "What kind of request.";
    RequestPriority, "request", "priority", PRIORITIES, OfficeWins, "How soon.";
    RequestSeverity, "request", "severity", SEVERITIES, OfficeWins, "How bad.";
    RequestCategory, "request", "category", SHORT, OfficeWins, "Category (big, small, …).";
    RequestCause, "request", "cause", MEDIUM, OfficeWins, "Cause of the problem.";
    RequestReceivedAt, "request", "received_at", FieldType::Instant, OfficeWins, "When the customer asked.";
    RequestTeam, "request", "team", SHORT, OfficeWins, "The team responsible.";
    RequestOwner, "request", "owner", FieldType::Id, OfficeWins, "The person accountable.";
    RequestSellerNo, "request", "seller_request_no", SHORT, OfficeWins, "The seller's own number.";
    RequestDeliveryCode, "request", "delivery_code", SHORT, OfficeWins, "Goods delivery code.";
    RequestRegistrarComment, "request", "registrar_comment", LONG, OfficeWins, "What the registrar adds.";
    RequestEstimatedMinutes, "request", "estimated_minutes", COUNT, OfficeWins, "Estimated time needed.";
    RequestEstimatedEnd, "request", "estimated_end", FieldType::Instant, OfficeWins, "Estimated end.";
    AssignmentTechnician, "assignment", "technician", FieldType::Id, OfficeWins, "Who goes.";
    AssignmentRepresentative, "assignment", "representative", FieldType::Id, OfficeWins, "For which agency.";
    AssignmentWindowStart, "assignment", "window_start", FieldType::Instant, OfficeWins, "The promised window's start.";
    AssignmentWindowEnd, "assignment", "window_end", FieldType::Instant, OfficeWins, "The promised window's end.";
    AssignmentNote, "assignment", "note", MEDIUM, OfficeWins, "What the technician should know.";
    OutcomeTrainingGiven, "outcome", "training_given", FieldType::Bool, TechnicianWins, "The user was shown how to use the product.";
    OutcomeLeaflet, "outcome", "leaflet", FieldType::Bool, TechnicianWins, "The leaflet was handed over.";
    OutcomeFollowUpNeeded, "outcome", "follow_up_needed", FieldType::Bool, TechnicianWins, "Somebody has to come again.";
    OutcomeHours, "outcome", "hours", COUNT, TechnicianWins, "Hours spent, in thousandths.";
    OutcomeDays, "outcome", "days", COUNT, TechnicianWins, "Days spent, in thousandths.";
    OutcomeFault, "outcome", "fault", SHORT, TechnicianWins, "Fault group found.";
    OutcomeResult, "outcome", "result", MEDIUM, TechnicianWins, "The result in a sentence.";
}

field_table! {
    /// A single-value field of a trip.
    TripField;
    Kind, "", "kind", TRIP_KINDS, TechnicianWins, "In the city or out of it.";
    From, "", "from", MEDIUM, TechnicianWins, "Where it began.";
    To, "", "to", MEDIUM, TechnicianWins, "Where it ended.";
    StartedAt, "", "started_at", FieldType::Instant, TechnicianWins, "When it began.";
    EndedAt, "", "ended_at", FieldType::Instant, TechnicianWins, "When it ended.";
    DistanceM, "", "distance_m", COUNT, TechnicianWins, "Metres driven, both ways.";
    ApprovalRequest, "", "approval_request", MEDIUM, TechnicianWins, "Why prior approval is asked for.";
    Note, "", "note", LONG, TechnicianWins, "What the technician adds.";
    EstimateMinor, "", "estimate_minor", AMOUNT, TechnicianWins, "The fare in rial that the phone showed to the customer.";
    EstimateTariff, "", "estimate_tariff", SHORT, TechnicianWins, "The version of the tariff that it was worked out by.";
}

impl JobField {
    /// Whether it belongs to the assignment, which changes only by
    /// [`JobCommand::Assign`](crate::JobCommand::Assign).
    #[must_use]
    pub fn is_assignment(self) -> bool {
        self.section() == "assignment"
    }
}

/// The fields that have a value.
pub type JobFields = BTreeMap<JobField, FieldValue>;
/// The fields of a trip that have a value.
pub type TripFields = BTreeMap<TripField, FieldValue>;

/// One field set to a value, or cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobFieldEdit {
    /// Which field.
    pub field: JobField,
    /// Its new value; `None` clears it.
    pub value: Option<FieldValue>,
}

/// One trip field set to a value, or cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TripFieldEdit {
    /// Which field.
    pub field: TripField,
    /// Its new value; `None` clears it.
    pub value: Option<FieldValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_finds_its_field_again() {
        for field in JobField::ALL {
            assert_eq!(JobField::from_path(&field.path()), Some(*field));
        }
        for field in TripField::ALL {
            assert_eq!(TripField::from_path(&field.path()), Some(*field));
        }
        assert_eq!(JobField::from_path("contact.shoe_size"), None);
    }

    #[test]
    fn a_type_admits_its_own_values_up_to_its_limit() {
        let text = FieldType::Text(3);
        assert!(text.admits(&FieldValue::Text("همگ".into())));
        assert!(!text.admits(&FieldValue::Text("همگا".into())));
        assert!(!text.admits(&FieldValue::Int(1)));
        assert!(PRIORITIES.admits(&FieldValue::Text("high".into())));
        assert!(!PRIORITIES.admits(&FieldValue::Text("highest".into())));
        assert!(LATITUDE.admits(&FieldValue::Int(-90_000_000)));
        assert!(!LATITUDE.admits(&FieldValue::Int(-90_000_001)));
    }

    #[test]
    fn each_rule_prefers_its_own_side_and_any_known_class_over_none() {
        use ActorClass::{Office, Server, Technician};
        for (rule, first, second) in
            [(MergeRule::OfficeWins, Office, Technician), (MergeRule::TechnicianWins, Technician, Office)]
        {
            assert!(rule.weight(Some(first)) > rule.weight(Some(second)));
            assert!(rule.weight(Some(second)) > rule.weight(Some(Server)));
            assert!(rule.weight(Some(Server)) > rule.weight(None));
        }
    }
}
