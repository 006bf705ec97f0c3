//! Who is at the desk: a person with the duties that follow from the role, from the units
//! that the person belongs to now, and from the sales agency.

use desk::{Act, Duties, Duty, Sight};
use domain::{UserId, Uuid};
use rusqlite::Connection;
use wire::ErrorCode;

use super::sales;
use crate::core::Core;
use crate::error::CoreError;
use crate::session::DeviceSession;

const UNITS: &str = "SELECT units.key, units.duties, is_head FROM unit_members \
     JOIN units ON units.key = unit_members.unit \
     WHERE unit_members.user = ?1 AND until IS NULL AND closed_at IS NULL ORDER BY units.key";

/// Whether a person at the desk may have reports.
///
/// # Errors
///
/// `duty_required`; or when the store fails.
pub async fn may_export(core: &Core, session: &DeviceSession) -> Result<(), CoreError> {
    let session = *session;
    core.store().read(move |connection| Person::read(connection, &session)?.must(Act::Export)).await
}

/// A person at the desk.
#[derive(Debug, Clone)]
pub struct Person {
    /// Who is signed in.
    pub session: DeviceSession,
    /// What the person does.
    pub duties: Duties,
    /// The units that the person belongs to.
    pub units: Vec<String>,
    /// Those that the person heads.
    pub heads: Vec<String>,
    /// The sales agency for which the person sells.
    pub sales_agency: Option<Uuid>,
}

impl Person {
    /// The person of a session, as things stand now.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub fn read(connection: &Connection, session: &DeviceSession) -> Result<Self, CoreError> {
        let mut statement = connection.prepare_cached(UNITS)?;
        let mut rows = statement.query([session.user.as_bytes()])?;
        let mut duties: Vec<Duty> = Duty::of_role(session.role).into_iter().collect();
        let (mut units, mut heads) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            let (key, words): (String, String) = (row.get(0)?, row.get(1)?);
            let of_unit: Vec<Duty> = serde_json::from_str(&words)
                .map_err(|error| CoreError::Outside(format!("the duties of {key:?}: {error}")))?;
            duties.extend(of_unit);
            if row.get(2)? {
                heads.push(key.clone());
            }
            units.push(key);
        }
        let sales_agency = sales::agency_of(connection, session.user)?;
        duties.extend(sales_agency.map(|_| Duty::Seller));
        let duties = duties.into_iter().collect();
        Ok(Self { session: *session, duties, units, heads, sales_agency })
    }

    /// Who.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.session.user
    }
    /// Whether the table allows an act.
    #[must_use]
    pub fn may(&self, act: Act) -> bool {
        desk::may(&self.duties, act)
    }
    /// Asks the table.
    ///
    /// # Errors
    ///
    /// `duty_required` where no duty of the person's allows it.
    pub fn must(&self, act: Act) -> Result<(), CoreError> {
        if self.may(act) {
            return Ok(());
        }
        let who: Vec<&str> =
            desk::ROWS.iter().filter(|row| row.acts.contains(&act)).map(|row| row.duty.name()).collect();
        let message = format!("{} is for {}; you are none of these", act.name(), who.join(", "));
        Err(CoreError::refused(ErrorCode::DutyRequired, message))
    }
    /// Which requests the person sees.
    #[must_use]
    pub fn sight(&self) -> Sight {
        desk::sight(&self.duties)
    }
    /// Whether customers' contact data is for this person (R7).
    #[must_use]
    pub fn sees_contact(&self) -> bool {
        desk::sees_contact(&self.duties)
    }
}
