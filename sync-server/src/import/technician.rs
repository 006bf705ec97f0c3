//! Technicians: people who sign in by a code that the office makes for a phone.

use domain::{AgencyId, Role, UserId};

use super::error::Halt;
use super::row::{Row, short};
use super::{Desk, Outcome};
use crate::clock::random_bytes;
use crate::people::{self, NewUser, PeopleError, UserRow};

/// Takes a row.
pub(super) fn take(desk: &Desk<'_>, row: &Row<'_>, line: u64) -> Result<Outcome, Halt> {
    let name = row.required("name")?;
    let (first, times) = super::seen::see(desk.tx, people::sign_in_name(name).as_bytes(), line)?;
    if times > 1 {
        let message = format!("{:?} stands on line {first} already: keep one of the two", short(name));
        return Err(row.fault("name", message));
    }
    let agency = agency(desk, row)?;
    match people::find_user_by_name(desk.tx, name)? {
        None => enter(desk, row, name, agency),
        Some(known) if known.role == Role::Technician => describe(desk, row, &known, agency),
        Some(known) => {
            let message =
                format!("{:?} is a {} already: choose another name", short(name), known.role.name());
            Err(row.fault("name", message))
        }
    }
}

fn enter(desk: &Desk<'_>, row: &Row<'_>, name: &str, agency: Option<AgencyId>) -> Result<Outcome, Halt> {
    let new = NewUser {
        id: UserId::new(desk.now, random_bytes(desk.core.entropy())),
        name: name.to_owned(),
        display_name: row.text("display_name").unwrap_or(name).to_owned(),
        role: Role::Technician,
        agency,
        password_hash: None,
    };
    people::create_user(desk.tx, &new, desk.now).map_err(|error| fault(row, error))?;
    Ok(Outcome::New)
}

/// A column that the file lacks keeps what is known.
fn describe(
    desk: &Desk<'_>,
    row: &Row<'_>,
    known: &UserRow,
    agency: Option<AgencyId>,
) -> Result<Outcome, Halt> {
    let display_name = row.text("display_name").unwrap_or(&known.display_name);
    let agency = if row.has("agency") { agency } else { known.agency };
    if display_name == known.display_name && agency == known.agency {
        return Ok(Outcome::Unchanged);
    }
    people::describe_user(desk.tx, known.id, display_name, agency).map_err(|error| fault(row, error))?;
    crate::travel::scopes_changed(desk.tx, known.id, (known.agency, agency), desk.now)?;
    Ok(Outcome::Updated)
}

fn agency(desk: &Desk<'_>, row: &Row<'_>) -> Result<Option<AgencyId>, Halt> {
    let Some(name) = row.text("agency") else { return Ok(None) };
    match people::find_agency_by_name(desk.tx, name)? {
        Some(agency) => Ok(Some(agency.id)),
        None => {
            let message = format!(
                "there is no agency called {:?}: add it with `hamgam-server agency add`",
                short(name)
            );
            Err(row.fault("agency", message))
        }
    }
}

fn fault(row: &Row<'_>, error: PeopleError) -> Halt {
    match error {
        PeopleError::Invalid { path, message } => row.fault(path, message),
        other => Halt::from(other),
    }
}
