//! Reports: what is recorded, put together for people, as JSON, CSV or a workbook.
//! Each report is one table; the monthly report is a workbook of several.

mod csv;
mod desk;
mod faults;
mod field;
mod figures;
mod kpi;
mod lists;
mod monthly;
mod people;
mod table;
mod words;
mod xlsx;

pub mod schedule;

use domain::AgencyId;
use rusqlite::Connection;

use crate::error::CoreError;
use crate::scores::period::MonthKey;

pub use csv::to_csv;
pub use table::{Cell, Column, Table};
pub use words::{Language, title};
pub use xlsx::to_xlsx;

/// The media type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The media type of CSV.
pub const CSV: &str = "text/csv; charset=utf-8";

/// Which report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Report {
    /// The scores of all agencies of a month.
    Scores,
    /// The evidence of an agency's month, or of all agencies'.
    Evidence,
    /// Technicians' ratings.
    Ratings,
    /// Each component's way from its cases to its points.
    Components,
    /// Operational figures beside the scores.
    Kpis,
    /// The month's figures, each counted from its cases.
    Figures,
    /// Faults, products, cities, the most frequent first.
    Pareto,
    /// The cases behind each figure.
    FigureCases,
    /// The parts that were used most (R83).
    Parts,
    /// Installations against warranty repairs of the same devices (R81).
    InstallRepair,
    /// Faults that take long.
    LongFaults,
    /// Visits that had to be repeated.
    Repeats,
    /// How much of their time technicians worked and drove.
    Utilisation,
    /// What travel cost per job and per kilometre.
    Travel,
    /// The jobs that were closed.
    ClosedJobs,
    /// Travel claims.
    Claims,
    /// Surveys of the jobs that were closed.
    Surveys,
    /// Deadlines that began.
    Deadlines,
    /// Requests that were received.
    Requests,
    /// Complaint files by agency, and how soon they were settled (R79).
    Complaints,
    /// Who did what on which request.
    Activities,
    /// Corrective actions written down in the month, or open in it (R20, R117).
    Actions,
}

impl Report {
    /// Every report.
    pub const ALL: [Self; 22] = [
        Self::Scores,
        Self::Evidence,
        Self::Ratings,
        Self::Components,
        Self::Kpis,
        Self::Figures,
        Self::Pareto,
        Self::FigureCases,
        Self::Parts,
        Self::InstallRepair,
        Self::LongFaults,
        Self::Repeats,
        Self::Utilisation,
        Self::Travel,
        Self::ClosedJobs,
        Self::Claims,
        Self::Surveys,
        Self::Deadlines,
        Self::Requests,
        Self::Complaints,
        Self::Activities,
        Self::Actions,
    ];

    /// The word in addresses and file names.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scores => "scores",
            Self::Evidence => "evidence",
            Self::Ratings => "ratings",
            Self::Components => "components",
            Self::Kpis => "kpis",
            Self::Figures => "figures",
            Self::Pareto => "pareto",
            Self::FigureCases => "figure-cases",
            Self::Parts => "parts",
            Self::InstallRepair => "install-repair",
            Self::LongFaults => "long-faults",
            Self::Repeats => "repeats",
            Self::Utilisation => "utilisation",
            Self::Travel => "travel",
            Self::ClosedJobs => "closed-jobs",
            Self::Claims => "claims",
            Self::Surveys => "surveys",
            Self::Deadlines => "deadlines",
            Self::Requests => "requests",
            Self::Complaints => "complaint-files",
            Self::Activities => "activities",
            Self::Actions => "corrective-actions",
        }
    }
    /// The report of that word.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.name() == name)
    }

    /// Puts it together for a month; of one agency, or of all.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn table(
        self,
        connection: &Connection,
        month: MonthKey,
        agency: Option<AgencyId>,
    ) -> Result<Table, CoreError> {
        match self {
            Self::Scores => people::scores(connection, month, agency),
            Self::Evidence => people::evidence(connection, month, agency),
            Self::Ratings => people::ratings(connection, month, agency),
            Self::Components => monthly::components(connection, month, agency),
            Self::Kpis => kpi::kpis(connection, month, agency),
            Self::Figures => figures::figures(connection, month, agency),
            Self::Pareto => figures::pareto(connection, month, agency),
            Self::FigureCases => figures::cases(connection, month, agency),
            Self::Parts => faults::parts(connection, month, agency),
            Self::InstallRepair => faults::install_repair(connection, month, agency),
            Self::LongFaults => faults::long_faults(connection, month, agency),
            Self::Repeats => faults::repeats(connection, month, agency),
            Self::Utilisation => field::utilisation(connection, month, agency),
            Self::Travel => field::travel(connection, month, agency),
            Self::ClosedJobs => field::closed_jobs(connection, month, agency),
            Self::Claims => lists::claims(connection, month, agency),
            Self::Surveys => lists::surveys(connection, month, agency),
            Self::Deadlines => lists::deadlines(connection, month, agency),
            Self::Requests => desk::requests(connection, month, agency),
            Self::Complaints => desk::complaints(connection, month, agency),
            Self::Activities => desk::activities(connection, month, agency),
            Self::Actions => desk::actions(connection, month, agency),
        }
    }
}

/// The monthly report of an agency, or of all: one sheet for each table.
///
/// # Errors
///
/// When the store fails.
pub fn monthly(
    connection: &Connection,
    month: MonthKey,
    agency: Option<AgencyId>,
) -> Result<Vec<Table>, CoreError> {
    monthly::sheets(connection, month, agency)
}
