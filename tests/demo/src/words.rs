//! The words that the demonstration's organisation is made of: people, places,
//! products and faults, in Persian, Russian and English as such an organisation
//! has them side by side.

/// A person's name as it is written, and the same in Latin letters for a sign-in name.
pub(crate) struct Name {
    pub(crate) shown: &'static str,
    pub(crate) latin: &'static str,
}

const fn name(shown: &'static str, latin: &'static str) -> Name {
    Name { shown, latin }
}

/// Technicians, in the order in which they get their phones.
pub(crate) const TECHNICIANS: &[Name] = &[
    name("رضا کریمی", "reza"),
    name("مریم احمدی", "maryam"),
    name("علی حسینی", "ali"),
    name("Иван Петров", "ivan"),
    name("زهرا مرادی", "zahra"),
    name("James Carter", "james"),
    name("حسین رستمی", "hossein"),
    name("Ольга Смирнова", "olga"),
    name("نیلوفر صادقی", "niloofar"),
    name("Emily Stone", "emily"),
    name("مهدی جعفری", "mahdi"),
    name("Алексей Волков", "alexey"),
];

/// Dispatchers.
pub(crate) const DISPATCHERS: &[Name] = &[name("سارا رحیمی", "sara"), name("Дарья Кузнецова", "darya")];

/// The quality officer, and who calls customers after the work.
pub(crate) const QUALITY: &[Name] = &[name("لیلا صادقی", "leila")];

/// The desk: at the telephone, executional support, technical support, complaints.
pub(crate) const DESK: &[Name] = &[
    name("گلناز فرهادی", "golnaz"),
    name("Павел Соколов", "pavel"),
    name("Arthur Lane", "arthur"),
    name("فرزانه یزدی", "farzaneh"),
];

/// Customer relations.
pub(crate) const CALLERS: &[Name] = &[name("Нина Белова", "nina")];

/// Representatives, one an agency.
pub(crate) const REPRESENTATIVES: &[Name] =
    &[name("کاوه نادری", "kaveh"), name("Сергей Орлов", "sergey"), name("Helen Brooks", "helen")];

/// Service agencies, each with the city that it serves.
pub(crate) const AGENCIES: &[(&str, &str)] =
    &[("خدمات سپهر", "تهران"), ("Сервис «Каспий»", "رشت"), ("Southern Appliance Care", "شیراز")];

/// A city with its middle in millionths of a degree and some of its streets.
pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) lat: i64,
    pub(crate) lon: i64,
    pub(crate) streets: &'static [&'static str],
}

/// The cities, in the order of [`AGENCIES`].
pub(crate) const CITIES: &[City] = &[
    City {
        name: "تهران",
        lat: 35_700_000,
        lon: 51_400_000,
        streets: &["خیابان ولیعصر", "خیابان شریعتی", "بلوار کشاورز", "خیابان آزادی", "خیابان پیروزی"],
    },
    City {
        name: "رشت",
        lat: 37_280_000,
        lon: 49_590_000,
        streets: &["خیابان امام", "بلوار گیلان", "خیابان سعدی", "خیابان لاکانی"],
    },
    City {
        name: "شیراز",
        lat: 29_610_000,
        lon: 52_540_000,
        streets: &["بلوار چمران", "خیابان زند", "خیابان ملاصدرا", "بلوار ارم"],
    },
];

/// Given names of customers.
pub(crate) const GIVEN: &[&str] = &[
    "محمد",
    "فاطمه",
    "امیر",
    "نرگس",
    "سعید",
    "لیلا",
    "بهرام",
    "شیرین",
    "فرهاد",
    "آناهیتا",
    "Николай",
    "Татьяна",
    "Виктор",
    "Елена",
    "Robert",
    "Alice",
    "Daniel",
    "Sophie",
];

/// Family names of customers, of the same languages in the same order of blocks.
pub(crate) const FAMILY: &[&str] = &[
    "موسوی",
    "کاظمی",
    "شریفی",
    "اکبری",
    "قاسمی",
    "یوسفی",
    "نوری",
    "تهرانی",
    "فراهانی",
    "بهرامی",
    "Соколов",
    "Лебедева",
    "Козлов",
    "Новикова",
    "Harris",
    "Walker",
    "Bennett",
    "Foster",
];

/// How many of [`GIVEN`] and [`FAMILY`] are Persian, then Russian; the rest is English.
pub(crate) const PERSIAN_NAMES: usize = 10;
/// See [`PERSIAN_NAMES`].
pub(crate) const RUSSIAN_NAMES: usize = 4;

/// A product line with its faults.
pub(crate) struct Product {
    pub(crate) code: &'static str,
    pub(crate) model: &'static str,
    pub(crate) origin: &'static str,
    pub(crate) faults: &'static [Fault],
}

/// A fault as it is reported, found and mended.
pub(crate) struct Fault {
    pub(crate) group: &'static str,
    pub(crate) subject: &'static str,
    pub(crate) diagnosis: &'static str,
    pub(crate) solution: &'static str,
    /// Which part of the product's parts mends it, if any.
    pub(crate) part: Option<usize>,
}

const fn fault(
    group: &'static str,
    subject: &'static str,
    diagnosis: &'static str,
    solution: &'static str,
    part: Option<usize>,
) -> Fault {
    Fault { group, subject, diagnosis, solution, part }
}

/// The products, each with twelve parts named in [`PART_NAMES`].
pub(crate) const PRODUCTS: &[Product] = &[
    Product {
        code: "RF",
        model: "Yakhchal 420",
        origin: "produced",
        faults: &[
            fault(
                "cooling",
                "یخچال خنک نمی‌کند",
                "نشت گاز از اواپراتور",
                "اواپراتور تعویض و گاز شارژ شد",
                Some(0),
            ),
            fault("noise", "صدای زیاد کمپرسور", "پایه لاستیکی کمپرسور فرسوده است", "پایه‌ها تعویض شد", Some(1)),
            fault("door", "درِ یخچال خوب بسته نمی‌شود", "نوار در سفت شده", "نوار در تعویض شد", Some(2)),
        ],
    },
    Product {
        code: "WM",
        model: "Shoma 8kg",
        origin: "assembled",
        faults: &[
            fault("drain", "Стиральная машина не сливает воду", "Засорён насос", "Насос прочищен", None),
            fault("leak", "Протекает из-под двери", "Повреждена манжета люка", "Манжета заменена", Some(3)),
            fault("spin", "ماشین لباسشویی نمی‌چرخد", "تسمه پاره شده", "تسمه تعویض شد", Some(4)),
        ],
    },
    Product {
        code: "DW",
        model: "Zarf 14",
        origin: "imported",
        faults: &[
            fault(
                "heating",
                "Dishwasher does not heat",
                "Heating element open circuit",
                "Heater replaced",
                Some(5),
            ),
            fault("leak", "Water under the machine", "Door gasket hardened", "Gasket replaced", Some(6)),
        ],
    },
    Product {
        code: "AC",
        model: "Nasim 24000",
        origin: "imported",
        faults: &[
            fault("cooling", "کولر گازی باد گرم می‌زند", "خازن کمپرسور خراب است", "خازن تعویض شد", Some(7)),
            fault("leak", "Indoor unit drips", "Drain pipe blocked", "Drain cleaned and levelled", None),
        ],
    },
    Product {
        code: "BO",
        model: "Garma 24",
        origin: "produced",
        faults: &[
            fault("ignition", "پکیج روشن نمی‌شود", "الکترود جرقه کثیف است", "الکترود تمیز و تنظیم شد", None),
            fault("pressure", "افت فشار آب", "شیر اطمینان نشتی دارد", "شیر اطمینان تعویض شد", Some(8)),
        ],
    },
];

/// The twelve parts that each product has, by what they are.
pub(crate) const PART_NAMES: &[&str] = &[
    "اواپراتور / evaporator",
    "پایه لاستیکی / rubber mount",
    "نوار در / door seal",
    "манжета люка / door boot",
    "تسمه / belt",
    "heating element / المنت",
    "door gasket / واشر در",
    "capacitor / خازن",
    "safety valve / شیر اطمینان",
    "control board / برد کنترل",
    "pump / پمپ",
    "fan motor / موتور فن",
];
