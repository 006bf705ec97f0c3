//! What people at the desk can do on a request, as they say it.

use desk::RequestKind;
use domain::{UserId, Uuid};
use serde::Deserialize;
use utoipa::ToSchema;

use super::fields::RequestEdits;
use crate::rfc3339::Rfc3339;

/// An act on a request.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum RequestAct {
    /// Begin with it and be accountable for it.
    Take {},
    /// Pass it on to another unit; the clocks go on.
    HandOver {
        /// The unit's key.
        unit: String,
        /// Why.
        reason: String,
    },
    /// Answer the customer, in words that the customer reads.
    Answer {
        /// The answer.
        text: String,
    },
    /// The customer was spoken to.
    Contact {
        /// What was said.
        text: String,
        /// When, if that was before now.
        #[schema(value_type = Option<String>, format = "date-time")]
        at: Option<Rfc3339>,
    },
    /// Promise the customer a time.
    Promise {
        /// The time.
        until: Rfc3339,
        /// Why it takes until then.
        reason: String,
    },
    /// Wait for the customer.
    Wait {
        /// For what.
        reason: String,
    },
    /// A note that the customer never sees.
    Note {
        /// The words.
        text: String,
    },
    /// Ask technical support for a solution.
    AskSolution {
        /// The unit of technical support.
        unit: String,
        /// The question.
        question: String,
    },
    /// Answer the open question of executional support.
    GiveSolution {
        /// The solution.
        text: String,
    },
    /// The work is done and handed over.
    Finish {
        /// What came of it.
        result: String,
    },
    /// Close it.
    Close {},
    /// Call it off.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Open it again, within 30 days.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Offer support after the work (R173-R175).
    OfferSupport {
        /// Temporary, for shortcomings within a period; or permanent, by a contract.
        support: SupportKind,
        /// What is offered.
        text: String,
        /// Of temporary support: until when.
        #[schema(value_type = Option<String>, format = "date-time")]
        until: Option<Rfc3339>,
    },
    /// Pass a customer's interest on to the sales department.
    ToSales {
        /// The unit of the sales department.
        unit: String,
        /// What the sales department should know.
        text: String,
    },
    /// Pass a customer's interest, or an installation, on to the sales agency that sells it.
    ToSalesAgency {
        /// Which.
        #[schema(value_type = String, format = "uuid")]
        agency: Uuid,
        /// What it should know.
        text: String,
    },
    /// Make the customer an offer.
    Offer {
        /// What is offered.
        text: String,
    },
    /// Give it to somebody who is accountable from then on.
    Assign {
        /// Who.
        #[schema(value_type = String, format = "uuid")]
        owner: UserId,
    },
    /// Correct its facts or its type.
    Edit {
        /// Another type, as long as nothing has been decided.
        #[schema(value_type = Option<String>)]
        kind: Option<RequestKind>,
        /// The facts that change.
        #[schema(value_type = RequestEdits)]
        fields: Box<RequestEdits>,
    },
}

/// What kind of support is offered after the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupportKind {
    /// Shortcomings are removed within a period (R174).
    Temporary,
    /// Updates and advice by contract (R175).
    Permanent,
}
