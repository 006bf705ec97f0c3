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

/// The Kotlin of the guides, each piece a function, so that it compiles. Pieces for
/// Gradle and for Android say so behind their language, and are left out.
fn guides() -> String {
    let mut code = String::from(
        "import ir.hamgam.field.*\nimport kotlinx.coroutines.channels.awaitClose\nimport kotlinx.coroutines.flow.*\n",
    );
    for page in ["kotlin", "observing"] {
        let path = tools::root().join("docs/apps").join(page).with_extension("md");
        let text = std::fs::read_to_string(path).expect("the guide");
        let pieces = text.split("```kotlin\n").skip(1).filter_map(|rest| rest.split("```").next());
        for (number, piece) in pieces.enumerate() {
            code += &format!("\nsuspend fun {page}{number}(client: FieldClient, job: DocId) {{\n{piece}}}\n");
        }
    }
    code
}

/// Compiles the bindings, the scenario and the guides; what to put on the class path.
fn compiled() -> String {
    assert!(Path::new(JNA).exists(), "{JNA} is missing: install libjna-java");
    let jars = compiler();
    let (sources, classes) = (tools::folder("kotlin/sources"), tools::folder("kotlin/classes"));
    tools::generate("kotlin", &sources);
    std::fs::write(sources.join("Guides.kt"), guides()).expect("written");
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
