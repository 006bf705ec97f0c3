//! Comparisons and returned changes as hostile or broken phones send them, and what a
//! phone of version 1 hears.

use domain::{ActorId, Hash32};
use sync_server::error::CoreError;
use sync_server::sync::exchange;
use testkit::Person;
use wire::{
    Bytes, DocDetail, DocName, ErrorCode, Hash, Outcome, Owner, Receipt, Repair, Return, ScopePrints,
    SyncRequest, SyncResponse,
};

use crate::phone::Phone;
use crate::world::{World, session_of};

fn asking(repair: Repair) -> SyncRequest {
    SyncRequest { version: 2, repair: Some(repair), ..SyncRequest::default() }
}

async fn ask(world: &World, person: &Person, request: SyncRequest) -> Result<SyncResponse, CoreError> {
    exchange(&world.core, &session_of(person), request).await
}

fn scope(prints: Vec<u8>) -> Repair {
    let scope = ScopePrints { prints, ..ScopePrints::default() };
    Repair { key: vec![7; 16], scope: Some(scope), ..Repair::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_or_half_is_refused_as_a_whole() {
    let mut world = World::new(600);
    let technician = world.kit.technician();
    let detail =
        |bytes| DocDetail { doc: domain::DocId::from_uuid(domain::Uuid::nil()), prints: vec![1; bytes] };
    let details =
        |details: Vec<DocDetail>| Repair { key: vec![7; 16], details: Some(details), ..Repair::default() };
    let returning = |receipts| {
        let doc = domain::DocId::from_uuid(domain::Uuid::nil());
        let given = Return { doc, kind: domain::DocKind::Job, changes: Vec::new(), receipts: Some(receipts) };
        SyncRequest { version: 2, returns: Some(vec![given]), ..SyncRequest::default() }
    };
    let receipt =
        |heads: usize| Receipt { heads: vec![Hash(Hash32::from_bytes([1; 32])); heads], mac: vec![0; 16] };
    let owner = Owner { actor: ActorId::from_bytes([1; 16]), user: None, device: None, mac: Vec::new() };
    for request in [
        asking(scope(vec![1; 8 * 8_193])),
        asking(scope(vec![1; 7])),
        asking(Repair { key: vec![1; 65], ..Repair::default() }),
        asking(details(vec![detail(8); 257])),
        asking(details(vec![detail(9)])),
        asking(details(vec![detail(8 * 65_537)])),
        returning(vec![receipt(1); 65]),
        returning(vec![receipt(257)]),
        SyncRequest { version: 2, owners: Some(vec![owner; 10_001]), ..SyncRequest::default() },
    ] {
        let refused = ask(&world, &technician, request).await.expect_err("refused");
        assert_eq!(refused.code(), ErrorCode::Invalid, "{refused}");
    }
    assert!(ask(&world, &technician, asking(scope(vec![1; 8 * 8_192]))).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comparison_tells_nothing_of_documents_outside_the_scope() {
    let mut world = World::new(601);
    let office = world.dispatcher();
    let (owner, stranger) = (world.kit.technician(), world.kit.technician());
    let job = world.job_for(&office, Some(owner.user), "pump").await;
    let mine = ask(&world, &owner, asking(scope(Vec::new()))).await.expect("answered");
    assert_eq!(mine.repair.expect("compared").differing, Some(vec![DocName(job)]));
    let theirs =
        ask(&world, &stranger, asking(scope(vec![1; 8]))).await.expect("answered").repair.expect("compared");
    assert_eq!((theirs.differing, theirs.unmatched), (None, Some(vec![1; 8])));
    let detail = DocDetail { doc: job, prints: Vec::new() };
    let details = Repair { key: vec![7; 16], details: Some(vec![detail]), ..Repair::default() };
    let answer = ask(&world, &stranger, asking(details)).await.expect("answered");
    let events = answer.events.unwrap_or_default();
    assert!(events.iter().all(|event| matches!(event.what, wire::DocHappening::Leave { .. })), "{events:?}");
}

/// Taken out once: with `receipts::holds` answering yes to every receipt, the
/// stranger's copy was accepted in its author's name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn returned_changes_without_a_word_are_judged_as_the_sessions_own() {
    let mut world = World::new(602);
    let office = world.dispatcher();
    let mut phone = Phone::new(world.kit.technician());
    let stranger = world.kit.technician();
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    let note = world.kit.add_note("mine");
    phone.edit(&mut world.kit, job, &note);
    let (_, kind, change) = phone.outbox[0].clone();
    let given = Return {
        doc: job,
        kind,
        changes: vec![Bytes(change.bytes.clone())],
        receipts: Some(vec![Receipt { heads: vec![Hash(change.hash)], mac: vec![0; 16] }]),
    };
    let owner = Owner {
        actor: phone.docs[&job].header_of(change.hash).expect("there").actor,
        user: Some(phone.person.user.as_bytes().to_vec()),
        device: Some(phone.person.device.as_bytes().to_vec()),
        mac: vec![0; 16],
    };
    let request = SyncRequest {
        version: 2,
        returns: Some(vec![given]),
        owners: Some(vec![owner]),
        ..SyncRequest::default()
    };
    let answer = ask(&world, &stranger, request.clone()).await.expect("answered");
    let verdicts = answer.verdicts.expect("judged");
    assert!(matches!(verdicts[0].outcome, Outcome::Refused { .. }), "{verdicts:?}");
    // Its author may send it this way too: it is his own.
    let answer = ask(&world, &phone.person, request).await.expect("answered");
    assert_eq!(answer.verdicts.expect("judged")[0].outcome, Outcome::Accepted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_void_cursor_is_told_to_version_2_and_starts_version_1_cold() {
    let mut world = World::new(603);
    let office = world.dispatcher();
    let technician = world.kit.technician();
    world.job_for(&office, Some(technician.user), "pump").await;
    let request = |version| SyncRequest {
        version,
        epoch: Some(vec![9; 8]),
        cursor: Some(vec![1; 25]),
        ..SyncRequest::default()
    };
    let old = ask(&world, &technician, request(1)).await.expect("answered");
    assert_eq!((old.void, old.total), (None, Some(1)));
    assert!(old.owners.is_none() && old.events.expect("whole")[0].receipt.is_none());
    let new = ask(&world, &technician, request(2)).await.expect("answered");
    assert_eq!((new.void, new.total, new.events), (Some(true), None, None));
    assert_eq!(new.epoch, Some(world.core.epoch().to_vec()));
}
