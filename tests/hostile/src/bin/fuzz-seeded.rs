//! `fuzz-seeded`, which `cargo xtask fuzz` starts where libFuzzer is not there: runs
//! the fuzz targets over inputs drawn from a seed, for so long.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use hostile::scene::scenes;
use hostile::seeded::Seeded;
use hostile::targets;

/// Runs fuzz targets over inputs drawn from a seed.
#[derive(Debug, Parser)]
struct Cli {
    /// The targets; all of them when none is named.
    targets: Vec<String>,
    /// How long each runs.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// What the inputs follow from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder with a folder of kept inputs for each target.
    #[arg(long, default_value = "fuzz/corpus")]
    corpus: PathBuf,
    /// Writes bent changes here instead, for `cargo xtask gate`: a folder for each
    /// scene, and beside it the document that they are for.
    #[arg(long)]
    write: Option<PathBuf>,
    /// How many it writes.
    #[arg(long, default_value_t = 1_000)]
    count: usize,
}

type Target = fn(&[u8]);

const TARGETS: [(&str, Target); 4] = [
    ("structure", targets::structure),
    ("gate", |bytes| {
        targets::gate(bytes);
    }),
    ("push_body", targets::push_body),
    ("pull_page", targets::pull_page),
];

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(io::stderr(), "fuzz-seeded: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> io::Result<()> {
    if let Some(unknown) = cli.targets.iter().find(|name| TARGETS.iter().all(|(own, _)| own != name)) {
        return Err(io::Error::other(format!("there is no target {unknown} on the stable toolchain")));
    }
    if let Some(folder) = &cli.write {
        return write(cli, folder);
    }
    // The gate catches the panics of the engine; they are not printed.
    std::panic::set_hook(Box::new(|_| {}));
    let named = TARGETS
        .iter()
        .filter(|(name, _)| cli.targets.is_empty() || cli.targets.iter().any(|own| own == name));
    for (name, target) in named {
        let count = run_one(cli, name, *target)?;
        writeln!(io::stdout(), "{name}: {count} inputs, no crash")?;
    }
    Ok(())
}

fn write(cli: &Cli, folder: &Path) -> io::Result<()> {
    let scenes = scenes();
    for (number, scene) in scenes.iter().enumerate() {
        std::fs::create_dir_all(folder.join(format!("scene-{number}")))?;
        if let Some(document) = &scene.document {
            std::fs::write(folder.join(format!("scene-{number}.doc")), document.save())?;
        }
    }
    let scripts = Seeded::new(cli.seed, read_corpus(&cli.corpus.join("gate"))?);
    let changes = scripts.filter_map(|script| targets::bent(&scenes, &script)).take(cli.count);
    for (file, (scene, change)) in changes.enumerate() {
        std::fs::write(folder.join(format!("scene-{scene}/{file:05}.change")), change)?;
    }
    writeln!(io::stdout(), "{} changes in {}", cli.count, folder.display())
}

#[expect(clippy::disallowed_methods, reason = "it runs for so long")]
fn run_one(cli: &Cli, name: &str, target: Target) -> io::Result<u64> {
    let corpus = read_corpus(&cli.corpus.join(name))?;
    let end = std::time::Instant::now() + Duration::from_secs_f64(cli.minutes * 60.0);
    let mut count = 0;
    for input in Seeded::new(cli.seed, corpus) {
        if std::panic::catch_unwind(|| target(&input)).is_err() {
            let path =
                Path::new("fuzz").join("artifacts").join(name).join(format!("seeded-{}-{count}", cli.seed));
            path.parent().map(std::fs::create_dir_all).transpose()?;
            std::fs::write(&path, &input)?;
            return Err(io::Error::other(format!(
                "{name} does not hold; the input is in {}",
                path.display()
            )));
        }
        count += 1;
        if count % 64 == 0 && std::time::Instant::now() > end {
            break;
        }
    }
    Ok(count)
}

fn read_corpus(folder: &Path) -> io::Result<Vec<Vec<u8>>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
    paths.sort();
    paths.iter().map(std::fs::read).collect()
}
