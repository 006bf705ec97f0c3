//! Sharing an amount so that the shares are whole and sum exactly.

/// An amount that cannot be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitProblem {
    /// Nobody is there to take a share.
    #[error("there is an amount to share and nobody to share it")]
    Nobody,
    /// Less than nothing is shared.
    #[error("a negative amount is not shared")]
    Negative,
}

impl SplitProblem {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nobody => "split.nobody",
            Self::Negative => "split.negative",
        }
    }
}

/// Shares `total` by `weights`: everybody gets the whole part of his share, and
/// what is left goes one by one to the largest remainders, the first of equals
/// first. Where nobody weighs anything (a tour inside the city has no chargeable
/// distance) the shares are equal.
///
/// # Errors
/// [`SplitProblem`], without any share.
pub fn split_by_largest_remainder(total: i64, weights: &[u64]) -> Result<Vec<i64>, SplitProblem> {
    if total < 0 {
        return Err(SplitProblem::Negative);
    }
    if weights.is_empty() {
        return if total == 0 { Ok(Vec::new()) } else { Err(SplitProblem::Nobody) };
    }
    let total = u128::from(total.unsigned_abs());
    let anybody = weights.iter().any(|weight| *weight > 0);
    let weight = |given: &u64| if anybody { u128::from(*given) } else { 1 };
    let sum: u128 = weights.iter().map(weight).sum();
    let mut shares: Vec<u128> = weights.iter().map(|given| total * weight(given) / sum).collect();
    let left = total - shares.iter().sum::<u128>();

    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|&at| std::cmp::Reverse(total * weight(&weights[at]) % sum));
    // Fewer units are left than there are shares.
    for at in by_remainder.into_iter().zip(0..left).map(|(at, _)| at) {
        shares[at] += 1;
    }
    // No share is larger than the total, which came as an i64.
    Ok(shares.into_iter().map(|share| i64::try_from(share).unwrap_or(i64::MAX)).collect())
}
