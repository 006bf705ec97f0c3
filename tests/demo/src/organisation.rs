//! The demonstration's organisation, the same for the same seed: agencies,
//! people, customers with their appliances, and parts.

use domain::{Coverage, Instant};
use testkit::Rng;

use crate::words::{
    AGENCIES, CALLERS, CITIES, DESK, DISPATCHERS, FAMILY, Fault, GIVEN, Name, PART_NAMES, PERSIAN_NAMES,
    PRODUCTS, Product, QUALITY, REPRESENTATIVES, RUSSIAN_NAMES, TECHNICIANS,
};

/// Somebody who signs in.
pub(crate) struct Person {
    pub(crate) username: String,
    pub(crate) name: String,
    /// Which agency, by its place in [`Organisation::agencies`].
    pub(crate) agency: Option<usize>,
}

/// A customer with one appliance.
pub(crate) struct Customer {
    /// By which the office knows him.
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) city: usize,
    pub(crate) address: String,
    pub(crate) lat: i64,
    pub(crate) lon: i64,
    pub(crate) serial: String,
    pub(crate) batch: String,
    pub(crate) product: &'static Product,
    pub(crate) warranty_until: Instant,
}

impl Customer {
    /// Who pays for a part.
    pub(crate) fn coverage_at(&self, visit: Instant) -> Coverage {
        if visit < self.warranty_until { Coverage::Warranty } else { Coverage::Customer }
    }
}

/// A part in the catalogue.
pub(crate) struct CataloguePart {
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) price_rial: i64,
}

/// Everything that is there before the first job.
pub(crate) struct Organisation {
    pub(crate) agencies: Vec<(String, &'static str)>,
    pub(crate) technicians: Vec<Person>,
    pub(crate) dispatchers: Vec<Person>,
    pub(crate) representatives: Vec<Person>,
    pub(crate) quality: Person,
    pub(crate) caller: Person,
    pub(crate) desk: Vec<Person>,
    pub(crate) customers: Vec<Customer>,
    pub(crate) parts: Vec<CataloguePart>,
}

const CUSTOMERS: usize = 200;

impl Organisation {
    /// Builds it as it stands on a day; `scale` multiplies technicians and customers.
    pub(crate) fn new(rng: &mut Rng, scale: usize, today: Instant) -> Self {
        Self {
            agencies: AGENCIES.iter().map(|(name, city)| ((*name).to_owned(), *city)).collect(),
            technicians: (0..TECHNICIANS.len() * scale)
                .map(|i| person(TECHNICIANS, i, Some(i % 3)))
                .collect(),
            dispatchers: (0..DISPATCHERS.len()).map(|i| person(DISPATCHERS, i, None)).collect(),
            representatives: (0..REPRESENTATIVES.len())
                .map(|i| person(REPRESENTATIVES, i, Some(i)))
                .collect(),
            quality: person(QUALITY, 0, None),
            caller: person(CALLERS, 0, None),
            desk: (0..DESK.len()).map(|i| person(DESK, i, None)).collect(),
            customers: (0..CUSTOMERS * scale).map(|i| customer(rng, i, today)).collect(),
            parts: catalogue(rng),
        }
    }
}

impl Organisation {
    /// The catalogue's part that mends a fault of a product, if it needs one.
    pub(crate) fn part_for(&self, product: &Product, fault: &Fault) -> Option<&CataloguePart> {
        let number = format!("{}-{:03}", product.code, fault.part? + 1);
        self.parts.iter().find(|part| part.number == number)
    }
}

fn person(names: &[Name], index: usize, agency: Option<usize>) -> Person {
    let name = &names[index % names.len()];
    let round = index / names.len();
    let suffix = if round == 0 { String::new() } else { (round + 1).to_string() };
    Person { username: format!("{}{suffix}", name.latin), name: format!("{}{suffix}", name.shown), agency }
}

fn customer(rng: &mut Rng, index: usize, today: Instant) -> Customer {
    let city_index = index % CITIES.len();
    let city = &CITIES[city_index];
    let product = &PRODUCTS[rng.index(PRODUCTS.len())];
    let street = city.streets[rng.index(city.streets.len())];
    Customer {
        number: format!("C-{:04}", index + 1),
        name: customer_name(rng),
        phone: format!("09{:02}{:07}", 10 + rng.index(30), rng.index(10_000_000)),
        city: city_index,
        address: format!("{street}، پلاک {}، واحد {}", 1 + rng.index(240), 1 + rng.index(20)),
        lat: city.lat + offset(rng),
        lon: city.lon + offset(rng),
        serial: format!("{}{:02}{:06}", product.code, 20 + rng.index(6), 100_000 + index * 37),
        batch: format!("{}-B{:02}", product.code, 1 + rng.index(12)),
        product,
        warranty_until: today.plus_days(rng.between(-300, 600)),
    }
}

/// A given and a family name of one language.
fn customer_name(rng: &mut Rng) -> String {
    let given = rng.index(GIVEN.len());
    let russian_until = PERSIAN_NAMES + RUSSIAN_NAMES;
    let (from, until) = if given < PERSIAN_NAMES {
        (0, PERSIAN_NAMES)
    } else if given < russian_until {
        (PERSIAN_NAMES, russian_until)
    } else {
        (russian_until, FAMILY.len())
    };
    format!("{} {}", GIVEN[given], FAMILY[from + rng.index(until - from)])
}

/// Up to about 9 km either way, in millionths of a degree.
fn offset(rng: &mut Rng) -> i64 {
    rng.between(-80_000, 80_000)
}

fn catalogue(rng: &mut Rng) -> Vec<CataloguePart> {
    let of_product = |product: &'static Product, rng: &mut Rng| -> Vec<CataloguePart> {
        PART_NAMES
            .iter()
            .enumerate()
            .map(|(i, name)| CataloguePart {
                number: format!("{}-{:03}", product.code, i + 1),
                name: format!("{name} ({})", product.model),
                price_rial: 50_000 * (4 + rng.between(0, 200)),
            })
            .collect()
    };
    PRODUCTS.iter().flat_map(|product| of_product(product, rng)).collect()
}
