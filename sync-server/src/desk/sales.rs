//! Sales agencies and their sellers (R25, R48, R171). A seller who signs in has the duty
//! `seller`, for what was passed to his agency; the sales department is a unit.

use desk::Act;
use domain::limits::SHORT_TEXT_CHARS_MAX;
use domain::{DocId, Instant, Role, UserId, Uuid, fold_search_text};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde::Deserialize;
use utoipa::ToSchema;
use wire::ErrorCode;

use super::acts::one;
use super::person::Person;
use crate::clock::random_bytes;
use crate::core::Core;
use crate::error::CoreError;
use crate::people::find_user;
use crate::session::DeviceSession;
use crate::sql::column;

const INSERT: &str = "INSERT INTO sales_agencies (id, name, folded, city, phone, created_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const UPDATE: &str = "UPDATE sales_agencies SET name = ?2, folded = ?3, city = ?4, phone = ?5 WHERE id = ?1";
const TAKEN: &str = "SELECT EXISTS (SELECT 1 FROM sales_agencies \
     WHERE folded = ?1 AND closed_at IS NULL AND id <> ?2)";
const OPEN: &str = "SELECT EXISTS (SELECT 1 FROM sales_agencies WHERE id = ?1 AND closed_at IS NULL)";
const CLOSE: &str = "UPDATE sales_agencies SET closed_at = ?2 WHERE id = ?1 AND closed_at IS NULL";
const ALL: &str = "SELECT id, name, city, phone, created_at FROM sales_agencies \
     WHERE closed_at IS NULL ORDER BY folded, id LIMIT 5000";
const ADD_SELLER: &str =
    "INSERT INTO sellers (id, agency, name, phone, user, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const EDIT_SELLER: &str =
    "UPDATE sellers SET name = ?2, phone = ?3, user = ?4 WHERE id = ?1 AND left_at IS NULL";
const END_SELLER: &str = "UPDATE sellers SET left_at = ?2 WHERE id = ?1 AND left_at IS NULL";
const SELLERS: &str = "SELECT agency, id, name, phone, user, since FROM sellers \
     WHERE left_at IS NULL ORDER BY name, id";
const SELLS_ALREADY: &str =
    "SELECT EXISTS (SELECT 1 FROM sellers WHERE user = ?1 AND left_at IS NULL AND id <> ?2)";
const OF_USER: &str = "SELECT agency FROM sellers JOIN sales_agencies ON sales_agencies.id = sellers.agency \
     WHERE user = ?1 AND left_at IS NULL AND closed_at IS NULL";
const WHO_SIGNS_IN: &str =
    "SELECT user FROM sellers WHERE agency = ?1 AND left_at IS NULL AND user IS NOT NULL ORDER BY user";

/// A sales agency as it is entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SalesAgencyDraft {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Its city.
    pub city: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
}

/// A seller as he is entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SellerDraft {
    /// His name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// His telephone.
    pub phone: Option<String>,
    /// As whom he signs in, of the role `desk`.
    #[schema(value_type = Option<String>, format = "uuid")]
    pub user: Option<UserId>,
}

/// A sales agency.
#[derive(Debug, Clone)]
pub struct SalesAgency {
    /// Its id.
    pub id: Uuid,
    /// What was entered.
    pub draft: SalesAgencyDraft,
    /// When.
    pub created_at: Instant,
    /// Its sellers.
    pub sellers: Vec<Seller>,
}

/// A seller.
#[derive(Debug, Clone)]
pub struct Seller {
    /// His id.
    pub id: Uuid,
    /// What was entered.
    pub draft: SellerDraft,
    /// When.
    pub since: Instant,
}

/// Every sales agency that is open, with its sellers.
///
/// # Errors
///
/// When the store fails.
pub fn list_sales_agencies(connection: &Connection) -> Result<Vec<SalesAgency>, CoreError> {
    let mut statement = connection.prepare_cached(ALL)?;
    let agencies = statement.query_map([], |row| {
        let draft = SalesAgencyDraft { name: row.get(1)?, city: row.get(2)?, phone: row.get(3)? };
        Ok(SalesAgency { id: column(row, 0)?, draft, created_at: column(row, 4)?, sellers: Vec::new() })
    })?;
    let mut agencies: Vec<SalesAgency> = agencies.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(SELLERS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let of: Uuid = column(row, 0)?;
        let draft = SellerDraft { name: row.get(2)?, phone: row.get(3)?, user: column(row, 4)? };
        let seller = Seller { id: column(row, 1)?, draft, since: column(row, 5)? };
        if let Some(agency) = agencies.iter_mut().find(|agency| agency.id == of) {
            agency.sellers.push(seller);
        }
    }
    Ok(agencies)
}

/// The sales agency for which somebody sells.
pub(super) fn agency_of(connection: &Connection, user: UserId) -> Result<Option<Uuid>, CoreError> {
    let found = connection.prepare_cached(OF_USER)?.query_row([user.as_bytes()], |row| column(row, 0));
    Ok(found.optional()?)
}

/// Those of an agency's sellers who sign in.
pub(super) fn who_signs_in(connection: &Connection, agency: Uuid) -> Result<Vec<UserId>, CoreError> {
    let mut statement = connection.prepare_cached(WHO_SIGNS_IN)?;
    let rows = statement.query_map([agency.as_bytes()], |row| column(row, 0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Refuses a sales agency that is none, or closed.
pub(super) fn check_open(connection: &Connection, path: &str, agency: Uuid) -> Result<(), CoreError> {
    let open: bool = connection.prepare_cached(OPEN)?.query_row([agency.as_bytes()], |row| row.get(0))?;
    if open { Ok(()) } else { Err(one(path, "sales_agency.unknown", "there is no such sales agency")) }
}

/// Something that is done to sales agencies by who keeps them.
#[derive(Debug, Clone)]
pub enum SalesEdit {
    /// Enter an agency.
    Enter(SalesAgencyDraft),
    /// Correct one.
    Correct(Uuid, SalesAgencyDraft),
    /// Close one.
    Close(Uuid),
    /// Enter a seller of one.
    EnterSeller(Uuid, SellerDraft),
    /// Correct a seller.
    CorrectSeller(Uuid, SellerDraft),
    /// A seller leaves.
    EndSeller(Uuid),
}

/// Edits sales agencies or sellers; gives the id of what was edited.
///
/// # Errors
///
/// `duty_required`; as [`edit_sales_in`].
pub async fn edit_sales(core: &Core, session: &DeviceSession, edit: SalesEdit) -> Result<Uuid, CoreError> {
    let (session, now) = (*session, core.now());
    let id = DocId::new(now, random_bytes(core.entropy())).uuid();
    let work = move |tx: &Transaction<'_>| {
        Person::read(tx, &session)?.must(Act::ManageUnits)?;
        edit_sales_in(tx, (id, &edit), now)
    };
    core.store().write(work).await
}

/// [`edit_sales`] within a job of the writer, for who keeps the machine.
///
/// # Errors
///
/// `not_found`; `invalid`; `conflict` for a name that is taken or a person who sells already.
pub fn edit_sales_in(
    tx: &Transaction<'_>,
    (id, edit): (Uuid, &SalesEdit),
    now: Instant,
) -> Result<Uuid, CoreError> {
    let found = |changed: usize, id: &Uuid| if changed == 1 { Ok(*id) } else { Err(CoreError::not_found()) };
    match edit {
        SalesEdit::Enter(draft) => {
            let folded = checked_agency(tx, id, draft)?;
            let values = (id.as_bytes(), draft.name.trim(), folded, &draft.city, &draft.phone, now.millis());
            tx.prepare_cached(INSERT)?.execute(values)?;
            Ok(id)
        }
        SalesEdit::Correct(known, draft) => {
            let folded = checked_agency(tx, *known, draft)?;
            let values = (known.as_bytes(), draft.name.trim(), folded, &draft.city, &draft.phone);
            found(tx.prepare_cached(UPDATE)?.execute(values)?, known)
        }
        SalesEdit::Close(known) => {
            found(tx.prepare_cached(CLOSE)?.execute((known.as_bytes(), now.millis()))?, known)
        }
        SalesEdit::EnterSeller(agency, draft) => {
            check_open(tx, "agency", *agency).map_err(|_unknown| CoreError::not_found())?;
            checked_seller(tx, id, draft)?;
            tx.prepare_cached(ADD_SELLER)?.execute(params![
                id.as_bytes(),
                agency.as_bytes(),
                draft.name.trim(),
                draft.phone,
                draft.user.as_ref().map(UserId::as_bytes),
                now.millis(),
            ])?;
            Ok(id)
        }
        SalesEdit::CorrectSeller(known, draft) => {
            checked_seller(tx, *known, draft)?;
            let user = draft.user.as_ref().map(UserId::as_bytes);
            let values = (known.as_bytes(), draft.name.trim(), &draft.phone, user);
            found(tx.prepare_cached(EDIT_SELLER)?.execute(values)?, known)
        }
        SalesEdit::EndSeller(known) => {
            found(tx.prepare_cached(END_SELLER)?.execute((known.as_bytes(), now.millis()))?, known)
        }
    }
}

fn checked_name(name: &str) -> Result<(), CoreError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > SHORT_TEXT_CHARS_MAX {
        return Err(one("name", "sales_agency.name", &format!("1 to {SHORT_TEXT_CHARS_MAX} characters")));
    }
    Ok(())
}

/// The name as names are compared.
fn checked_agency(tx: &Transaction<'_>, id: Uuid, draft: &SalesAgencyDraft) -> Result<String, CoreError> {
    checked_name(&draft.name)?;
    let folded = fold_search_text(draft.name.trim());
    if tx.prepare_cached(TAKEN)?.query_row((&folded, id.as_bytes()), |row| row.get(0))? {
        let message = format!("there is a sales agency called {:?} already", draft.name.trim());
        return Err(CoreError::refused(ErrorCode::Conflict, message));
    }
    Ok(folded)
}

fn checked_seller(tx: &Transaction<'_>, id: Uuid, draft: &SellerDraft) -> Result<(), CoreError> {
    checked_name(&draft.name)?;
    let Some(user) = draft.user else { return Ok(()) };
    let known = find_user(tx, user).map_err(|_absent| one("user", "request.owner", "no such person"))?;
    if known.role != Role::Desk {
        return Err(one("user", "seller.role", "a seller signs in with the role desk"));
    }
    if tx.prepare_cached(SELLS_ALREADY)?.query_row((user.as_bytes(), id.as_bytes()), |row| row.get(0))? {
        return Err(CoreError::refused(ErrorCode::Conflict, "this person sells for an agency already"));
    }
    Ok(())
}
