//! How an installation goes from its contract to its end (R21-R25).

use crate::request::words;

words! {
    /// Where an installation stands.
    ProjectStatus {
        /// Made from a contract; nobody leads it yet.
        Planned "planned";
        /// It has a lead (R23) and is under way.
        Running "running";
        /// The customer has signed the hand-over.
        HandedOver "handed_over";
        /// The sales department has approved it (R25).
        Approved "approved";
        /// Over; the warranty runs.
        Closed "closed";
        /// Called off.
        Cancelled "cancelled";
    }
}

words! {
    /// What moves it.
    ProjectStep {
        /// A lead is named, or another one.
        Lead "lead";
        /// The customer signs the hand-over.
        HandOver "hand_over";
        /// What was signed is not right after all.
        SendBack "send_back";
        /// The sales department approves.
        Approve "approve";
        /// It is closed.
        Close "close";
        /// It is called off.
        Cancel "cancel";
    }
}

impl ProjectStatus {
    /// The status after a step; none if it does not fit. No step can be skipped.
    #[must_use]
    pub const fn after(self, step: ProjectStep) -> Option<Self> {
        use ProjectStep as T;
        match (self, step) {
            (Self::Planned | Self::Running, T::Lead) | (Self::HandedOver, T::SendBack) => Some(Self::Running),
            (Self::Running, T::HandOver) => Some(Self::HandedOver),
            (Self::HandedOver, T::Approve) => Some(Self::Approved),
            (Self::Approved, T::Close) => Some(Self::Closed),
            (Self::Planned | Self::Running, T::Cancel) => Some(Self::Cancelled),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_is_as_agreed() {
        use ProjectStatus as S;
        use ProjectStep as T;
        let fits = [
            (S::Planned, T::Lead, S::Running),
            (S::Planned, T::Cancel, S::Cancelled),
            (S::Running, T::Lead, S::Running),
            (S::Running, T::HandOver, S::HandedOver),
            (S::Running, T::Cancel, S::Cancelled),
            (S::HandedOver, T::SendBack, S::Running),
            (S::HandedOver, T::Approve, S::Approved),
            (S::Approved, T::Close, S::Closed),
        ];
        for status in S::ALL {
            for step in T::ALL {
                let agreed =
                    fits.iter().find(|(from, by, _)| (from, by) == (status, step)).map(|(.., to)| *to);
                assert_eq!(status.after(*step), agreed, "{status:?} {step:?}");
            }
        }
    }
}
