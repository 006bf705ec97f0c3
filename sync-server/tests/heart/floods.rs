//! Hostile phones against the server: two connections that tell two stories at once,
//! and floods that would fill the disk.

use std::collections::BTreeSet;

use documents::{Document, inspect, testing};
use domain::{ChangeHash, Hash32};
use sync_server::sync::exchange;
use wire::{Bytes, Outcome, Push, SyncRequest, SyncResponse};

use crate::phone::Phone;
use crate::world::World;

fn outcome_of(response: &SyncResponse, hash: ChangeHash) -> Outcome {
    let verdict = response.verdicts.iter().flatten().find(|verdict| verdict.hash.0 == hash);
    verdict.expect("a verdict").outcome.clone()
}

/// One device, one actor, one number, two changes, sent over two connections at the
/// same moment: one is taken and the other hears of the fork, whichever comes first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stories_under_one_number_are_never_both_taken() {
    let mut world = World::new(70);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    for round in 0..20 {
        let before: Document = phone.docs[&job].clone();
        let stories: Vec<_> = ["one story", "another story"]
            .into_iter()
            .map(|words| {
                let note = world.kit.add_note(words);
                let mut copy = before.clone();
                (world.kit.edit(&mut copy, &phone.person, &note), copy)
            })
            .collect();
        let request = |bytes: &[u8]| SyncRequest {
            pushes: Some(vec![Push { doc: job, kind: before.kind(), changes: vec![Bytes(bytes.to_vec())] }]),
            cursor: phone.cursor.clone(),
            epoch: phone.epoch.clone(),
            version: wire::PROTOCOL_VERSION,
            ..SyncRequest::default()
        };
        let session = phone.session();
        let (first, second) = tokio::join!(
            exchange(&world.core, &session, request(&stories[0].0.bytes)),
            exchange(&world.core, &session, request(&stories[1].0.bytes)),
        );
        let outcomes = [
            outcome_of(&first.expect("an answer"), stories[0].0.hash),
            outcome_of(&second.expect("an answer"), stories[1].0.hash),
        ];
        let taken = outcomes.iter().position(|outcome| *outcome == Outcome::Accepted).expect("one is taken");
        assert_eq!(outcomes[1 - taken], Outcome::ActorFork { seq: round + 1 }, "{outcomes:?}");
        phone.docs.insert(job, stories[taken].1.clone());
    }
    let doubled =
        "SELECT count(*) FROM (SELECT 1 FROM change_log GROUP BY doc, actor, seq HAVING count(*) > 1)";
    assert_eq!(world.count(doubled), 0);
    assert_eq!(phone.docs[&job].job().expect("reads").notes.len(), 20);
    phone.assert_agrees(&world);
}

/// Changes that build on nothing that is here, as many as fit, again and again: none is
/// kept, the disk does not grow without end, and honest work goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_orphans_is_not_kept() {
    let mut world = World::new(71);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let note = world.kit.add_note("an orphan");
    let honest = world.kit.edit(&mut phone.docs[&job].clone(), &phone.person, &note);
    let log = world.rows("SELECT * FROM change_log");
    for request in 0..3_u8 {
        let changes: Vec<Bytes> = (0..domain::limits::SYNC_PUSH_CHANGES_MAX)
            .map(|index| {
                let mut unknown = [request; 32];
                unknown[..8].copy_from_slice(&index.to_be_bytes());
                let mut orphan = inspect::decode(&honest.bytes).expect("honest");
                orphan.header.deps = vec![Hash32::from_bytes(unknown)];
                Bytes(testing::encode(&orphan).expect("encodes").bytes)
            })
            .collect();
        world.kit.clock.advance_ms(1_000);
        let push = Push { doc: job, kind: domain::DocKind::Job, changes };
        let flood = SyncRequest { pushes: Some(vec![push]), ..phone.request() };
        let response = exchange(&world.core, &phone.session(), flood).await.expect("an answer");
        let kinds: BTreeSet<bool> = response
            .verdicts
            .iter()
            .flatten()
            .map(|verdict| matches!(verdict.outcome, Outcome::Need { .. }))
            .collect();
        assert_eq!(kinds, BTreeSet::from([true]));
    }
    assert_eq!(world.rows("SELECT * FROM change_log"), log);
    let kept = world.count("SELECT count(*) FROM verdicts");
    assert!(kept <= i64::try_from(domain::limits::VERDICTS_MAX).expect("few"), "{kept} verdicts");
    let note = world.kit.add_note("life goes on");
    phone.edit(&mut world.kit, job, &note);
    phone.sync(&mut world.kit, &world.core).await;
    phone.assert_agrees(&world);
}
