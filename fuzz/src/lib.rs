//! What the targets share.

use std::sync::Once;

/// Runs a target. A panic that the gate catches is a refusal and no crash, so
/// libFuzzer's hook, which would abort on it, is taken off; one that comes through
/// to here is printed, and aborts.
pub fn run<T>(bytes: &[u8], target: impl FnOnce(&[u8]) -> T) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(remember)));
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| target(bytes)));
    if outcome.is_err() {
        LAST.with_borrow(|last| eprintln!("{last}"));
        std::process::abort();
    }
}

thread_local! {
    static LAST: std::cell::RefCell<String> = const { std::cell::RefCell::new(String::new()) };
}

fn remember(panic: &std::panic::PanicHookInfo<'_>) {
    LAST.with_borrow_mut(|last| *last = panic.to_string());
}
