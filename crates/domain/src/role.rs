//! Who people are to the system.

use serde::{Deserialize, Serialize};

/// A person's role; what it may do stands in the policy table (`docs/policy.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Goes from customer to customer and edits jobs and trips offline.
    Technician,
    /// Registers requests, assigns visits, settles conflicts.
    Dispatcher,
    /// Runs a service agency and reviews its work.
    Representative,
    /// Keeps people, devices and reference data.
    Administrator,
    /// Answers for quality at the head office: follows breached deadlines, annuls
    /// surveys, confirms violations, answers objections, publishes scores.
    Quality,
    /// Calls customers after the work and takes their answers down.
    CustomerRelations,
    /// Works at the desk; what he may do there follows from the units that he belongs
    /// to (`desk::Duty`).
    Desk,
}

impl Role {
    /// All roles, in the order of the policy table.
    pub const ALL: [Self; 7] = [
        Self::Technician,
        Self::Dispatcher,
        Self::Representative,
        Self::Administrator,
        Self::Quality,
        Self::CustomerRelations,
        Self::Desk,
    ];

    /// The word used in storage, tokens and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Technician => "technician",
            Self::Dispatcher => "dispatcher",
            Self::Representative => "representative",
            Self::Administrator => "administrator",
            Self::Quality => "quality",
            Self::CustomerRelations => "customer_relations",
            Self::Desk => "desk",
        }
    }
    /// The inverse of [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
    /// The class under which a person of this role writes documents.
    #[must_use]
    pub const fn actor_class(self) -> ActorClass {
        match self {
            Self::Technician => ActorClass::Technician,
            Self::Dispatcher
            | Self::Representative
            | Self::Administrator
            | Self::Quality
            | Self::CustomerRelations
            | Self::Desk => ActorClass::Office,
        }
    }
}

/// Which side wrote a change. It is the first byte of the actor id, so that
/// every replica can apply *office wins* and *technician wins* by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorClass {
    /// Written at the office, through the server.
    Office,
    /// Written on a technician's device.
    Technician,
    /// Written by the server itself (upgrades of old documents).
    Server,
}

impl ActorClass {
    /// The byte that begins an actor id.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Office => 0x4f,     // 'O'
            Self::Technician => 0x54, // 'T'
            Self::Server => 0x53,     // 'S'
        }
    }
    /// The inverse of [`byte`](Self::byte).
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x4f => Some(Self::Office),
            0x54 => Some(Self::Technician),
            0x53 => Some(Self::Server),
            _ => None,
        }
    }
}
