//! Ratings, scores, award and travel: the worked examples of the rules' page, and
//! the corners around them.
//!
//! Each protection was taken out once, the tests below were seen to fail, and it
//! was put back:
//!
//! | taken out | failed |
//! |---|---|
//! | taking back a job of the parts, or a square of a survey | `incremental_equals_rebuilt`; surveys in any order |
//! | excluded rows add nothing | `months`, `selection`: `closed_jobs: 1` for `0` |
//! | closed jobs stay in a leave-one-out | `months`: `1.834283804065251 is not 1.863352` |
//! | the cap of the band, coverage of 60 %, at most 15 points, five jobs for parts | `corners`: `Some(A)`, not rated, `20`, `1.04…` |
//! | half of the weights answered, the size of a pool | `ratings`: `Some(1)` for `None`, `true` for `false` |
//! | a final score does not change, rules of a frozen month, open objections, freezing first | `lifecycle`: 4 versions for 2, `Ok(())`, `Final` for `Frozen`, `[]` |
//! | fewer repeats are better, nothing is worse than any | `award`: `[1]` for `[2]`, `[1, 2]` for `[1]` |
//! | the thirtieth day, the same device, one survey a job | `selection`: `Met` for `Missed`, `Missed` for excluded |
//! | tolerance up to its edge, rounding half-up, caps not below nothing, the part of the city | `travel` |
//! | the largest remainder | `split`: `[1, 0, 0]` for `[0, 1, 0]` |
//! | weights that sum to 100 | `rules` |

#![expect(clippy::unwrap_used, reason = "tests may panic")]

mod award;
mod common;
mod corners;
mod incremental;
mod lifecycle;
mod months;
mod norm;
mod ratings;
mod rules;
mod selection;
mod split;
mod travel;
mod trillionths;
