//! Every operation as every role and as nobody, from the one table.

use std::collections::BTreeSet;

use sync_server::http::operations::{OPERATIONS, Who};

use crate::office::{Answer, Office};
use crate::probes::probes;

const ROLES: [(&str, domain::Role); 7] = [
    ("tech", domain::Role::Technician),
    ("dispatcher", domain::Role::Dispatcher),
    ("representative", domain::Role::Representative),
    ("admin", domain::Role::Administrator),
    ("quality", domain::Role::Quality),
    ("caller", domain::Role::CustomerRelations),
    ("desk", domain::Role::Desk),
];

/// An operation without a probe here, or without a row in the table, fails.
#[tokio::test]
async fn every_described_operation_is_probed_and_has_a_row() {
    let office = Office::open().await;
    let api = Answer::of(office.http.get(office.url("/openapi.json"))).await.expect(200);
    let described: BTreeSet<String> = api["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|item| item.as_object().expect("operations").values())
        .filter_map(|operation| operation["operationId"].as_str().map(str::to_owned))
        .collect();
    let probed: BTreeSet<String> = probes(&office).iter().map(|probe| probe.id.to_owned()).collect();
    let listed: BTreeSet<String> = OPERATIONS.iter().map(|operation| operation.id.to_owned()).collect();
    assert_eq!(described, probed, "probes.rs and the API differ");
    assert_eq!(described, listed, "operations.rs and the API differ");
}

/// Checked by letting everybody into `create_user`: `tech: create_user` failed.
#[tokio::test]
async fn each_operation_lets_in_exactly_the_roles_of_its_row() {
    let office = Office::open().await;
    for (name, role) in ROLES {
        for probe in probes(&office) {
            // One probe signs out, so each has a session of its own.
            let token = office.token(name).await;
            let answer = Answer::of(probe.request(&office, Some(&token))).await;
            let row = OPERATIONS.iter().find(|operation| operation.id == probe.id).expect("a row");
            let code = answer.code();
            if row.who.includes(role) {
                assert!(!answer.status.is_server_error(), "{name}: {}: {answer:?}", probe.id);
                let turned_away = ["forbidden", "sign_in_required"].contains(&code.as_str());
                assert!(row.who == Who::Anybody || !turned_away, "{name}: {}: {answer:?}", probe.id);
            } else {
                assert_eq!(code, "forbidden", "{name}: {}: {answer:?}", probe.id);
            }
        }
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_but_where_anybody_may() {
    let office = Office::open().await;
    for probe in probes(&office) {
        let row = OPERATIONS.iter().find(|operation| operation.id == probe.id).expect("a row");
        for token in [None, Some("not a token"), Some("a.b.c")] {
            let answer = Answer::of(probe.request(&office, token)).await;
            if row.who == Who::Anybody {
                assert!(!answer.status.is_server_error(), "{}: {answer:?}", probe.id);
            } else {
                assert_eq!(answer.code(), "sign_in_required", "{}: {answer:?}", probe.id);
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
        }
    }
}
