//! What the store promises, tested on the real files: durable answers, one
//! commit for many jobs, jobs that fail alone, one server per folder, versions,
//! and a full disk that is survived.

use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use domain::Instant;
use rusqlite::Transaction;
use sync_server::clock::Clock;
use sync_server::store::{NEWEST_VERSION, OpenError, Store, StoreError};

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_millis(1_790_000_000_000)
    }
}

fn open(folder: &Path) -> Result<Store, OpenError> {
    Store::open(folder, Arc::new(FixedClock))
}

fn opened(folder: &Path) -> Store {
    let store = open(folder).expect("opens");
    store
        .write_blocking(|tx| {
            tx.execute_batch("CREATE TABLE IF NOT EXISTS word (word TEXT PRIMARY KEY, size BLOB) STRICT")
                .map_err(StoreError::from)
        })
        .expect("table");
    store
}

fn insert(tx: &Transaction<'_>, word: &str) -> Result<(), StoreError> {
    tx.execute("INSERT INTO word (word) VALUES (?1)", [word])?;
    Ok(())
}

fn words(store: &Store) -> Vec<String> {
    store
        .read_blocking(|connection| {
            let mut statement = connection.prepare("SELECT word FROM word ORDER BY word")?;
            let words = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok::<_, StoreError>(words)
        })
        .expect("reads")
}

/// Polls a write once: it stands in the queue then.
async fn is_pending<F: Future>(write: &mut Pin<Box<F>>) -> bool {
    poll_fn(|context| Poll::Ready(write.as_mut().poll(context).is_pending())).await
}

/// A job that says when it runs and waits until it is let go.
fn gate() -> (impl FnOnce() + Send + 'static, Receiver<()>, SyncSender<()>) {
    let (started, has_started) = sync_channel(1);
    let (release, released) = sync_channel::<()>(1);
    let wait = move || {
        started.send(()).expect("the test listens");
        released.recv().expect("the test lets go");
    };
    (wait, has_started, release)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jobs_that_queue_during_a_commit_share_the_next() {
    let folder = tempfile::tempdir().expect("folder");
    let store = tokio::task::block_in_place(|| opened(folder.path()));
    let before = store.write_counts();
    let (wait, started, release) = gate();
    let held = tokio::spawn({
        let store = store.clone();
        async move {
            store
                .write(move |_| {
                    wait();
                    Ok::<_, StoreError>(())
                })
                .await
                .expect("held");
        }
    });
    tokio::task::block_in_place(|| started.recv()).expect("runs");
    // Polled once each, so that all are in the queue before the first is let go.
    let mut queued = Vec::new();
    for number in 0..20 {
        let mut job = Box::pin({
            let store = store.clone();
            async move { store.write(move |tx| insert(tx, &format!("word {number:02}"))).await }
        });
        assert!(is_pending(&mut job).await);
        queued.push(job);
    }
    release.send(()).expect("held");
    held.await.expect("held");
    for job in queued {
        job.await.expect("kept");
    }
    let after = store.write_counts();
    assert_eq!(after.jobs - before.jobs, 21);
    assert_eq!(after.commits - before.commits, 1, "21 jobs, one commit");
    assert_eq!(tokio::task::block_in_place(|| words(&store)).len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_before_the_commit() {
    let folder = tempfile::tempdir().expect("folder");
    let store = tokio::task::block_in_place(|| opened(folder.path()));
    let (first_wait, first_started, first_release) = gate();
    let (last_wait, last_started, last_release) = gate();
    let mut first = Box::pin(store.write(move |_| {
        first_wait();
        Ok::<_, StoreError>(())
    }));
    assert!(is_pending(&mut first).await);
    tokio::task::block_in_place(|| first_started.recv()).expect("runs");
    let mut middle = Box::pin(store.write(|tx| insert(tx, "middle")));
    let mut last = Box::pin(store.write(move |_| {
        last_wait();
        Ok::<_, StoreError>(())
    }));
    assert!(is_pending(&mut middle).await);
    assert!(is_pending(&mut last).await);
    first_release.send(()).expect("held");
    tokio::task::block_in_place(|| last_started.recv()).expect("runs");
    // The middle job has run, in a transaction that is not committed yet.
    assert!(is_pending(&mut middle).await, "answered before the commit");
    last_release.send(()).expect("held");
    middle.await.expect("kept");
    last.await.expect("kept");
    first.await.expect("kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_or_panic_undoes_only_its_own_job() {
    let folder = tempfile::tempdir().expect("folder");
    let store = tokio::task::block_in_place(|| opened(folder.path()));
    let commits = store.write_counts().commits;
    let (wait, started, release) = gate();
    let mut held = Box::pin(store.write(move |_| {
        wait();
        Ok::<_, StoreError>(())
    }));
    assert!(is_pending(&mut held).await);
    tokio::task::block_in_place(|| started.recv()).expect("runs");
    let mut good = Box::pin(store.write(|tx| insert(tx, "good")));
    let mut failing = Box::pin(store.write(|tx| {
        insert(tx, "half done")?;
        insert(tx, "half done")
    }));
    let mut panicking = Box::pin(store.write(|tx| {
        insert(tx, "before the panic")?;
        assert!(tx.is_autocommit(), "this panic is part of the test");
        Ok::<_, StoreError>(())
    }));
    let mut late = Box::pin(store.write(|tx| insert(tx, "late")));
    assert!(is_pending(&mut good).await);
    assert!(is_pending(&mut failing).await);
    assert!(is_pending(&mut panicking).await);
    assert!(is_pending(&mut late).await);
    release.send(()).expect("held");
    held.await.expect("kept");
    good.await.expect("kept");
    assert!(matches!(failing.await, Err(StoreError::Sqlite(_))));
    assert!(matches!(panicking.await, Err(StoreError::JobPanicked)));
    late.await.expect("kept");
    assert_eq!(store.write_counts().commits, commits + 1, "all in one transaction");
    assert_eq!(tokio::task::block_in_place(|| words(&store)), ["good", "late"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_fails_fails_its_whole_group_and_the_store_goes_on() {
    let folder = tempfile::tempdir().expect("folder");
    let store = tokio::task::block_in_place(|| opened(folder.path()));
    store
        .write(|tx| {
            tx.execute_batch(
                "CREATE TABLE child (word TEXT REFERENCES word (word) DEFERRABLE INITIALLY DEFERRED)",
            )
            .map_err(StoreError::from)
        })
        .await
        .expect("table");
    let (wait, started, release) = gate();
    let mut held = Box::pin(store.write(move |_| {
        wait();
        Ok::<_, StoreError>(())
    }));
    assert!(is_pending(&mut held).await);
    tokio::task::block_in_place(|| started.recv()).expect("runs");
    let mut good = Box::pin(store.write(|tx| insert(tx, "good")));
    // A dangling reference is found at the commit, not before.
    let mut dangling = Box::pin(
        store.write(|tx| tx.execute("INSERT INTO child VALUES ('nowhere')", []).map_err(StoreError::from)),
    );
    assert!(is_pending(&mut good).await);
    assert!(is_pending(&mut dangling).await);
    release.send(()).expect("held");
    assert!(held.await.is_err());
    assert!(good.await.is_err(), "its commit failed");
    assert!(dangling.await.is_err());
    assert!(tokio::task::block_in_place(|| words(&store)).is_empty());
    store.write(|tx| insert(tx, "afterwards")).await.expect("goes on");
    assert_eq!(tokio::task::block_in_place(|| words(&store)), ["afterwards"]);
    assert_eq!(store.write_counts().failures, 1);
}

#[test]
fn a_full_disk_is_an_error_and_work_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(folder.path());
    let limit = |pages: i64| {
        store.write_blocking(move |tx| {
            let pages = match pages {
                0 => tx.pragma_query_value(None, "page_count", |row| row.get(0))?,
                pages => pages,
            };
            let granted: i64 = tx.pragma_update_and_check(None, "max_page_count", pages, |row| row.get(0))?;
            Ok::<_, StoreError>(granted)
        })
    };
    limit(0).expect("no more pages");
    let big = store.write_blocking(|tx| {
        tx.execute("INSERT INTO word VALUES ('big', zeroblob(1000000))", []).map_err(StoreError::from)
    });
    assert!(matches!(big, Err(StoreError::DiskFull)), "{big:?}");
    assert!(words(&store).is_empty());
    limit(1_000_000).expect("room again");
    store
        .write_blocking(|tx| {
            tx.execute("INSERT INTO word VALUES ('big', zeroblob(1000000))", []).map_err(StoreError::from)
        })
        .expect("kept");
    assert_eq!(words(&store), ["big"]);
}

#[test]
fn what_was_acknowledged_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(folder.path());
    store.write_blocking(|tx| insert(tx, "kept")).expect("kept");
    drop(store);
    assert_eq!(words(&opened(folder.path())), ["kept"]);
}

#[test]
fn writes_are_flushed_to_the_disk_at_every_commit() {
    let folder = tempfile::tempdir().expect("folder");
    let pragmas = opened(folder.path())
        .write_blocking(|tx| {
            let synchronous: i64 = tx.pragma_query_value(None, "synchronous", |row| row.get(0))?;
            let journal: String = tx.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
            let keys: i64 = tx.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
            Ok::<_, StoreError>((synchronous, journal, keys))
        })
        .expect("reads");
    assert_eq!(pragmas, (2, "wal".to_owned(), 1));
}

#[test]
fn a_reader_cannot_write() {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(folder.path());
    let written = store.read_blocking(|connection| {
        connection.execute("INSERT INTO word VALUES ('x', NULL)", []).map_err(StoreError::from)
    });
    assert!(written.is_err());
    assert!(words(&store).is_empty());
}

#[test]
fn one_server_per_folder() {
    let folder = tempfile::tempdir().expect("folder");
    let first = opened(folder.path());
    let second = open(folder.path()).expect_err("locked");
    assert!(matches!(second, OpenError::Locked(_)));
    assert!(second.to_string().contains("stop it first"), "{second}");
    drop(first);
    open(folder.path()).expect("free again");
}

#[test]
fn a_server_that_is_leaving_is_waited_for() {
    let folder = tempfile::tempdir().expect("folder");
    let leaving = opened(folder.path());
    let path = folder.path().to_path_buf();
    let next = thread::spawn(move || open(&path).map(drop));
    // The second meets the lock while the first still has it; a slow thread makes the test
    // prove less, and never fail.
    thread::sleep(Duration::from_millis(50));
    drop(leaving);
    next.join().expect("it ends").expect("free after a while");
}

#[test]
fn a_folder_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(folder.path());
    store
        .write_blocking(|tx| {
            tx.pragma_update(None, "user_version", NEWEST_VERSION + 1).map_err(StoreError::from)
        })
        .expect("version");
    drop(store);
    let error = open(folder.path()).expect_err("newer");
    assert!(matches!(error, OpenError::Newer { found, known, .. } if found == known + 1));
    assert!(error.to_string().contains("install that version"), "{error}");
}

#[test]
fn migrating_twice_changes_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let schema = |store: &Store| {
        store
            .read_blocking(|connection| {
                let mut statement =
                    connection.prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")?;
                let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
                Ok::<_, StoreError>(rows.collect::<Result<Vec<_>, _>>()?)
            })
            .expect("reads")
    };
    let first = schema(&open(folder.path()).expect("opens"));
    let second = schema(&open(folder.path()).expect("opens again"));
    assert!(!first.is_empty());
    assert_eq!(first, second);
}

#[test]
fn a_panicking_reader_gives_its_connection_back() {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
    for _ in 0..20 {
        let outcome = runtime.block_on(store.read(|connection| {
            assert!(!connection.is_autocommit(), "in a transaction");
            assert!(connection.is_autocommit(), "this panic is part of the test");
            Ok::<_, StoreError>(())
        }));
        assert!(matches!(outcome, Err(StoreError::JobPanicked)));
    }
    store.write_blocking(|tx| insert(tx, "word")).expect("kept");
    assert_eq!(words(&store), ["word"]);
}
