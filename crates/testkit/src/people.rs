//! People with a device and an actor each.

use domain::{ActorClass, ActorId, AgencyId, DeviceId, Role, UserId};

use crate::Kit;

/// A person at a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// The person.
    pub user: UserId,
    /// The device.
    pub device: DeviceId,
    /// The role.
    pub role: Role,
    /// The actor under which that device writes.
    pub actor: ActorId,
    /// The agency that a representative runs.
    pub agency: Option<AgencyId>,
}

impl Kit {
    /// A new person; a representative runs a new agency.
    pub fn person(&mut self, role: Role) -> Person {
        let now = self.clock.now();
        let agency = (role == Role::Representative).then(|| AgencyId::new(now, self.rng.bytes()));
        Person {
            user: UserId::new(now, self.rng.bytes()),
            device: DeviceId::new(now, self.rng.bytes()),
            role,
            actor: self.actor(role.actor_class()),
            agency,
        }
    }

    /// A new technician.
    pub fn technician(&mut self) -> Person {
        self.person(Role::Technician)
    }

    /// A new dispatcher.
    pub fn dispatcher(&mut self) -> Person {
        self.person(Role::Dispatcher)
    }

    /// A new actor of a class.
    pub fn actor(&mut self, class: ActorClass) -> ActorId {
        ActorId::new(class, self.rng.bytes())
    }

    /// The same person on the same device under a new actor, as after a restore.
    pub fn under_new_actor(&mut self, person: &Person) -> Person {
        Person { actor: self.actor(person.role.actor_class()), ..*person }
    }

    /// A new agency.
    pub fn agency_id(&mut self) -> AgencyId {
        AgencyId::new(self.clock.now(), self.rng.bytes())
    }
}
