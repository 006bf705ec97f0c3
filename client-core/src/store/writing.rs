//! A transaction that writes, and the words to be found that are written at its end.
//!
//! Between two writes to the same full-text index SQLite may open a savepoint for a
//! statement on another table, and at each of them the index writes out what it holds and
//! merges: a page of the feed made one such piece for each job, which took a quarter of a
//! phone's time.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;

use rusqlite::{Transaction, params};

use super::error::Result;

/// An index of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Index {
    /// Those of `jobs`.
    Jobs,
    /// Those of `reference`.
    Reference,
}

impl Index {
    const fn set(self) -> &'static str {
        match self {
            Self::Jobs => "INSERT OR REPLACE INTO job_search (rowid, words) VALUES (?1, ?2)",
            Self::Reference => "INSERT OR REPLACE INTO reference_search (rowid, words) VALUES (?1, ?2)",
        }
    }

    const fn remove(self) -> &'static str {
        match self {
            Self::Jobs => "DELETE FROM job_search WHERE rowid = ?1",
            Self::Reference => "DELETE FROM reference_search WHERE rowid = ?1",
        }
    }
}

/// The transaction. What is not committed is rolled back.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    transaction: Transaction<'a>,
    words: RefCell<BTreeMap<(Index, i64), Option<String>>>,
}

impl<'a> Writing<'a> {
    pub(crate) fn new(transaction: Transaction<'a>) -> Self {
        Self { transaction, words: RefCell::default() }
    }

    /// By which words a row is found once this is committed.
    pub(crate) fn find_by(&self, index: Index, row: i64, words: String) {
        self.words.borrow_mut().insert((index, row), Some(words));
    }

    /// The row is found no more.
    pub(crate) fn forget(&self, index: Index, row: i64) {
        self.words.borrow_mut().insert((index, row), None);
    }

    /// Writes the words; the transaction is to be committed next.
    pub(crate) fn with_words(self) -> Result<Transaction<'a>> {
        for ((index, row), words) in self.words.into_inner() {
            match words {
                Some(words) => self.transaction.prepare_cached(index.set())?.execute(params![row, words])?,
                None => self.transaction.prepare_cached(index.remove())?.execute([row])?,
            };
        }
        Ok(self.transaction)
    }
}

impl<'a> Deref for Writing<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::store::migrate;

    const PIECES: &str = "SELECT count(DISTINCT segid) FROM job_search_idx";
    const FIND: &str = "SELECT rowid FROM job_search WHERE job_search MATCH ?1 ORDER BY rowid";

    fn empty() -> Connection {
        let mut connection = Connection::open_in_memory().expect("opens");
        migrate::migrate(&mut connection).expect("migrates");
        connection
    }

    fn write(connection: &mut Connection, work: impl FnOnce(&Writing<'_>)) {
        let writing = Writing::new(connection.transaction().expect("begins"));
        work(&writing);
        writing.with_words().expect("writes").commit().expect("commits");
    }

    fn found(connection: &Connection, word: &str) -> Vec<i64> {
        let mut statement = connection.prepare(FIND).expect("prepares");
        let rows = statement.query_map([word], |row| row.get(0)).expect("searches");
        rows.collect::<rusqlite::Result<_>>().expect("reads")
    }

    #[test]
    fn a_row_is_found_by_its_last_words() {
        let mut connection = empty();
        write(&mut connection, |writing| {
            writing.find_by(Index::Jobs, 1, "boiler".to_owned());
            writing.find_by(Index::Jobs, 2, "pump".to_owned());
            writing.find_by(Index::Jobs, 1, "pump valve".to_owned());
            writing.find_by(Index::Reference, 1, "boiler".to_owned());
        });
        assert_eq!(found(&connection, "boiler"), [] as [i64; 0]);
        assert_eq!(found(&connection, "pump"), [1, 2]);
        write(&mut connection, |writing| writing.forget(Index::Jobs, 2));
        assert_eq!(found(&connection, "pump"), [1]);
    }

    #[test]
    fn what_is_not_committed_is_not_found() {
        let mut connection = empty();
        let writing = Writing::new(connection.transaction().expect("begins"));
        writing.find_by(Index::Jobs, 1, "boiler".to_owned());
        drop(writing.with_words().expect("writes"));
        assert_eq!(found(&connection, "boiler"), [] as [i64; 0]);
    }

    #[test]
    fn one_transaction_adds_one_piece_to_the_index() {
        let mut connection = empty();
        let upsert = "INSERT INTO reference (kind, id, json) VALUES ('part', ?1, '')
            ON CONFLICT (kind, id) DO UPDATE SET json = '' RETURNING row";
        write(&mut connection, |writing| {
            for row in 1..=3_i64 {
                let _: i64 = writing.query_row(upsert, [row], |row| row.get(0)).expect("writes");
                writing.find_by(Index::Jobs, row, format!("boiler {row}"));
            }
        });
        let pieces: i64 = connection.query_row(PIECES, [], |row| row.get(0)).expect("counts");
        assert_eq!(pieces, 1);
    }
}
