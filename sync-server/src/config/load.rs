//! Puts the configuration together: defaults, file, environment, flags.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command};

use super::Config;
use super::setting::{Reach, SETTINGS, Setting};

const CONFIG_VARIABLE: &str = "HAMGAM_CONFIG";
/// Read from the data folder when no file is named.
const CONFIG_FILE: &str = "hamgam.toml";

/// What stood on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// The configuration file.
    pub file: Option<PathBuf>,
    /// Settings by name.
    pub values: BTreeMap<&'static str, String>,
}

/// A configuration that cannot be used. Each text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {path} cannot be read: {source}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration file {path} is not valid TOML: {message}")]
    NotToml {
        /// Which.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// The file names a setting that there is not.
    #[error("{path}: there is no setting `{name}`; docs/operations.md lists them")]
    Unknown {
        /// Which file.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A value is of the wrong kind or out of range.
    #[error("{place}: {value:?} will not do, expected {expected}")]
    Value {
        /// The file, variable or flag.
        place: String,
        /// What was given.
        value: String,
        /// What would do.
        expected: String,
    },
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
        let values = SETTINGS
            .iter()
            .filter_map(|setting| given(setting.name).map(|value| (setting.name, value)))
            .collect();
        Ok(Self { file: given("config").map(PathBuf::from), values })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new("config").long("config").value_name("FILE").global(true).help_heading("Settings");
        let command = command
            .arg(file.help(format!("Configuration file (TOML) [default: {CONFIG_FILE} in the data folder]")));
        let defaults = Config::default();
        SETTINGS.iter().fold(command, |command, setting| command.arg(as_argument(setting, &defaults)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn as_argument(setting: &Setting, defaults: &Config) -> Arg {
    Arg::new(setting.name)
        .long(setting.flag)
        .value_name("VALUE")
        .global(true)
        .help_heading("Settings")
        .hide_short_help(setting.reach == Reach::Rare)
        .help(format!("{} [default: {}]", setting.doc, (setting.show)(defaults)))
}

/// Looks a variable up in the process's environment.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one door to the environment; every variable is a setting")]
pub fn environment(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Puts the configuration together; `environment` looks a variable up.
///
/// # Errors
///
/// When the file cannot be read, names an unknown setting, or a value will not do.
pub fn load(flags: &Flags, environment: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    if let Some(path) = file_to_read(flags, &environment) {
        apply_file(&mut config, &path)?;
    }
    for setting in SETTINGS {
        let variable = setting.variable();
        if let Some(value) = environment(&variable) {
            apply(&mut config, setting, &value, || variable)?;
        }
        if let Some(value) = flags.values.get(setting.name) {
            apply(&mut config, setting, value, || format!("--{}", setting.flag))?;
        }
    }
    Ok(config)
}

/// The file that was named, or the data folder's own if there is one.
fn file_to_read(flags: &Flags, environment: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if let Some(named) = flags.file.clone().or_else(|| environment(CONFIG_VARIABLE).map(PathBuf::from)) {
        return Some(named);
    }
    let data = flags.values.get("data").cloned().or_else(|| environment("HAMGAM_DATA"));
    let folder = data.map_or_else(|| Config::default().data, PathBuf::from);
    let own = folder.join(CONFIG_FILE);
    own.is_file().then_some(own)
}

fn apply_file(config: &mut Config, path: &Path) -> Result<(), ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| ConfigError::NotToml {
        path: path.to_path_buf(),
        message: error.to_string(),
    })?;
    for (name, value) in table {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
            return Err(ConfigError::Unknown { path: path.to_path_buf(), name });
        };
        let value = match value {
            toml::Value::String(text) => text,
            other => other.to_string(),
        };
        apply(config, setting, &value, || format!("{}, `{name}`", path.display()))?;
    }
    Ok(())
}

fn apply(
    config: &mut Config,
    setting: &Setting,
    value: &str,
    place: impl FnOnce() -> String,
) -> Result<(), ConfigError> {
    (setting.set)(config, value).map_err(|expected| ConfigError::Value {
        place: place(),
        value: value.to_owned(),
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(values: &[(&'static str, &str)]) -> Flags {
        Flags {
            file: None,
            values: values.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        }
    }

    #[test]
    fn flags_stand_over_environment_over_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().to_string_lossy().into_owned();
        std::fs::write(folder.path().join(CONFIG_FILE), "log = 'warn'\nrate_factor = 3\ndrain_seconds = 5\n")
            .expect("written");
        let environment = |name: &str| match name {
            "HAMGAM_RATE_FACTOR" => Some("4".to_owned()),
            "HAMGAM_DRAIN_SECONDS" => Some("6".to_owned()),
            _ => None,
        };
        let config = load(&flags(&[("data", &data), ("drain_seconds", "7")]), environment).expect("loads");
        assert_eq!((config.log.filter.as_str(), config.rate_factor, config.drain_seconds), ("warn", 4, 7));
    }

    #[test]
    fn a_password_cost_below_the_floor_is_refused_with_the_range() {
        let error = load(&flags(&[("password_memory_kib", "8")]), |_| None).expect_err("too weak");
        let text = error.to_string();
        assert!(text.contains("--password-memory-kib") && text.contains("from 19456"), "{text}");
    }

    #[test]
    fn a_misspelt_setting_in_the_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("own.toml");
        std::fs::write(&path, "listne = '0.0.0.0:1'\n").expect("written");
        let error = load(&Flags { file: Some(path), ..Flags::default() }, |_| None).expect_err("unknown");
        assert!(error.to_string().contains("`listne`"), "{error}");
    }

    #[test]
    fn every_setting_reads_what_it_writes() {
        for setting in SETTINGS {
            let mut config = Config::default();
            let shown = (setting.show)(&config);
            (setting.set)(&mut config, &shown).expect(setting.name);
            assert_eq!(config, Config::default(), "{}", setting.name);
            assert_eq!(setting.flag, setting.name.replace('_', "-"));
        }
    }

    #[test]
    fn the_printed_table_is_fresh() {
        crate::testing::check_printed(
            "docs/operations.md",
            "settings",
            &super::super::settings_as_markdown(),
        );
    }
}
