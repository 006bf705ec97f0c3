//! What happens in one run, step by step. A plan follows from its seed; it can
//! be written down, shortened, and played again.
//!
//! Each step carries its own randomness (`salt`) and names what it touches by a
//! number that is taken modulo what there is, so that a plan still means
//! something after steps were dropped from it.

use serde::{Deserialize, Serialize};
use testkit::Rng;
use wire::PROTOCOL_VERSION;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The seed that it came from; all ids follow from it.
    pub seed: u64,
    /// Technicians, each with a phone at first.
    pub technicians: u32,
    /// How many of them have a second phone.
    #[serde(default)]
    pub second_phones: u32,
    /// Jobs that the office registers before the run.
    pub jobs: u32,
    /// How many messages of a thousand meet something on their way.
    pub noise: u64,
    /// What happens.
    pub steps: Vec<Step>,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "the fields are the same everywhere: whom it concerns, its randomness, how far"
)]
pub enum Step {
    /// A technician does what an honest person would do next.
    Edit { phone: u32, salt: u64 },
    /// A technician registers a job or begins a trip.
    Create { phone: u32, salt: u64 },
    /// An app whose policy is older lets through what the server refuses.
    Overstep { phone: u32, salt: u64 },
    /// A technician decides on what needs attention, on any phone where something
    /// does.
    Attend { salt: u64 },
    /// A technician works on one job: some edits in a row.
    Visit { phone: u32, salt: u64 },
    /// A technician ends a job on one phone and the office closes it, while on
    /// another of his phones, which has not heard of it, work goes on.
    GoOn { salt: u64 },
    /// A phone exchanges everything on a quiet line.
    SyncNow { phone: u32 },
    /// A phone begins an exchange; its messages wait for `Deliver`.
    Sync { phone: u32 },
    /// So many messages that are under way arrive, or do not.
    Deliver { count: u32, salt: u64 },
    /// A phone has waited long enough; what it sent may still arrive.
    GiveUp { phone: u32 },
    /// The dispatcher registers, assigns, edits, closes, cancels.
    Office { salt: u64 },
    /// The representative writes a note or calls a customer.
    Agency { salt: u64 },
    /// The dispatcher decides on something in the inbox.
    Decide { salt: u64 },
    /// The hostile device tries something.
    Attack { salt: u64 },
    /// The phone's process dies at the so many-th call to its disk from now.
    CrashPhone { phone: u32, calls: u64 },
    /// The same with the power: what was not flushed may be gone.
    CutPhone { phone: u32, calls: u64, salt: u64 },
    /// The phone's process dies now, and, if not 0, once more at the so many-th
    /// call while it starts again.
    KillPhone { phone: u32, calls: u64 },
    /// The server's process dies at the so many-th call to its disk from now.
    CrashServer { calls: u64 },
    /// The same with the power.
    CutServer { calls: u64, salt: u64 },
    /// The server's process dies now, and, if not 0, once more at the so many-th
    /// call while it starts again.
    KillServer { calls: u64 },
    /// The phone's app is closed in order; if not 0, it dies over it at the so
    /// many-th call.
    ClosePhone { phone: u32, calls: u64 },
    /// The server is closed in order; if not 0, it dies over it at the so many-th
    /// call.
    CloseServer { calls: u64 },
    /// The phone's disk is full after so many more calls.
    FillPhone { phone: u32, calls: u64 },
    /// There is room again.
    ClearPhone { phone: u32 },
    /// The server's disk is full after so many more calls.
    FillServer { calls: u64 },
    /// There is room again.
    ClearServer,
    /// A phone's clock jumps.
    Jump { phone: u32, ms: i64 },
    /// Time passes.
    Wait { ms: i64 },
    /// The office blocks a phone.
    Revoke { phone: u32 },
    /// The office blocks a person, or lets them in again.
    Bar { phone: u32 },
    /// A phone is enrolled anew.
    Enrol { phone: u32 },
    /// A copy is made of the server's data.
    BackUpServer,
    /// The server is put back to one of its copies.
    RestoreServer { which: u32 },
    /// A copy is made of a phone's data.
    BackUpPhone { phone: u32 },
    /// A phone is put back to its copy.
    RestorePhone { phone: u32, how: Restore },
    /// A phone's data is copied to another phone, and both go on.
    ClonePhone { phone: u32 },
    /// From now on the phone's app is of another version of the protocol.
    Speak { phone: u32, version: u16 },
}

/// How a phone is put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restore {
    /// All files by their copies.
    Everything,
    /// The database alone.
    DatabaseOnly,
    /// Block by block, so that nothing on the phone tells.
    DiskImage,
}

/// How likely each kind of step is in one run.
struct Temper {
    weights: Vec<(u64, Kind)>,
    total: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Edit,
    Visit,
    SyncNow,
    Create,
    Overstep,
    Attend,
    GoOn,
    Sync,
    Deliver,
    GiveUp,
    Office,
    Agency,
    Decide,
    Attack,
    PhoneDies,
    ServerDies,
    PhoneFull,
    ServerFull,
    Time,
    Rights,
    ServerBackup,
    PhoneBackup,
    Version,
}

/// What every run has.
const ALWAYS: &[(u64, Kind)] = &[
    (16, Kind::Edit),
    (12, Kind::Visit),
    (3, Kind::Create),
    (14, Kind::Sync),
    (8, Kind::SyncNow),
    (22, Kind::Deliver),
    (1, Kind::GiveUp),
    (14, Kind::Office),
    (1, Kind::Time),
];
/// What some runs have: each with a probability of its own, so that rare faults
/// meet each other often enough and do not drown in one another.
const SOMETIMES: &[(u64, Kind)] = &[
    (7, Kind::Overstep),
    (5, Kind::Attend),
    (2, Kind::GoOn),
    (3, Kind::Agency),
    (6, Kind::Decide),
    (6, Kind::Attack),
    (6, Kind::PhoneDies),
    (4, Kind::ServerDies),
    (3, Kind::PhoneFull),
    (2, Kind::ServerFull),
    (4, Kind::Time),
    (3, Kind::Rights),
    (4, Kind::ServerBackup),
    (4, Kind::PhoneBackup),
    (2, Kind::Version),
];

/// Of apps: one that is too old, the version before, the present one, the next.
const VERSIONS: &[u16] = &[0, PROTOCOL_VERSION - 1, PROTOCOL_VERSION, PROTOCOL_VERSION + 1];
const STEPS_MIN: i64 = 25;
const STEPS_MAX: i64 = 90;

impl Plan {
    /// The plan of a seed.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let temper = Temper::of(&mut rng);
        // Most organisations are small: more phones cost time and find little more.
        let technicians = if rng.chance(1, 12) { rng.between(5, 9) } else { rng.between(2, 3) };
        let second_phones = if rng.chance(1, 3) { 1 } else { 0 };
        let jobs = rng.between(1, 4);
        let noise = if rng.chance(1, 4) { 0 } else { rng.below(500) };
        let length = rng.between(STEPS_MIN, STEPS_MAX);
        let mut steps = Vec::new();
        if temper.has(Kind::ServerBackup) {
            steps.push(Step::BackUpServer);
        }
        for _ in 0..length {
            temper.add_step(&mut rng, &mut steps);
        }
        let small = |value: i64| u32::try_from(value).unwrap_or(1);
        Self { seed, technicians: small(technicians), second_phones, jobs: small(jobs), noise, steps }
    }
}

impl Temper {
    fn of(rng: &mut Rng) -> Self {
        let mut weights = ALWAYS.to_vec();
        weights.extend(SOMETIMES.iter().filter(|_| rng.chance(2, 5)));
        let total = weights.iter().map(|(weight, _)| weight).sum();
        Self { weights, total }
    }

    fn has(&self, wanted: Kind) -> bool {
        self.weights.iter().any(|(_, kind)| *kind == wanted)
    }

    fn add_step(&self, rng: &mut Rng, steps: &mut Vec<Step>) {
        let mut ticket = rng.below(self.total);
        let mut kind = Kind::Edit;
        for (weight, candidate) in &self.weights {
            if ticket < *weight {
                kind = *candidate;
                break;
            }
            ticket -= weight;
        }
        match kind {
            Kind::Attend if rng.chance(2, 5) => steps.extend(offer_to_office(rng)),
            kind => steps.push(step_of(kind, rng)),
        }
    }
}

/// What has to come together before the office decides on a refused edit.
fn offer_to_office(rng: &mut Rng) -> [Step; 5] {
    let phone = some_phone(rng);
    [
        Step::Overstep { phone, salt: rng.bits() },
        Step::SyncNow { phone },
        Step::Attend { salt: rng.bits() },
        Step::SyncNow { phone },
        Step::Decide { salt: rng.bits() },
    ]
}

fn some_phone(rng: &mut Rng) -> u32 {
    u32::try_from(rng.below(64)).unwrap_or(0)
}

fn step_of(kind: Kind, rng: &mut Rng) -> Step {
    let phone = some_phone(rng);
    let salt = rng.bits();
    match kind {
        Kind::Edit => Step::Edit { phone, salt },
        Kind::Visit => Step::Visit { phone, salt },
        Kind::SyncNow => Step::SyncNow { phone },
        Kind::Create => Step::Create { phone, salt },
        Kind::Overstep => Step::Overstep { phone, salt },
        Kind::Attend => Step::Attend { salt },
        Kind::GoOn => Step::GoOn { salt },
        Kind::Sync => Step::Sync { phone },
        Kind::Deliver => Step::Deliver { count: u32::try_from(1 + rng.below(6)).unwrap_or(1), salt },
        Kind::GiveUp => Step::GiveUp { phone },
        Kind::Office => Step::Office { salt },
        Kind::Agency => Step::Agency { salt },
        Kind::Decide => Step::Decide { salt },
        Kind::Attack => Step::Attack { salt },
        Kind::PhoneDies => phone_dies(phone, salt, rng),
        Kind::ServerDies => server_dies(salt, rng),
        Kind::PhoneFull if rng.chance(1, 2) => Step::FillPhone { phone, calls: rng.below(120) },
        Kind::PhoneFull => Step::ClearPhone { phone },
        Kind::ServerFull if rng.chance(1, 2) => Step::FillServer { calls: rng.below(120) },
        Kind::ServerFull => Step::ClearServer,
        Kind::Time => time(phone, rng),
        Kind::Rights => rights(phone, rng),
        Kind::ServerBackup if rng.chance(2, 5) => Step::BackUpServer,
        Kind::ServerBackup => Step::RestoreServer { which: phone },
        Kind::PhoneBackup => phone_backup(phone, rng),
        Kind::Version => Step::Speak { phone, version: *rng.pick(VERSIONS) },
    }
}

/// An edit makes some 60 calls, an exchange some 150.
fn phone_dies(phone: u32, salt: u64, rng: &mut Rng) -> Step {
    match rng.below(5) {
        4 => Step::ClosePhone { phone, calls: rng.below(3) * rng.below(60) },
        0 => Step::KillPhone { phone, calls: rng.below(3) * rng.below(60) },
        1 => Step::CutPhone { phone, calls: 1 + rng.below(250), salt },
        _ => Step::CrashPhone { phone, calls: 1 + rng.below(250) },
    }
}

fn server_dies(salt: u64, rng: &mut Rng) -> Step {
    match rng.below(5) {
        4 => Step::CloseServer { calls: rng.below(3) * rng.below(60) },
        0 => Step::KillServer { calls: rng.below(3) * rng.below(60) },
        1 => Step::CutServer { calls: 1 + rng.below(250), salt },
        _ => Step::CrashServer { calls: 1 + rng.below(250) },
    }
}

fn time(phone: u32, rng: &mut Rng) -> Step {
    const HOUR: i64 = 3_600_000;
    const YEAR: i64 = 365 * 24 * HOUR;
    match rng.below(5) {
        0 => Step::Jump { phone, ms: rng.between(-4 * YEAR, 4 * YEAR) },
        1 => Step::Jump { phone, ms: rng.between(-HOUR, HOUR) },
        2 => Step::Wait { ms: rng.between(1, 20 * HOUR) },
        3 => Step::Wait { ms: rng.between(24 * HOUR, 40 * 24 * HOUR) },
        _ => Step::Wait { ms: rng.between(1, 60_000) },
    }
}

fn rights(phone: u32, rng: &mut Rng) -> Step {
    match rng.below(5) {
        0 => Step::Revoke { phone },
        1 | 2 => Step::Bar { phone },
        _ => Step::Enrol { phone },
    }
}

fn phone_backup(phone: u32, rng: &mut Rng) -> Step {
    match rng.below(6) {
        0..=2 => Step::BackUpPhone { phone },
        3 => Step::ClonePhone { phone },
        _ => {
            let how = *rng.pick(&[Restore::Everything, Restore::DatabaseOnly, Restore::DiskImage]);
            Step::RestorePhone { phone, how }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;

    #[test]
    fn a_plan_follows_from_its_seed_and_survives_being_written_down() {
        let plan = Plan::of(7);
        assert_eq!(plan, Plan::of(7));
        assert_ne!(plan, Plan::of(8));
        let json = serde_json::to_string(&plan).expect("it is data");
        assert_eq!(serde_json::from_str::<Plan>(&json).expect("reads"), plan);
    }
}
