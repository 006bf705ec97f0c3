//! The knowledge base.

use std::slice;

use serde_json::{Value, json};

use super::{Desk, with};
use crate::office::{JsonBody, text};
use crate::phones::exchange;
use crate::surveys::Field;

async fn offer(desk: &Desk, who: &str, more: &Value) -> String {
    let body = with(
        &json!({
            "title": "No hot water after a power cut", "product": "boiler 24", "fault": "E4",
            "text": "Clean the flame sensor, then reset it for ten seconds.",
        }),
        more,
    );
    text(&desk.office.post("/v1/solutions", desk.token(who), &body).await.expect(201)["id"])
}

async fn found(desk: &Desk, who: &str, query: &str) -> Vec<String> {
    let answer = desk.office.get(&format!("/v1/solutions?{query}"), desk.token(who)).await.expect(200);
    answer["solutions"].as_array().expect("a list").iter().map(|one| text(&one["id"])).collect()
}

/// What a phone that syncs from nothing holds of the knowledge base.
async fn on_phone(desk: &Desk, field: &Field) -> Vec<(String, Option<String>)> {
    let answer = exchange(&desk.office, &field.token, &Field::request()).await;
    let rows = answer.reference.into_iter().flatten().filter(|row| row.kind == "solution");
    rows.map(|row| (domain::Uuid::from_slice(&row.id).expect("16 bytes").to_string(), row.json)).collect()
}

/// R120, R149: from a request to the phones, and away again.
#[tokio::test]
async fn what_was_learnt_is_approved_found_and_on_every_phone() {
    let desk = Desk::open().await;
    let field = Field::of(&desk.office, "tech").await;
    let request = desk.service(&json!({"description": "no hot water, E4 since a power cut"})).await;
    let id = offer(&desk, "expert", &json!({"request": request})).await;
    assert!(found(&desk, "operator", "text=flame").await.is_empty(), "nobody has approved it");
    assert_eq!(found(&desk, "owner", "state=offered").await, slice::from_ref(&id));

    let path = format!("/v1/solutions/{id}/decision");
    desk.office.post(&path, desk.token("expert"), &json!({})).await.expect_code("duty_required");
    desk.office.post(&path, desk.token("owner"), &json!({})).await.expect(204);
    assert_eq!(
        found(&desk, "operator", "text=flam").await,
        slice::from_ref(&id),
        "by the beginning of a word"
    );
    assert_eq!(
        found(&desk, "operator", &format!("request={request}")).await,
        slice::from_ref(&id),
        "what may help"
    );
    let other = desk.service(&json!({"product": "oven", "subject": "door", "description": "hinge"})).await;
    assert!(found(&desk, "operator", &format!("request={other}")).await.is_empty());
    let rows = on_phone(&desk, &field).await;
    assert_eq!(rows.iter().map(|(id, _)| id).collect::<Vec<_>>(), [&id]);
    let json = rows[0].1.as_deref().expect("it is there");
    assert!(json.contains("flame sensor") && !json.contains("Karimi"), "{json}");

    let reworded = json!({"title": "E4", "text": "Replace the sensor."});
    let reword =
        desk.office.ask(reqwest::Method::PUT, &format!("/v1/solutions/{id}"), Some(desk.token("engineer")));
    crate::office::Answer::of(reword.json_body(&reworded)).await.expect(204);
    assert!(on_phone(&desk, &field).await.is_empty(), "another wording is to be approved again");
    desk.office.post(&path, desk.token("owner"), &json!({})).await.expect(204);
    assert!(found(&desk, "operator", "text=flame").await.is_empty(), "the old words are forgotten");
    desk.office.post(&path, desk.token("owner"), &json!({"withdrawn": " "})).await.expect_code("invalid");
    desk.office
        .post(&path, desk.token("owner"), &json!({"withdrawn": "the maker says no"}))
        .await
        .expect(204);
    assert!(on_phone(&desk, &field).await.is_empty());
    assert_eq!(found(&desk, "owner", "state=withdrawn").await, [id]);
}

#[tokio::test]
async fn a_solution_has_words_and_comes_from_what_one_sees() {
    let desk = Desk::open().await;
    for (body, code) in [
        (json!({"title": " ", "text": "x"}), "solution.title"),
        (json!({"title": "x", "text": ""}), "solution.text"),
        (json!({"title": "x".repeat(1000), "text": "x"}), "text.too_long"),
    ] {
        let answer = desk.office.post("/v1/solutions", desk.token("expert"), &body).await;
        assert_eq!(answer.body["errors"][0]["code"], code, "{answer:?}");
    }
    let body = json!({"title": "x", "text": "y"});
    desk.office.post("/v1/solutions", desk.token("keeper"), &body).await.expect_code("duty_required");
    let request = desk.service(&json!({})).await;
    let unseen = with(&body, &json!({"request": request}));
    desk.office.post("/v1/solutions", desk.token("engineer"), &unseen).await.expect_code("not_found");
}
