//! Correcting what is known of a request, and its type.

use desk::{Act, RequestKind, RequestStatus};
use domain::Uuid;
use serde_json::json;
use wire::{ErrorCode, FieldProblem};

use super::activity::Kind;
use super::acts::Scene;
use super::fields::{RequestEdits, RequestFields};
use super::{clocks, known};
use crate::error::CoreError;

const SET_CLOCKS: &str = "UPDATE requests SET clock_rules = ?2, clocks = ?3, agreed = ?4 WHERE id = ?1";
const DECIDED: &str =
    "SELECT EXISTS (SELECT 1 FROM clock_rounds WHERE doc = ?1 AND state IN ('met', 'breached'))";

impl Scene<'_> {
    pub(super) fn edit(&mut self, kind: Option<RequestKind>, edits: &RequestEdits) -> Result<i64, CoreError> {
        self.person.must(Act::Classify)?;
        let mut fields = self.request.fields.clone();
        let mut changed = fields.apply(edits);
        let fields = known::completed(self.tx, fields.trimmed())?;
        let mut wrong = fields.problems();
        wrong.extend(known::problems(self.tx, &fields)?);
        if fields.subject.is_none() {
            wrong.push(FieldProblem::coded("subject", "request.required", "a request has a subject"));
        }
        if !wrong.is_empty() {
            return Err(CoreError::Invalid(wrong));
        }
        // By what clocks are chosen: the account, and the contract that covers the product.
        let by = |fields: &RequestFields| (fields.account, fields.contract, fields.product.clone());
        let before = by(&self.request.fields);
        self.request.fields = fields;
        let is_other = kind.is_some_and(|kind| kind != self.request.kind);
        if is_other {
            self.change_kind(kind.unwrap_or(self.request.kind))?;
            changed.push("kind");
        }
        if is_other || before != by(&self.request.fields) {
            self.choose_clocks()?;
        }
        let mut edited = self.new_activity(Kind::Edited);
        edited.detail = json!({ "changed": changed });
        self.write(&edited)
    }

    /// A type can be corrected while the request is in a status that the other type has.
    fn change_kind(&mut self, kind: RequestKind) -> Result<(), CoreError> {
        let early = [RequestStatus::New, RequestStatus::Open, RequestStatus::WaitingCustomer];
        if !early.contains(&self.request.status) {
            let message = "its type is corrected before anything has been decided on it";
            return Err(CoreError::refused(ErrorCode::RequestStep, message));
        }
        self.request.kind = kind;
        Ok(())
    }

    /// As on jobs: chosen anew while no clock has been decided.
    fn choose_clocks(&mut self) -> Result<(), CoreError> {
        let id = self.request.id;
        let decided: bool = self.tx.prepare_cached(DECIDED)?.query_row([id.as_bytes()], |row| row.get(0))?;
        if decided {
            return Ok(());
        }
        let of = (self.request.kind, self.request.channel);
        let chosen = clocks::choose(self.tx, of, &self.request.fields, self.now)?;
        let agreed = chosen.agreed.map(Uuid::into_bytes);
        self.tx.prepare_cached(SET_CLOCKS)?.execute((
            id.as_bytes(),
            chosen.rules,
            chosen.policies,
            agreed,
        ))?;
        clocks::moved(self.tx, id, self.now)
    }
}
