//! Stage A on honest bytes and on bent ones.

use std::io::Write as _;

use documents::RawChange;
use domain::JobText;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use gate::{NotAdmitted, RefusalCode, structure};
use proptest::prelude::*;
use testkit::{Rng, replace_text};

use crate::common::{Office, subject};
use crate::craft::{body, chunk};

fn deflated(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).expect("memory takes bytes");
    encoder.finish().expect("memory takes bytes")
}

/// A compressed chunk: the checksum is that of the uncompressed one.
fn compressed(bytes: &[u8], deflated: &[u8]) -> Vec<u8> {
    let mut chunk = chunk(2, deflated);
    chunk[4..8].copy_from_slice(&bytes[4..8]);
    chunk
}

fn long_change(seed: u64) -> Vec<u8> {
    let mut office = Office::new(seed);
    let (_, technician, held) = office.assigned_job();
    let text = replace_text(JobText::Diagnosis, &"یخچال سرد نمی‌کند. ".repeat(40));
    office.draft(&technician, &held, &text).bytes
}

#[test]
fn a_compressed_change_becomes_the_uncompressed_one() {
    let bytes = long_change(80);
    let plain = structure::check_change(&bytes).expect("an honest change");
    let sent = compressed(&bytes, &deflated(body(&bytes)));
    assert!(sent.len() < bytes.len());
    let inflated = structure::check_change(&sent).expect("the same, compressed");
    assert_eq!(inflated, plain);
    assert_eq!(inflated.bytes(), bytes);
    assert_eq!(inflated.into_bytes(), bytes);
}

#[test]
fn the_heads_of_some_changes_are_those_that_no_other_follows() {
    let mut office = Office::new(82);
    let (dispatcher, technician, mut held) = office.assigned_job();
    let text = replace_text(JobText::Diagnosis, "worn");
    let before = office.edit(&technician, &mut held, &text).change().clone();
    let note = office.kit.add_note("x");
    let left = office.draft(&dispatcher, &held, &note);
    let right = office.draft(&technician, &held, &note);
    let read = |change: RawChange| structure::check_change(&change.bytes).expect("an honest change");
    let [before, left, right] = [before, left, right].map(read);
    let mut both = [left.hash(), right.hash()];
    both.sort_unstable();
    assert_eq!(structure::heads_of(&[]), []);
    assert_eq!(structure::heads_of(&[right, before.clone(), left]), both);
    assert_eq!(structure::heads_of(std::slice::from_ref(&before)), [before.hash()]);
}

#[test]
fn bytes_after_the_compressed_data_and_broken_streams_are_refused() {
    let bytes = long_change(81);
    let mut trailing = deflated(body(&bytes));
    trailing.push(0);
    let refusal = structure::check_change(&compressed(&bytes, &trailing)).expect_err("a byte too many");
    assert_eq!(refusal.code, RefusalCode::ChangeMalformed);
    let mut cut = deflated(body(&bytes));
    cut.truncate(cut.len() / 2);
    assert!(structure::check_change(&compressed(&bytes, &cut)).is_err());
    let wrong_sum = compressed(&long_change(82), &deflated(body(&bytes)));
    let refusal = structure::check_change(&wrong_sum).expect_err("another's checksum");
    assert_eq!(refusal.code, RefusalCode::ChangeChecksum);
}

#[test]
fn only_changes_are_taken_from_devices() {
    let mut office = Office::new(83);
    let (_, _, held) = office.assigned_job();
    let saved = held.document().save();
    let refusal = structure::check_change(&saved).expect_err("a document");
    assert_eq!(refusal.code, RefusalCode::ChangeMalformed);
    let bytes = long_change(84);
    for kind in [0, 3, 4, 255] {
        assert!(structure::check_change(&chunk(kind, body(&bytes))).is_err(), "type {kind}");
    }
    assert!(structure::check_document(&bytes).is_err());
    assert!(structure::check_change(&[]).is_err());
}

#[test]
fn a_large_body_is_refused_before_it_is_read() {
    let huge = chunk(1, &vec![0; 300 * 1024]);
    assert_eq!(structure::check_change(&huge).expect_err("too large").code, RefusalCode::ChangeTooLarge);
}

#[test]
fn every_prefix_of_a_change_is_refused() {
    let bytes = long_change(85);
    for length in 0..bytes.len() {
        assert!(structure::check_change(&bytes[..length]).is_err(), "{length} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bent bytes under a right checksum: refused, or as good as honest. Whatever
    /// is admitted can be saved and loaded, and the next honest edit goes in.
    #[test]
    fn bent_bytes_are_refused_or_harmless(seed: u64) {
        let mut office = Office::new(seed);
        let (dispatcher, technician, mut held) = office.assigned_job();
        let text = replace_text(JobText::Solution, "باز شد");
        office.edit(&technician, &mut held, &text);
        let commands = [office.kit.add_note("x"), office.kit.add_part("fan"), replace_text(JobText::Solution, "done")];
        for command in commands {
            let honest = office.draft(&technician, &held, &command);
            for _ in 0..100 {
                let bent = bend_bytes(&mut office.kit.rng, body(&honest.bytes));
                if let Ok(admitted) = office.judge(&subject(&technician), &held, &chunk(1, &bent)) {
                    let saved = admitted.after().save();
                    prop_assert!(structure::check_document(&saved).is_ok());
                    prop_assert!(documents::Document::load(held.kind, &saved).is_ok());
                    let mut after = held.clone();
                    after.document = Some(admitted.after().clone());
                    let note = office.kit.add_note("life goes on");
                    let next = office.draft(&dispatcher, &after, &note);
                    let verdict = office.judge(&subject(&dispatcher), &after, &next.bytes);
                    prop_assert!(verdict.is_ok(), "{:?}", verdict.err());
                }
            }
        }
    }

    /// What a bad server sends as a document is refused by the bytes, or loads.
    #[test]
    fn bent_documents_never_get_past_the_bytes_to_a_crash(seed: u64) {
        let mut office = Office::new(seed);
        let (_, technician, mut held) = office.assigned_job();
        for command in [office.kit.add_note("x"), replace_text(JobText::Diagnosis, "worn"), office.kit.add_part("y")] {
            office.edit(&technician, &mut held, &command);
        }
        let saved = held.document().save();
        prop_assert!(structure::check_document(&saved).is_ok());
        for _ in 0..100 {
            let bent = chunk(0, &bend_bytes(&mut office.kit.rng, body(&saved)));
            if structure::check_document(&bent).is_ok() {
                // Loading guards itself against what only Automerge can find.
                prop_assert!(matches!(documents::Document::load(held.kind, &bent), Ok(_) | Err(_)));
            }
        }
    }
}

/// One to three bytes changed, doubled or taken out.
fn bend_bytes(rng: &mut Rng, body: &[u8]) -> Vec<u8> {
    let mut bent = body.to_vec();
    for _ in 0..=rng.below(3) {
        let at = rng.index(bent.len());
        match rng.below(4) {
            0 => bent[at] ^= 1 << rng.below(8),
            1 => bent[at] = rng.bytes::<1>()[0],
            2 => bent.insert(at, rng.bytes::<1>()[0]),
            _ => {
                bent.remove(at);
            }
        }
    }
    bent
}

#[test]
fn a_refusal_says_what_and_where() {
    let office = Office::new(86);
    let mut kit = testkit::Kit::new(86);
    let technician = kit.technician();
    let held = crate::common::Held { id: kit.doc_id(), kind: domain::DocKind::Job, document: None };
    let verdict =
        office.judge(&subject(&technician), &held, b"<html>Please sign in to the hotel's network</html>");
    let Err(NotAdmitted::Refused(refusal)) = verdict else { panic!("a captive portal is no change") };
    assert_eq!(refusal.to_string(), "it does not begin as a change does (change_malformed at chunk)");
}
