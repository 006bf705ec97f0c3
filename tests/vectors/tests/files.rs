//! The vectors that the project keeps, and files that are wrong.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use vectors::run;

const KEPT: &str = include_str!("../fixtures/vectors.json");

/// All nine kinds, at 1e-9. Seen to fail: with the prior of `csat` at 0.81 it
/// printed `vector 3 (representative_score): components[8].x: expected
/// 0.903181818181818, got 0.9054545454545455` among others, and 2 failed.
#[test]
fn every_kept_vector_comes_out() {
    let report = run(KEPT);
    assert_eq!((report.passed, report.failed), (45, 0), "{:#?}", report.problems);
}

#[test]
fn one_wrong_digit_is_found_and_named() {
    let wrong = KEPT.replacen("0.8235294117647058", "0.8235294137647058", 1);
    let report = run(&wrong);
    assert_eq!((report.passed, report.failed), (44, 1));
    assert_eq!(
        report.problems,
        ["vector 0 (survey_score): score: expected 0.8235294137647058, got 0.823529411765"]
    );
}

/// Each of them alone is a failure with a sentence, and the others still run.
#[test]
fn an_unknown_kind_and_malformed_input_are_failures() {
    let good =
        r#"{"kind": "split_tour", "input": {"total": 5, "weights": [1, 1]}, "expect": {"shares": [3, 2]}}"#;
    let wrong = [
        (r#"{"kind": "weather", "input": {}, "expect": {"a": 1}}"#, "there is no such kind of vector"),
        (
            r#"{"kind": "split_tour", "input": {"total": 5}, "expect": {"shares": []}}"#,
            "missing field `weights`",
        ),
        (
            r#"{"kind": "split_tour", "input": {"total": 5, "weights": []}, "expect": {"shares": []}}"#,
            "nobody",
        ),
        (r#"{"kind": "split_tour", "input": {"total": 5, "weights": [1]}, "expect": {}}"#, "expects nothing"),
        (r#"{"kind": "split_tour", "input": {"total": 5, "weights": [1]}}"#, "missing field `expect`"),
        (
            r#"{"kind": "yearly_mean", "input": {"months": [[1e17, 4e15]]}, "expect": {"Y": 1}}"#,
            "its numbers are beyond all measure",
        ),
        (
            r#"{"kind": "survey_score", "input": {"weights": {"a": 1}, "answers": {"a": 6}}, "expect": {"score": 1}}"#,
            "the answer to a is 6",
        ),
        ("7", "it is not a vector"),
    ];
    for (vector, expected) in wrong {
        let report = run(&format!("[{vector}, {good}]"));
        assert_eq!((report.passed, report.failed), (1, 1), "{vector}");
        assert!(report.problems[0].contains(expected), "{:?}", report.problems);
    }
}

#[test]
fn a_file_without_vectors_shows_nothing_and_fails() {
    for text in ["", "{}", "[]", "[{\"kind\": "] {
        let report = run(text);
        assert!(!report.all_passed(), "{text:?}");
        assert_eq!(report.problems.len(), 1, "{text:?}");
    }
}

/// Flags are a set, shares a list.
#[test]
fn order_counts_where_it_says_something() {
    let mut vectors: Vec<serde_json::Value> = serde_json::from_str(KEPT).unwrap();
    vectors.retain(|vector| vector["kind"] == "travel_claim" && vector["expect"]["flags"][1].is_string());
    for vector in &mut vectors {
        vector["expect"]["flags"].as_array_mut().unwrap().reverse();
    }
    assert!(run(&serde_json::to_string(&vectors).unwrap()).all_passed());

    let swapped =
        r#"[{"kind": "split_tour", "input": {"total": 5, "weights": [1, 1]}, "expect": {"shares": [2, 3]}}]"#;
    assert_eq!(
        run(swapped).problems,
        [
            "vector 0 (split_tour): shares[0]: expected 2, got 3",
            "vector 0 (split_tour): shares[1]: expected 3, got 2"
        ]
    );
}
