//! Exact numbers and their texts.

use proptest::prelude::*;
use scoring::Trillionths;

use crate::common::decimal;

#[test]
fn numbers_are_written_as_decimals() {
    for text in ["0", "0.925", "-0.5", "31.74", "0.000000000001", "412000000", "-1.5"] {
        assert_eq!(decimal(text).to_string(), text);
    }
    assert_eq!(decimal("1.500"), decimal("1.5"));
    for wrong in
        ["", ".", "1.", ".5", "1e3", "+1", "0.0000000000001", "1 000", "1000000000000000000", "NaN", "--1"]
    {
        assert!(wrong.parse::<Trillionths>().is_err(), "{wrong}");
    }
}

#[test]
fn a_ratio_is_rounded_half_up_and_never_divides_by_nothing() {
    assert_eq!(Trillionths::ratio(2, 3), Some(decimal("0.666666666667")));
    assert_eq!(Trillionths::ratio(1, 2_000_000_000_000), Some(decimal("0.000000000001")));
    assert_eq!(Trillionths::ratio(-1, 2_000_000_000_000), Some(Trillionths::ZERO));
    assert_eq!(Trillionths::ratio(1, 0), None);
    assert_eq!(Trillionths::ratio(1, -4), None);
}

#[test]
fn floats_become_the_nearest_unit() {
    assert_eq!(Trillionths::from_f64(31.74), Some(decimal("31.74")));
    assert_eq!(Trillionths::from_f64(412_000_000.0), Some(decimal("412000000")));
    assert_eq!(Trillionths::from_f64(-0.0), Some(Trillionths::ZERO));
    for wrong in [f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(Trillionths::from_f64(wrong), None);
    }
}

proptest! {
    #[test]
    fn a_number_survives_its_text(units in -900_000_000_000_000_000_000_000_i128..900_000_000_000_000_000_000_000) {
        let number = Trillionths::from_units(units);
        prop_assert_eq!(decimal(&number.to_string()), number);
    }
}
