//! What handlers are given.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use wire::ErrorCode;

use super::Problem;
use super::limits::{Counted, Limiter, Rate};
use super::metrics::Metrics;
use crate::attachments::Attachments;
use crate::auth::Auth;
use crate::clock::{Clock, Entropy};
use crate::config::{ClientAddress, SurveyConfig};
use crate::core::Core;
use crate::inbound::HookKey;
use crate::store::Store;
use crate::surveys::SurveyLinks;

/// The state of the whole API; cloning it shares it.
#[derive(Clone)]
pub struct AppState {
    /// Sign-in.
    pub auth: Auth,
    /// The database.
    pub store: Store,
    /// Attachments.
    pub attachments: Attachments,
    /// Documents, feed and read model.
    pub core: Core,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Rate limits.
    pub limiter: Arc<Limiter>,
    /// Figures for `/metrics`.
    pub metrics: Arc<Metrics>,
    /// Where a caller's address is read.
    pub client_address: ClientAddress,
    /// The links by which customers answer.
    pub links: SurveyLinks,
    /// The key by which gateways sign; none where nothing is taken from them.
    pub hook_key: Option<HookKey>,
    /// Minutes east of UTC of the office: the zone of dates without one in imports.
    pub office_offset_minutes: i16,
    /// How customers are asked.
    pub surveys: SurveyConfig,
    /// Becomes true when the server is asked to stop.
    pub stopping: watch::Receiver<bool>,
    /// Held by whatever outlives its request, so that a stop can wait for it.
    pub alive: mpsc::Sender<Infallible>,
}

impl AppState {
    /// Counts a request against a limit.
    ///
    /// # Errors
    ///
    /// When the limit is reached.
    pub fn count(&self, rate: &Rate, who: Counted) -> Result<(), Problem> {
        let counted = self.limiter.count(rate, who, self.clock.now());
        counted.map_err(|seconds| Problem::new(ErrorCode::TooManyRequests).retry_after(seconds))
    }
}
