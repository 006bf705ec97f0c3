//! What parts cost elsewhere.

use domain::{AgencyId, Uuid};
use proptest::prelude::*;
use scoring::{JobMix, PartsNorm};

fn agency(number: u128) -> AgencyId {
    AgencyId::from_uuid(Uuid::from_u128(number))
}

fn mix(model_group: &str) -> JobMix {
    JobMix { job_type: "repair".into(), model_group: model_group.into() }
}

/// Nobody is measured by himself.
#[test]
fn the_norm_leaves_out_who_is_judged() {
    let mut norm = PartsNorm::default();
    norm.add(&mix("oven"), agency(1), 9_000_000);
    assert_eq!(norm.expected(&mix("oven"), agency(1)), None, "nobody else has done one");
    norm.add(&mix("oven"), agency(2), 100);
    norm.add(&mix("oven"), agency(3), 201);
    assert_eq!(norm.expected(&mix("oven"), agency(1)), Some(151), "150.5, half-up");
    assert_eq!(norm.expected(&mix("oven"), agency(2)), Some(4_500_101));
    assert_eq!(norm.expected(&mix("fridge"), agency(2)), None);
}

proptest! {
    #[test]
    fn jobs_come_and_go_in_any_order(jobs in prop::collection::vec((0_u128..4, 0_i64..1_000, any::<bool>()), 0..40)) {
        let (mut busy, mut plain) = (PartsNorm::default(), PartsNorm::default());
        for (number, cost, _) in jobs.iter().rev() {
            busy.add(&mix("oven"), agency(*number), *cost);
        }
        for (number, cost, stays) in &jobs {
            if *stays {
                plain.add(&mix("oven"), agency(*number), *cost);
            } else {
                busy.remove(&mix("oven"), agency(*number), *cost);
            }
        }
        prop_assert_eq!(busy, plain);
    }
}
