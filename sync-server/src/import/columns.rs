//! What each kind of file can hold: its columns, the headers by which they are
//! known without being told, and what their cells must be.

use domain::limits::{MEDIUM_TEXT_CHARS_MAX, SHORT_TEXT_CHARS_MAX};
use domain::{FieldType, JobField, fold_search_text};

/// What is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportKind {
    /// Customers, known by their number.
    Customers,
    /// Devices under service, known by their serial number.
    Assets,
    /// Parts of the catalogue, known by their number.
    Parts,
    /// Technicians, known by the name that signs in.
    Technicians,
    /// Jobs that were finished before.
    Jobs,
}

impl ImportKind {
    /// Every kind, in the order in which they are best imported.
    pub const ALL: [Self; 5] = [Self::Customers, Self::Assets, Self::Parts, Self::Technicians, Self::Jobs];

    /// The word on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Assets => "assets",
            Self::Parts => "parts",
            Self::Technicians => "technicians",
            Self::Jobs => "jobs",
        }
    }

    /// Its columns.
    #[must_use]
    pub fn columns(self) -> Vec<Column> {
        match self {
            Self::Customers => CUSTOMER.iter().map(Column::of).collect(),
            Self::Assets => ASSET.iter().map(Column::of).collect(),
            Self::Parts => PART.iter().map(Column::of).collect(),
            Self::Technicians => TECHNICIAN.iter().map(Column::of).collect(),
            Self::Jobs => JOB.iter().map(Column::of).chain(job_fields()).collect(),
        }
    }
}

/// A column that a kind of file can have.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name, as `--map` takes it.
    pub name: String,
    /// Other headers by which it is known.
    pub synonyms: &'static [&'static str],
    /// Whether a file must have it.
    pub need: Need,
    /// What its cells must be.
    pub(crate) cell: Cell,
}

/// Whether a file must have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must, and each row a value.
    Required,
    /// It may.
    Optional,
}

/// What the cells of a column must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    /// A value of the type of a field.
    Field(FieldType),
    /// Degrees, from minus to plus so many millionths.
    Degrees(i64),
    /// Read together with other columns, by the kind itself.
    Own,
}

type Fixed = (&'static str, Need, Cell, &'static [&'static str]);

const SHORT: Cell = Cell::Field(FieldType::Text(SHORT_TEXT_CHARS_MAX));
const MEDIUM: Cell = Cell::Field(FieldType::Text(MEDIUM_TEXT_CHARS_MAX));
const INSTANT: Cell = Cell::Field(FieldType::Instant);
const LANGUAGE: Cell = Cell::Field(FieldType::Choice(&["fa", "ru", "en"]));
const LATITUDE: Cell = Cell::Degrees(90_000_000);
const LONGITUDE: Cell = Cell::Degrees(180_000_000);
use Need::{Optional, Required};

const CUSTOMER: &[Fixed] = &[
    (
        "number",
        Required,
        SHORT,
        &[
            "no",
            "code",
            "customer",
            "customer number",
            "customer no",
            "customer code",
            "account",
            "account number",
            "شماره",
            "کد",
            "شماره مشتری",
            "کد مشتری",
            "номер",
            "код",
            "номер клиента",
            "код клиента",
        ],
    ),
    (
        "name",
        Required,
        SHORT,
        &[
            "customer name",
            "account name",
            "full name",
            "نام",
            "نام مشتری",
            "نام و نام خانوادگی",
            "имя",
            "название",
            "фио",
            "клиент",
            "наименование",
            "имя клиента",
        ],
    ),
    ("phone", Optional, SHORT, &["telephone", "tel", "phone number", "تلفن", "شماره تلفن", "телефон"]),
    (
        "mobile",
        Optional,
        SHORT,
        &["mobile phone", "cell", "موبایل", "همراه", "تلفن همراه", "мобильный", "сотовый"],
    ),
    ("email", Optional, SHORT, &["e-mail", "mail", "ایمیل", "پست الکترونیک", "почта", "электронная почта"]),
    ("language", Optional, LANGUAGE, &["lang", "زبان", "язык"]),
    ("address", Optional, MEDIUM, &["street", "آدرس", "نشانی", "адрес"]),
    ("city", Optional, SHORT, &["town", "شهر", "город"]),
    ("zone", Optional, SHORT, &["area", "district", "منطقه", "зона", "район"]),
    ("lat", Optional, LATITUDE, &["latitude", "عرض جغرافیایی", "широта"]),
    ("lon", Optional, LONGITUDE, &["lng", "longitude", "طول جغرافیایی", "долгота"]),
];

const ASSET: &[Fixed] = &[
    (
        "serial",
        Required,
        SHORT,
        &[
            "serial number",
            "serial no",
            "s/n",
            "sn",
            "asset",
            "شماره سریال",
            "سریال",
            "серийный номер",
            "заводской номер",
        ],
    ),
    ("model", Optional, SHORT, &["product", "type", "مدل", "محصول", "модель", "изделие"]),
    ("batch", Optional, SHORT, &["lot", "production batch", "سری ساخت", "партия"]),
    (
        "origin",
        Optional,
        Cell::Field(JobField::AssetOrigin.value_type()),
        &["source", "مبدا", "происхождение"],
    ),
    (
        "warranty_until",
        Optional,
        INSTANT,
        &[
            "warranty",
            "warranty end",
            "guarantee until",
            "پایان گارانتی",
            "گارانتی تا",
            "гарантия до",
            "конец гарантии",
        ],
    ),
    (
        "customer",
        Optional,
        Cell::Own,
        &[
            "customer number",
            "customer no",
            "customer code",
            "account",
            "account number",
            "شماره مشتری",
            "کد مشتری",
            "مشتری",
            "номер клиента",
            "код клиента",
            "клиент",
        ],
    ),
];

const PART: &[Fixed] = &[
    (
        "part_no",
        Required,
        SHORT,
        &[
            "number",
            "no",
            "code",
            "part",
            "part number",
            "part code",
            "sku",
            "article",
            "شماره",
            "کد",
            "شماره قطعه",
            "کد قطعه",
            "کد کالا",
            "номер",
            "код",
            "артикул",
            "номер детали",
        ],
    ),
    (
        "name",
        Required,
        SHORT,
        &[
            "part name",
            "description",
            "title",
            "نام",
            "نام قطعه",
            "شرح",
            "شرح کالا",
            "название",
            "наименование",
            "имя",
        ],
    ),
    (
        "price",
        Optional,
        Cell::Own,
        &["unit price", "amount", "cost", "قیمت", "بها", "قیمت واحد", "цена", "стоимость"],
    ),
    ("currency", Optional, Cell::Own, &["price currency", "ارز", "واحد پول", "валюта"]),
    ("unit", Optional, SHORT, &["uom", "measure", "واحد", "единица", "ед. изм.", "единица измерения"]),
];

const TECHNICIAN: &[Fixed] = &[
    (
        "name",
        Required,
        Cell::Own,
        &[
            "user",
            "username",
            "user name",
            "login",
            "sign-in name",
            "نام کاربری",
            "شناسه",
            "логин",
            "имя пользователя",
        ],
    ),
    (
        "display_name",
        Optional,
        Cell::Own,
        &[
            "full name",
            "technician",
            "نام و نام خانوادگی",
            "نام کامل",
            "تکنسین",
            "фио",
            "полное имя",
            "техник",
            "мастер",
        ],
    ),
    (
        "agency",
        Optional,
        Cell::Own,
        &[
            "representative",
            "service agency",
            "company",
            "نمایندگی",
            "شرکت",
            "агентство",
            "представительство",
            "сервисный центр",
        ],
    ),
];

/// The columns of a job that are not its fields.
const JOB: &[Fixed] = &[
    ("key", Optional, SHORT, &["id", "record id", "شناسه", "идентификатор"]),
    ("kind", Optional, Cell::Own, &["نوع کار", "вид работы"]),
    (
        "closed_at",
        Optional,
        INSTANT,
        &[
            "closed",
            "finished",
            "done",
            "finish date",
            "end date",
            "completed",
            "تاریخ پایان",
            "تاریخ انجام",
            "дата закрытия",
            "дата выполнения",
            "закрыт",
        ],
    ),
    (
        "customer",
        Optional,
        Cell::Own,
        &["customer number", "customer no", "customer code", "شماره مشتری", "کد مشتری", "номер клиента"],
    ),
    ("cost", Optional, Cell::Own, &["total cost", "هزینه", "стоимость", "затраты"]),
];

fn job_synonyms(field: JobField) -> &'static [&'static str] {
    match field {
        JobField::RequestNumber => &[
            "no",
            "job",
            "job number",
            "order",
            "order number",
            "work order",
            "شماره",
            "شماره درخواست",
            "номер",
            "номер заявки",
        ],
        JobField::RequestSubject => &["title", "short text", "summary", "موضوع", "عنوان", "тема"],
        JobField::RequestDescription => &["details", "long text", "شرح", "توضیحات", "описание"],
        JobField::RequestReceivedAt => &[
            "date",
            "received",
            "created",
            "start date",
            "request date",
            "تاریخ",
            "تاریخ درخواست",
            "дата",
            "дата заявки",
        ],
        JobField::RequestRegistrarComment => &["comment", "remark", "توضیح", "комментарий", "примечание"],
        JobField::RequestCategory => &["دسته", "категория"],
        JobField::RequestPriority => &["اولویت", "приоритет"],
        JobField::RequestCause => &["علت", "причина"],
        JobField::AccountName => &["customer name", "نام مشتری", "имя клиента", "клиент"],
        JobField::ContactPhone => &["phone", "tel", "telephone", "تلفن", "телефон"],
        JobField::ContactMobile => &["mobile", "موبایل", "همراه", "мобильный"],
        JobField::SiteAddress => &["address", "آدرس", "نشانی", "адрес"],
        JobField::SiteCity => &["city", "شهر", "город"],
        JobField::AssetSerial => {
            &["serial number", "serial no", "s/n", "سریال", "شماره سریال", "серийный номер"]
        }
        JobField::AssetModel => &["product", "مدل", "модель"],
        _ => &[],
    }
}

/// The fields that describe a job and are known outside this system too.
fn job_fields() -> impl Iterator<Item = Column> {
    let described = |field: &JobField| {
        !matches!(field.section(), "assignment" | "outcome") && field.value_type() != FieldType::Id
    };
    JobField::ALL.iter().copied().filter(described).map(|field| Column {
        name: field.path(),
        synonyms: job_synonyms(field),
        need: match field {
            JobField::RequestSubject | JobField::RequestReceivedAt => Need::Required,
            _ => Need::Optional,
        },
        cell: match field {
            JobField::SiteLat => LATITUDE,
            JobField::SiteLon => LONGITUDE,
            _ => Cell::Field(field.value_type()),
        },
    })
}

impl Column {
    fn of((name, need, cell, synonyms): &Fixed) -> Self {
        Self { name: (*name).to_owned(), synonyms, need: *need, cell: *cell }
    }

    /// The name without its section.
    #[must_use]
    pub fn short_name(&self) -> &str {
        self.name.rsplit_once('.').map_or(&self.name, |(_, key)| key)
    }
}

/// A header or a column's name as they are compared: letters and digits only,
/// whatever their case and form.
pub(crate) fn fold_header(text: &str) -> String {
    fold_search_text(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_header_means_two_columns_of_a_kind() {
        for kind in ImportKind::ALL {
            let mut known: BTreeMap<String, String> = BTreeMap::new();
            for column in kind.columns() {
                for word in column.synonyms.iter().copied().chain([column.name.as_str()]) {
                    let before = known.insert(fold_header(word), column.name.clone());
                    let same = before.as_ref().is_none_or(|before| *before == column.name);
                    assert!(same, "{}: {word:?} of {} and {before:?}", kind.name(), column.name);
                }
            }
        }
    }
}
