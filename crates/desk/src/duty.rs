//! What a person does at the desk. Duties come from the units that a person belongs
//! to (R1: units and levels are data), from the sales agency and from the role that signs in.

use domain::Role;
use serde::{Deserialize, Serialize};

macro_rules! duties {
    ($($(#[doc = $doc:literal])* $name:ident $word:literal;)*) => {
        /// A duty. What it allows stands in [`ROWS`](crate::ROWS).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Duty { $($(#[doc = $doc])* $name,)* }

        impl Duty {
            /// Every duty, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in rows and in the API.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
            /// What it is, in a line.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),*),)* }
            }
        }
    };
}

duties! {
    /// Takes requests in by any channel, and stays in control of them (R153, R169).
    Registrar "registrar";
    /// Answers customers at once, or hands over (R2, R14-R16).
    CallCentre "call_centre";
    /// Contacts the customer, fixes it or promises a time, sends visits (R4-R6, R17).
    ExecutionalSupport "executional_support";
    /// Works out solutions for executional support; never meets the customer (R7, R8).
    TechnicalSupport "technical_support";
    /// Receives devices and hands them back (R60).
    Reception "reception";
    /// Plans visits and settles conflicts.
    Dispatcher "dispatcher";
    /// Keeps the warehouse (R62-R68).
    Warehouse "warehouse";
    /// Calls customers after the work (R70-R75).
    CustomerRelations "customer_relations";
    /// Follows what was not answered in time (R106-R111).
    Quality "quality";
    /// Takes up customers' interest and approves installations (R25, R171).
    Sales "sales";
    /// Sells for a sales agency, what was passed to it (R25, R171).
    Seller "seller";
    /// Answers for the three levels together (R10, R20, R29).
    AfterSalesOwner "after_sales_owner";
    /// Answers for installations (R22, R29).
    InstallationOwner "installation_owner";
    /// Answers for complaints; the last step of escalation (R28, R29).
    ComplaintsOwner "complaints_owner";
    /// Handles the complaint files that are given to him by name (R78).
    ComplaintHandler "complaint_handler";
    /// Reads everything, the results of surveys unfiltered (R116).
    Manager "manager";
    /// Looks after service agencies for headquarters (R31).
    Supervisor "supervisor";
    /// Runs a service agency (R31).
    Representative "representative";
    /// Keeps people, units and rules.
    Administrator "administrator";
}

impl Duty {
    /// The inverse of [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|duty| duty.name() == name)
    }
    /// What a role does without belonging to any unit.
    #[must_use]
    pub const fn of_role(role: Role) -> Option<Self> {
        match role {
            Role::Dispatcher => Some(Self::Dispatcher),
            Role::Representative => Some(Self::Representative),
            Role::Administrator => Some(Self::Administrator),
            Role::Quality => Some(Self::Quality),
            Role::CustomerRelations => Some(Self::CustomerRelations),
            Role::Desk | Role::Technician => None,
        }
    }
    /// Whether members of a unit can be given it. What a role brings is the role's, and who
    /// sells for an agency is its seller.
    #[must_use]
    pub const fn is_of_units(self) -> bool {
        !matches!(self, Self::Representative | Self::Administrator | Self::Seller)
    }
}

/// The duties of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duties(Vec<Duty>);

impl Duties {
    /// Whether a duty is among them.
    #[must_use]
    pub fn has(&self, duty: Duty) -> bool {
        self.0.contains(&duty)
    }
    /// All of them, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Duty> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Duty> for Duties {
    fn from_iter<T: IntoIterator<Item = Duty>>(duties: T) -> Self {
        let mut all: Vec<Duty> = duties.into_iter().collect();
        all.sort_unstable();
        all.dedup();
        Self(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_is_found_by_its_word() {
        for duty in Duty::ALL {
            assert_eq!(Duty::from_name(duty.name()), Some(*duty));
            assert_eq!(serde_json::to_string(duty).expect("written"), format!("{:?}", duty.name()));
        }
        assert_eq!(Duty::from_name("king"), None);
    }
}
