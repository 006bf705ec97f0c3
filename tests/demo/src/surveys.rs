//! Customers are called after the work and say how it was.

use serde_json::{Map, Value, json};
use testkit::Rng;

use crate::DemoError;
use crate::office::Office;
use crate::phone::Phone;

/// Calls on one evening.
const CALLS: usize = 30;
/// Of a hundred customers, so many answer the telephone.
const ANSWER_IN_100: u64 = 65;
/// What is asked about a technician, from what goes best to what goes worst.
const QUESTIONS: [&str; 6] =
    ["behaviour", "cleanliness", "explanation", "punctual", "cost_clarity", "solved"];

/// Makes the calls that the server has chosen for this evening.
pub(crate) async fn call(caller: &Office, phones: &[Phone], rng: &mut Rng) -> Result<(), DemoError> {
    let list = caller.get(&format!("/v1/surveys/calls?limit={CALLS}")).await?;
    for call in list["calls"].as_array().into_iter().flatten() {
        let survey = call["survey"].as_str().unwrap_or_default();
        if !rng.chance(ANSWER_IN_100, 100) {
            caller.post(&format!("/v1/surveys/{survey}/attempts"), &json!({"outcome": "no_answer"})).await?;
            continue;
        }
        let technician = call["technicians"][0].as_str().unwrap_or_default();
        let place = phones.iter().position(|phone| phone.user.to_string() == technician).unwrap_or(0);
        let body = json!({"answers": answers(place, rng)});
        caller.post(&format!("/v1/surveys/{survey}/answers"), &body).await?;
    }
    Ok(())
}

/// Technicians differ, and so do days.
fn answers(technician: usize, rng: &mut Rng) -> Map<String, Value> {
    let usual = 5 - i64::try_from(technician % 3).unwrap_or(0) / 2;
    let mut answers = Map::new();
    for (place, question) in (0_u64..).zip(QUESTIONS) {
        let worse = if rng.chance(2 + place, 12) { rng.between(1, 2) } else { 0 };
        answers.insert(question.to_owned(), (usual - worse).clamp(1, 5).into());
    }
    answers.insert("agency_service".to_owned(), rng.between(3, 5).into());
    answers.insert("recommend".to_owned(), rng.between(5, 10).into());
    answers
}
