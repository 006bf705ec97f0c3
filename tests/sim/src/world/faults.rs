//! Machines that die, disks that fill, clocks that jump, backups that come back.

use domain::Instant;
use rusqlite::Connection;

use super::World;
use crate::failure::Failed;
use crate::machine::{Leaves, copy_folder};
use crate::phone::{DATABASE, Phone};
use crate::plan::{Restore, Step};
use crate::server::Running;

/// At most so many phones; copies stop there.
const PHONES_MAX: usize = 10;
const YEAR_MS: u64 = 365 * 24 * 3_600_000;

impl World {
    /// A step that breaks something.
    pub(crate) fn fault(&mut self, step: Step) -> Result<(), Failed> {
        match step {
            Step::CrashPhone { phone, calls } => self.arm_phone(self.phone(phone), calls, Leaves::Written),
            Step::CutPhone { phone, calls, salt } => {
                self.arm_phone(self.phone(phone), calls, Leaves::Flushed { salt })
            }
            Step::KillPhone { phone, calls } => self.kill_phone(self.phone(phone), calls),
            Step::CrashServer { calls } => self.arm_server(calls, Leaves::Written),
            Step::CutServer { calls, salt } => self.arm_server(calls, Leaves::Flushed { salt }),
            Step::KillServer { calls } => self.kill_server(calls),
            Step::ClosePhone { phone, calls } => self.close_phone(self.phone(phone), calls),
            Step::CloseServer { calls } => self.close_server(calls),
            Step::FillPhone { phone, calls } => {
                self.phones[self.phone(phone)].storage.fill_after(calls);
                Ok(())
            }
            Step::ClearPhone { phone } => {
                self.phones[self.phone(phone)].storage.clear();
                Ok(())
            }
            Step::FillServer { calls } => {
                self.server.storage.fill_after(calls);
                Ok(())
            }
            Step::ClearServer => {
                self.server.storage.clear();
                Ok(())
            }
            Step::Jump { phone, ms } => self.jump(self.phone(phone), ms),
            Step::BackUpServer => self.back_up_server(),
            Step::RestoreServer { which } => self.restore_server(which),
            Step::BackUpPhone { phone } => self.back_up_phone(self.phone(phone)),
            Step::RestorePhone { phone, how } => self.restore_phone(self.phone(phone), how),
            Step::ClonePhone { phone } => self.clone_phone(self.phone(phone)),
            Step::Speak { phone, version } => {
                let number = self.phone(phone);
                self.phones[number].version = (version != wire::PROTOCOL_VERSION).then_some(version);
                self.phones[number].was_without_receipts |= version < wire::PROTOCOL_VERSION_RECEIPTS;
                Ok(())
            }
            _ => Err(Failed::harness("a step that nobody plays")),
        }
    }

    fn arm_phone(&mut self, number: usize, calls: u64, leaves: Leaves) -> Result<(), Failed> {
        if self.wake(number)?.is_some() {
            self.phones[number].storage.die_after(calls, leaves);
            if leaves != Leaves::Written {
                self.reached.count("phone: power cut");
            }
        }
        Ok(())
    }

    fn kill_phone(&mut self, number: usize, calls: u64) -> Result<(), Failed> {
        self.phones[number].kill();
        self.reached.count("phone: killed");
        if calls > 0 {
            self.phones[number].storage.start_again().map_err(Failed::harness)?;
            self.phones[number].storage.die_after(calls, Leaves::Written);
        }
        self.wake(number).map(drop)
    }

    fn close_phone(&mut self, number: usize, calls: u64) -> Result<(), Failed> {
        if calls > 0 && self.phones[number].client.is_some() {
            self.phones[number].storage.die_after(calls, Leaves::Written);
        }
        self.phones[number].close();
        self.reached.count("phone: closed");
        self.count_death(number);
        self.wake(number).map(drop)
    }

    fn close_server(&mut self, calls: u64) -> Result<(), Failed> {
        if calls > 0 && self.server.running.is_some() {
            self.server.storage.die_after(calls, Leaves::Written);
        }
        self.server.close();
        self.reached.count("server: closed");
        self.count_server_death();
        self.server_up().map(drop)
    }

    fn count_server_death(&mut self) {
        if let Some(cut) = self.server.storage.death() {
            self.reached.count(format!("server: died at {:?} of {:?}", cut.call, cut.file));
        }
    }

    fn kill_server(&mut self, calls: u64) -> Result<(), Failed> {
        self.server.kill();
        self.reached.count("server: killed");
        if calls > 0 {
            self.server.storage.start_again().map_err(Failed::harness)?;
            self.server.storage.die_after(calls, Leaves::Written);
        }
        self.server_up().map(drop)
    }

    fn arm_server(&mut self, calls: u64, leaves: Leaves) -> Result<(), Failed> {
        if self.server_up()?.is_some() {
            self.server.storage.die_after(calls, leaves);
            if leaves != Leaves::Written {
                self.reached.count("server: power cut");
            }
        }
        Ok(())
    }

    /// The running server, started if it is not; none if its disk is full.
    pub(crate) fn server_up(&mut self) -> Result<Option<Running>, Failed> {
        self.server_may_have_died();
        for _ in 0..3 {
            if let Some(running) = &self.server.running {
                return Ok(Some(running.clone()));
            }
            if self.server.storage.is_dead() {
                self.server.storage.start_again().map_err(Failed::harness)?;
            }
            match self.server.start() {
                Ok(()) => self.note("the server starts"),
                Err(error) => {
                    self.note(&format!("the server does not start: {error}"));
                    if self.server.storage.death().is_none() {
                        return Ok(None);
                    }
                    self.reached.count("server: died while starting");
                    self.server.kill();
                }
            }
        }
        Ok(self.server.running.clone())
    }

    /// If the disk says that the server died, it is dead.
    pub(crate) fn server_may_have_died(&mut self) -> bool {
        if self.server.running.is_none() || self.server.storage.death().is_none() {
            return false;
        }
        self.count_server_death();
        self.note("the server died");
        self.server.kill();
        true
    }

    fn jump(&mut self, number: usize, ms: i64) -> Result<(), Failed> {
        self.phones[number].clock.jump_ms(ms);
        let shows: Instant = self.phones[number].clock.shows();
        if shows.millis().abs_diff(self.clock.now().millis()) > YEAR_MS {
            self.reached.count("phone: clock off by years");
        }
        Ok(())
    }

    fn back_up_server(&mut self) -> Result<(), Failed> {
        self.server.kill();
        self.server.storage.start_again().map_err(Failed::harness)?;
        self.server.back_up()?;
        self.server_up().map(drop)
    }

    fn restore_server(&mut self, which: u32) -> Result<(), Failed> {
        if self.server.backups.is_empty() {
            return Ok(());
        }
        let which = usize::try_from(which).unwrap_or(0) % self.server.backups.len();
        let backup = self.server.backups[which].clone();
        self.server.kill();
        self.server.restore(&backup)?;
        self.restores += 1;
        self.holders = crate::judge::Holders::default();
        self.reached.count("server: restored");
        let database = self.server.look()?;
        let has = "SELECT count(*) FROM change_log WHERE hash = ?1";
        let lost = |hash: domain::ChangeHash| {
            database
                .query_row(has, [hash.as_bytes()], |row| row.get::<_, i64>(0))
                .is_ok_and(|count| count == 0)
        };
        if self.model.all_acknowledged().any(lost) {
            self.reached.count("server: restored with phones ahead");
        }
        drop(database);
        self.server_up().map(drop)
    }

    /// A phone that stands still, with its files as they are.
    fn switch_off(&mut self, number: usize) -> Result<(), Failed> {
        self.phones[number].kill();
        self.phones[number].storage.start_again().map_err(Failed::harness)?;
        // What was cut off is settled before a copy is made.
        self.wake(number)?;
        self.phones[number].kill();
        self.phones[number].storage.start_again().map_err(Failed::harness)
    }

    fn back_up_phone(&mut self, number: usize) -> Result<(), Failed> {
        self.switch_off(number)?;
        let folder = self.phones[number].storage.folder();
        let target = folder.with_file_name(format!("phone-{number}-backup"));
        if target.exists() {
            std::fs::remove_dir_all(&target).map_err(Failed::harness)?;
        }
        copy_folder(folder, &target).map_err(Failed::harness)?;
        self.phones[number].backup = Some((target, self.model.typed_on(number).len()));
        Ok(())
    }

    fn restore_phone(&mut self, number: usize, how: Restore) -> Result<(), Failed> {
        let Some((backup, edits)) = self.phones[number].backup.clone() else { return Ok(()) };
        self.switch_off(number)?;
        let folder = self.phones[number].storage.folder().to_path_buf();
        match how {
            Restore::Everything | Restore::DiskImage => {
                std::fs::remove_dir_all(&folder).map_err(Failed::harness)?;
                copy_folder(&backup, &folder).map_err(Failed::harness)?;
                if how == Restore::DiskImage {
                    forget_the_copy(&folder).map_err(Failed::harness)?;
                    self.reached.count("phone: restored and not recognised");
                }
            }
            Restore::DatabaseOnly => put_database_back(&backup, &folder).map_err(Failed::harness)?,
        }
        self.model.put_back(number, edits);
        self.phones[number].doubtful = None;
        self.phones[number].storage.start_again().map_err(Failed::harness)?;
        self.reached.count("phone: restored");
        self.wake(number).map(drop)
    }

    fn clone_phone(&mut self, number: usize) -> Result<(), Failed> {
        if self.phones.len() >= PHONES_MAX {
            return Ok(());
        }
        self.switch_off(number)?;
        let copy = self.phones.len();
        let storage = self.storage(&format!("phone-{copy}"))?;
        copy_folder(self.phones[number].storage.folder(), storage.folder()).map_err(Failed::harness)?;
        let clock = crate::clocks::MachineClock::right(&self.clock);
        let randomness = crate::clocks::Seeded::from(self.rng.fork());
        let owner = self.phones[number].owner;
        let mut phone = Phone::new(owner, storage, clock, randomness);
        phone.was_without_receipts = self.phones[number].was_without_receipts;
        self.phones.push(phone);
        self.model.copied(number, copy);
        self.reached.count("phone: copied, both go on");
        self.wake(copy).map(drop)
    }
}

fn put_database_back(backup: &std::path::Path, folder: &std::path::Path) -> std::io::Result<()> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let (from, to) = (backup.join(format!("{DATABASE}{end}")), folder.join(format!("{DATABASE}{end}")));
        if to.exists() {
            std::fs::remove_file(&to)?;
        }
        if from.exists() {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

/// Makes a copied folder look as it was left, as one put back block by block
/// does: the marker and what the database knows of it name the new places.
fn forget_the_copy(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let marker = folder.join(format!("{DATABASE}.install"));
    let text = std::fs::read_to_string(&marker)?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if let Some(place) = lines.get_mut(3) {
        *place = identity(&folder.join(DATABASE))?;
    }
    std::fs::write(&marker, lines.join("\n") + "\n")?;
    let metadata = std::fs::metadata(&marker)?;
    let changed = changed(&metadata);
    let imprint = format!("{}@{changed}", identity(&marker)?);
    let database = Connection::open(folder.join(DATABASE))?;
    database.execute("UPDATE install SET marker_change = ?1", [imprint])?;
    Ok(())
}

fn identity(path: &std::path::Path) -> Result<String, Box<dyn std::error::Error>> {
    let metadata = std::fs::metadata(path)?;
    let born = metadata.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let born = born.map_or(0, |since| since.as_nanos());
    Ok(format!("{}:{born}", inode(&metadata)))
}

#[cfg(unix)]
fn inode(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}
#[cfg(not(unix))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

#[cfg(unix)]
fn changed(metadata: &std::fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt;
    format!("{}.{:09}", metadata.ctime(), metadata.ctime_nsec())
}
#[cfg(not(unix))]
fn changed(_: &std::fs::Metadata) -> String {
    String::new()
}
