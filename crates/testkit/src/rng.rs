//! Seeded randomness: small, fast, the same on every machine. Not for secrets.

/// A generator of the xoshiro256** family (Blackman and Vigna, 2018), seeded
/// through splitmix64.
#[derive(Debug, Clone)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// A generator whose every value follows from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut mix = seed;
        let mut next = || {
            mix = mix.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut value = mix;
            value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            value ^ (value >> 31)
        };
        Self { state: [next(), next(), next(), next()] }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let (c, d) = (c ^ a, d ^ b);
        let (new_b, new_a) = (b ^ c, a ^ d);
        self.state = [new_a, new_b, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number below `end`, each equally likely but for one part in 2^64 ÷ `end`;
    /// 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        let wide = u128::from(self.bits()) * u128::from(end);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// An index into something of that length.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap_or(u64::MAX))).unwrap_or(0)
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).max(0).unsigned_abs().saturating_add(1);
        low.saturating_add_unsigned(self.below(span))
    }

    /// True `of` times in `out_of`.
    pub fn chance(&mut self, of: u64, out_of: u64) -> bool {
        self.below(out_of) < of
    }

    /// One of the items.
    ///
    /// # Panics
    /// If there is none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let index = self.index(items.len());
        items.get(index).expect("there is something to pick from")
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for piece in bytes.chunks_mut(8) {
            let random = self.bits().to_le_bytes();
            for (byte, random) in piece.iter_mut().zip(random) {
                *byte = random;
            }
        }
        bytes
    }

    /// Puts the items in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.index(last + 1);
            items.swap(last, other);
        }
    }

    /// Another generator, whose values say nothing of this one's: for a part of
    /// a simulation that shall not disturb the others.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::new(self.bits())
    }
}

#[cfg(test)]
mod tests {
    use super::Rng;

    #[test]
    fn values_stay_in_their_bounds_and_reach_both_ends() {
        let mut rng = Rng::new(3);
        let values: Vec<i64> = (0..1_000).map(|_| rng.between(-2, 2)).collect();
        assert!(values.iter().all(|value| (-2..=2).contains(value)));
        assert!(values.contains(&-2) && values.contains(&2));
        assert_eq!(rng.below(1), 0);
        assert_eq!(rng.below(0), 0);
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Rng::new(4).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn the_first_values_are_those_of_the_reference_implementation() {
        // splitmix64 from 0 gives e220a8397b1dcdaf 6e789e6aa1b965f4
        // 06c45d188009454f f88bb8a8724c81ec; xoshiro256** then begins with
        // rotl(b * 5, 7) * 9.
        let mut rng = Rng::new(0);
        let expected = 0x6e78_9e6a_a1b9_65f4_u64.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        assert_eq!(rng.bits(), expected);
    }
}
