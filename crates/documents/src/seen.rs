//! The view of a document as it is now, kept once it was read.
//!
//! The gate, the rows and the screens ask for the same view one after another,
//! and reading costs a visit to every entry. A copy of a document shares the view
//! until one of the two changes; after a change of which it is known what it touched, only
//! that is read.

use std::sync::{Arc, OnceLock};

use domain::{JobView, TripView};

use crate::ReadError;
use crate::read::{self, Reader, Touched};

/// What was read, if anything was since the last change.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    job: OnceLock<Arc<JobView>>,
    trip: OnceLock<Arc<TripView>>,
    /// The job before the last change, and what that touched.
    earlier: Option<(Arc<JobView>, Touched)>,
}

impl Seen {
    /// What is left of it after a change, if it is known what that touched.
    pub(crate) fn after(&self, touched: Option<Touched>) -> Self {
        Self { earlier: self.job.get().cloned().zip(touched), ..Self::default() }
    }

    pub(crate) fn job(&self, reader: &Reader<'_>) -> Result<JobView, ReadError> {
        let again = || {
            let (before, touched) = self.earlier.as_ref()?;
            read::job_again(reader, before, touched)
        };
        get_or_read(&self.job, || again().map_or_else(|| read::job(reader), Ok))
    }

    pub(crate) fn trip(&self, reader: &Reader<'_>) -> Result<TripView, ReadError> {
        get_or_read(&self.trip, || read::trip(reader))
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
