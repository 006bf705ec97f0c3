//! samod, which speaks the protocol of automerge-repo, over its WebSockets and with its
//! files at both ends. What it is asked and what it says is that of `shared.mjs`.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use automerge::transaction::Transactable;
use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc, ScalarValue};
use axum::extract::ws::WebSocketUpgrade;
use axum::serve::ListenerExt as _;
use futures::StreamExt as _;
use futures::future::{join, join_all};
use samod::storage::TokioFilesystemStorage;
use samod::{BackoffConfig, ConnectionId, DocHandle, DocumentId, Repo, ShareConfig};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines, Stdin};
use tokio::time::sleep;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const OFFICE_EDITS: usize = 20;
const PHONE_EDITS: usize = 10;
/// Documents that are sent at once while the server is filled.
const FILL_BATCH: usize = 50;
/// It says of a document that it is nowhere when it was asked too early; it is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(20);
const ASKS_MAX: u32 = 1_500;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", port, folder] => serve(port, folder).await,
        ["phone", request] => phone(request).await,
        _ => Err("it is started as: serve PORT FOLDER, or phone REQUEST".into()),
    };
    match done {
        // Its tasks are not waited for.
        Ok(()) => std::process::exit(0),
        Err(error) => {
            println!("{}", json!({ "failed": error.to_string() }));
            ExitCode::FAILURE
        }
    }
}

async fn serve(port: &str, folder: &str) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    // It gives what it is asked for and offers nothing by itself.
    let repo = repository(Some(folder), "server", false).await;
    let acceptor = repo.make_acceptor("ws://127.0.0.1/".parse()?)?;
    let open = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |socket| async move {
            drop(acceptor.accept_axum(socket, None));
        })
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port.parse()?)).await?;
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    let pages = axum::Router::new().route("/", axum::routing::get(open));
    Ok(axum::serve(listener, pages).await?)
}

async fn repository(folder: Option<&str>, name: &str, announces: bool) -> Repo {
    let share = ShareConfig::read_write().with_announce(announces);
    let builder = Repo::build_tokio()
        .with_peer_id(name.into())
        .with_share_policy(move |_document, _peer| futures::stream::iter([share]));
    match folder {
        Some(folder) => builder.with_storage(TokioFilesystemStorage::new(folder)).load().await,
        None => builder.load().await,
    }
}

/// What a phone is asked.
struct Request(Value);

impl Request {
    fn text(&self, key: &str) -> Result<&str> {
        self.0[key].as_str().ok_or_else(|| format!("the request has no {key}").into())
    }

    fn number(&self, key: &str) -> usize {
        self.0[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or(0)
    }

    /// The first documents of the fleet.
    fn fleet(&self) -> Result<Vec<Value>> {
        let lines = std::fs::read_to_string(self.text("fleet")?)?;
        let jobs: Vec<Value> = lines
            .lines()
            .take(self.number("count"))
            .map(serde_json::from_str)
            .collect::<std::result::Result<_, _>>()?;
        if jobs.len() < self.number("count") {
            Err("the fleet has too few documents".into())
        } else {
            Ok(jobs)
        }
    }

    fn ids_file(&self) -> Result<String> {
        Ok(format!("{}/samod-ids.txt", self.text("shared")?))
    }

    fn ids(&self) -> Result<Vec<DocumentId>> {
        let lines = std::fs::read_to_string(self.ids_file()?)?;
        let ids =
            lines.lines().take(self.number("count")).map(|id| id.parse().map_err(|_bad| "no id".into()));
        ids.collect()
    }

    /// A repository that keeps its files, or keeps nothing.
    async fn repository(&self, folder: Option<&str>) -> Repo {
        let name = format!("phone-{}-{:?}", std::process::id(), Instant::now());
        repository(folder, &name, true).await
    }

    async fn dial(&self, repo: &Repo) -> Result<ConnectionId> {
        let url: url::Url = format!("ws://127.0.0.1:{}/", self.number("port")).parse()?;
        let dialer = repo.dial_websocket(url, BackoffConfig::default())?;
        dialer.established().await.map_err(|_gone| "it does not connect")?;
        dialer.connection_id().ok_or_else(|| "it is not connected".into())
    }

    /// A repository without files, connected.
    async fn connected(&self) -> Result<(Repo, ConnectionId)> {
        let repo = self.repository(None).await;
        let connection = self.dial(&repo).await?;
        Ok((repo, connection))
    }
}

/// One more remark on a job, as the operations of one change.
fn remark(job: &Value, round: usize) -> Value {
    let text = format!("{} {round}", job["remark"].as_str().unwrap_or_default());
    let note = json!({ "author": "technician", "at": "2026-01-01T10:00:00Z", "text": text });
    json!([["set", ["notes", note_key(round)], note]])
}

fn note_key(round: usize) -> String {
    format!("note-{round:0>32}")
}

/// The jobs that the office edits, and those that the phone edits: never the same.
fn office_jobs<T>(all: &[T]) -> &[T] {
    &all[..OFFICE_EDITS.min(all.len())]
}

fn phone_jobs<T>(all: &[T]) -> &[T] {
    &all[OFFICE_EDITS.min(all.len())..(OFFICE_EDITS + PHONE_EDITS).min(all.len())]
}

/// Writes the operations of one change.
fn apply(document: &mut Automerge, change: &Value) -> Result<()> {
    let mut transaction = document.transaction();
    for operation in change.as_array().into_iter().flatten() {
        let path = operation[1].as_array().ok_or("an operation has no path")?;
        let mut keys: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
        let key = keys.pop().ok_or("an operation has no key")?;
        let mut place = ROOT;
        for outer in keys {
            place = match transaction.get(&place, outer)? {
                Some((value, inner)) if value.is_object() => inner,
                _ => transaction.put_object(&place, outer, ObjType::Map)?,
            };
        }
        // Words that are set as a whole are scalars; only the long texts are merged by letters.
        match (&operation[0], &operation[2]) {
            (Value::String(kind), Value::String(text)) if kind == "text" => {
                let letters = transaction.put_object(&place, key, ObjType::Text)?;
                transaction.splice_text(&letters, 0, 0, text)?;
            }
            (_, value) => put(&mut transaction, &place, key, value)?,
        }
    }
    transaction.commit();
    Ok(())
}

fn put(transaction: &mut impl Transactable, place: &ObjId, key: &str, value: &Value) -> Result<()> {
    let scalar = match value {
        Value::Object(members) => {
            let map = transaction.put_object(place, key, ObjType::Map)?;
            return members.iter().try_for_each(|(key, value)| put(transaction, &map, key, value));
        }
        // As the program for automerge-repo has them: a list is never edited in part.
        Value::Array(items) => {
            let map = transaction.put_object(place, key, ObjType::Map)?;
            let mut items = items.iter().enumerate();
            return items.try_for_each(|(at, item)| put(transaction, &map, &at.to_string(), item));
        }
        Value::Null => ScalarValue::Null,
        Value::Bool(yes) => ScalarValue::Boolean(*yes),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => ScalarValue::Int(whole),
            None => ScalarValue::F64(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => ScalarValue::Str(text.as_str().into()),
    };
    Ok(transaction.put(place, key, scalar)?)
}

fn edit(handle: &DocHandle, change: &Value) -> Result<()> {
    handle.with_document(|document| apply(document, change))
}

async fn created(repo: &Repo, job: &Value) -> Result<DocHandle> {
    let mut document = Automerge::new();
    job["changes"].as_array().into_iter().flatten().try_for_each(|change| apply(&mut document, change))?;
    Ok(repo.create(document).await?)
}

async fn find(repo: &Repo, id: &DocumentId) -> Result<DocHandle> {
    for _ in 0..ASKS_MAX {
        if let Some(handle) = repo.find(id.clone()).await? {
            return Ok(handle);
        }
        sleep(ASK_AGAIN).await;
    }
    Err("a document is not found".into())
}

async fn find_all(repo: &Repo, ids: &[DocumentId]) -> Result<Vec<DocHandle>> {
    join_all(ids.iter().map(|id| find(repo, id))).await.into_iter().collect()
}

async fn acknowledged(handles: &[DocHandle], connection: ConnectionId) {
    join_all(handles.iter().map(|handle| handle.they_have_our_changes(connection))).await;
}

fn has(handle: &DocHandle, map: &str, key: Option<&str>) -> bool {
    handle.with_document(|document| match (document.get(ROOT, map), key) {
        (Ok(Some((_, inner))), Some(key)) => matches!(document.get(inner, key), Ok(Some(_))),
        (Ok(Some(_)), None) => true,
        _ => false,
    })
}

fn has_remark(handle: &DocHandle, round: usize) -> bool {
    has(handle, "notes", Some(&note_key(round)))
}

/// Waits until a remark is there.
async fn sees(handle: &DocHandle, round: usize) {
    let mut changes = Box::pin(handle.changes());
    while !has_remark(handle, round) && changes.next().await.is_some() {}
}

fn all_came(handles: &[DocHandle]) -> Result<()> {
    if handles.iter().all(|handle| has(handle, "fields", None)) {
        Ok(())
    } else {
        Err("a document came empty".into())
    }
}

/// The talk with the benchmark.
struct Talk {
    lines: Lines<BufReader<Stdin>>,
}

impl Talk {
    /// Says that it has prepared, and waits until it is told to work.
    async fn ready(&mut self) -> Result<Instant> {
        println!("{}", json!({ "ready": true }));
        self.lines.next_line().await?;
        Ok(Instant::now())
    }

    /// Says what it took, and waits until it is told to end.
    async fn worked(&mut self, since: Instant, more: BTreeMap<&str, Value>) -> Result<()> {
        let mut said = json!({ "ms": since.elapsed().as_secs_f64() * 1_000.0 });
        more.into_iter().for_each(|(key, value)| said[key] = value);
        println!("{said}");
        self.lines.next_line().await?;
        Ok(())
    }
}

async fn phone(request: &str) -> Result<()> {
    let request = Request(serde_json::from_str(request)?);
    let mut talk = Talk { lines: BufReader::new(tokio::io::stdin()).lines() };
    let (round, nothing) = (request.number("round"), BTreeMap::new());
    match request.text("do")? {
        "seed" => {
            let jobs = request.fleet()?;
            let since = talk.ready().await?;
            let (repo, connection) = request.connected().await?;
            let mut ids = String::new();
            for jobs in jobs.chunks(FILL_BATCH) {
                let made = join_all(jobs.iter().map(|job| created(&repo, job))).await;
                let handles: Vec<DocHandle> = made.into_iter().collect::<Result<_>>()?;
                acknowledged(&handles, connection).await;
                handles.iter().for_each(|handle| ids.push_str(&format!("{}\n", handle.document_id())));
            }
            std::fs::write(request.ids_file()?, ids)?;
            talk.worked(since, nothing).await
        }
        "cold" => {
            let ids = request.ids()?;
            let since = talk.ready().await?;
            let repo = request.repository(Some(request.text("folder")?)).await;
            request.dial(&repo).await?;
            all_came(&find_all(&repo, &ids).await?)?;
            talk.worked(since, nothing).await?;
            settle(&repo).await
        }
        "idle" => {
            let repo = request.repository(Some(request.text("folder")?)).await;
            let _held = find_all(&repo, &request.ids()?).await?;
            let since = talk.ready().await?;
            request.dial(&repo).await?;
            // Nothing tells that all is level: the time is that of the last byte on the wire.
            talk.worked(since, BTreeMap::from([("ms", Value::Null)])).await?;
            settle(&repo).await
        }
        "office" => {
            let jobs = request.fleet()?;
            let since = talk.ready().await?;
            let (repo, connection) = request.connected().await?;
            let handles = find_all(&repo, office_jobs(&request.ids()?)).await?;
            handles.iter().zip(&jobs).try_for_each(|(handle, job)| edit(handle, &remark(job, round)))?;
            acknowledged(&handles, connection).await;
            talk.worked(since, nothing).await
        }
        "catch_up" => {
            let jobs = request.fleet()?;
            let repo = request.repository(Some(request.text("folder")?)).await;
            let handles = find_all(&repo, &request.ids()?).await?;
            let mine = phone_jobs(&handles);
            let edits = mine.iter().zip(phone_jobs(&jobs));
            edits.into_iter().try_for_each(|(handle, job)| edit(handle, &remark(job, round)))?;
            sleep(Duration::from_millis(600)).await;
            let since = talk.ready().await?;
            let connection = request.dial(&repo).await?;
            let theirs = join_all(office_jobs(&handles).iter().map(|handle| sees(handle, round)));
            join(acknowledged(mine, connection), theirs).await;
            talk.worked(since, nothing).await?;
            settle(&repo).await
        }
        "first" => {
            let ids = request.ids()?;
            let since = talk.ready().await?;
            let (repo, _) = request.connected().await?;
            all_came(&find_all(&repo, &ids[..1]).await?)?;
            talk.worked(since, nothing).await
        }
        "propagate" => propagate(&request, &mut talk).await,
        "kept" => {
            let since = talk.ready().await?;
            let (repo, _) = request.connected().await?;
            let handles = find_all(&repo, office_jobs(&request.ids()?)).await?;
            let found = handles.iter().filter(|handle| has_remark(handle, round)).count();
            talk.worked(since, BTreeMap::from([("found", found.into())])).await
        }
        "ingest" => ingest(&request, &mut talk).await,
        other => Err(format!("it does not know how to {other}").into()),
    }
}

/// What it has is on the disk, the state of its exchange with the server included.
async fn settle(repo: &Repo) -> Result<()> {
    sleep(Duration::from_millis(500)).await;
    repo.stop().await;
    Ok(())
}

async fn propagate(request: &Request, talk: &mut Talk) -> Result<()> {
    let (jobs, ids) = (request.fleet()?, request.ids()?);
    let (writing, _) = request.connected().await?;
    let (reading, _) = request.connected().await?;
    let (writer, reader) = (find(&writing, &ids[0]).await?, find(&reading, &ids[0]).await?);
    let pause = Duration::from_millis(request.number("pause_ms") as u64);
    let since = talk.ready().await?;
    let mut latencies: Vec<f64> = Vec::new();
    for number in 1..=request.number("edits") {
        sleep(pause).await;
        let sent = Instant::now();
        edit(&writer, &remark(&jobs[0], number))?;
        sees(&reader, number).await;
        latencies.push(sent.elapsed().as_secs_f64() * 1_000.0);
    }
    talk.worked(since, BTreeMap::from([("latencies_ms", latencies.into())])).await
}

/// Phones that edit one document after another, each with one edit under way.
async fn ingest(request: &Request, talk: &mut Talk) -> Result<()> {
    let (jobs, each) = (request.fleet()?, request.number("each"));
    let mut phones = Vec::new();
    for jobs in jobs.chunks(each).take(request.number("phones")) {
        let (repo, connection) = request.connected().await?;
        let made = join_all(jobs.iter().map(|job| created(&repo, job))).await;
        let handles: Vec<DocHandle> = made.into_iter().collect::<Result<_>>()?;
        acknowledged(&handles, connection).await;
        phones.push((repo, connection, handles, jobs.to_vec()));
    }
    let lasting = Duration::from_secs(request.number("seconds") as u64);
    let since = talk.ready().await?;
    let working = phones.iter().map(|(_, connection, handles, jobs)| {
        let (connection, handles, jobs) = (*connection, handles.clone(), jobs.clone());
        tokio::spawn(async move {
            let mut latencies: Vec<f64> = Vec::new();
            for number in 1.. {
                if since.elapsed() >= lasting {
                    break;
                }
                let (sent, at) = (Instant::now(), number % handles.len());
                edit(&handles[at], &remark(&jobs[at], number))?;
                handles[at].they_have_our_changes(connection).await;
                latencies.push(sent.elapsed().as_secs_f64() * 1_000.0);
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(latencies)
        })
    });
    let mut latencies: Vec<f64> = Vec::new();
    for phone in join_all(working).await {
        latencies.extend(phone??);
    }
    let seconds = since.elapsed().as_secs_f64();
    let more = BTreeMap::from([("seconds", seconds.into()), ("latencies_ms", latencies.into())]);
    talk.worked(since, more).await
}
