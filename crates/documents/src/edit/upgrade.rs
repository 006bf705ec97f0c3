//! Bringing an older document to the present schema.
//!
//! Only the server does this, under its own actor, so that two phones never make
//! the same container. Readers meanwhile take what is not there as empty.

use automerge::ROOT;
use automerge::transaction::Transactable;
use domain::ActorClass;

use super::commit::transact;
use super::create::object_type;
use super::draft::check_stamp;
use super::invalid;
use crate::EditError;
use crate::document::{Document, EditContext, RawChange};
use crate::read::{Reader, schema_in};
use crate::schema::{Container, SCHEMA_VERSION, template};

/// Makes the containers that the present template has and the document lacks, and
/// writes the schema's number.
pub(crate) fn upgrade(
    document: &mut Document,
    context: &EditContext,
) -> Result<Option<RawChange>, EditError> {
    check_stamp(context)?;
    if context.actor.class() != Some(ActorClass::Server) {
        return Err(invalid("actor", "only the server brings documents to a newer schema"));
    }
    let root = Reader::now(&document.inner).root();
    if schema_in(&root)? >= SCHEMA_VERSION {
        return Ok(None);
    }
    let missing: Vec<_> = template(document.kind)
        .iter()
        .filter(|row| match row.container {
            Container::Map => root.maps(row.name).is_empty(),
            Container::Text => root.texts(row.name).is_empty(),
        })
        .collect();
    transact(document, context, |transaction| {
        transaction.put(ROOT, "schema", SCHEMA_VERSION)?;
        missing.iter().try_for_each(|row| {
            transaction.put_object(ROOT, row.name, object_type(row.container)).map(|_| ())
        })
    })
}
