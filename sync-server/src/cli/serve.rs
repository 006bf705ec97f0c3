//! `serve`: runs the server, logging to standard error.

use tracing_subscriber::EnvFilter;

use super::{CliError, Terminal};
use crate::config::{Config, LogFormat};
use crate::server;

/// Merging a document recurses in places, also on the threads that read.
const THREAD_STACK_BYTES: usize = 8 * 1024 * 1024;

pub(super) fn run(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    start_log(config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(THREAD_STACK_BYTES)
        .enable_all()
        .build()?;
    let mut printed = Ok(());
    runtime.block_on(server::serve(config, |address| {
        printed = terminal.line(format_args!("listening on http://{address}"));
    }))?;
    Ok(printed?)
}

fn start_log(config: &Config) -> Result<(), CliError> {
    // Automerge makes a span of each column that it parses.
    let filter = EnvFilter::try_new(format!("automerge=warn,{}", config.log.filter)).map_err(|error| {
        CliError::Other(format!("the log filter {:?} cannot be read: {error}", config.log.filter))
    })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log.format {
        LogFormat::Text => lines.with_ansi(false).try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    started.map_err(|error| CliError::Other(format!("logging cannot start: {error}")))
}
