//! The clocks of requests. They are the same clocks as those of jobs, moved by the acts
//! of the desk and by what technicians do on the visits of the request.

use calendar::ClockKind;
use desk::{Channel, Sight};
use domain::{Instant, Uuid};
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};

use super::activity::json;
use super::contracts;
use super::fields::RequestFields;
use super::list::sight_condition;
use super::person::Person;
use super::row::RequestId;
use crate::deadlines::{self, Agreed};
use crate::error::CoreError;
use crate::session::DeviceSession;
use crate::sql::column;

const ALL: &str = "SELECT id FROM requests ORDER BY row";

/// The clocks that were chosen for a request.
pub(super) struct Chosen {
    /// The name of the rules' version.
    pub(super) rules: String,
    /// The clocks, as JSON.
    pub(super) policies: String,
    /// The contract whose deadlines are among them.
    pub(super) agreed: Option<Uuid>,
}

/// Chooses the clocks that run on a request. Those of the contract that covers it win. Only
/// who calls waits at the telephone.
pub(super) fn choose(
    connection: &Connection,
    (kind, channel): (desk::RequestKind, Channel),
    fields: &RequestFields,
    now: Instant,
) -> Result<Chosen, CoreError> {
    let account = fields.account.map(|id| id.to_string());
    let contract = contracts::covering(connection, (kind, fields), now)?;
    let contract = contract.filter(|contract| !contract.clocks.is_empty());
    let agreed = contract
        .as_ref()
        .map(|contract| Agreed { contract: contract.number.clone(), clocks: contract.clocks.clone() });
    let (rules, mut policies) =
        deadlines::policies_of_request(connection, kind.name(), (account, agreed), now)?;
    policies.retain(|policy| policy.kind != ClockKind::CallAnswer || channel == Channel::Phone);
    Ok(Chosen { rules, policies: json(&policies)?, agreed: contract.map(|contract| contract.id) })
}

/// Something has happened that moves clocks of a request. A job of the writer.
pub(super) fn moved(tx: &Transaction<'_>, request: RequestId, now: Instant) -> Result<(), CoreError> {
    deadlines::request_changed(tx, request.as_case(), now)
}

/// Makes the rows of all requests' clocks again.
pub(crate) fn rebuild(tx: &Transaction<'_>) -> Result<(), CoreError> {
    let mut statement = tx.prepare(ALL)?;
    let all = statement.query_map([], |row| column::<RequestId>(row, 0))?;
    let all: Vec<RequestId> = all.collect::<Result<_, _>>()?;
    all.into_iter().try_for_each(|request| deadlines::write_rounds(tx, request.as_case()))
}

/// The condition on `requests` that keeps a list of deadlines to what a person may see.
pub(crate) fn conditions(
    connection: &Connection,
    session: &DeviceSession,
) -> Result<(String, Vec<Value>), CoreError> {
    let person = Person::read(connection, session)?;
    Ok(match person.sight() {
        Sight::All => ("1".to_owned(), Vec::new()),
        Sight::Nothing => ("0".to_owned(), Vec::new()),
        Sight::Unit => sight_condition(&person),
    })
}
