//! What is known of a request from what is known of its customer.

use rusqlite::Connection;
use serde_json::Value;
use wire::FieldProblem;

use super::contacts::find_contact;
use super::contracts::contracts_of_account;
use super::customers::account_json;
use super::fields::RequestFields;
use super::merges::merged_into;
use crate::error::CoreError;
use crate::import::id_by_number;
use crate::sync::{ReferenceKind, read_reference};

/// Facts that follow from others: the contact names the account (R127), the account its
/// name, the serial the device and its model. What was said stays as it was said.
pub(super) fn completed(
    connection: &Connection,
    mut fields: RequestFields,
) -> Result<RequestFields, CoreError> {
    if let Some(contact) = fields.contact
        && let Some(known) = find_contact(connection, contact)?
    {
        fields.account.get_or_insert(known.account);
        let draft = known.draft;
        fields.contact_name.get_or_insert(draft.name);
        fill(&mut fields.phone, draft.phone);
        fill(&mut fields.mobile, draft.mobile);
        fill(&mut fields.email, draft.email);
        fill(&mut fields.language, draft.language);
    }
    if fields.asset.is_none()
        && let Some(serial) = &fields.serial
    {
        let id = id_by_number(ReferenceKind::Asset.name(), serial);
        let known = read_reference(connection, ReferenceKind::Asset, id)?;
        fields.asset = known.filter(|row| row.json.is_some()).map(|_| id);
    }
    if let Some(asset) = fields.asset
        && let Some(row) = read_reference(connection, ReferenceKind::Asset, asset)?
    {
        let json: Value = row.json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        fill(&mut fields.product, json["model"].as_str().map(str::to_owned));
        fill(&mut fields.serial, json["serial"].as_str().map(str::to_owned));
        fields.account = fields.account.or(row.account);
    }
    if let Some(account) = fields.account {
        let account = merged_into(connection, account)?;
        fields.account = Some(account);
        if let Some(json) = account_json(connection, account)? {
            let text = |key: &str| json[key].as_str().map(str::to_owned);
            fill(&mut fields.account_name, text("name"));
            fill(&mut fields.phone, text("phone"));
            fill(&mut fields.mobile, text("mobile"));
            fill(&mut fields.email, text("email"));
            fill(&mut fields.language, text("language"));
            fill(&mut fields.address, text("address"));
            fill(&mut fields.city, text("city"));
            fill(&mut fields.zone, text("zone"));
        }
    }
    Ok(fields)
}

fn fill(field: &mut Option<String>, known: Option<String>) {
    if field.is_none() {
        *field = known;
    }
}

/// What names something that is not there.
pub(super) fn problems(
    connection: &Connection,
    fields: &RequestFields,
) -> Result<Vec<FieldProblem>, CoreError> {
    let mut wrong = Vec::new();
    let mut unknown = |path: &str, message: &str| {
        wrong.push(FieldProblem::coded(path, "customer.unknown", message));
    };
    if let Some(account) = fields.account
        && account_json(connection, account)?.is_none()
    {
        unknown("account", "there is no such account");
    }
    if let Some(contact) = fields.contact {
        match find_contact(connection, contact)? {
            None => unknown("contact", "there is no such contact"),
            Some(known) if Some(merged_into(connection, known.account)?) != fields.account => {
                unknown("contact", "this contact belongs to another account");
            }
            Some(_) => {}
        }
    }
    if let Some(contract) = fields.contract {
        let of = contracts_of_account(connection, fields.account.unwrap_or_default(), None)?;
        if !of.iter().any(|known| known.id == contract) {
            unknown("contract", "the account has no such contract");
        }
    }
    Ok(wrong)
}
