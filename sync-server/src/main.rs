//! `hamgam-server`: the server and its tools.

use std::io::{Write, stderr, stdin, stdout};
use std::process::ExitCode;

use sync_server::cli::{self, CliError, Terminal};

fn main() -> ExitCode {
    let (mut out, mut input) = (stdout(), stdin().lock());
    let mut terminal = Terminal { out: &mut out, input: &mut input };
    match cli::run(std::env::args_os(), &mut terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = ExitCode::from(error.exit_code());
            match explain(&error) {
                Ok(()) => code,
                // Nobody reads standard error; the exit code has to do.
                Err(_unread) => code,
            }
        }
    }
}

fn explain(error: &CliError) -> std::io::Result<()> {
    match error {
        CliError::Usage(usage) => usage.print(),
        other => writeln!(stderr(), "hamgam-server: {other}"),
    }
}
