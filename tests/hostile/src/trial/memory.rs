//! How much memory one piece of work takes at its highest, beyond what was held
//! before it: by the allocator's count, and by what the system gave the process,
//! which sees stacks and mappings too. The larger of the two is told.

use peak_alloc::PeakAlloc;

/// The program's allocator, which counts.
#[global_allocator]
static COUNTING: PeakAlloc = PeakAlloc;

/// Where the counts stood before the work.
pub(crate) struct Mark {
    heap_bytes: usize,
    resident_bytes: Option<usize>,
}

impl Mark {
    /// Begins to measure.
    pub(crate) fn set() -> Self {
        let resident_bytes = reset_resident_peak().and_then(|()| status_bytes("VmRSS:"));
        COUNTING.reset_peak_usage();
        Self { heap_bytes: COUNTING.current_usage(), resident_bytes }
    }

    /// The peak since then.
    pub(crate) fn peak_bytes(&self) -> usize {
        let heap = COUNTING.peak_usage().saturating_sub(self.heap_bytes);
        let resident = match (self.resident_bytes, status_bytes("VmHWM:")) {
            (Some(before), Some(peak)) => peak.saturating_sub(before),
            _ => 0,
        };
        heap.max(resident)
    }
}

/// Linux sets the peak of resident memory back on request; elsewhere the
/// allocator's count stands alone.
fn reset_resident_peak() -> Option<()> {
    std::fs::write("/proc/self/clear_refs", "5").ok()
}

fn status_bytes(field: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}
