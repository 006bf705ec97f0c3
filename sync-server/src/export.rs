//! Everything in open formats: documents as JSON with their changes byte for byte,
//! tables as JSON lines, attachments as files. For who leaves, and for who wants to
//! look without this program.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use documents::Document;
use domain::{DocId, Uuid};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::{Map, Value, json};

use crate::attachments::files::whole_path;
use crate::backup::BackupError;
use crate::disk;
use crate::error::CoreError;
use crate::log::{DocumentRow, document_row, logged_changes, view};
use crate::sql::column;
use crate::store::open_to_read;

const README: &str = include_str!("export/README.txt");
const DOCS: &str = "SELECT doc FROM documents ORDER BY doc";
const ATTACHMENTS: &str = "SELECT hash FROM attachments ORDER BY hash";
/// Each table that is more than a copy of the documents, and which columns stay
/// at home: what signs people in is of no use elsewhere.
const TABLES: &[(&str, &[&str])] = &[
    ("commits", &[]),
    ("change_log", &[]),
    ("actors", &[]),
    ("offers", &[]),
    ("conflict_decisions", &[]),
    ("conflicts", &[]),
    ("reference", &[]),
    ("agencies", &[]),
    ("users", &["password_hash", "session_version"]),
    ("devices", &[]),
    ("attachments", &[]),
    ("document_blobs", &[]),
    ("surveys", &[]),
    ("survey_attempts", &[]),
    ("survey_decisions", &[]),
    ("staff_phones", &[]),
    ("mail", &[]),
    ("travel_profiles", &[]),
    ("travel_distances", &[]),
    ("travel_decisions", &[]),
    ("travel_approvals", &[]),
    ("travel_statements", &[]),
    ("travel_statement_lines", &[]),
    ("travel_claims", &[]),
    ("travel_shares", &[]),
    ("rulebook", &[]),
    ("evidence", &[]),
    ("month_facts", &[]),
    ("month_parts", &[]),
    ("frozen_norms", &[]),
    ("score_records", &[]),
    ("peer_priors", &[]),
    ("quality_decisions", &[]),
    ("score_exclusions", &[]),
    ("score_evidence", &[]),
    ("frozen_months", &[]),
    ("time_decisions", &[]),
    ("escalations", &[]),
    ("deadline_audit", &[]),
    ("notices", &[]),
    ("notice_reads", &[]),
    ("report_schedules", &[]),
    ("report_deliveries", &[]),
    ("units", &[]),
    ("unit_members", &[]),
    ("skills", &[]),
    ("leave", &[]),
    ("working_areas", &[]),
    ("contacts", &[]),
    ("sites", &[]),
    ("customer_numbers", &[]),
    ("customer_merges", &[]),
    ("contracts", &[]),
    ("contract_entries", &[]),
    ("sales_agencies", &[]),
    ("sellers", &[]),
    ("requests", &[]),
    ("request_activities", &[]),
    ("request_events", &[]),
    ("request_jobs", &[]),
    ("request_subscribers", &[]),
    ("request_files", &[]),
    ("request_blobs", &[]),
    ("solution_requests", &[]),
    ("complaint_files", &[]),
    ("corrective_actions", &[]),
    ("corrective_ends", &[]),
    ("sms", &[]),
    ("inbound", &[]),
    ("maildir", &[]),
    ("intake_codes", &[]),
    ("intake_links", &[]),
    ("solutions", &[]),
    ("solution_versions", &[]),
    ("installations", &[]),
];

/// What an export holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Documents.
    pub documents: u64,
    /// Documents whose log cannot be read; their changes are there all the same.
    pub documents_unreadable: u64,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
    /// Attachments.
    pub attachments: u64,
    /// Attachments whose bytes are missing.
    pub attachments_missing: u64,
}

/// Exports a data folder into a new or empty folder; a server may run on it.
///
/// # Errors
///
/// When the target holds something, or something cannot be read or written.
pub fn export(data: &Path, target: &Path) -> Result<ExportReport, BackupError> {
    let at = |path: &Path| {
        let path = path.to_path_buf();
        move |source: io::Error| BackupError::File { path, source }
    };
    fs::create_dir_all(target).map_err(at(target))?;
    if fs::read_dir(target).map_err(at(target))?.next().is_some() {
        let error = io::Error::new(io::ErrorKind::DirectoryNotEmpty, "the folder is not empty");
        return Err(at(target)(error));
    }
    let mut connection = open_to_read(data)?.ok_or_else(|| BackupError::NoDatabase(data.to_path_buf()))?;
    let state = connection.transaction()?;
    let mut report = ExportReport::default();
    for (table, secret) in TABLES {
        let path = target.join("tables").join(format!("{table}.jsonl"));
        let rows = write_table(&state, table, secret, &path)?;
        report.rows.insert((*table).to_owned(), rows);
    }
    write_documents(&state, target, &mut report)?;
    copy_attachments(&state, data, target, &mut report)?;
    disk::replace(&target.join("README.txt"), README.as_bytes()).map_err(at(target))?;
    Ok(report)
}

fn create(path: &Path) -> Result<BufWriter<File>, BackupError> {
    let failed = |source| BackupError::File { path: path.to_path_buf(), source };
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(failed)?;
    File::create(path).map(BufWriter::new).map_err(failed)
}

fn finish(mut file: BufWriter<File>, path: &Path) -> Result<(), BackupError> {
    let flushed = file.flush().and_then(|()| file.get_ref().sync_all());
    flushed.map_err(|source| BackupError::File { path: path.to_path_buf(), source })
}

fn write_line(file: &mut BufWriter<File>, value: &Value, path: &Path) -> Result<(), BackupError> {
    writeln!(file, "{value}").map_err(|source| BackupError::File { path: path.to_path_buf(), source })
}

fn write_table(
    connection: &Connection,
    table: &str,
    secret: &[&str],
    path: &Path,
) -> Result<u64, BackupError> {
    let mut file = create(path)?;
    let mut statement = connection.prepare(&format!("SELECT * FROM {table}"))?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        let mut object = Map::new();
        for (index, name) in names.iter().enumerate().filter(|(_, name)| !secret.contains(&name.as_str())) {
            object.insert(name.clone(), value_of(row, index)?);
        }
        write_line(&mut file, &Value::Object(object), path)?;
        count += 1;
    }
    finish(file, path)?;
    Ok(count)
}

/// Ids are hyphenated, other bytes hexadecimal.
fn value_of(row: &Row<'_>, index: usize) -> rusqlite::Result<Value> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => match <[u8; 16]>::try_from(bytes) {
            Ok(id) if is_id(id) => Uuid::from_bytes(id).to_string().into(),
            _ => hex(bytes).into(),
        },
    })
}

/// Actors are 16 bytes as well, and no UUID of version 7.
fn is_id(bytes: [u8; 16]) -> bool {
    Uuid::from_bytes(bytes).get_version_num() == 7
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write_documents(
    connection: &Connection,
    target: &Path,
    report: &mut ExportReport,
) -> Result<(), BackupError> {
    let mut statement = connection.prepare(DOCS)?;
    let docs: Vec<DocId> = statement.query_map([], |row| column(row, 0))?.collect::<Result<_, _>>()?;
    let mut files: BTreeMap<&'static str, (PathBuf, BufWriter<File>)> = BTreeMap::new();
    for name in ["job", "trip"] {
        let path = target.join("documents").join(format!("{name}s.jsonl"));
        let file = create(&path)?;
        files.insert(name, (path, file));
    }
    for doc in docs {
        let Some(row) = document_row(connection, doc)? else { continue };
        let value = match read_document(connection, doc, &row) {
            Ok(value) => value,
            Err(error) => {
                report.documents_unreadable += 1;
                json!({ "id": doc, "unreadable": error.to_string() })
            }
        };
        report.documents += 1;
        if let Some((path, file)) = files.get_mut(row.kind.name()) {
            write_line(file, &value, path)?;
        }
    }
    files.into_values().try_for_each(|(path, file)| finish(file, &path))
}

fn read_document(connection: &Connection, doc: DocId, row: &DocumentRow) -> Result<Value, CoreError> {
    let changes = logged_changes(connection, doc, 0, row.position)?;
    let document = Document::from_changes(row.kind, changes.iter().map(|(_, bytes)| bytes.as_slice()))
        .map_err(|error| CoreError::corrupt(doc, error))?;
    let view = view(&document).map_err(|error| CoreError::corrupt(doc, error))?;
    let heads: Vec<String> = document.heads().iter().map(ToString::to_string).collect();
    let changes: Vec<String> = changes.iter().map(|(hash, _)| hash.to_string()).collect();
    let view = serde_json::to_value(&view).map_err(|error| CoreError::corrupt(doc, error))?;
    Ok(json!({ "id": doc, "kind": row.kind.name(), "heads": heads, "changes": changes, "view": view }))
}

fn copy_attachments(
    connection: &Connection,
    data: &Path,
    target: &Path,
    report: &mut ExportReport,
) -> Result<(), BackupError> {
    let folder = target.join("attachments");
    let failed = |source| BackupError::File { path: folder.clone(), source };
    fs::create_dir_all(&folder).map_err(failed)?;
    let mut statement = connection.prepare(ATTACHMENTS)?;
    let hashes: Vec<domain::Hash32> =
        statement.query_map([], |row| column(row, 0))?.collect::<Result<_, _>>()?;
    for hash in hashes {
        match disk::copy(&whole_path(&data.join("attachments"), hash), &folder.join(hash.to_string())) {
            Ok(_) => report.attachments += 1,
            Err(error) if error.kind() == io::ErrorKind::NotFound => report.attachments_missing += 1,
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::TABLES;
    use crate::readmodel::DERIVED_TABLES;
    use crate::store::migrate_for_tests;

    /// What an export leaves at home: sign-in, sessions and uploads that are under way;
    /// what only this server can use; and copies of what is exported.
    const AT_HOME: &[&str] = &[
        "device_heard",
        "enrolment_codes",
        "idempotency_keys",
        "job_fts",
        "meta",
        "migrations",
        "office_actors",
        "people_heard",
        "reference_fts",
        "reference_scopes",
        "reference_search",
        "refresh_tokens",
        "request_search",
        "score_changes",
        "sessions",
        "snapshots",
        "solution_search",
        "survey_technicians",
        "surveys_begin",
        "uploads",
        "verdicts",
    ];

    /// Its first run named nine tables that nobody had thought of.
    #[test]
    fn each_table_is_exported_or_known_to_stay() {
        let mut connection = Connection::open_in_memory().expect("a database in memory");
        migrate_for_tests(&mut connection);
        let all = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') \
             AND name NOT LIKE 'sqlite_%'";
        let mut statement = connection.prepare(all).expect("a query");
        let names = statement.query_map([], |row| row.get::<_, String>(0)).expect("tables");
        let unknown: Vec<String> = names
            .map(|name| name.expect("a name"))
            .filter(|name| {
                let is_exported = TABLES.iter().any(|(table, _)| table == name);
                !is_exported && !DERIVED_TABLES.iter().chain(AT_HOME).any(|table| table == name)
            })
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
