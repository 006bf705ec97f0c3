//! A string of bytes read as decisions. A fuzzer bends the bytes, and with them
//! what is built; when they run out, everything else is plain.

/// Numbers at which something changes.
const EDGES: [u64; 16] = [
    0,
    1,
    2,
    3,
    63,
    64,
    65,
    127,
    128,
    255,
    9_999,
    10_001,
    50_000_000,
    0xffff_fffe,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// The decisions that are left.
#[derive(Debug, Clone)]
pub struct Script<'a> {
    rest: &'a [u8],
}

impl<'a> Script<'a> {
    /// Reads decisions off these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether any are left.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// One byte; 0 at the end.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// A number below `end`, which is at least 1.
    pub fn below(&mut self, end: usize) -> usize {
        let wide = if end > 256 { usize::from(self.byte()) << 8 } else { 0 };
        (wide | usize::from(self.byte())) % end.max(1)
    }

    /// Once in so many times, at most 256; and at the end.
    pub fn one_in(&mut self, times: u8) -> bool {
        self.byte().is_multiple_of(times.max(1))
    }

    /// One of several.
    pub fn pick<'b, T>(&mut self, of: &'b [T]) -> Option<&'b T> {
        if of.is_empty() { None } else { of.get(self.below(of.len())) }
    }

    /// A number at an edge, or near the given one.
    pub fn number(&mut self, near: u64) -> u64 {
        match self.byte() {
            choice @ 0..128 => EDGES.get(usize::from(choice) % EDGES.len()).copied().unwrap_or(0),
            choice => near.wrapping_add(u64::from(choice)).wrapping_sub(192),
        }
    }

    /// All that is left.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// So many bytes, fewer at the end.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }
}
