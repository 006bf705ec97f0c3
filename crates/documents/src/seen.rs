//! The view of a document as it is now, kept once it was read.
//!
//! The gate, the rows and the screens ask for the same view one after another,
//! and reading costs a visit to every entry. A copy of a document shares the view
//! until one of the two changes.

use std::sync::{Arc, OnceLock};

use domain::{JobView, TripView};

use crate::ReadError;

/// What was read, if anything was since the last change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    job: OnceLock<Arc<JobView>>,
    trip: OnceLock<Arc<TripView>>,
}

impl Seen {
    pub(crate) fn job(
        &self,
        read: impl FnOnce() -> Result<JobView, ReadError>,
    ) -> Result<JobView, ReadError> {
        get_or_read(&self.job, read)
    }

    pub(crate) fn trip(
        &self,
        read: impl FnOnce() -> Result<TripView, ReadError>,
    ) -> Result<TripView, ReadError> {
        get_or_read(&self.trip, read)
    }
}

/// A view that cannot be read is not kept: it is asked for rarely.
fn get_or_read<T: Clone>(
    kept: &OnceLock<Arc<T>>,
    read: impl FnOnce() -> Result<T, ReadError>,
) -> Result<T, ReadError> {
    if let Some(view) = kept.get() {
        return Ok(T::clone(view));
    }
    let view = read()?;
    Ok(T::clone(kept.get_or_init(|| Arc::new(view))))
}
