//! Who may see and do what at the desk, as one table. What no row allows is refused.
//! `docs/policy.md` prints it, and a test goes through it cell by cell.

use crate::duty::{Duties, Duty};
use crate::request::words;

words! {
    /// What is done at the desk.
    Act {
        /// Register a request.
        Register "register";
        /// Say what it is about, what type, product, priority, severity it is of.
        Classify "classify";
        /// Begin with it and be accountable for it.
        Take "take";
        /// Pass it on to a unit, with a reason.
        HandOver "hand_over";
        /// Answer the customer.
        Answer "answer";
        /// Note that the customer was spoken to.
        Contact "contact";
        /// Promise the customer a time, with a reason.
        Promise "promise";
        /// Wait for the customer.
        Wait "wait";
        /// Write a note that the customer never sees.
        Note "note";
        /// Ask technical support for a solution.
        AskSolution "ask_solution";
        /// Answer such a question.
        GiveSolution "give_solution";
        /// Make a visit of it.
        Visit "visit";
        /// Say that the work is done and handed over.
        Finish "finish";
        /// Close it.
        Close "close";
        /// Call it off.
        Cancel "cancel";
        /// Open it again.
        Reopen "reopen";
        /// Offer temporary or permanent support (R173).
        OfferSupport "offer_support";
        /// Pass a customer's interest on to the sales department.
        ToSales "to_sales";
        /// Make the customer an offer, and say what came of it.
        Sell "sell";
        /// Enter and correct customers, contacts, sites and assets.
        EditCustomers "edit_customers";
        /// Join two records of one customer, and part them again.
        MergeCustomers "merge_customers";
        /// Enter support contracts.
        EditContracts "edit_contracts";
        /// Open a complaint file and count contacts.
        FileComplaint "file_complaint";
        /// Examine, give to a handler, decide complaints.
        DecideComplaint "decide_complaint";
        /// Work on the complaint files that are given to one by name.
        HandleComplaint "handle_complaint";
        /// Offer a solution to others.
        OfferSolution "offer_solution";
        /// Approve and withdraw solutions.
        ApproveSolution "approve_solution";
        /// Make installations of contracts, name leads, close them.
        RunInstallations "run_installations";
        /// Hold meetings, tick checklists, take the hand-over.
        LeadInstallation "lead_installation";
        /// Approve an installation for the sales department (R25).
        ApproveInstallation "approve_installation";
        /// Record what was done about a deviation (R20, R117).
        Correct "correct";
        /// Keep units, members, skills, leave and areas.
        ManageUnits "manage_units";
        /// Read who did what.
        Audit "audit";
        /// Take lists out as files.
        Export "export";
    }
}

/// Which requests somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// None.
    Nothing,
    /// Those with which the person or the person's unit has to do: that it has, had or
    /// was asked about; a representative's or seller's agency counts as the unit.
    Unit,
    /// All, but the complaint files of others.
    All,
}

impl Sight {
    const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "none",
            Self::Unit => "the unit's",
            Self::All => "all",
        }
    }
}

/// A row: what a duty allows.
#[derive(Debug)]
pub struct Row {
    /// The duty.
    pub duty: Duty,
    /// Which requests it shows.
    pub sight: Sight,
    /// Whether it shows customers' names, numbers and addresses (R7).
    pub contact: Contact,
    /// What may be done.
    pub acts: &'static [Act],
}

/// Whether customers' contact data is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// It is.
    Shown,
    /// It is not: nothing by which the customer can be reached.
    Hidden,
}

use Act as A;
const INTAKE: &[Act] = &[
    A::Register,
    A::Classify,
    A::Take,
    A::HandOver,
    A::Answer,
    A::Contact,
    A::Wait,
    A::Note,
    A::Finish,
    A::Close,
    A::Cancel,
    A::Reopen,
    A::ToSales,
    A::EditCustomers,
    A::FileComplaint,
    A::OfferSolution,
];
const SUPPORT: &[Act] = &[
    A::Register,
    A::Classify,
    A::Take,
    A::HandOver,
    A::Answer,
    A::Contact,
    A::Promise,
    A::Wait,
    A::Note,
    A::AskSolution,
    A::Visit,
    A::Finish,
    A::Close,
    A::Cancel,
    A::Reopen,
    A::OfferSupport,
    A::ToSales,
    A::EditCustomers,
    A::FileComplaint,
    A::OfferSolution,
    A::LeadInstallation,
];

/// The table.
pub const ROWS: &[Row] = &[
    Row { duty: Duty::Registrar, sight: Sight::All, contact: Contact::Shown, acts: INTAKE },
    Row { duty: Duty::CallCentre, sight: Sight::All, contact: Contact::Shown, acts: INTAKE },
    Row { duty: Duty::ExecutionalSupport, sight: Sight::All, contact: Contact::Shown, acts: SUPPORT },
    Row {
        duty: Duty::TechnicalSupport,
        sight: Sight::Unit,
        contact: Contact::Hidden,
        acts: &[A::Note, A::GiveSolution, A::OfferSolution],
    },
    Row {
        duty: Duty::Reception,
        sight: Sight::Unit,
        contact: Contact::Shown,
        acts: &[A::Register, A::Take, A::HandOver, A::Contact, A::Note, A::Visit, A::EditCustomers],
    },
    Row {
        duty: Duty::Dispatcher,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[
            A::Register,
            A::Classify,
            A::Take,
            A::HandOver,
            A::Contact,
            A::Promise,
            A::Wait,
            A::Note,
            A::Visit,
        ],
    },
    Row { duty: Duty::Warehouse, sight: Sight::Nothing, contact: Contact::Hidden, acts: &[] },
    Row {
        duty: Duty::CustomerRelations,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[A::Register, A::Contact, A::Note, A::FileComplaint, A::Reopen],
    },
    Row {
        duty: Duty::Quality,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[A::Classify, A::HandOver, A::Note, A::FileComplaint, A::Correct, A::Audit, A::Export],
    },
    Row {
        duty: Duty::Sales,
        sight: Sight::Unit,
        contact: Contact::Shown,
        acts: &[
            A::Take,
            A::HandOver,
            A::Answer,
            A::Contact,
            A::Wait,
            A::Note,
            A::Sell,
            A::Finish,
            A::Close,
            A::EditContracts,
            A::ApproveInstallation,
        ],
    },
    Row {
        duty: Duty::Seller,
        sight: Sight::Unit,
        contact: Contact::Shown,
        acts: &[
            A::Take,
            A::Answer,
            A::Contact,
            A::Wait,
            A::Note,
            A::Sell,
            A::Finish,
            A::Close,
            A::ApproveInstallation,
        ],
    },
    Row {
        duty: Duty::AfterSalesOwner,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[
            A::Classify,
            A::Take,
            A::HandOver,
            A::Answer,
            A::Contact,
            A::Promise,
            A::Note,
            A::Finish,
            A::Close,
            A::Cancel,
            A::Reopen,
            A::OfferSupport,
            A::MergeCustomers,
            A::EditContracts,
            A::ApproveSolution,
            A::Correct,
            A::Audit,
            A::Export,
        ],
    },
    Row {
        duty: Duty::InstallationOwner,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[
            A::Contact,
            A::Note,
            A::Promise,
            A::Visit,
            A::EditContracts,
            A::RunInstallations,
            A::LeadInstallation,
            A::Correct,
            A::Audit,
            A::Export,
        ],
    },
    Row {
        duty: Duty::ComplaintsOwner,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[
            A::Register,
            A::Take,
            A::HandOver,
            A::Answer,
            A::Contact,
            A::Note,
            A::Finish,
            A::Close,
            A::FileComplaint,
            A::DecideComplaint,
            A::HandleComplaint,
            A::Correct,
            A::Audit,
            A::Export,
        ],
    },
    Row {
        duty: Duty::ComplaintHandler,
        sight: Sight::Unit,
        contact: Contact::Shown,
        acts: &[A::Answer, A::Contact, A::Note, A::HandleComplaint],
    },
    Row {
        duty: Duty::Manager,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[A::Correct, A::Audit, A::Export],
    },
    Row {
        duty: Duty::Supervisor,
        sight: Sight::All,
        contact: Contact::Shown,
        acts: &[A::Note, A::FileComplaint, A::Export],
    },
    Row {
        duty: Duty::Representative,
        sight: Sight::Unit,
        contact: Contact::Shown,
        acts: &[A::Contact, A::Note],
    },
    Row {
        duty: Duty::Administrator,
        sight: Sight::Nothing,
        contact: Contact::Hidden,
        acts: &[A::EditCustomers, A::MergeCustomers, A::EditContracts, A::ManageUnits, A::Audit],
    },
];

fn rows(duties: &Duties) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(|row| duties.has(row.duty))
}

/// Whether any of the duties allows an act.
#[must_use]
pub fn may(duties: &Duties, act: Act) -> bool {
    rows(duties).any(|row| row.acts.contains(&act))
}

/// Which requests the duties show: the widest of them.
#[must_use]
pub fn sight(duties: &Duties) -> Sight {
    rows(duties).map(|row| row.sight).max().unwrap_or(Sight::Nothing)
}

/// Whether the duties show customers' contact data.
#[must_use]
pub fn sees_contact(duties: &Duties) -> bool {
    rows(duties).any(|row| row.contact == Contact::Shown)
}

/// The table as a page: a row is a duty, a column an act.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from("| duty | sees | contact data | may |\n|---|---|---|---|\n");
    for duty in Duty::ALL {
        let Some(row) = ROWS.iter().find(|row| row.duty == *duty) else { continue };
        let contact = if row.contact == Contact::Shown { "yes" } else { "**no**" };
        let acts: Vec<&str> = row.acts.iter().map(|act| act.name()).collect();
        let acts = if acts.is_empty() { "–".to_owned() } else { acts.join(", ") };
        page.push_str(&format!("| `{}` | {} | {contact} | {acts} |\n", duty.name(), row.sight.words()));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(duty: Duty) -> Duties {
        [duty].into_iter().collect()
    }

    #[test]
    fn each_duty_has_one_row() {
        for duty in Duty::ALL {
            assert_eq!(ROWS.iter().filter(|row| row.duty == *duty).count(), 1, "{duty:?}");
        }
    }

    /// R7.
    #[test]
    fn technical_support_cannot_reach_the_customer() {
        let support = only(Duty::TechnicalSupport);
        assert!(!sees_contact(&support));
        for act in [A::Answer, A::Contact, A::Promise, A::Visit, A::EditCustomers, A::Register, A::Export] {
            assert!(!may(&support, act), "{act:?}");
        }
        assert!(may(&support, A::GiveSolution));
    }

    /// R25, R28, R78: what is kept to few.
    #[test]
    fn what_is_restricted_is_for_those_who_are_named() {
        let allowed = |act: Act| -> Vec<Duty> {
            Duty::ALL.iter().copied().filter(|duty| may(&only(*duty), act)).collect()
        };
        assert_eq!(allowed(A::DecideComplaint), [Duty::ComplaintsOwner]);
        assert_eq!(allowed(A::HandleComplaint), [Duty::ComplaintsOwner, Duty::ComplaintHandler]);
        assert_eq!(allowed(A::ApproveInstallation), [Duty::Sales, Duty::Seller]);
        assert_eq!(allowed(A::Sell), [Duty::Sales, Duty::Seller]);
        assert_eq!(sight(&only(Duty::Seller)), Sight::Unit, "what was passed to the agency");
        assert_eq!(allowed(A::ManageUnits), [Duty::Administrator]);
        assert_eq!(allowed(A::GiveSolution), [Duty::TechnicalSupport]);
        assert_eq!(allowed(A::MergeCustomers), [Duty::AfterSalesOwner, Duty::Administrator]);
        for act in Act::ALL {
            assert!(!allowed(*act).is_empty(), "nobody may {act:?}");
        }
    }

    #[test]
    fn duties_add_up() {
        let both: Duties = [Duty::TechnicalSupport, Duty::Sales].into_iter().collect();
        assert!(may(&both, A::GiveSolution) && may(&both, A::Sell) && sees_contact(&both));
        assert_eq!(sight(&both), Sight::Unit);
        assert_eq!(sight(&Duties::default()), Sight::Nothing);
        assert!(Act::ALL.iter().all(|act| !may(&Duties::default(), *act)));
    }
}
