//! One measured exchange: what the phone took, what passed, and what the server computed.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::proxy::Proxy;
use crate::figures::hundredth;
use crate::memory::cpu_ms;

/// When nothing has passed for so long, an exchange is over.
const QUIET_FOR: Duration = Duration::from_millis(1_200);
const QUIET_WITHIN: Duration = Duration::from_secs(90);

/// One exchange.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sample {
    pub(crate) ms: f64,
    /// Bytes from the phone, HTTP and WebSocket framing included.
    pub(crate) up: u64,
    /// Bytes from the server.
    pub(crate) down: u64,
    pub(crate) server_cpu_ms: u64,
}

/// Measures from where it is made.
pub(crate) struct Meter<'a> {
    proxy: &'a Proxy,
    process: Option<u32>,
    cpu_before: u64,
}

impl<'a> Meter<'a> {
    pub(crate) fn begin(proxy: &'a Proxy, process: Option<u32>) -> Self {
        proxy.begin();
        Self { proxy, process, cpu_before: process.and_then(cpu_ms).unwrap_or(0) }
    }

    /// Waits until all is quiet. A phone that cannot tell when it was done is timed
    /// from the first byte to the last.
    pub(crate) fn end(self, took_ms: Option<f64>) -> Sample {
        let counted = self.proxy.when_quiet(QUIET_FOR, QUIET_WITHIN);
        let cpu = self.process.and_then(cpu_ms).unwrap_or(0);
        Sample {
            ms: took_ms.unwrap_or(counted.lasted().as_secs_f64() * 1000.0),
            up: counted.up,
            down: counted.down,
            server_cpu_ms: cpu.saturating_sub(self.cpu_before),
        }
    }
}

/// Edits of many phones at once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ingest {
    pub(crate) edits_per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) edits_per_server_cpu_second: f64,
    pub(crate) server_peak_kib: u64,
}

impl Ingest {
    #[expect(clippy::cast_precision_loss, reason = "no count here reaches 2^52")]
    pub(crate) fn of(mut latencies_ms: Vec<f64>, seconds: f64, server_cpu_ms: u64, peak_kib: u64) -> Self {
        latencies_ms.sort_by(f64::total_cmp);
        let edits = latencies_ms.len() as f64;
        Self {
            edits_per_second: edits / seconds,
            p50_ms: hundredth(&latencies_ms, 50),
            p99_ms: hundredth(&latencies_ms, 99),
            edits_per_server_cpu_second: edits * 1000.0 / server_cpu_ms.max(1) as f64,
            server_peak_kib: peak_kib,
        }
    }
}

/// A server and very many documents that one phone brought.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Many {
    /// What the push took.
    pub(crate) push_s: f64,
    /// Resident memory of the server: empty, and when everything had come.
    pub(crate) empty_kib: u64,
    pub(crate) full_kib: u64,
    /// From the start of its process until it listens.
    pub(crate) start_ms: f64,
    /// From then until a phone was served: its first exchange, or its first document.
    pub(crate) first_ms: f64,
}

/// How soon another phone had an edit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Propagation {
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

impl Propagation {
    pub(crate) fn of(mut latencies_ms: Vec<f64>) -> Self {
        latencies_ms.sort_by(f64::total_cmp);
        Self { p50_ms: hundredth(&latencies_ms, 50), p99_ms: hundredth(&latencies_ms, 99) }
    }
}

#[cfg(test)]
mod tests {
    use super::Ingest;

    #[test]
    fn percentiles_and_rates_come_from_the_latencies() {
        let ingest = Ingest::of((1..=200).rev().map(f64::from).collect(), 2.0, 400, 1_024);
        assert_eq!(format!("{:.0} {:.0}", ingest.p50_ms, ingest.p99_ms), "101 199");
        assert_eq!(format!("{:.0}", ingest.edits_per_second), "100");
        assert_eq!(format!("{:.0}", ingest.edits_per_server_cpu_second), "500");
    }
}
