//! How much memory a process had at most and how long it computed, from what the
//! kernel says of it.

/// Milliseconds of a tick in which the kernel counts; a hundred a second on every
/// Linux that people run.
const TICK_MS: u64 = 10;

/// The peak of a process's resident memory in KiB; `None` where the kernel does
/// not say.
pub(crate) fn peak_kib(process: u32) -> Option<u64> {
    status_kib(process, "VmHWM:")
}

fn status_kib(process: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().split(' ').next()?.parse().ok()
}

/// A process's resident memory now, in KiB; `None` where the kernel does not say.
pub(crate) fn resident_kib(process: u32) -> Option<u64> {
    status_kib(process, "VmRSS:")
}

/// How long a process computed since it began, in milliseconds; `None` where the
/// kernel does not say.
pub(crate) fn cpu_ms(process: u32) -> Option<u64> {
    ticks(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?).map(|ticks| ticks * TICK_MS)
}

/// In user mode and in the kernel: the fields 14 and 15. The name before them may hold
/// spaces and brackets, so that they are counted from its end.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(user + kernel)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{peak_kib, ticks};

    #[test]
    fn memory_that_was_touched_is_in_the_peak() {
        let before = peak_kib(std::process::id()).expect("this process");
        let touched = vec![1_u8; 64 * 1024 * 1024];
        let after = peak_kib(std::process::id()).expect("this process");
        assert_eq!(touched.iter().map(|byte| usize::from(*byte)).sum::<usize>(), touched.len());
        assert!(after >= before + 32 * 1024, "{before} {after}");
    }

    #[test]
    fn the_ticks_are_found_behind_a_name_with_brackets() {
        let stat = "7 (node (a) b) S 1 7 7 0 -1 4194560 900 0 0 0 250 31 0 0 20 0 11 0 5 1 2";
        assert_eq!(ticks(stat), Some(281));
    }
}
