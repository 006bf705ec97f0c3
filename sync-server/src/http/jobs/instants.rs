//! When an event happened, and how that is known.

use domain::EventId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::evidence::{Decided, EventInstants};
use crate::rfc3339::Rfc3339;

/// When an event happened, and how that is known.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct EventInstantsBody {
    /// The event.
    event: String,
    /// When the server received it.
    received_at: Rfc3339,
    /// Milliseconds by which the device's clock was behind the server's at that exchange;
    /// none where the server's own clock stamped it.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_offset_ms: Option<i64>,
    /// What follows from the device's time, the offset and the receipt.
    corrected_at: Rfc3339,
    /// The instant by which it is judged.
    effective_at: Rfc3339,
    /// Why it is doubtful: `time_suspect.before_seen`, `time_suspect.after_receipt`,
    /// `time_suspect.out_of_order` or `time_suspect.clock_off`.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspect: Option<String>,
    /// What a person decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<InstantDecisionBody>,
}

/// A person's decision on a doubtful instant.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct InstantDecisionBody {
    /// What had been doubtful.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspect: Option<String>,
    /// Who decided.
    #[schema(format = "uuid")]
    by: String,
    /// When.
    at: Rfc3339,
    /// How the person knew.
    reason: String,
}

impl From<(EventId, EventInstants)> for EventInstantsBody {
    fn from((event, instants): (EventId, EventInstants)) -> Self {
        Self {
            event: event.to_string(),
            received_at: Rfc3339(instants.received_at),
            clock_offset_ms: instants.offset_ms,
            corrected_at: Rfc3339(instants.corrected_at),
            effective_at: Rfc3339(instants.effective_at),
            suspect: instants.suspect,
            decision: instants.decided.map(InstantDecisionBody::from),
        }
    }
}

impl From<Decided> for InstantDecisionBody {
    fn from(decided: Decided) -> Self {
        let Decided { suspect, by, at, reason } = decided;
        Self { suspect, by: by.to_string(), at: Rfc3339(at), reason }
    }
}
