//! The table of settings.

use std::fmt::Write;
use std::ops::RangeInclusive;

use super::{ClientAddress, Config, LogFormat, PasswordCost};

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name in the file; the variable has `HAMGAM_` and capitals.
    pub name: &'static str,
    /// Its flag, the name with hyphens.
    pub flag: &'static str,
    /// What it means, in a sentence.
    pub doc: &'static str,
    /// Whether people set it often enough to see it in the short help.
    pub reach: Reach,
    /// Reads it from text.
    pub set: fn(&mut Config, &str) -> Result<(), String>,
    /// Writes it as text.
    pub show: fn(&Config) -> String,
}

/// Where a setting is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// In `-h` and `--help`.
    Common,
    /// In `--help` only.
    Rare,
}

impl Setting {
    /// `HAMGAM_LIKE_THIS`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("HAMGAM_{}", self.name.to_uppercase())
    }
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "data",
        flag: "data",
        doc: "The data folder: database, attachments, keys.",
        reach: Reach::Common,
        set: |config, text| {
            if text.is_empty() {
                return Err("a folder is needed".to_owned());
            }
            config.data = text.into();
            Ok(())
        },
        show: |config| config.data.display().to_string(),
    },
    Setting {
        name: "listen",
        flag: "listen",
        doc: "Address and port to listen on; port 0 takes any free one.",
        reach: Reach::Common,
        set: |config, text| {
            config.listen =
                text.parse().map_err(|_bad| "an address and port such as 0.0.0.0:8420".to_owned())?;
            Ok(())
        },
        show: |config| config.listen.to_string(),
    },
    Setting {
        name: "log",
        flag: "log",
        doc: "What is logged: error, warn, info, debug, trace, or a filter such as sync_server=debug,info.",
        reach: Reach::Common,
        set: |config, text| {
            config.log.filter = text.to_owned();
            Ok(())
        },
        show: |config| config.log.filter.clone(),
    },
    Setting {
        name: "log_format",
        flag: "log-format",
        doc: "How log lines look: text for people, json for machines.",
        reach: Reach::Rare,
        set: |config, text| {
            config.log.format = match text {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => return Err("text or json".to_owned()),
            };
            Ok(())
        },
        show: |config| match config.log.format {
            LogFormat::Text => "text".to_owned(),
            LogFormat::Json => "json".to_owned(),
        },
    },
    Setting {
        name: "password_memory_kib",
        flag: "password-memory-kib",
        doc: "Memory of one password hash (argon2id) in KiB; at least 19456.",
        reach: Reach::Rare,
        set: |config, text| {
            put(&mut config.password_cost.memory_kib, text, PasswordCost::FLOOR.memory_kib..=4 * 1024 * 1024)
        },
        show: |config| config.password_cost.memory_kib.to_string(),
    },
    Setting {
        name: "password_passes",
        flag: "password-passes",
        doc: "Passes of one password hash; at least 2.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.password_cost.passes, text, PasswordCost::FLOOR.passes..=64),
        show: |config| config.password_cost.passes.to_string(),
    },
    Setting {
        name: "password_lanes",
        flag: "password-lanes",
        doc: "Lanes of one password hash; at least 1.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.password_cost.lanes, text, PasswordCost::FLOOR.lanes..=16),
        show: |config| config.password_cost.lanes.to_string(),
    },
    Setting {
        name: "browser_access_seconds",
        flag: "browser-access-seconds",
        doc: "How long an access token of a person at a browser lives.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.lifetimes.browser_access_seconds, text, 30..=86_400),
        show: |config| config.lifetimes.browser_access_seconds.to_string(),
    },
    Setting {
        name: "phone_access_seconds",
        flag: "phone-access-seconds",
        doc: "How long an access token of a phone lives; it is renewed inside the exchange.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.lifetimes.phone_access_seconds, text, 60..=7 * 86_400),
        show: |config| config.lifetimes.phone_access_seconds.to_string(),
    },
    Setting {
        name: "browser_refresh_seconds",
        flag: "browser-refresh-seconds",
        doc: "How long a browser's session lasts without being used.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.lifetimes.browser_refresh_seconds, text, 60..=366 * 86_400),
        show: |config| config.lifetimes.browser_refresh_seconds.to_string(),
    },
    Setting {
        name: "phone_refresh_seconds",
        flag: "phone-refresh-seconds",
        doc: "How long a phone's session lasts without being used; a year offline should not end it.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.lifetimes.phone_refresh_seconds, text, 60..=3660 * 86_400),
        show: |config| config.lifetimes.phone_refresh_seconds.to_string(),
    },
    Setting {
        name: "enrolment_code_seconds",
        flag: "enrolment-code-seconds",
        doc: "How long a one-time enrolment code is good.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.lifetimes.enrolment_code_seconds, text, 60..=30 * 86_400),
        show: |config| config.lifetimes.enrolment_code_seconds.to_string(),
    },
    Setting {
        name: "client_address",
        flag: "client-address",
        doc: "Whose address rate limits count: peer (the connection's other end) or forwarded (the last entry of \
              X-Forwarded-For; only behind a proxy that writes it).",
        reach: Reach::Rare,
        set: |config, text| {
            config.client_address = match text {
                "peer" => ClientAddress::Peer,
                "forwarded" => ClientAddress::Forwarded,
                _ => return Err("peer or forwarded".to_owned()),
            };
            Ok(())
        },
        show: |config| match config.client_address {
            ClientAddress::Peer => "peer".to_owned(),
            ClientAddress::Forwarded => "forwarded".to_owned(),
        },
    },
    Setting {
        name: "rate_factor",
        flag: "rate-factor",
        doc: "Multiplies every rate limit, for load tests and many people behind one address.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.rate_factor, text, 1..=1_000_000),
        show: |config| config.rate_factor.to_string(),
    },
    Setting {
        name: "connections_max",
        flag: "connections-max",
        doc: "Connections open at once; more wait to be accepted.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.connections_max, text, 1..=1_000_000),
        show: |config| config.connections_max.to_string(),
    },
    Setting {
        name: "drain_seconds",
        flag: "drain-seconds",
        doc: "How long running requests may go on after a stop was asked for.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.drain_seconds, text, 0..=3600),
        show: |config| config.drain_seconds.to_string(),
    },
    Setting {
        name: "office_offset_minutes",
        flag: "office-offset-minutes",
        doc: "Minutes east of UTC of the office (Tehran is 210): the zone of dates without one in imports.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.office_offset_minutes, text, -720..=840),
        show: |config| config.office_offset_minutes.to_string(),
    },
    Setting {
        name: "smtp_url",
        flag: "smtp-url",
        doc: "The mail server, such as smtps://USER:PASSWORD@HOST; nothing is sent without one. Set it in the \
              file or the environment: flags are seen by other users of the machine.",
        reach: Reach::Rare,
        set: |config, text| {
            config.mail.smtp_url = (!text.is_empty()).then(|| text.into());
            Ok(())
        },
        show: |config| config.mail.smtp_url.as_ref().map_or_else(String::new, |_| "set".to_owned()),
    },
    Setting {
        name: "mail_from",
        flag: "mail-from",
        doc: "The sender of mail: an address, or NAME <ADDRESS>.",
        reach: Reach::Rare,
        set: |config, text| {
            config.mail.from = (!text.is_empty()).then(|| text.to_owned());
            Ok(())
        },
        show: |config| config.mail.from.clone().unwrap_or_default(),
    },
    Setting {
        name: "public_url",
        flag: "public-url",
        doc: "Where customers reach this server, such as https://service.example; it begins their links.",
        reach: Reach::Rare,
        set: |config, text| {
            if !text.is_empty() && !text.starts_with("https://") && !text.starts_with("http://") {
                return Err("an address that begins with https://".to_owned());
            }
            config.mail.public_url = (!text.is_empty()).then(|| text.to_owned());
            Ok(())
        },
        show: |config| config.mail.public_url.clone().unwrap_or_default(),
    },
    Setting {
        name: "sms_url",
        flag: "sms-url",
        doc: "The operator's gateway for short messages, such as https://HOST/send; none are sent without one.",
        reach: Reach::Rare,
        set: |config, text| {
            if !text.is_empty() && !text.starts_with("https://") && !text.starts_with("http://") {
                return Err("an address that begins with https://".to_owned());
            }
            config.sms.url = (!text.is_empty()).then(|| text.to_owned());
            Ok(())
        },
        show: |config| config.sms.url.clone().unwrap_or_default(),
    },
    Setting {
        name: "sms_token",
        flag: "sms-token",
        doc: "The token by which the gateway knows this server. Set it in the file or the environment.",
        reach: Reach::Rare,
        set: |config, text| {
            config.sms.token = (!text.is_empty()).then(|| text.into());
            Ok(())
        },
        show: |config| config.sms.token.as_ref().map_or_else(String::new, |_| "set".to_owned()),
    },
    Setting {
        name: "maildir",
        flag: "maildir",
        doc: "A maildir whose new mail becomes requests and replies of customers; looked into every minute.",
        reach: Reach::Rare,
        set: |config, text| {
            config.inbound.maildir = (!text.is_empty()).then(|| text.into());
            Ok(())
        },
        show: |config| {
            config.inbound.maildir.as_ref().map_or_else(String::new, |path| path.display().to_string())
        },
    },
    Setting {
        name: "hook_key",
        flag: "hook-key",
        doc: "The key by which gateways sign what they bring (docs/requests.md); none are taken without one. Set \
              it in the file or the environment.",
        reach: Reach::Rare,
        set: |config, text| {
            if !text.is_empty() && text.len() < 16 {
                return Err("16 characters or more".to_owned());
            }
            config.inbound.hook_key = (!text.is_empty()).then(|| text.into());
            Ok(())
        },
        show: |config| config.inbound.hook_key.as_ref().map_or_else(String::new, |_| "set".to_owned()),
    },
    Setting {
        name: "survey_link_days",
        flag: "survey-link-days",
        doc: "How many days a customer's link to a survey is good.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.surveys.link_days, text, 1..=365),
        show: |config| config.surveys.link_days.to_string(),
    },
    Setting {
        name: "survey_calls_a_day",
        flag: "survey-calls-a-day",
        doc: "How many customers are called on a day; 0 for all. The server chooses whom.",
        reach: Reach::Rare,
        set: |config, text| put(&mut config.surveys.calls_a_day, text, 0..=1_000_000),
        show: |config| config.surveys.calls_a_day.to_string(),
    },
];

fn put<N>(place: &mut N, text: &str, range: RangeInclusive<N>) -> Result<(), String>
where
    N: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    match text.parse() {
        Ok(number) if range.contains(&number) => {
            *place = number;
            Ok(())
        }
        _ => Err(format!("a whole number from {} to {}", range.start(), range.end())),
    }
}

/// The table for `docs/operations.md`.
#[must_use]
pub fn settings_as_markdown() -> String {
    let defaults = Config::default();
    let mut table =
        String::from("| file | environment | flag | default | meaning |\n|---|---|---|---|---|\n");
    for setting in SETTINGS {
        let default = (setting.show)(&defaults);
        let (name, variable, flag) = (setting.name, setting.variable(), setting.flag);
        // Writing to a String cannot fail.
        if writeln!(table, "| `{name}` | `{variable}` | `--{flag}` | `{default}` | {} |", setting.doc)
            .is_err()
        {
            break;
        }
    }
    table
}
