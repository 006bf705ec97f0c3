//! The fuzz targets on the stable toolchain: over the committed corpus, and over
//! scripts from a seed. `cargo xtask fuzz` goes on from here for longer.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Once;

use gate::Stage;
use hostile::seeded::Seeded;
use hostile::targets::{self, Reached};

/// What the fuzzer has kept for a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a readable file")).collect()
}

/// Inputs that follow from a seed, bent from the corpus of a target or drawn.
fn scripts(seed: u64, target: &str, count: usize) -> impl Iterator<Item = Vec<u8>> {
    let corpus = corpus(target);
    corpus.clone().into_iter().chain(Seeded::new(seed, corpus).take(count))
}

/// Panics inside the engine are caught by the gate and are not worth a line each.
fn quietly(work: impl FnOnce()) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let is_the_engines = panic.location().is_some_and(|place| place.file().contains("automerge"));
            if !is_the_engines {
                usual(panic);
            }
        }));
    });
    work();
}

#[test]
fn the_whole_gate_admits_nothing_that_breaks_a_document() {
    quietly(|| {
        let mut met: BTreeMap<Reached, usize> = BTreeMap::new();
        for script in scripts(1, "gate", 6_000) {
            targets::gate(&script).into_iter().for_each(|reached| *met.entry(reached).or_default() += 1);
        }
        println!("{met:?}");
        for stage in [Stage::Structure, Stage::Causality, Stage::Policy] {
            assert!(met.get(&Reached::Stage(stage)) > Some(&100), "{stage:?} is hardly met: {met:?}");
        }
        assert!(met.get(&Reached::Admitted) > Some(&100), "hardly anything is admitted: {met:?}");
    });
}

#[test]
fn the_first_stage_holds() {
    quietly(|| {
        let honest = hostile::scene::scenes().into_iter().flat_map(|scene| scene.honest);
        let honest: Vec<Vec<u8>> = honest.map(|change| change.bytes).collect();
        honest.iter().for_each(|bytes| targets::structure(bytes));
        for script in scripts(2, "structure", 20_000) {
            targets::structure(&script);
            let whole = &honest[script.len() % honest.len()];
            let mut decisions = hostile::script::Script::new(&script);
            targets::structure(&hostile::mutate::bend_bytes(&mut decisions, whole, 2));
        }
    });
}

#[test]
fn a_pushed_body_is_read_or_refused() {
    scripts(3, "push_body", 20_000).for_each(|bytes| targets::push_body(&bytes));
}

#[test]
fn a_page_from_a_bad_server_leaves_the_phone_working() {
    quietly(|| {
        scripts(4, "pull_page", 150).for_each(|script| targets::pull_page(&script));
    });
}
