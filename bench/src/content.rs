//! What stands in the jobs of a benchmark: names, places, faults and parts in
//! three scripts, put together at random so that no two jobs read alike. What
//! repeats would compress better than real work does.

use domain::{FieldValue, Instant, JobField, JobFieldEdit, Uuid};
use testkit::Rng;

const GIVEN: &[&str] = &[
    "رضا",
    "مریم",
    "فاطمه",
    "حسین",
    "نرگس",
    "امیر",
    "Анна",
    "Иван",
    "Ольга",
    "Тимур",
    "Anna",
    "David",
    "Laura",
    "Omid",
    "زهرا",
    "کاوه",
    "Сергей",
    "Марина",
    "Nora",
    "Peter",
];
const FAMILY: &[&str] = &[
    "احمدی",
    "کریمی",
    "موسوی",
    "رستمی",
    "نیک‌پور",
    "قاسمی",
    "Иванова",
    "Петров",
    "Соколова",
    "Каримов",
    "Miller",
    "Novak",
    "Rossi",
    "Keller",
    "صادقی",
    "یوسفی",
    "Ким",
    "Лебедев",
    "Hansen",
    "Costa",
];
const STREETS: &[&str] = &[
    "خیابان آزادی",
    "بلوار کشاورز",
    "کوچه لاله",
    "خیابان سعدی",
    "улица Мира",
    "проспект Победы",
    "Садовая улица",
    "Lake Road",
    "Mill Lane",
    "Station Street",
    "خیابان ولیعصر",
    "переулок Чехова",
];
const CITIES: &[&str] =
    &["تهران", "اصفهان", "شیراز", "تبریز", "مشهد", "Казань", "Самара", "Душанбе", "Baku", "Yerevan"];
const MODELS: &[&str] =
    &["WM-750", "WM-820", "RF-310", "RF-440X", "AC-12", "AC-18 Inverter", "DW-60", "BO-24", "OV-9", "HD-2"];
const FAULTS: &[&str] = &[
    "آب از زیر دستگاه نشت می‌کند",
    "کمپرسور روشن نمی‌شود",
    "صدای زیاد هنگام چرخش",
    "نمایشگر خطای E4 می‌دهد",
    "درب قفل نمی‌شود",
    "не сливает воду",
    "сильно шумит при отжиме",
    "не держит температуру",
    "выбивает автомат",
    "пахнет горелым",
    "does not cool below eight degrees",
    "stops after ten minutes",
    "fan scrapes the housing",
    "drum does not turn",
    "water inlet valve stays open",
    "flame goes out again and again",
];
const DETAILS: &[&str] = &[
    "مشتری می‌گوید از هفته پیش شروع شده",
    "قبلاً یک بار تعمیر شده است",
    "لطفاً پیش از آمدن تماس بگیرید",
    "طبقه چهارم بدون آسانسور",
    "клиент дома после шести вечера",
    "гарантийный талон утерян",
    "подъезд со двора",
    "в прошлом году меняли плату",
    "the dog is friendly",
    "parking is behind the house",
    "the serial plate is hard to read",
    "a neighbour has the key",
];
const FOUND: &[&str] = &[
    "واشر فرسوده بود",
    "خازن راه‌انداز سوخته بود",
    "اتصال برد قطع بود",
    "забит фильтр насоса",
    "изношены щётки двигателя",
    "подшипник разрушен",
    "relay contacts were burnt",
    "the belt had slipped off",
    "a mouse had bitten the cable",
];
const DONE: &[&str] = &[
    "تعویض شد و آزمایش شد",
    "تنظیم و سرویس کامل انجام شد",
    "заменено, проверено два цикла",
    "почищено и смазано",
    "replaced and tested for twenty minutes",
    "tightened, no leak after a full cycle",
];
const PARTS: &[&str] = &[
    "پمپ تخلیه",
    "شیر برقی",
    "خازن ۱۲ میکروفاراد",
    "ремень привода",
    "подшипник 6205",
    "плата управления",
    "door gasket",
    "thermostat",
    "inlet hose",
    "fan motor",
];

/// A sentence or two on what is wrong.
pub(crate) fn description(rng: &mut Rng) -> String {
    let minutes = rng.between(5, 300);
    let mut text = format!("{}؛ {} ({minutes} min)", rng.pick(FAULTS), rng.pick(DETAILS));
    if rng.chance(1, 2) {
        text.push_str("; ");
        text.push_str(rng.pick::<&str>(DETAILS));
    }
    text
}

/// What a technician found.
pub(crate) fn finding(rng: &mut Rng) -> String {
    format!("{}; {} V, {}", rng.pick(FOUND), rng.between(180, 245), rng.pick(FAULTS))
}

/// What a technician did about it.
pub(crate) fn repair(rng: &mut Rng) -> String {
    format!("{} — {} ({} N·m)", rng.pick(PARTS), rng.pick(DONE), rng.between(2, 90))
}

/// A remark.
pub(crate) fn remark(rng: &mut Rng) -> String {
    format!("{} {}", rng.pick(DETAILS), rng.between(1, 9_999))
}

/// A part's name.
pub(crate) fn part(rng: &mut Rng) -> &'static str {
    rng.pick::<&str>(PARTS)
}

/// A customer with a device; jobs of one customer say the same of both.
pub(crate) struct Customer(Vec<(JobField, FieldValue)>);

/// As many customers as asked for.
pub(crate) fn customers(rng: &mut Rng, count: usize) -> Vec<Customer> {
    (0..count).map(|_| customer(rng)).collect()
}

fn text(field: JobField, text: impl Into<String>) -> (JobField, FieldValue) {
    (field, FieldValue::Text(text.into()))
}

fn customer(rng: &mut Rng) -> Customer {
    let person = format!("{} {}", rng.pick(GIVEN), rng.pick(FAMILY));
    let phone = format!("+98 9{} {}", rng.between(10, 39), rng.between(1_000_000, 9_999_999));
    let address = format!("{} {}, {}", rng.pick(STREETS), rng.between(1, 240), rng.between(1, 60));
    Customer(vec![
        (JobField::AccountId, FieldValue::Id(Uuid::from_bytes(rng.bytes()))),
        text(JobField::AccountName, person.clone()),
        text(JobField::ContactName, person),
        text(JobField::ContactPhone, phone),
        text(JobField::SiteAddress, address),
        text(JobField::SiteCity, *rng.pick(CITIES)),
        (JobField::SiteLat, FieldValue::Int(rng.between(29_000_000, 41_000_000))),
        (JobField::SiteLon, FieldValue::Int(rng.between(44_000_000, 63_000_000))),
        (JobField::AssetId, FieldValue::Id(Uuid::from_bytes(rng.bytes()))),
        text(JobField::AssetSerial, format!("{:X}", rng.bits() >> 20)),
        text(JobField::AssetModel, *rng.pick(MODELS)),
    ])
}

/// What is known of a job when it is registered.
pub(crate) fn fields(rng: &mut Rng, customer: &Customer, received: Instant) -> Vec<JobFieldEdit> {
    let request = [
        text(JobField::RequestSubject, *rng.pick(FAULTS)),
        text(JobField::RequestDescription, description(rng)),
        text(JobField::RequestChannel, *rng.pick(&["phone", "web", "sms", "in_person"])),
        text(JobField::RequestType, "service"),
        text(JobField::RequestPriority, *rng.pick(&["low", "normal", "high"])),
        (JobField::RequestReceivedAt, FieldValue::Instant(received)),
    ];
    let known = customer.0.iter().cloned().chain(request);
    known.map(|(field, value)| JobFieldEdit { field, value: Some(value) }).collect()
}
