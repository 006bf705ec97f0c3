//! What phones and clocks that are late do to deadlines: evidence that may yet come,
//! that comes, or that never will.

use domain::{DocId, EventKind};
use sync_server::deadlines::DeadlineState;
use sync_server::rulebook::Kind;

use crate::deadlines::{HOUR_MS, list, only};
use crate::phone::Phone;
use crate::world::World;

/// A technician with a phone, and a job of his with one clock of two days.
async fn out_of_reach(seed: u64) -> (World, Phone, DocId) {
    let mut world = World::new(seed);
    world.enter(Kind::ClockPolicies, None, &only("first_contact", "elapsed", 48, &[])).await;
    let mut phone = Phone::new(world.kit.technician());
    world.enter_phone(phone.person).await;
    let office = world.dispatcher();
    let job = world.job_for(&office, Some(phone.person.user), "pump").await;
    phone.sync(&mut world.kit, &world.core).await;
    (world, phone, job)
}

/// Seen with the rescinding left out of `tell`: `left: ["breached first_contact
/// pending"]`; with all evidence complete at once: `left:
/// ["breached first_contact complete"]`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_evidence_that_was_in_time_takes_the_breach_back() {
    let (mut world, mut phone, job) = out_of_reach(705).await;
    world.kit.clock.advance_ms(20 * HOUR_MS);
    let contacted = world.kit.record(EventKind::Contacted);
    phone.edit(&mut world.kit, job, &contacted);
    let made_at = world.kit.clock.now();
    world.kit.clock.advance_ms(30 * HOUR_MS);
    world.settle().await;
    assert_eq!(world.told().await, ["breached first_contact pending"]);
    let pending = list(&mut world, DeadlineState::EvidencePending).await;
    assert_eq!(pending.len(), 1);
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(world.told().await, ["breached first_contact pending", "rescinded first_contact complete"]);
    assert_eq!(world.audited(), ["breached", "rescinded"]);
    let met = world.deadline(job, "first_contact").await;
    assert_eq!((met.state.as_str(), met.decided_at), ("met", Some(made_at)));
    world.settle().await;
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(world.audited(), ["breached", "rescinded"], "and that is all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_breach_is_certain_once_every_phone_was_heard_since() {
    let (mut world, mut phone, job) = out_of_reach(706).await;
    let mut second = phone.twin(&mut world.kit);
    let (user, device) = (second.person.user, second.person.device);
    let now = world.core.now();
    let entered = world.core.store().write(move |tx| {
        sync_server::people::insert_device(tx, device, user, "another", wire::DeviceKind::Phone, now)
    });
    entered.await.expect("entered");
    world.kit.clock.advance_ms(49 * HOUR_MS);
    world.settle().await;
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(world.deadline(job, "first_contact").await.evidence.as_deref(), Some("pending"));
    // The other brings an answer, but a late one.
    second.sync(&mut world.kit, &world.core).await;
    let late = world.deadline(job, "first_contact").await;
    assert_eq!(late.evidence.as_deref(), Some("complete"));
    assert_eq!(world.audited(), ["breached", "confirmed"]);
    let contacted = world.kit.record(EventKind::Contacted);
    second.edit(&mut world.kit, job, &contacted);
    second.sync(&mut world.kit, &world.core).await;
    let late = world.deadline(job, "first_contact").await;
    assert_eq!(late.state, "breached");
    assert_eq!(late.answered_at, Some(world.kit.clock.now()));
    assert_eq!(world.audited(), ["breached", "confirmed", "answered_late"]);
    assert_eq!(world.told().await.len(), 2, "an answer that is late is no notice");
}

/// Seen with `unsettle_future` left out: `left: "breached", right: "running"`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_clock_that_was_years_ahead_for_a_moment_does_no_lasting_harm() {
    let mut world = World::new(718);
    world.enter(Kind::ClockPolicies, None, &only("close", "elapsed", 10, &[])).await;
    let office = world.dispatcher();
    let before = world.job_for(&office, None, "before").await;
    world.kit.clock.advance_days(1_500);
    world.settle().await;
    assert_eq!(world.deadline(before, "close").await.state, "breached");
    world.kit.clock.advance_days(-1_500);
    let after = world.job_for(&office, None, "after").await;
    assert_eq!(world.deadline(after, "close").await.state, "running");
    assert_eq!(world.deadline(before, "close").await.state, "running");
    assert_eq!(world.audited(), ["breached", "rescinded"]);
}

/// A phone that lies in the river brings nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_is_revoked_is_not_waited_for() {
    let (mut world, phone, job) = out_of_reach(717).await;
    world.kit.clock.advance_ms(49 * HOUR_MS);
    world.settle().await;
    let (device, now) = (phone.person.device, world.core.now());
    let revoked = world.core.store().write(move |tx| sync_server::people::revoke_device(tx, device, now));
    revoked.await.expect("revoked");
    world.kit.clock.advance_ms(HOUR_MS);
    world.settle().await;
    assert_eq!(world.deadline(job, "first_contact").await.evidence.as_deref(), Some("complete"));
    assert_eq!(world.audited(), ["breached", "confirmed"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_exchange_writes_only_while_somebody_waits() {
    let (mut world, mut phone, _) = out_of_reach(707).await;
    let writes = |world: &World| world.core.store().write_counts().jobs;
    // Whatever was handed in is written by now.
    world.tamper("").await;
    let before = writes(&world);
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(writes(&world), before);
    world.kit.clock.advance_ms(49 * HOUR_MS);
    world.settle().await;
    let before = writes(&world);
    phone.sync(&mut world.kit, &world.core).await;
    phone.sync(&mut world.kit, &world.core).await;
    assert_eq!(writes(&world), before + 1, "once, then everything is heard");
}
