//! Taking over data from a file that is sent: tried first, then kept.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wire::{ErrorCode, FieldProblem};

use super::extract::{Json, Path};
use super::guard::SignedIn;
use super::{AppState, Problem};
use crate::error::CoreError;
use crate::import::{
    self, Assigned, Import, ImportError, ImportKind, ImportMode, Need, Report, RowFault, Source,
};

/// A file to be imported.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportRequest {
    /// CSV, its first line the columns' names.
    content: String,
    /// What becomes of it.
    mode: Mode,
    /// Columns that are named by hand: column → header of the file.
    #[serde(default)]
    assigned: BTreeMap<String, String>,
    /// Headers that are not to be used.
    #[serde(default)]
    ignored: Vec<String>,
    /// The currency of amounts that name none, such as `IRR`.
    #[schema(min_length = 3, max_length = 3)]
    currency: Option<String>,
}

/// What becomes of an import.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// Nothing is kept: what would happen is told.
    Preview,
    /// All of it is kept, or nothing.
    All,
    /// The good rows are kept.
    Good,
}

/// What came of an import, or would.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportBody {
    /// Whether what is counted here is kept.
    kept: bool,
    /// Each column of the file and what it was taken for.
    columns: Vec<String>,
    rows: u64,
    new: u64,
    updated: u64,
    unchanged: u64,
    rejected: u64,
    /// What is wrong with rows; the first hundred of them.
    faults: Vec<FaultBody>,
}

/// What is wrong with a row.
#[derive(Serialize, ToSchema)]
struct FaultBody {
    /// The line of the file on which the row begins; the header is line 1.
    line: u64,
    /// The header over the cell; none if it is the row.
    column: Option<String>,
    /// What is wrong, and what would do.
    message: String,
}

/// What can be imported.
#[derive(Serialize, ToSchema)]
pub(super) struct ImportKinds {
    /// In the order in which they are best imported.
    kinds: Vec<KindBody>,
}

/// A kind of file.
#[derive(Serialize, ToSchema)]
struct KindBody {
    /// Its name.
    kind: &'static str,
    /// Its columns.
    columns: Vec<ColumnBody>,
}

/// A column.
#[derive(Serialize, ToSchema)]
struct ColumnBody {
    /// Its name; headers in English, Persian and Russian are known besides.
    name: String,
    /// Whether a file must have it.
    required: bool,
}

impl From<RowFault> for FaultBody {
    fn from(RowFault { line, column, message }: RowFault) -> Self {
        Self { line, column, message }
    }
}

impl From<Report> for ImportBody {
    fn from(report: Report) -> Self {
        let Report { columns, rows, new, updated, unchanged, rejected, faults, is_kept, .. } = report;
        let faults = faults.into_iter().map(FaultBody::from).collect();
        Self { kept: is_kept, columns, rows, new, updated, unchanged, rejected, faults }
    }
}

impl From<ImportKind> for KindBody {
    fn from(kind: ImportKind) -> Self {
        let column = |column: import::Column| ColumnBody {
            name: column.name,
            required: column.need == Need::Required,
        };
        Self { kind: kind.name(), columns: kind.columns().into_iter().map(column).collect() }
    }
}

fn refused(error: ImportError) -> Problem {
    match error {
        ImportError::Header(message) => {
            CoreError::Invalid(vec![FieldProblem::coded("content", "import.header", &message)]).into()
        }
        ImportError::File { source, .. } => Problem::invalid("content", source.to_string()),
        ImportError::Core(error) => error.into(),
        ImportError::People(error) => error.into(),
        ImportError::Store(error) => CoreError::Store(error).into(),
        // Told as a report.
        ImportError::Undone(_) => Problem::new(ErrorCode::Internal),
    }
}

/// Lists what can be imported, with the columns.
#[utoipa::path(get, path = "/v1/imports", tag = "Imports",
    responses((status = 200, description = "Kinds of files.", body = ImportKinds)))]
pub(super) async fn list_import_kinds() -> Json<ImportKinds> {
    Json(ImportKinds { kinds: ImportKind::ALL.map(KindBody::from).into() })
}

/// Imports a file, or tries it (`mode: preview`). The same file again changes nothing.
/// Rows that will not do are told; they fail the whole unless the good ones are to be kept.
#[utoipa::path(post, path = "/v1/imports/{kind}", tag = "Imports", request_body = ImportRequest,
    params(("kind" = String, Path, description = "customers, assets, parts, technicians or jobs")),
    responses((status = 200, description = "What came of it.", body = ImportBody)))]
pub(super) async fn import_file(
    State(app): State<AppState>,
    SignedIn(caller): SignedIn,
    Path(kind): Path<String>,
    Json(asked): Json<ImportRequest>,
) -> Result<Json<ImportBody>, Problem> {
    let kind = ImportKind::ALL.into_iter().find(|known| known.name() == kind);
    let kind = kind.ok_or_else(|| Problem::new(ErrorCode::NotFound).with_detail("no such kind of file"))?;
    let currency = match asked.currency.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(
            Currency::parse(&text.to_uppercase())
                .ok_or_else(|| Problem::invalid("currency", "three letters, such as IRR"))?,
        ),
        None => None,
    };
    let assigned = asked.assigned.into_iter().map(|(target, header)| Assigned { target, header });
    let import = Import {
        kind,
        source: Source::Sent(asked.content.into_bytes().into()),
        assigned: assigned.collect(),
        ignored: asked.ignored,
        separator: None,
        currency,
        office_offset_minutes: app.office_offset_minutes,
        by: caller.user,
        mode: match asked.mode {
            Mode::Preview => ImportMode::DryRun,
            Mode::All => ImportMode::AllOrNothing,
            Mode::Good => ImportMode::Partial,
        },
    };
    let report = import::import_sent(&app.core, import).await.map_err(refused)?;
    Ok(Json(report.into()))
}
