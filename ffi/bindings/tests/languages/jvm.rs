//! Kotlin: the generated code is compiled and run on a plain JVM.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{day, tools};

const COMPILER: &str = "kotlin-compiler@2.4.20";
const MAIN_CLASS: &str = "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler";
/// Where Debian's package libjna-java puts it.
const JNA: &str = "/usr/share/java/jna.jar";

/// The jars of the compiler, from the npm registry.
fn compiler() -> PathBuf {
    let folder = tools::folder("kotlin");
    let jars = folder.join("node_modules/kotlin-compiler/lib");
    if !jars.join("kotlin-compiler.jar").exists() {
        let prefix = folder.display().to_string();
        tools::run(Command::new("npm").args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--prefix",
            &prefix,
            COMPILER,
        ]));
    }
    jars
}

/// Compiles the bindings and the scenario; what to put on the class path.
fn compiled() -> String {
    assert!(Path::new(JNA).exists(), "{JNA} is missing: install libjna-java");
    let jars = compiler();
    let (sources, classes) = (tools::folder("kotlin/sources"), tools::folder("kotlin/classes"));
    tools::generate("kotlin", &sources);
    let jar = |name: &str| jars.join(name).display().to_string();
    let libraries =
        [jar("kotlin-stdlib.jar"), jar("kotlinx-coroutines-core-jvm.jar"), JNA.to_owned()].join(":");
    let mut compile = Command::new("java");
    compile.args([
        "-cp",
        &jar("kotlin-compiler.jar"),
        MAIN_CLASS,
        "-no-stdlib",
        "-no-reflect",
        "-nowarn",
        "-cp",
        &libraries,
    ]);
    compile.arg("-d").arg(&classes).arg(&sources).arg(tools::root().join("ffi/kotlin/tests/Day.kt"));
    tools::run(&mut compile);
    format!("{}:{libraries}", classes.display())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_on_the_jvm() {
    let class_path = compiled();
    let libraries = tools::library().parent().expect("its folder");
    day::play(|| {
        let mut java = Command::new("java");
        java.arg(format!("-Djna.library.path={}", libraries.display())).args(["-cp", &class_path, "DayKt"]);
        java
    })
    .await;
}
