//! The command line of `hamgam-server`. What it prints goes through a
//! [`Terminal`], so that tests read it.

mod agency;
mod backup;
mod device;
mod error;
mod import;
mod init;
mod mail_in;
mod new_password;
mod people_file;
mod rulebook;
mod sales_agency;
mod serve;
mod table;
mod terminal;
mod travel;
mod unit;
mod user;

use clap::{Parser, Subcommand};

pub use error::CliError;
pub use terminal::Terminal;

use crate::config::{self, Config, Flags};

/// The server of Hamgam: after-sales service that works offline.
#[derive(Debug, Parser)]
#[command(name = "hamgam-server", version, about, subcommand_required = true, arg_required_else_help = true)]
#[command(
    after_help = "Begin with `hamgam-server init`, then `hamgam-server serve`. Settings can also stand in the \
                        environment (HAMGAM_…) or in hamgam.toml in the data folder; docs/operations.md lists them."
)]
struct Cli {
    #[command(flatten)]
    settings: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a data folder: database, keys, the first administrator.
    Init(init::Init),
    /// Run the server until it is asked to stop.
    Serve,
    /// Add, list, bar people; set passwords.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Add and list service agencies.
    #[command(subcommand)]
    Agency(agency::AgencyCommand),
    /// List and block devices; make enrolment codes.
    #[command(subcommand)]
    Device(device::DeviceCommand),
    /// Units of the desk and who belongs to them.
    #[command(subcommand)]
    Unit(unit::UnitCommand),
    /// Sales agencies and their sellers.
    #[command(subcommand)]
    SalesAgency(sales_agency::SalesAgencyCommand),
    /// Put a mail from standard input into the maildir; for mail servers that hand mail to a program.
    MailIn,
    /// What holds from which day: calendars, deadlines, tariffs, rules of scoring, routing.
    #[command(subcommand)]
    Rulebook(rulebook::RulebookCommand),
    /// Distances, and how agencies travel: what journeys are priced by.
    #[command(subcommand)]
    Travel(travel::TravelCommand),
    /// Take over customers, assets, parts, technicians or past jobs from a CSV file.
    Import(import::ImportArgs),
    /// Copy everything to a folder while the server serves, and verify the copy.
    Backup(backup::BackupArgs),
    /// Check the data folder, or a backup: log, documents, rows, attachments.
    Verify(backup::VerifyArgs),
    /// Put a backup in the place of the database; phones send again what it lacks.
    Restore(backup::RestoreArgs),
    /// Make all rows and saved documents again from the log; stop the server first.
    Rebuild,
    /// Write everything as JSON and plain files, for other programs.
    Export(backup::ExportArgs),
}

/// Runs a command line.
///
/// # Errors
///
/// Each text is a sentence that says what to do. A command line that cannot be
/// read is [`CliError::Usage`].
pub fn run<I, A>(args: I, terminal: &mut Terminal<'_>) -> Result<(), CliError>
where
    I: IntoIterator<Item = A>,
    A: Into<std::ffi::OsString> + Clone,
{
    let cli = Cli::try_parse_from(args)?;
    let config = config::load(&cli.settings, config::environment)?;
    dispatch(cli.command, &config, terminal)
}

fn dispatch(command: Command, config: &Config, terminal: &mut Terminal<'_>) -> Result<(), CliError> {
    match command {
        Command::Init(asked) => init::run(&asked, config, terminal),
        Command::Serve => serve::run(config, terminal),
        Command::User(asked) => user::run(asked, config, terminal),
        Command::Agency(asked) => agency::run(asked, config, terminal),
        Command::Device(asked) => device::run(asked, config, terminal),
        Command::SalesAgency(asked) => sales_agency::run(asked, config, terminal),
        Command::Unit(asked) => unit::run(asked, config, terminal),
        Command::MailIn => mail_in::run(config, terminal),
        Command::Rulebook(asked) => rulebook::run(asked, config, terminal),
        Command::Travel(asked) => travel::run(asked, config, terminal),
        Command::Import(asked) => import::run(asked, config, terminal),
        Command::Backup(asked) => backup::back_up(&asked, config, terminal),
        Command::Verify(asked) => backup::verify(&asked, config, terminal),
        Command::Restore(asked) => backup::restore(&asked, config, terminal),
        Command::Rebuild => backup::rebuild(config, terminal),
        Command::Export(asked) => backup::export(&asked, config, terminal),
    }
}

#[cfg(test)]
mod tests;
