//! Honest phones at work: the gate admits every change of it.

use hostile::life;

#[test]
fn a_gate_that_refuses_honest_work_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let report = life::live(7, 350, folder.path(), || 0).expect("the phones work");
    assert_eq!(report.refused, Vec::<String>::new());
    assert!(report.admitted >= 350, "{}", report.admitted);
    assert!(report.forks > 0 && report.under_new_actors > 0 && report.merges > 0, "{report:?}");
    let wrong: Vec<&String> = report.wrong.iter().filter(|what| !what.starts_with("no ")).collect();
    assert_eq!(wrong, Vec::<&String>::new());
}
