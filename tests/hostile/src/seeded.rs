//! The fuzz targets without a fuzzer: scripts drawn from a seed, and those of the
//! corpus bent. It finds less than libFuzzer in the same time, but runs everywhere.

use testkit::Rng;

use crate::mutate::bend_bytes;
use crate::script::Script;

/// The longest script that is drawn.
const SCRIPT_BYTES_MAX: usize = 80;

/// Inputs without end.
#[derive(Debug)]
pub struct Seeded {
    rng: Rng,
    corpus: Vec<Vec<u8>>,
}

impl Seeded {
    /// Everything follows from the seed and the corpus.
    #[must_use]
    pub fn new(seed: u64, corpus: Vec<Vec<u8>>) -> Self {
        Self { rng: Rng::new(seed), corpus }
    }

    fn drawn(&mut self) -> Vec<u8> {
        let length = 1 + self.rng.index(SCRIPT_BYTES_MAX);
        (0..length).map(|_| self.rng.bytes::<1>()[0]).collect()
    }
}

impl Iterator for Seeded {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let drawn = self.drawn();
        if self.corpus.is_empty() || self.rng.chance(1, 2) {
            return Some(drawn);
        }
        let index = self.rng.index(self.corpus.len());
        let bends = 1 + self.rng.index(3);
        self.corpus.get(index).map(|kept| bend_bytes(&mut Script::new(&drawn), kept, bends))
    }
}
