//! How a request moves (R160): a state machine for each type, as one table that
//! `docs/requests.md` prints and a test goes through cell by cell.

use crate::request::{RequestKind, words};

words! {
    /// Where a request stands.
    RequestStatus {
        /// Registered; nobody has touched it.
        New "new";
        /// Somebody works on it.
        Open "open";
        /// The customer was asked something.
        WaitingCustomer "waiting_customer";
        /// Technical support was asked for a solution.
        WaitingSolution "waiting_solution";
        /// A time was promised, or a visit is planned.
        Scheduled "scheduled";
        /// A complaint that was found admissible.
        Examined "examined";
        /// A complaint on which it was decided.
        Decided "decided";
        /// An interest that the sales department has.
        WithSales "with_sales";
        /// An interest to which an offer was made.
        Offered "offered";
        /// Done and handed over (R172).
        Done "done";
        /// Over.
        Closed "closed";
        /// Called off.
        Cancelled "cancelled";
    }
}

words! {
    /// What moves it.
    Step {
        /// Somebody begins with it.
        Take "take";
        /// It goes to another unit.
        HandOver "hand_over";
        /// The customer is answered.
        Answer "answer";
        /// The customer writes again.
        Reply "reply";
        /// The customer is promised a time.
        Promise "promise";
        /// A visit is made of it.
        Visit "visit";
        /// It waits for the customer.
        Wait "wait";
        /// Technical support is asked.
        AskSolution "ask_solution";
        /// Technical support has answered.
        GiveSolution "give_solution";
        /// A complaint is found admissible.
        Admit "admit";
        /// A complaint is found inadmissible.
        Dismiss "dismiss";
        /// It is decided on a complaint.
        Decide "decide";
        /// An interest goes to the sales department.
        ToSales "to_sales";
        /// The customer gets an offer.
        Offer "offer";
        /// The work is done and handed over.
        Finish "finish";
        /// It is closed.
        Close "close";
        /// It is called off.
        Cancel "cancel";
        /// It is opened again.
        Reopen "reopen";
    }
}

/// So many days after it ended a request can be opened again; then it is a new one.
pub const REOPEN_DAYS: i64 = 30;

impl RequestStatus {
    /// Whether nothing more is to be done.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Closed | Self::Cancelled)
    }
}

/// A step that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadStep {
    /// The steps that would fit now.
    pub fitting: Vec<Step>,
}

/// The status after a step.
///
/// # Errors
///
/// When the step does not fit, with those that would.
pub fn next(kind: RequestKind, status: RequestStatus, step: Step) -> Result<RequestStatus, BadStep> {
    after(kind, status, step).ok_or_else(|| BadStep {
        fitting: Step::ALL.iter().copied().filter(|step| after(kind, status, *step).is_some()).collect(),
    })
}

/// The table. What is over moves by what its customer says and by opening it again.
const fn after(kind: RequestKind, status: RequestStatus, step: Step) -> Option<RequestStatus> {
    use RequestKind as K;
    use RequestStatus as S;
    let is_early = matches!(status, S::New | S::Open | S::WaitingCustomer);
    let is_in_work = is_early || matches!(status, S::WaitingSolution | S::Scheduled);
    let is_complaint = matches!(kind, K::Complaint);
    match step {
        Step::Reopen if status.is_over() => Some(S::Open),
        // It was not done after all.
        Step::Reply if matches!(status, S::Done) => Some(S::Open),
        Step::Close if matches!(status, S::Done) => Some(S::Closed),
        _ if status.is_over() => None,
        Step::Cancel => Some(S::Cancelled),
        Step::Take | Step::HandOver => Some(if matches!(status, S::New) { S::Open } else { status }),
        Step::Reply => Some(if matches!(status, S::New | S::WaitingCustomer) { S::Open } else { status }),
        Step::Answer => match kind {
            K::Information if is_in_work => Some(S::Done),
            _ if matches!(status, S::New | S::WaitingCustomer) => Some(S::Open),
            _ => Some(status),
        },
        Step::Promise if is_in_work => Some(S::Scheduled),
        Step::Promise => Some(status),
        Step::Visit if (kind.is_work() || is_complaint) && is_in_work => Some(S::Scheduled),
        Step::Visit if is_complaint => Some(status),
        Step::Wait if is_in_work => Some(S::WaitingCustomer),
        Step::AskSolution if is_in_work => Some(S::WaitingSolution),
        Step::GiveSolution if matches!(status, S::WaitingSolution) => Some(S::Open),
        Step::Admit if is_complaint && is_in_work => Some(S::Examined),
        Step::Dismiss if is_complaint && is_in_work => Some(S::Done),
        Step::Decide if is_complaint && matches!(status, S::Examined) => Some(S::Decided),
        Step::ToSales if matches!(kind, K::Purchase) && is_in_work => Some(S::WithSales),
        Step::Offer if matches!(status, S::WithSales) => Some(S::Offered),
        Step::Finish => match kind {
            K::Complaint if matches!(status, S::Decided) => Some(S::Done),
            K::Purchase if matches!(status, S::WithSales | S::Offered) => Some(S::Done),
            K::Complaint | K::Purchase | K::Information => None,
            _ if matches!(status, S::Open | S::Scheduled | S::WaitingCustomer) => Some(S::Done),
            _ => None,
        },
        _ => None,
    }
}

/// The tables as a page: a row is a step, a column the status before it.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::new();
    for kind in RequestKind::ALL {
        let (kinds, skip) = same_table(*kind);
        if skip {
            continue;
        }
        let reached = reached(*kind);
        let head: Vec<String> = reached.iter().map(|status| format!("`{}`", status.name())).collect();
        let line = "|---".repeat(reached.len());
        page.push_str(&format!("### {kinds}\n\n| step | {} |\n|---{line}|\n", head.join(" | ")));
        for step in Step::ALL {
            let cells: Vec<&str> = reached
                .iter()
                .map(|status| match after(*kind, *status, *step) {
                    None => "–",
                    Some(same) if same == *status => "·",
                    Some(other) => other.name(),
                })
                .collect();
            if cells.iter().any(|cell| *cell != "–") {
                page.push_str(&format!("| `{}` | {} |\n", step.name(), cells.join(" | ")));
            }
        }
        page.push('\n');
    }
    page
}

/// The statuses that a type can come to, from the first one on.
fn reached(kind: RequestKind) -> Vec<RequestStatus> {
    let mut reached = vec![RequestStatus::New];
    let mut at = 0;
    while let Some(status) = reached.get(at).copied() {
        for step in Step::ALL {
            if let Some(status) = after(kind, status, *step).filter(|status| !reached.contains(status)) {
                reached.push(status);
            }
        }
        at += 1;
    }
    reached.sort_unstable();
    reached
}

/// The names of the types that share a table, and whether an earlier one printed it.
fn same_table(kind: RequestKind) -> (String, bool) {
    let table = |kind: RequestKind| {
        let cells =
            RequestStatus::ALL.iter().flat_map(|status| Step::ALL.iter().map(move |step| (status, step)));
        cells.map(|(status, step)| after(kind, *status, *step)).collect::<Vec<_>>()
    };
    let same: Vec<RequestKind> =
        RequestKind::ALL.iter().copied().filter(|one| table(*one) == table(kind)).collect();
    let names: Vec<String> = same.iter().map(|kind| format!("`{}`", kind.name())).collect();
    (names.join(", "), same.first() != Some(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use RequestKind as K;
    use RequestStatus as S;

    /// Walks through steps from `new`.
    fn walk(kind: K, steps: &[Step]) -> Vec<S> {
        let mut status = S::New;
        steps
            .iter()
            .map(|step| {
                status =
                    next(kind, status, *step).unwrap_or_else(|bad| panic!("{step:?} at {status:?}: {bad:?}"));
                status
            })
            .collect()
    }

    #[test]
    fn each_type_goes_its_own_way_to_its_end() {
        use Step::{Admit, Answer, Close, Decide, Finish, HandOver, Offer, Promise, Take, ToSales, Visit};
        assert_eq!(walk(K::Information, &[Answer, Close]), [S::Done, S::Closed]);
        assert_eq!(
            walk(K::Service, &[Take, HandOver, Promise, Visit, Finish, Close]),
            [S::Open, S::Open, S::Scheduled, S::Scheduled, S::Done, S::Closed]
        );
        assert_eq!(
            walk(K::Complaint, &[Take, Admit, Decide, Finish, Close]),
            [S::Open, S::Examined, S::Decided, S::Done, S::Closed]
        );
        assert_eq!(
            walk(K::Purchase, &[ToSales, Offer, Finish, Close]),
            [S::WithSales, S::Offered, S::Done, S::Closed]
        );
    }

    /// R172, R121: nothing is closed that was not done, whatever its type.
    #[test]
    fn no_status_is_skipped() {
        for kind in K::ALL {
            for status in S::ALL {
                let closed = next(*kind, *status, Step::Close);
                assert_eq!(closed.is_ok(), *status == S::Done, "{kind:?} {status:?}");
            }
        }
        let bad = next(K::Complaint, S::Open, Step::Finish).expect_err("it was not decided");
        assert!(bad.fitting.contains(&Step::Admit) && !bad.fitting.contains(&Step::Finish), "{bad:?}");
        assert!(next(K::Information, S::Open, Step::Visit).is_err());
        assert!(next(K::Service, S::Open, Step::ToSales).is_err());
    }

    #[test]
    fn what_is_over_moves_by_its_customer_and_by_opening_it_again_only() {
        for kind in K::ALL {
            for (status, fitting) in [
                (S::Done, vec![Step::Reply, Step::Close, Step::Reopen]),
                (S::Closed, vec![Step::Reopen]),
                (S::Cancelled, vec![Step::Reopen]),
            ] {
                let bad = next(*kind, status, Step::Take).expect_err("it is over");
                assert_eq!(bad.fitting, fitting, "{kind:?} {status:?}");
            }
        }
    }

    #[test]
    fn a_reply_ends_the_wait_for_the_customer() {
        for kind in K::ALL {
            assert_eq!(next(*kind, S::WaitingCustomer, Step::Reply), Ok(S::Open));
            assert_eq!(next(*kind, S::Done, Step::Reply), Ok(S::Open), "it was not settled after all");
        }
    }

    /// Every status can be left for one that is over, so nothing is stuck.
    #[test]
    fn every_status_leads_to_an_end() {
        for kind in K::ALL {
            for status in reached(*kind).into_iter().filter(|status| !status.is_over()) {
                assert!(next(*kind, status, Step::Cancel).is_ok(), "{kind:?} {status:?}");
            }
            assert!(reached(*kind).contains(&S::Closed), "{kind:?}");
        }
    }
}
