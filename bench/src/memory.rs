//! How much memory a process had at most, from what the kernel says of it.

/// The peak of a process's resident memory in KiB; `None` where the kernel does
/// not say.
pub(crate) fn peak_kib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().split(' ').next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::peak_kib;

    #[test]
    fn memory_that_was_touched_is_in_the_peak() {
        let before = peak_kib(std::process::id()).expect("this process");
        let touched = vec![1_u8; 64 * 1024 * 1024];
        let after = peak_kib(std::process::id()).expect("this process");
        assert_eq!(touched.iter().map(|byte| usize::from(*byte)).sum::<usize>(), touched.len());
        assert!(after >= before + 32 * 1024, "{before} {after}");
    }
}
