//! The server inside this program while the history is loaded: the same code
//! over the same HTTP, with a clock that the loader sets.

use std::path::Path;
use std::sync::Arc;

use domain::Instant;
use sync_server::cli::{self, Terminal};
use sync_server::clock::{Clock, SystemEntropy};
use sync_server::config::{Config, PasswordCost};
use sync_server::server::{Server, Surroundings};
use testkit::ManualClock;

use crate::DemoError;
use crate::office::{ADMINISTRATOR, PASSWORD};
use crate::organisation::Organisation;
use crate::stock;

/// Rate limits are for a world in which time passes.
const RATE_FACTOR: u32 = 1_000_000;
const YEAR_SECONDS: u32 = 365 * 86_400;

/// A server whose clock the loader sets.
pub(crate) struct Inside {
    server: Server,
    clock: Arc<SetClock>,
}

struct SetClock(ManualClock);

impl Clock for SetClock {
    fn now(&self) -> Instant {
        self.0.now()
    }
}

impl Inside {
    /// Makes the data folder, takes over what the organisation had before, and
    /// serves it, at an instant of the past.
    pub(crate) async fn start(
        data: &Path,
        organisation: &Organisation,
        begin: Instant,
    ) -> Result<Self, DemoError> {
        let failed = |error: &dyn std::fmt::Display| DemoError::Inside(error.to_string());
        run_tool(data, &["init", "--admin", ADMINISTRATOR, "--password-stdin"])?;
        stock::import(organisation, data)?;
        let clock = Arc::new(SetClock(ManualClock::at(begin)));
        let mut config = Config {
            data: data.to_path_buf(),
            listen: ([127, 0, 0, 1], 0).into(),
            password_cost: PasswordCost::FLOOR,
            rate_factor: RATE_FACTOR,
            ..Config::default()
        };
        config.lifetimes.browser_access_seconds = YEAR_SECONDS;
        let surroundings = Surroundings { clock: clock.clone(), entropy: Arc::new(SystemEntropy) };
        let server = Server::start(&config, surroundings).await.map_err(|error| failed(&error))?;
        Ok(Self { server, clock })
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.server.address())
    }

    pub(crate) fn set_clock(&self, now: Instant) {
        self.clock.0.advance_ms(now.millis() - self.clock.now().millis());
    }

    /// Serves no more, and closes the data folder.
    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }
}

/// Runs one of the server's own tools on a data folder that nobody serves.
pub(crate) fn run_tool(data: &Path, arguments: &[&str]) -> Result<(), DemoError> {
    let data = data.to_string_lossy();
    let cost = PasswordCost::FLOOR;
    let (memory, passes) = (cost.memory_kib.to_string(), cost.passes.to_string());
    let mut all = vec![
        "hamgam-server",
        "--data",
        &data,
        "--password-memory-kib",
        &memory,
        "--password-passes",
        &passes,
    ];
    all.extend(arguments);
    let run = || {
        let (mut said, mut typed) = (Vec::new(), std::io::Cursor::new(format!("{PASSWORD}\n")));
        let mut terminal = Terminal { out: &mut said, input: &mut typed };
        cli::run(&all, &mut terminal).map_err(|error| DemoError::Inside(error.to_string()))
    };
    // The tools wait for the disk, which a thread of the runtime must not.
    let ended = std::thread::scope(|scope| scope.spawn(run).join());
    ended.unwrap_or_else(|_| Err(DemoError::Inside("a tool panicked".to_owned())))
}
