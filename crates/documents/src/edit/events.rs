//! Events.

use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{EventId, EventKind, NewEvent, Status, StatusFold, Step, UserId, transition};

use super::draft::{Draft, Values, spoken, user};
use super::invalid;
use crate::EditError;
use crate::document::EditContext;
use crate::inspect::Scalar;
use crate::read::EventLog;
use crate::schema::after_scalar;

impl Draft<'_> {
    /// Records an event that is legal from the present status.
    pub(super) fn record(&mut self, event: &NewEvent) -> Result<(), EditError> {
        if matches!(event.kind, EventKind::Assigned | EventKind::Unassigned) {
            return Err(invalid(
                format!("events.{}.kind", event.id),
                "a job is given and taken back only by assigning, which also writes who goes",
            ));
        }
        let fold = self.fold()?;
        if transition(fold.status, event.kind) == Step::Illegal {
            return Err(wrong_status(fold.status, event.kind));
        }
        self.add_event(event, &fold.frontier, None)
    }

    /// Writes an event after the given ones, whatever the status.
    pub(super) fn add_event(
        &mut self,
        event: &NewEvent,
        after: &[EventId],
        technician: Option<UserId>,
    ) -> Result<(), EditError> {
        check_event(event)?;
        let values = event_values(event, after, technician, self.context);
        self.add("events", &event.id.to_string(), values)
    }

    pub(super) fn fold(&self) -> Result<StatusFold, EditError> {
        Ok(EventLog::read(&self.reader, &self.root, self.shape("events")?).fold())
    }
}

pub(super) fn wrong_status(status: Status, kind: EventKind) -> EditError {
    EditError::WrongStatus { status: status.name(), event: kind.name() }
}

/// What the kind of event asks for beyond types and sizes.
fn check_event(event: &NewEvent) -> Result<(), EditError> {
    let path = |key: &str| format!("events.{}.{key}", event.id);
    match &event.reason {
        Some(reason) => {
            spoken(&path("reason"), reason)?;
        }
        None if event.kind.needs_reason() => {
            return Err(invalid(path("reason"), "a reason must be given"));
        }
        None => {}
    }
    if event.kind.needs_until() && event.until.is_none() {
        return Err(invalid(path("until"), "the promised time must be given"));
    }
    let team = event.team.as_deref().map(str::trim);
    if event.kind == EventKind::HandedOver && team.is_none_or(str::is_empty) {
        return Err(invalid(
            path("team"),
            format!("the team must be named, in at most {SHORT_TEXT_CHARS_MAX} characters"),
        ));
    }
    Ok(())
}

/// The keys of an event.
pub(super) fn event_values(
    event: &NewEvent,
    after: &[EventId],
    technician: Option<UserId>,
    context: &EditContext,
) -> Values {
    let place = event.position.as_ref();
    vec![
        ("kind", Some(Scalar::text(event.kind.name()))),
        ("at", Some(Scalar::instant(context.stamp.at))),
        ("tz", Some(Scalar::Int(i64::from(context.stamp.offset_minutes)))),
        ("by", Some(user(context.author))),
        ("after", Some(after_scalar(after))),
        ("reason", event.reason.as_deref().map(Scalar::text)),
        ("until", event.until.map(Scalar::instant)),
        ("lat", place.map(|place| Scalar::Int(place.lat_microdegrees))),
        ("lon", place.map(|place| Scalar::Int(place.lon_microdegrees))),
        ("team", event.team.as_deref().map(Scalar::text)),
        ("technician", technician.map(user)),
    ]
}
