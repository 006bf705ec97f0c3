//! What can be configured: by file (TOML), then environment (`HAMGAM_…`), then
//! flags, each over the one before. [`SETTINGS`] is the one table of settings;
//! the flags, `docs/operations.md` and the parser all come from it.

mod load;
mod setting;

use std::net::SocketAddr;
use std::path::PathBuf;

use domain::Secret;

pub use load::{ConfigError, Flags, environment, load};
pub use setting::{SETTINGS, Setting, settings_as_markdown};

/// A server's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The folder that holds the database, attachments and keys.
    pub data: PathBuf,
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// How it logs.
    pub log: LogConfig,
    /// What a password hash costs.
    pub password_cost: PasswordCost,
    /// How long tokens and codes live.
    pub lifetimes: Lifetimes,
    /// Whether a reverse proxy in front names the client in `X-Forwarded-For`.
    pub client_address: ClientAddress,
    /// Multiplies every rate limit.
    pub rate_factor: u32,
    /// Connections open at once.
    pub connections_max: usize,
    /// How long running requests may go on after a stop was asked for.
    pub drain_seconds: u32,
    /// Minutes east of UTC of the office: the zone of dates without one in imports.
    pub office_offset_minutes: i16,
    /// How letters go out.
    pub mail: MailConfig,
    /// How short messages go out.
    pub sms: SmsConfig,
    /// How messages come in.
    pub inbound: InboundConfig,
    /// How customers are asked.
    pub surveys: SurveyConfig,
}

/// How letters go out; nothing is sent where it is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailConfig {
    /// The mail server, with its password.
    pub smtp_url: Option<Secret>,
    /// The sender's address.
    pub from: Option<String>,
    /// Where customers reach this server.
    pub public_url: Option<String>,
}

/// How short messages go out; nothing is sent where it is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SmsConfig {
    /// The operator's gateway.
    pub url: Option<String>,
    /// The token by which it knows this server.
    pub token: Option<Secret>,
}

/// How messages come in; nothing is taken where it is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InboundConfig {
    /// A maildir whose new mail becomes requests and replies.
    pub maildir: Option<PathBuf>,
    /// The key by which gateways sign what they bring.
    pub hook_key: Option<Secret>,
}

/// How customers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurveyConfig {
    /// How many days a link is good.
    pub link_days: u32,
    /// How many customers are called on a day; 0 for all.
    pub calls_a_day: u32,
}

/// How the server logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// A filter such as `info` or `sync_server=debug,info`.
    pub filter: String,
    /// Lines for people or for machines.
    pub format: LogFormat,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What argon2id may cost; never below [`PasswordCost::FLOOR`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl PasswordCost {
    /// The least that is accepted, and what tests and the demonstration use.
    pub const FLOOR: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// The default.
    pub const DEFAULT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };
}

/// How long what is handed out stays valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Access token of a person at a browser, seconds.
    pub browser_access_seconds: u32,
    /// Access token of a phone, seconds.
    pub phone_access_seconds: u32,
    /// A browser's session without being used, seconds.
    pub browser_refresh_seconds: u32,
    /// A phone's session without being used, seconds.
    pub phone_refresh_seconds: u32,
    /// One-time enrolment code, seconds.
    pub enrolment_code_seconds: u32,
}

/// Where a request's address is read, for rate limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientAddress {
    /// The connection's other end.
    Peer,
    /// The last entry of `X-Forwarded-For`, written by the proxy in front.
    Forwarded,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("hamgam-data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8420)),
            log: LogConfig { filter: "info".to_owned(), format: LogFormat::Text },
            password_cost: PasswordCost::DEFAULT,
            lifetimes: Lifetimes {
                browser_access_seconds: 10 * 60,
                phone_access_seconds: 12 * 3600,
                browser_refresh_seconds: 14 * 86_400,
                phone_refresh_seconds: 400 * 86_400,
                enrolment_code_seconds: 24 * 3600,
            },
            client_address: ClientAddress::Peer,
            rate_factor: 1,
            connections_max: 4096,
            drain_seconds: 10,
            office_offset_minutes: 210,
            mail: MailConfig::default(),
            sms: SmsConfig::default(),
            inbound: InboundConfig::default(),
            surveys: SurveyConfig { link_days: 30, calls_a_day: 0 },
        }
    }
}
