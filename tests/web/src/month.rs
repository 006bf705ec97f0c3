//! A month to be looked at: jobs of both agencies that technicians did and the office
//! closed today, and what customers answered.

use reqwest::Method;
use serde_json::{Value, json};

use crate::phone::Phone;
use crate::scene::Scene;

/// What was done, by agency: the technician's place, the fault, whether somebody came
/// twice, and what the parts cost.
const NORTH: [(&str, Visits, u32); 7] = [
    ("پمپ", Visits::One, 1_200_000),
    ("پمپ", Visits::Two, 2_400_000),
    ("پمپ", Visits::One, 0),
    ("برد", Visits::One, 5_000_000),
    ("برد", Visits::Two, 800_000),
    ("واشر", Visits::One, 300_000),
    ("", Visits::One, 0),
];
const CENTRE: [(&str, Visits, u32); 2] = [("پمپ", Visits::One, 900_000), ("برد", Visits::One, 1_000_000)];
const CITIES: [&str; 3] = ["رشت", "لاهیجان", "انزلی"];
/// Marks of a customer, by how content he is.
const MARKS: [i64; 3] = [5, 4, 2];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visits {
    One,
    Two,
}

impl Scene {
    /// The same scene with a month behind it.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn with_a_month(self) -> Self {
        let agencies = self.call("sara", Method::GET, "/v1/agencies", None).await;
        for (technician, jobs) in [(0, &NORTH[..]), (1, &CENTRE[..])] {
            let person = self.call("admin", Method::GET, "/v1/users?role=technician", None).await;
            let agency = agency_of(&person, &self.technicians[technician].id.to_string());
            assert!(agencies["agencies"].to_string().contains(&agency), "an agency of the scene");
            self.work(technician, &agency, jobs).await;
        }
        self.ask_customers().await;
        self
    }

    /// A technician does jobs of an agency, and the office closes them.
    async fn work(&self, technician: usize, agency: &str, jobs: &[(&str, Visits, u32)]) {
        let mut given = Vec::new();
        for (number, _) in jobs.iter().enumerate() {
            given.push(self.give(technician, agency, number).await);
        }
        let phone = Phone::of(self, &self.technicians[technician].name).await;
        for (job, (fault, visits, rial)) in given.iter().zip(jobs) {
            do_job(&phone, job, fault, *visits, *rial);
        }
        phone.sync().await.expect("synced");
        for job in given {
            self.call("sara", Method::POST, &format!("/v1/jobs/{job}/close"), None).await;
        }
    }

    async fn give(&self, technician: usize, agency: &str, number: usize) -> String {
        let fields = json!({
            "request": {"number": format!("M{technician}-{number}"), "subject": "یخچال خنک نمی‌کند", "type": "service"},
            "account": {"name": "خانم اکبری"},
            "contact": {"name": "خانم اکبری", "phone": format!("0911000{technician}{number:03}")}, "site": {"city": CITIES[number % CITIES.len()]},
            "asset": {"model": if number.is_multiple_of(2) { "RF-520" } else { "BX-24" }},
        });
        let assignment = json!({"technician": self.technicians[technician].id, "representative": agency});
        let body = json!({"kind": "visit", "fields": fields, "assignment": assignment});
        let made = self.call("sara", Method::POST, "/v1/jobs", Some(body)).await;
        made["id"].as_str().expect("an id").to_owned()
    }

    /// Customers of the jobs answer on the telephone.
    async fn ask_customers(&self) {
        let calls = self.call("caller", Method::GET, "/v1/surveys/calls", None).await;
        for (turn, call) in calls["calls"].as_array().into_iter().flatten().enumerate() {
            let id = call["survey"].as_str().expect("a survey");
            let mark = MARKS[turn % MARKS.len()];
            let answers = json!({"answers": {"solved": mark, "punctual": mark, "behaviour": 5}});
            self.call("caller", Method::POST, &format!("/v1/surveys/{id}/answers"), Some(answers)).await;
        }
    }
}

fn agency_of(people: &Value, id: &str) -> String {
    let people = people["users"].as_array().expect("people");
    let person = people.iter().find(|person| person["id"] == id).expect("a technician");
    person["agency"].as_str().expect("an agency").to_owned()
}

fn do_job(phone: &Phone, job: &str, fault: &str, visits: Visits, rial: u32) {
    let job = job.parse().expect("an id");
    let act = |act: &str, text: &str| phone.act(job, act, text).expect("it is allowed");
    act("accept", "");
    act("travel", "");
    act("arrive", "");
    act("work", "");
    if rial > 0 {
        act("part", &rial.to_string());
    }
    if visits == Visits::Two {
        act("wait", "");
        act("travel", "");
        act("arrive", "");
        act("work", "");
    }
    act("complete", fault);
}
