//! Who is asking, once signed in.

use domain::{ActorClass, AgencyId, DeviceId, Role, UserId};

/// A signed-in person at a device. Role and device count as they are now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSession {
    /// The person.
    pub user: UserId,
    /// The device: a phone, or a browser's.
    pub device: DeviceId,
    /// The role.
    pub role: Role,
    /// The agency of a representative, or of a technician who belongs to one.
    pub agency: Option<AgencyId>,
}

impl DeviceSession {
    /// The class under which this person writes documents.
    #[must_use]
    pub const fn class(&self) -> ActorClass {
        self.role.actor_class()
    }
}
