//! What the figures were measured on, in a line.

use std::num::NonZero;
use std::path::Path;
use std::process::Command;

/// Processor, cores, memory, system, compiler and the disk under a folder.
pub(crate) fn describe(folder: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let build = if cfg!(debug_assertions) { "dev profile: not comparable" } else { "release profile" };
    let parts = [
        processor(),
        format!("{cores} cores"),
        memory(),
        said("uname", &["-sr"]),
        format!("{} disk", filesystem(folder)),
        said("rustc", &["--version"]),
        build.to_owned(),
    ];
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(", ")
}

/// How many processes ran or waited at once, over the last minute.
pub(crate) fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

fn processor() -> String {
    field_of("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn memory() -> String {
    let kib: Option<u64> =
        field_of("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse().ok());
    kib.map(|kib| format!("{} GiB", kib.div_ceil(1024 * 1024))).unwrap_or_default()
}

/// The value of `name : value` in a file of the kernel's.
fn field_of(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn filesystem(folder: &Path) -> String {
    let table = Command::new("df").arg("--output=fstype").arg(folder).output();
    let text = table.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().nth(1).unwrap_or("unknown").trim().to_owned()
}

fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
