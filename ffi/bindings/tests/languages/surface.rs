//! The surface as apps see it, and the Swift code, which nothing here can compile.

use std::fmt::Write as _;

use crate::tools;

/// What the generator adds for itself.
const MACHINERY: &[&str] = &[
    "Ffi",
    "niffi",
    "RustBuffer",
    "SwiftType",
    " buf: ",
    "oHandle",
    " lift(",
    " lower(",
    "public init()",
    ": return",
    "case .",
];

/// The declarations of the generated Swift code: every type, field, word, method,
/// default and error that an app can name. Each object is told as its class, which
/// has the defaults, and not once more as its protocol.
fn declarations(swift: &str) -> String {
    let mut snapshot = String::from(
        "// What apps can call, as the generated Swift declares it. Written by\n\
         // `UPDATE_DOCS=1 cargo test --package bindings`; review every change to it.\n",
    );
    // Before the first object and after the last type stands what carries values across.
    let surface = swift.split("private let UNIFFI_RUST_FUTURE").next().unwrap_or(swift);
    let surface = without_comments(surface).replace("public \nenum", "public enum");
    let mut lines =
        surface.lines().map(str::trim_end).skip_while(|line| !line.starts_with("public protocol "));
    let mut is_twice = false;
    while let Some(line) = lines.next() {
        let declaration = line.split('{').next().unwrap_or(line);
        if !is_declaration(line) || MACHINERY.iter().any(|word| declaration.contains(word)) {
            continue;
        }
        if line.starts_with("public ") || line.starts_with("open ") {
            is_twice = line.starts_with("public protocol ") && line.contains("Protocol: ");
        }
        if is_twice {
            continue;
        }
        let mut declared = line.split('{').next().unwrap_or(line).trim_end().to_owned();
        // Arguments and what a case carries stand on lines of their own.
        while declared.matches('(').count() > declared.matches(')').count() {
            let Some(next) = lines.next() else { break };
            declared.push_str(next.trim().trim_end_matches('{'));
        }
        writeln!(snapshot, "{}", declared.trim_end()).expect("a text grows");
    }
    snapshot
}

fn without_comments(swift: &str) -> String {
    let mut parts = swift.split("/**");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once("*/").map_or("", |(_, code)| code))
}

fn is_declaration(line: &str) -> bool {
    let line = line.trim_start();
    ["public ", "open func ", "open class ", "case ", "func "].iter().any(|start| line.starts_with(start))
}

fn generated() -> String {
    let folder = tools::folder("swift");
    tools::generate("swift", &folder);
    std::fs::read_to_string(folder.join("Hamgam.swift")).expect("the Swift code")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the one switch of printed pages")]
fn the_surface_is_the_reviewed_one() {
    let snapshot = declarations(&generated());
    let page = tools::root().join("ffi/api.snap");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&page, &snapshot).expect("written");
    }
    let reviewed = std::fs::read_to_string(&page).expect("ffi/api.snap");
    assert!(
        snapshot == reviewed,
        "the surface is not the one of ffi/api.snap: run UPDATE_DOCS=1 cargo test --package bindings, and review"
    );
}
