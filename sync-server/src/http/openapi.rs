//! The API's description: what the handlers say of themselves, completed from
//! the table of operations.

use utoipa::openapi::path::Operation as Described;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use super::operations::{OPERATIONS, Operation, Who};

const BEARER: &str = "bearer";

/// An error: RFC 9457, `application/problem+json`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes wire::Problem to the API document")]
struct Problem {
    /// Where the code is explained.
    r#type: String,
    /// What the code means.
    title: String,
    /// The HTTP status.
    status: u16,
    /// A stable code; `docs/errors.md` lists them.
    code: String,
    /// What happened this time.
    detail: Option<String>,
    /// The request's id, as the server's log has it.
    instance: Option<String>,
    /// The values that are wrong.
    errors: Option<Vec<FieldProblem>>,
}

/// One value that is wrong.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes wire::FieldProblem to the API document")]
struct FieldProblem {
    /// Its place, such as `contact.phone`.
    path: String,
    /// What is wrong with it and what would do.
    message: String,
    /// A stable code of its own, where there is one.
    code: Option<String>,
}

/// Where the description begins.
pub(super) fn blank() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Hamgam")
        .version("1")
        .description(Some("After-sales service: jobs, people, devices, attachments."))
        .build();
    OpenApiBuilder::new().info(info).build()
}

/// Adds what is the same for all operations: problems, tokens, who may ask.
pub(super) fn complete(api: &mut OpenApi) {
    let components = api.components.get_or_insert_default();
    let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    components.schemas.insert(Problem::name().into_owned(), Problem::schema());
    components.schemas.insert(FieldProblem::name().into_owned(), FieldProblem::schema());
    for described in api.paths.paths.values_mut().flat_map(operations_of) {
        let id = described.operation_id.clone().unwrap_or_default();
        if let Some(operation) = OPERATIONS.iter().find(|operation| operation.id == id) {
            complete_operation(described, operation);
        }
    }
}

/// The operations of a path.
pub(super) fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut Described> {
    let PathItem { get, put, post, delete, options, head, patch, trace, .. } = item;
    [get, put, post, delete, options, head, patch, trace].into_iter().flatten()
}

fn complete_operation(described: &mut Described, operation: &Operation) {
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    let response = ResponseBuilder::new()
        .description("An error, with its code.")
        .content(wire::PROBLEM_MEDIA_TYPE, problem)
        .build();
    described.responses.responses.insert("default".to_owned(), RefOr::T(response));
    let who = format!("For: {}.", operation.who.in_words());
    let description = described.description.take().map_or(who.clone(), |text| format!("{text}\n\n{who}"));
    described.description = Some(description);
    if operation.who != Who::Anybody {
        described.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    }
}
