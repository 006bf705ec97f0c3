//! Scripts that drive a browser: a Node process each. A script asks for a technician's
//! phone by a line on its output, `@phone omid accept <job> <text>`, and reads the answer
//! as a line.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tokio::runtime::Handle;

use crate::phone::Phone;
use crate::scene::{PASSWORD, Scene};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sync-server/web");

impl Scene {
    /// Runs a script of `sync-server/web/tests/browser` to its end.
    ///
    /// # Panics
    ///
    /// When it fails; what it printed says why.
    pub async fn run(self, script: &str) {
        let (handle, script) = (Handle::current(), script.to_owned());
        let ran = tokio::task::spawn_blocking(move || {
            let good = serve(&self, &handle, &script);
            handle.block_on(self.stop());
            good
        });
        assert!(ran.await.expect("the script is watched to its end"), "the browser test failed; see above");
    }
}

fn serve(scene: &Scene, handle: &Handle, script: &str) -> bool {
    let mut child = start(scene, script);
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (mut stdin, stdout) = (stdin.expect("piped"), stdout.expect("piped"));
    let mut phones = BTreeMap::new();
    for line in BufReader::new(stdout).lines() {
        let line = line.expect("UTF-8");
        match line.strip_prefix("@phone ") {
            Some(asked) => {
                let answer = handle.block_on(answer(scene, &mut phones, asked));
                writeln!(stdin, "{answer}").expect("the script listens");
            }
            None => show(&line),
        }
    }
    child.wait().expect("it ends").success()
}

fn start(scene: &Scene, script: &str) -> Child {
    let file = format!("tests/browser/{script}.test.mjs");
    assert!(Path::new(FOLDER).join("node_modules").exists(), "run `npm ci` in sync-server/web");
    let mut node = Command::new("node");
    node.arg(file).current_dir(FOLDER).stdin(Stdio::piped()).stdout(Stdio::piped());
    node.env("HAMGAM", scene.address()).env("PASSWORD", PASSWORD);
    node.spawn().expect("Node is there; cargo xtask test installs it")
}

async fn answer(scene: &Scene, phones: &mut BTreeMap<String, Phone>, asked: &str) -> String {
    let mut words = asked.splitn(4, ' ');
    let mut next = || words.next().unwrap_or_default().to_owned();
    let (name, act, job, text) = (next(), next(), next(), next());
    if !phones.contains_key(&name) {
        phones.insert(name.clone(), Phone::of(scene, &name).await);
    }
    let phone = &phones[&name];
    let done = match act.as_str() {
        "sync" => phone.sync().await,
        "offer" => phone.offer(&text),
        act => phone.act(job.parse().expect("a job's id"), act, &text),
    };
    done.map_or_else(|error| format!("refused: {error}"), |()| "done".to_owned())
}

#[expect(clippy::print_stdout, reason = "what a script prints belongs to the test's output")]
fn show(line: &str) {
    println!("{line}");
}
