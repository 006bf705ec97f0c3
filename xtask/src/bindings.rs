//! `cargo xtask bindings`: the library as phones get it, its size, and the code that
//! calls it in each language.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::{Failure, cargo, root, run, works};
use crate::{metadata, toolchain};

/// The library without HTTP of its own.
const LIBRARY: [&str; 9] = [
    "rustc",
    "--package",
    "ffi",
    "--lib",
    "--no-default-features",
    "--profile",
    "phone",
    "--crate-type",
    "cdylib",
];
/// Functions that came out the same are kept once, and relocations packed, as the
/// module for Android asks of its linker. Rust's own linker on this platform knows both.
const LINKER: &[&str] = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    &["-C", "link-arg=-Wl,--icf=safe", "-C", "link-arg=-Wl,-z,pack-relative-relocs"]
} else {
    &[]
};

/// What to generate.
#[derive(clap::Args)]
pub(crate) struct Bindings {
    /// Only these languages.
    #[arg(long = "language", value_enum)]
    languages: Vec<Language>,
    /// Where the generated code goes, a folder for each language; `bindings` in
    /// cargo's target folder by default.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// A language that has bindings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Language {
    Kotlin,
    Swift,
    Python,
}

impl Language {
    const ALL: [Self; 3] = [Self::Kotlin, Self::Swift, Self::Python];

    const fn name(self) -> &'static str {
        match self {
            Self::Kotlin => "kotlin",
            Self::Swift => "swift",
            Self::Python => "python",
        }
    }
}

pub(crate) fn generate(asked: &Bindings) -> Result<(), Failure> {
    toolchain::need_c_compiler()?;
    println!("building the library for phones; with its link-time optimisation that takes minutes");
    run(cargo().args(LIBRARY).arg("--").args(LINKER))?;
    run(cargo().args(["build", "--quiet", "--package", "bindings", "--bin", "uniffi-bindgen"]))?;
    let target = metadata::members()?.target_directory;
    let library = target.join("phone").join(library_name());
    let out = asked.out.clone().unwrap_or_else(|| target.join("bindings"));
    let languages = if asked.languages.is_empty() { &Language::ALL[..] } else { &asked.languages };
    for language in languages {
        let folder = out.join(language.name());
        let generator = target.join("debug/uniffi-bindgen").with_extension(std::env::consts::EXE_EXTENSION);
        let mut command = Command::new(generator);
        command.arg("generate").arg(&library).args([
            "--language",
            language.name(),
            "--no-format",
            "--out-dir",
        ]);
        run(command.arg(&folder).current_dir(root()))?;
    }
    report_size(&library, &out)
}

fn library_name() -> String {
    format!("{}hamgam{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

/// Prints how large the library is, as it is and as an app ships it.
fn report_size(library: &Path, out: &Path) -> Result<(), Failure> {
    println!("{}: {}", library.display(), size(library)?);
    let stripped = out.join(library_name());
    let mut strip = Command::new("strip");
    if works(strip.arg("--strip-unneeded").arg("-o").arg(&stripped).arg(library)) {
        println!("{}: {}, stripped", stripped.display(), size(&stripped)?);
    } else {
        println!("`strip` is not here, so what an app ships was not measured");
    }
    Ok(())
}

fn size(file: &Path) -> Result<String, Failure> {
    let bytes = std::fs::metadata(file)
        .map_err(|error| Failure::new(format!("cannot look at {}: {error}", file.display())))?
        .len();
    Ok(format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000))
}
