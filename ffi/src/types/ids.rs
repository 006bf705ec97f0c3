//! Ids, instants and places, as each language writes them: ids are texts, instants
//! the language's own instant, places degrees.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use client_core::domain::{
    AgencyId, AttachmentId, Currency, DeviceId, DocId, EventId, Hash32, Instant, LabourId, LineId, NoteId,
    Position, ReceiptId, Thousandths, UserId, Uuid,
};

use crate::FieldError;

macro_rules! ids {
    ($($id:ident)*) => {$(
        uniffi::custom_type!($id, String, {
            remote,
            try_lift: |text| text.parse().map_err(|error| FieldError::bad_id(&error).into()),
            lower: |id| id.to_string(),
        });
    )*};
}

ids! { AgencyId AttachmentId DeviceId DocId EventId Hash32 LabourId LineId NoteId ReceiptId UserId }

uniffi::custom_type!(Uuid, String, {
    remote,
    try_lift: |text| {
        text.parse::<Uuid>().map_err(|error| FieldError::bad_value(&error.to_string()).into())
    },
    lower: |id| id.to_string(),
});

uniffi::custom_type!(Currency, String, {
    remote,
    try_lift: |code| {
        Currency::parse(&code).ok_or_else(|| FieldError::bad_value("a currency is three capital letters").into())
    },
    lower: |currency| currency.code().to_owned(),
});

uniffi::custom_type!(Thousandths, i64, {
    remote,
    try_lift: |thousandths| Ok(Thousandths(thousandths)),
    lower: |quantity| quantity.0,
});

uniffi::custom_type!(Instant, SystemTime, {
    remote,
    try_lift: |time| {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).ok(),
            Err(before) => i64::try_from(before.duration().as_millis()).ok().map(|millis| -millis),
        };
        millis.map(Instant::from_millis).ok_or_else(|| FieldError::bad_value("an instant beyond all time").into())
    },
    lower: |instant| {
        let away = Duration::from_millis(instant.millis().unsigned_abs());
        let time = if instant.millis() < 0 { UNIX_EPOCH.checked_sub(away) } else { UNIX_EPOCH.checked_add(away) };
        time.unwrap_or(UNIX_EPOCH)
    },
});

/// A place in degrees, WGS 84, as a phone's location service gives it. Millionths
/// of a degree (about 11 cm) are kept.
#[derive(Debug, Clone, Copy, PartialEq, uniffi::Record)]
pub struct GeoPoint {
    /// Latitude, -90 to 90.
    pub latitude: f64,
    /// Longitude, -180 to 180.
    pub longitude: f64,
}

uniffi::custom_type!(Position, GeoPoint, {
    remote,
    try_lift: |point| {
        let position = Position {
            lat_microdegrees: microdegrees(point.latitude),
            lon_microdegrees: microdegrees(point.longitude),
        };
        let finite = point.latitude.is_finite() && point.longitude.is_finite();
        (finite && position.is_valid())
            .then_some(position)
            .ok_or_else(|| FieldError::bad_value("a place that is not on the globe").into())
    },
    lower: |position| GeoPoint {
        latitude: degrees(position.lat_microdegrees),
        longitude: degrees(position.lon_microdegrees),
    },
});

#[expect(
    clippy::cast_possible_truncation,
    reason = "the cast stops at the ends, and the range is checked after"
)]
fn microdegrees(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
}

fn degrees(microdegrees: i64) -> f64 {
    i32::try_from(microdegrees).map_or(f64::NAN, f64::from) / 1e6
}
