//! The organisation of the tests: made up, the same each time, around today.

use domain::{Instant, Role};
use reqwest::Method;
use serde_json::{Value, json};
use sync_server::clock::{Clock, SystemClock};
use sync_server::rfc3339::format_instant;

use crate::scene::Scene;

/// How large an organisation is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Technicians.
    pub technicians: usize,
    /// Visits that are given to them, over a week around today.
    pub visits: usize,
    /// Jobs that nobody has yet.
    pub unassigned: usize,
}

impl Size {
    /// What a test looks at.
    pub const SMALL: Self = Self { technicians: 8, visits: 24, unassigned: 6 };
    /// What the board must bear.
    pub const LARGE: Self = Self { technicians: 300, visits: 2_400, unassigned: 120 };
}

/// Agencies and their cities.
pub(crate) const AGENCIES: [(&str, &str); 2] = [("نمایندگی شمال", "رشت"), ("نمایندگی مرکز", "تهران")];

/// The people of the office: name, name that people see, role.
pub(crate) const OFFICE: [(&str, &str, Role); 6] = [
    ("sara", "سارا محمدی", Role::Dispatcher),
    ("admin", "نرگس کاظمی", Role::Administrator),
    ("quality", "Анна Петрова", Role::Quality),
    ("caller", "Helen Moore", Role::CustomerRelations),
    ("desk", "مینا رستمی", Role::Desk),
    ("north", "کاوه دادگر", Role::Representative),
];

const PERSIAN: ([&str; 8], [&str; 8]) = (
    ["امید", "رضا", "حسین", "علی", "مهدی", "بهرام", "پژمان", "کیوان"],
    ["رضایی", "کریمی", "حسینی", "احمدی", "مرادی", "نوری", "گیلانی", "شریفی"],
);
const RUSSIAN: ([&str; 2], [&str; 2]) = (["Игорь", "Сергей"], ["Соколов", "Иванов"]);
const SUBJECTS: [(&str, &str, &str); 6] = [
    ("یخچال خنک نمی‌کند", "RF-520", "normal"),
    ("لباس‌شویی آب نمی‌گیرد", "WM-900", "high"),
    ("Котёл не запускается", "BX-24", "urgent"),
    ("Dishwasher leaks from the door", "DW-14", "low"),
    ("کولر صدا می‌دهد", "AC-18", "normal"),
    ("نصب پکیج تازه", "BX-24", "normal"),
];
const CUSTOMERS: [&str; 6] =
    ["خانم اکبری", "آقای صادقی", "Ольга Смирнова", "Mr. Thompson", "فروشگاه آفتاب", "خانم یوسفی"];
/// City, address, and where that is in millionths of a degree.
const CITIES: [(&str, &str, i64, i64); 4] = [
    ("تهران", "خیابان ولیعصر، پلاک ۱۲", 35_757_500, 51_409_800),
    ("رشت", "بلوار گیلان، کوچهٔ ۵", 37_280_800, 49_583_200),
    ("تهران", "ستارخان، خیابان پاتریس", 35_721_900, 51_334_700),
    ("کرج", "گوهردشت، خیابان هفتم", 35_840_000, 50_939_100),
];

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Tehran is so far ahead of UTC.
const OFFSET_MS: i64 = 12_600_000;
/// How long a visit is promised for.
pub const VISIT_HOURS: i64 = 2;

/// The name that signs in and the name that people see; one in four is Russian.
pub(crate) fn technician(number: usize) -> (String, String) {
    let of = |(given, family): (&[&str], &[&str]), turn: usize| {
        format!("{} {}", given[turn % given.len()], family[(turn + turn / given.len()) % family.len()])
    };
    let display_name = match number % 4 {
        3 => of((&RUSSIAN.0, &RUSSIAN.1), number / 4),
        _ => of((&PERSIAN.0, &PERSIAN.1), number),
    };
    let name = if number == 0 { "omid".to_owned() } else { format!("tech{number}") };
    (name, display_name)
}

/// Midnight of today in Tehran, milliseconds since the epoch.
fn today() -> i64 {
    let local = SystemClock.now().millis() + OFFSET_MS;
    local - local.rem_euclid(DAY_MS) - OFFSET_MS
}

fn rfc3339(ms: i64) -> String {
    format_instant(Instant::from_millis(ms))
}

/// Registers the jobs.
pub(crate) async fn fill(scene: &Scene, size: Size) {
    for number in 0..size.unassigned {
        register(scene, number, None).await;
    }
    for number in 0..size.visits {
        register(scene, number, Some(visit(scene, number))).await;
    }
}

/// Whom a visit is given to, and when: each technician a row of visits, day by day.
fn visit(scene: &Scene, number: usize) -> Value {
    let technician = &scene.technicians[number % scene.technicians.len()];
    let turn = i64::try_from(number / scene.technicians.len()).expect("fits");
    let start = today() + (turn / 4) * DAY_MS + (8 + (turn % 4) * 3) * HOUR_MS;
    json!({
        "technician": technician.id,
        "window_start": rfc3339(start),
        "window_end": rfc3339(start + VISIT_HOURS * HOUR_MS),
    })
}

async fn register(scene: &Scene, number: usize, assignment: Option<Value>) -> Value {
    let (subject, model, priority) = SUBJECTS[number % SUBJECTS.len()];
    let (city, address, lat, lon) = CITIES[number % CITIES.len()];
    let fields = json!({
        "request": {"number": format!("{}-{number:04}", if assignment.is_some() { "V" } else { "N" }),
            "subject": subject, "priority": priority, "estimated_minutes": 90},
        "account": {"name": CUSTOMERS[number % CUSTOMERS.len()]},
        "contact": {"name": CUSTOMERS[number % CUSTOMERS.len()], "phone": format!("0912{number:07}")},
        "site": {"city": city, "address": address, "lat": lat, "lon": lon},
        "asset": {"model": model, "serial": format!("SN{number:06}")},
    });
    let body = json!({"kind": "visit", "fields": fields, "assignment": assignment});
    scene.call("sara", Method::POST, "/v1/jobs", Some(body)).await
}
