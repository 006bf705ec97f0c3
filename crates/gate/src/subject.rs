//! Who asks, and what the store knows of the actor.

use domain::{ActorClass, AgencyId, ChangeHash, DeviceId, Role, UserId};

/// The person and device behind a change, as the session says; role and device
/// count as they are *now*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// The person.
    pub user: UserId,
    /// The device.
    pub device: DeviceId,
    /// The role.
    pub role: Role,
    /// The class under which this subject writes: the role's, or the server's own.
    pub class: ActorClass,
    /// The agency that a representative runs.
    pub agency: Option<AgencyId>,
}

impl Subject {
    /// A person at a device, writing under the class of the role.
    #[must_use]
    pub const fn person(user: UserId, device: DeviceId, role: Role) -> Self {
        Self { user, device, role, class: role.actor_class(), agency: None }
    }

    /// The same, running an agency.
    #[must_use]
    pub const fn of_agency(mut self, agency: Option<AgencyId>) -> Self {
        self.agency = agency;
        self
    }

    /// The column of the policy table that speaks of this subject.
    #[must_use]
    pub const fn hand(&self) -> Hand {
        match self.class {
            ActorClass::Server => Hand::Server,
            ActorClass::Office | ActorClass::Technician => Hand::Role(self.role),
        }
    }
}

/// Whose hand writes: a person's in a role, or the server's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hand {
    /// A person's.
    Role(Role),
    /// The server's own, upgrading an old document.
    Server,
}

impl Hand {
    /// Every hand, in the order of the policy table.
    pub const ALL: [Self; 8] = [
        Self::Role(Role::Technician),
        Self::Role(Role::Dispatcher),
        Self::Role(Role::Representative),
        Self::Role(Role::Administrator),
        Self::Role(Role::Quality),
        Self::Role(Role::CustomerRelations),
        Self::Role(Role::Desk),
        Self::Server,
    ];

    /// The word in the policy table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Role(role) => role.name(),
            Self::Server => "server",
        }
    }
}

/// What the store knows of a change's actor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActorFacts {
    /// The device and person that it is registered to, if it is.
    pub owner: Option<(DeviceId, UserId)>,
    /// Its last change in this document: number and hash.
    pub last: Option<(u64, ChangeHash)>,
}
