//! What a power cut leaves of one file.

use super::Mercy;
use crate::Rng;

/// The unit that a drive writes whole or not at all.
const SECTOR_BYTES: usize = 512;

/// Whether a file's name survives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Its folder was flushed since it was made.
    Lasting,
    /// It was not: the file may be gone after a cut.
    New,
    /// It was deleted, and the folder not flushed since: it may be back.
    Deleted,
}

/// A file as the disk has it, beside the real one that programs see.
#[derive(Debug, Clone)]
pub(super) struct DiskFile {
    flushed: Vec<u8>,
    pending: Vec<Pending>,
    name: Name,
}

/// Something not yet flushed.
#[derive(Debug, Clone)]
enum Pending {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { to: usize },
}

impl DiskFile {
    pub(super) fn new(flushed: Vec<u8>, name: Name) -> Self {
        Self { flushed, pending: Vec::new(), name }
    }

    pub(super) fn is_deleted(&self) -> bool {
        self.name == Name::Deleted
    }

    pub(super) fn delete(&mut self) {
        self.name = Name::Deleted;
    }

    pub(super) fn flush_name(&mut self) {
        self.name = Name::Lasting;
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) {
        self.pending.push(Pending::Write { at, bytes: bytes.to_vec() });
    }

    pub(super) fn truncate(&mut self, to: usize) {
        self.pending.push(Pending::Truncate { to });
    }

    pub(super) fn flush(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.flushed);
        }
    }

    /// A flush that fails: what was to be written never will be, although
    /// programs still read it.
    pub(super) fn lose(&mut self) {
        self.pending.clear();
    }

    /// What is left after a cut; none if the file is not there.
    pub(super) fn after_cut(&self, rng: &mut Rng, mercy: Mercy) -> Option<Vec<u8>> {
        let is_there = match (self.name, mercy) {
            (Name::Lasting, _) => true,
            (Name::New, Mercy::None) | (Name::Deleted, Mercy::All) => false,
            (Name::New, Mercy::All) | (Name::Deleted, Mercy::None) => true,
            (_, Mercy::Some) => rng.chance(1, 2),
        };
        if !is_there {
            return None;
        }
        let mut content = self.flushed.clone();
        for change in &self.pending {
            match mercy {
                Mercy::None => {}
                Mercy::All => change.clone().apply(&mut content),
                Mercy::Some => change.apply_in_part(rng, &mut content),
            }
        }
        Some(content)
    }
}

impl Pending {
    fn apply(self, content: &mut Vec<u8>) {
        match self {
            Self::Write { at, bytes } => put(content, at, &bytes),
            Self::Truncate { to } => content.resize(to, 0),
        }
    }

    /// Whole, not at all, or sector by sector.
    fn apply_in_part(&self, rng: &mut Rng, content: &mut Vec<u8>) {
        match (rng.below(4), self) {
            (0, _) => {}
            (1, Self::Write { at, bytes }) => {
                let mut at = *at;
                let mut rest = bytes.as_slice();
                while !rest.is_empty() {
                    let (sector, later) = rest.split_at((SECTOR_BYTES - at % SECTOR_BYTES).min(rest.len()));
                    if rng.chance(1, 2) {
                        put(content, at, sector);
                    }
                    at += sector.len();
                    rest = later;
                }
            }
            _ => self.clone().apply(content),
        }
    }
}

fn put(content: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if content.len() < end {
        content.resize(end, 0);
    }
    if let Some(place) = content.get_mut(at..end) {
        place.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::{DiskFile, Mercy, Name};
    use crate::Rng;

    #[test]
    fn what_was_flushed_stays_and_the_rest_may_go() {
        let mut file = DiskFile::new(vec![1; 1024], Name::Lasting);
        file.write(0, &[2; 512]);
        file.flush();
        file.write(512, &[3; 512]);
        let mut rng = Rng::new(1);
        let none = file.after_cut(&mut rng, Mercy::None).expect("it is there");
        assert_eq!((none[0], none[512]), (2, 1));
        let all = file.after_cut(&mut rng, Mercy::All).expect("it is there");
        assert_eq!((all[0], all[512]), (2, 3));
        let seen: std::collections::BTreeSet<u8> = (0..50)
            .map(|_| file.after_cut(&mut rng, Mercy::Some).expect("it is there"))
            .inspect(|content| assert_eq!(content[0], 2, "flushed"))
            .map(|content| content[512])
            .collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [1, 3], "some cuts keep it and some do not");
    }

    #[test]
    fn a_write_is_torn_at_sectors_only() {
        let mut file = DiskFile::new(vec![0; 2048], Name::Lasting);
        file.write(100, &[9; 1500]);
        let mut rng = Rng::new(2);
        let mut torn = 0;
        for _ in 0..200 {
            let content = file.after_cut(&mut rng, Mercy::Some).expect("it is there");
            let pieces =
                [&content[100..512], &content[512..1024], &content[1024..1536], &content[1536..1600]];
            assert!(pieces.iter().all(|piece| piece.iter().all(|byte| *byte == piece[0])));
            torn += u32::from(pieces.iter().any(|piece| piece[0] != pieces[0][0]));
        }
        assert!(torn > 0);
    }

    #[test]
    fn a_failed_flush_loses_what_it_was_to_write() {
        let mut file = DiskFile::new(vec![0; 4], Name::Lasting);
        file.write(0, &[7; 4]);
        file.lose();
        file.flush();
        assert_eq!(file.after_cut(&mut Rng::new(3), Mercy::All), Some(vec![0; 4]));
    }

    #[test]
    fn a_name_lasts_once_its_folder_is_flushed() {
        let mut rng = Rng::new(4);
        let mut file = DiskFile::new(Vec::new(), Name::New);
        assert_eq!(file.after_cut(&mut rng, Mercy::None), None);
        file.flush_name();
        assert_eq!(file.after_cut(&mut rng, Mercy::None), Some(Vec::new()));
        file.delete();
        assert_eq!(file.after_cut(&mut rng, Mercy::None), Some(Vec::new()), "deleted, not flushed");
        assert_eq!(file.after_cut(&mut rng, Mercy::All), None);
    }
}
