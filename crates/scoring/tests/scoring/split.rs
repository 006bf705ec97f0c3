//! Sharing an amount.

use proptest::prelude::*;
use scoring::{SplitProblem, Tariff, TariffSpec, share_tour, split_by_largest_remainder};

#[test]
fn equal_remainders_go_to_the_first() {
    assert_eq!(split_by_largest_remainder(5, &[1, 1, 1]), Ok(vec![2, 2, 1]));
    assert_eq!(split_by_largest_remainder(1, &[0, 1, 1]), Ok(vec![0, 1, 0]));
    assert_eq!(split_by_largest_remainder(0, &[3, 4]), Ok(vec![0, 0]));
    assert_eq!(split_by_largest_remainder(10, &[7]), Ok(vec![10]));
}

/// A tour inside the city has no chargeable distance: its jobs share equally.
#[test]
fn a_tour_inside_the_city_is_shared_equally() {
    let tariff = Tariff::new(TariffSpec::placeholder("T")).unwrap();
    let share = |total, metres: &[i64]| share_tour(&tariff, scoring::CityClass::B, total, metres);
    assert_eq!(share(1_000_000, &[3_000, 8_000, 10_000]), Ok(vec![333_334, 333_333, 333_333]));
    // Beyond it by what each would have been charged for: 20 and 40 km, and none.
    assert_eq!(share(900, &[30_000, 50_000, 2_000]), Ok(vec![300, 600, 0]));
}

#[test]
fn nothing_is_shared_by_nobody() {
    assert_eq!(split_by_largest_remainder(5, &[]), Err(SplitProblem::Nobody));
    assert_eq!(split_by_largest_remainder(0, &[]), Ok(vec![]));
    assert_eq!(split_by_largest_remainder(-5, &[1]), Err(SplitProblem::Negative));
}

proptest! {
    /// Shares sum exactly, and none is off by a whole unit.
    #[test]
    fn shares_sum_exactly(total in 0..=i64::MAX, weights in prop::collection::vec(0_u64..1_000_000_000, 1..20)) {
        let shares = split_by_largest_remainder(total, &weights).unwrap();
        prop_assert_eq!(shares.iter().map(|share| i128::from(*share)).sum::<i128>(), i128::from(total));
        let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        for (share, weight) in shares.iter().zip(&weights) {
            prop_assert!(*share >= 0);
            if sum > 0 {
                let off = i128::from(*share) * sum - i128::from(total) * i128::from(*weight);
                prop_assert!(off.abs() < sum);
            }
        }
    }
}
