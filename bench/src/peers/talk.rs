//! Talking with a peer's phone: it prepares, says that it is ready, works when it is told
//! to, says what it took, and ends when its input ends. One line of JSON each.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::program::Program;
use crate::failure::Failure;

/// For preparing, and for the work: automerge-repo takes minutes for ten thousand documents.
const PATIENCE: Duration = Duration::from_secs(900);
const LINES_WAITING: usize = 16;

/// A line of a phone.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct Said {
    /// It has prepared.
    pub(crate) ready: bool,
    /// It could not do what it was asked to.
    failed: Option<String>,
    /// What the work took, if it can tell.
    pub(crate) ms: Option<f64>,
    /// While edits are taken in: how long that went on, and what each edit took.
    pub(crate) seconds: Option<f64>,
    pub(crate) latencies_ms: Vec<f64>,
    /// Edits that it found.
    pub(crate) found: Option<usize>,
}

/// Reads a line; `None` for what a library of the phone's has printed.
fn parse(line: &str) -> Result<Option<Said>, Failure> {
    if !line.starts_with('{') {
        return Ok(None);
    }
    let said: Said = serde_json::from_str(line)?;
    match said.failed {
        Some(reason) => Err(Failure::new(reason.lines().next().unwrap_or("it failed and did not say why"))),
        None => Ok(Some(said)),
    }
}

/// A phone's process.
pub(crate) struct Phone {
    child: Child,
    lines: Receiver<String>,
}

impl Phone {
    /// Starts a phone and returns when it has prepared.
    pub(crate) fn prepare(program: &Program, request: &Value) -> Result<Self, Failure> {
        let mut command = program.command();
        command.arg("phone").arg(request.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let output = child.stdout.take().ok_or_else(|| Failure::new("a phone has no output"))?;
        let (send, lines) = sync_channel(LINES_WAITING);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let phone = Self { child, lines };
        let said = phone.next()?;
        if said.ready { Ok(phone) } else { Err(Failure::new("a phone worked before it was told to")) }
    }

    /// Lets it work; returns when it is done.
    pub(crate) fn work(&mut self) -> Result<Said, Failure> {
        self.tell("go")?;
        self.next()
    }

    /// Lets it put away what it has, and waits for its end.
    pub(crate) fn end(mut self) -> Result<(), Failure> {
        self.tell("end")?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(Failure::new(format!("a phone ended with {status}"))) }
    }

    fn tell(&mut self, word: &str) -> Result<(), Failure> {
        let input = self.child.stdin.as_mut().ok_or_else(|| Failure::new("a phone has no input"))?;
        Ok(writeln!(input, "{word}")?)
    }

    fn next(&self) -> Result<Said, Failure> {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    if let Some(said) = parse(&line)? {
                        return Ok(said);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Failure::new(format!("a phone did nothing for {PATIENCE:?}")));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::new("a phone ended without a word"));
                }
            }
        }
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, parse};

    #[test]
    fn a_phone_is_understood_and_its_libraries_are_passed_over() {
        assert_eq!(parse("(node:7) a warning").expect("is no failure"), None);
        let ready = parse(r#"{"ready":true}"#).expect("reads");
        assert_eq!(ready, Some(Said { ready: true, ..Said::default() }));
        let timed = parse(r#"{"ms":12.5,"seconds":2,"latencies_ms":[1,2.5],"edits":2}"#).expect("reads");
        let timed = timed.expect("a line of a phone");
        assert_eq!((timed.ms, timed.seconds, timed.latencies_ms.len()), (Some(12.5), Some(2.0), 2));
        assert_eq!(parse(r#"{"ms":null}"#).expect("reads"), Some(Said::default()));
    }

    #[test]
    fn a_failed_phone_is_a_failure_and_no_figure() {
        let failed = parse(r#"{"failed":"Error: 3 came, 0 went\n    at phone"}"#);
        assert_eq!(failed.map_err(|failure| failure.to_string()), Err("Error: 3 came, 0 went".to_owned()));
        assert!(parse(r#"{"ms":"#).is_err());
    }
}
