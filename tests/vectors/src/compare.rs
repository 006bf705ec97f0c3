//! Comparing what was expected with what came out.

use serde_json::Value;

/// How far two numbers may lie apart.
const TOLERANCE: f64 = 1e-9;
/// A double of a large amount is no finer than this share of it.
const FINEST: f64 = 1e-15;

/// A sentence for each place that differs. What is not expected is not compared.
pub(crate) fn differences(expect: &Value, got: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk("", expect, got, &mut found);
    found
}

fn walk(path: &str, expect: &Value, got: &Value, found: &mut Vec<String>) {
    match (expect, got) {
        (Value::Object(expected), Value::Object(given)) => {
            for (key, expect) in expected {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(&path, expect, given.get(key).unwrap_or(&Value::Null), found);
            }
        }
        // Flags are a set: their order says nothing.
        (Value::Array(expected), Value::Array(given)) if path == "flags" => {
            if sorted(expected) != sorted(given) {
                found.push(sentence(path, expect, got));
            }
        }
        (Value::Array(expected), Value::Array(given)) if expected.len() == given.len() => {
            for (at, (expect, got)) in expected.iter().zip(given).enumerate() {
                walk(&format!("{path}[{at}]"), expect, got, found);
            }
        }
        (Value::Number(expected), Value::Number(given)) => {
            let near = expected.as_f64().zip(given.as_f64()).is_some_and(|(a, b)| near(a, b));
            if !near {
                found.push(sentence(path, expect, got));
            }
        }
        _ if expect == got => {}
        _ => found.push(sentence(path, expect, got)),
    }
}

fn near(expected: f64, given: f64) -> bool {
    (expected - given).abs() <= TOLERANCE.max(expected.abs() * FINEST)
}

fn sorted(values: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = values.iter().map(Value::to_string).collect();
    texts.sort();
    texts
}

fn sentence(path: &str, expect: &Value, got: &Value) -> String {
    format!("{path}: expected {expect}, got {got}")
}
