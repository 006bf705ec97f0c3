//! The demonstration: a server, an organisation, and a day with phones that go
//! offline. `cargo xtask demo` builds and starts it.

#![expect(clippy::print_stderr, reason = "a program that fails says so on its terminal")]

use std::num::NonZero;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use demo::console::Console;
use demo::server_process::{self, ServerError, ServerProcess};

/// A day of an after-sales service: a server, an organisation, and phones that
/// go offline.
#[derive(Debug, Parser)]
#[command(name = "hamgam-demo")]
struct Args {
    /// End when the story is told; the last line is one JSON object.
    #[arg(long)]
    exit: bool,
    /// The seed of everything random: the same seed tells the same story.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The port to serve on; 0 takes any free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The data folder; a temporary one when none is given. It must be empty.
    #[arg(long)]
    data: Option<PathBuf>,
    /// How many times the usual organisation.
    #[arg(long, default_value = "1")]
    scale: NonZero<u32>,
    /// The server's program; the one beside this program when none is given.
    #[arg(long)]
    server: Option<PathBuf>,
}

/// Why the demonstration ended early, in a sentence.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    /// The data folder holds something.
    #[error("{} is not empty: name another folder with --data, or none for a temporary one", .0.display())]
    FolderNotEmpty(PathBuf),
    /// The data folder cannot be made.
    #[error("cannot make the data folder {}: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The server.
    #[error(transparent)]
    Server(#[from] ServerError),
}

fn main() -> ExitCode {
    match play(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn play(args: &Args) -> Result<(), DemoError> {
    let folder = Folder::open(args.data.clone())?;
    let mut console = Console::new();
    let program = server_process::program(args.server.clone())?;
    console.scene(&format!("The server starts (seed {}, scale {})", args.seed, args.scale));
    let mut server = ServerProcess::new(program, folder.path.join("server"), args.port)?;
    server.start()?;
    console.line("server", &format!("listens on {}", server.address()));
    if !args.exit {
        console.line("server", "goes on serving; Ctrl-C ends it");
        server.wait()?;
    }
    server.stop()?;
    Ok(())
}

/// Where the server's and the phones' databases lie; a temporary folder goes
/// away at the end.
struct Folder {
    path: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    fn open(asked: Option<PathBuf>) -> Result<Self, DemoError> {
        let Some(path) = asked else {
            let failed = |source| DemoError::Folder { folder: "(temporary)".into(), source };
            let temporary = tempfile::Builder::new().prefix("hamgam-demo-").tempdir().map_err(failed)?;
            return Ok(Self { path: temporary.path().to_path_buf(), _temporary: Some(temporary) });
        };
        let failed = |source| DemoError::Folder { folder: path.clone(), source };
        std::fs::create_dir_all(&path).map_err(failed)?;
        if std::fs::read_dir(&path).map_err(failed)?.next().is_some() {
            return Err(DemoError::FolderNotEmpty(path));
        }
        Ok(Self { path, _temporary: None })
    }
}
