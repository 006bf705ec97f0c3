//! Figures for `/metrics`: how many, how long; never who.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// The registry and the figures that this module keeps.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<OperationLabel, Histogram>,
    /// Open WebSockets of the live signal.
    pub live_connections: Gauge,
    /// Open connections.
    pub connections: Gauge,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: &'static str,
    status: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabel {
    operation: &'static str,
}

const SECONDS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("hamgam");
        let requests = Family::default();
        registry.register("http_requests", "Requests by operation and status", requests.clone());
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        let help = "How long requests took";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, seconds.clone());
        let live_connections = Gauge::default();
        registry.register("live_connections", "Open live signals", live_connections.clone());
        let connections = Gauge::default();
        registry.register("connections", "Open connections", connections.clone());
        Self { registry, requests, seconds, live_connections, connections }
    }
}

impl Metrics {
    /// Counts a request.
    pub fn count_request(&self, operation: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { operation, status: u32::from(status) }).inc();
        self.seconds.get_or_create(&OperationLabel { operation }).observe(took.as_secs_f64());
    }

    /// The text that Prometheus reads.
    ///
    /// # Errors
    ///
    /// When a figure cannot be written, which none can.
    pub fn as_text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}
