//! The simulation as far as every test run plays it: some seeds, and the plans
//! that once failed.

use std::path::Path;

use sim::{Keep, Plan, play};

/// `cargo xtask sim` plays thousands.
const SEEDS: u64 = 60;

/// Seen to fail with the outbox row written in a transaction after the document's:
/// it said `phones and server hold the same: phone 0 has … at […], the server at
/// […]`. `docs/guarantees.md` lists the other protections that were taken out.
#[test]
fn some_seeds_break_no_rule() {
    for seed in 0..SEEDS {
        let run = play(&Plan::of(seed), Keep::Digest);
        assert!(run.failure.is_none(), "cargo xtask sim --seed {seed} --show: {:?}", run.failure);
    }
}

/// Each plan was seen to fail before what it found was mended; what each said
/// stands in `docs/guarantees.md`.
#[test]
fn plans_that_once_failed_stay_good() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let mut played = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|end| end != "json") {
            continue;
        }
        let plan: Plan =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("reads")).expect("a plan");
        let run = play(&plan, Keep::Digest);
        assert!(run.failure.is_none(), "{}: {:?}", path.display(), run.failure);
        played += 1;
    }
    assert!(played > 0, "there are plans");
}

#[test]
fn one_seed_is_one_run() {
    // The server of the fourth does not come up once, and says so; in the last, fingerprints
    // are compared.
    for seed in [3, 17, 40, 7, 29] {
        let plan = Plan::of(seed);
        let digests: Vec<String> = (0..3).map(|_| play(&plan, Keep::Digest).digest).collect();
        assert_eq!(digests[0], digests[1], "seed {seed}");
        assert_eq!(digests[0], digests[2], "seed {seed}");
    }
    assert_ne!(play(&Plan::of(3), Keep::Digest).digest, play(&Plan::of(4), Keep::Digest).digest);
}
