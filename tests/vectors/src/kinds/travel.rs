//! `travel_claim`.

use domain::Thousandths;
use scoring::{
    Allowance, ByCity, CityClass, Claim, DayKind, Hours, SiteZone, Tariff, TariffSpec, TravelFlag,
    price_claim,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::input::{finer, sentence, whole};

const METRES: f64 = 1_000.0;
const MINUTES: f64 = 60.0;
const THOUSANDTHS: f64 = 1_000.0;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Travel {
    tariff: TariffNumbers,
    claim: ClaimNumbers,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TariffNumbers {
    version: String,
    fixed: CityNumbers,
    free_km: CityNumbers,
    per_km: f64,
    night: f64,
    half_day: f64,
    full_day: f64,
    half_min_h: f64,
    full_min_h: f64,
    allow_min_km: f64,
    no_receipt_limit: f64,
    lodging_cap: f64,
    km_tolerance: f64,
    km_reject: f64,
    round_to: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CityNumbers {
    #[serde(rename = "A")]
    metropolis: f64,
    #[serde(rename = "B")]
    city: f64,
    #[serde(rename = "C")]
    town: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimNumbers {
    city_class: CityClass,
    one_way_km: f64,
    night: bool,
    away_h: f64,
    receipts: f64,
    unreceipted: f64,
    claimed_km: Option<f64>,
    lodging: f64,
}

pub(super) fn claim(travel: Travel) -> Result<Value, String> {
    let tariff = Tariff::new(tariff(travel.tariff)?).map_err(|problems| sentence(&problems))?;
    let claim = claim_of(&travel.claim)?;
    let priced = price_claim(&tariff, &claim).map_err(|problem| problem.to_string())?;
    #[expect(clippy::cast_precision_loss, reason = "metres of a trip are few")]
    let chargeable_km = priced.chargeable_m as f64 / METRES;
    Ok(json!({
        "kind": priced.kind.name(),
        "chargeable_km": chargeable_km,
        "fare": priced.fare.to_f64(),
        "allowance": priced.allowance,
        "unreceipted_paid": priced.unreceipted_paid,
        "lodging_paid": priced.lodging_paid,
        "total": priced.total,
        "flags": priced.flags.iter().map(|flag| TravelFlag::name(*flag)).collect::<Vec<_>>(),
    }))
}

fn tariff(given: TariffNumbers) -> Result<TariffSpec, String> {
    let thousandths = |name, number| finer(name, number, THOUSANDTHS).map(Thousandths);
    let allowance = Allowance {
        min_m: finer("allow_min_km", given.allow_min_km, METRES)?,
        half_day: whole("half_day", given.half_day)?,
        full_day: whole("full_day", given.full_day)?,
        half_min_minutes: finer("half_min_h", given.half_min_h, MINUTES)?,
        full_min_minutes: finer("full_min_h", given.full_min_h, MINUTES)?,
    };
    Ok(TariffSpec {
        fixed: by_city("fixed", &given.fixed, 1.0)?,
        free_m: by_city("free_km", &given.free_km, METRES)?,
        per_km: whole("per_km", given.per_km)?,
        night_factor: thousandths("night", given.night)?,
        allowance,
        no_receipt_limit: whole("no_receipt_limit", given.no_receipt_limit)?,
        lodging_cap: whole("lodging_cap", given.lodging_cap)?,
        km_tolerance: thousandths("km_tolerance", given.km_tolerance)?,
        km_reject: thousandths("km_reject", given.km_reject)?,
        round_to: whole("round_to", given.round_to)?,
        // What a vector does not speak of: hours of night, Fridays, caps.
        ..TariffSpec::placeholder(&given.version)
    })
}

fn by_city(name: &str, given: &CityNumbers, units: f64) -> Result<ByCity, String> {
    Ok(ByCity {
        metropolis: finer(name, given.metropolis, units)?,
        city: finer(name, given.city, units)?,
        town: finer(name, given.town, units)?,
    })
}

fn claim_of(given: &ClaimNumbers) -> Result<Claim, String> {
    Ok(Claim {
        city: given.city_class,
        zone: SiteZone::ByDistance,
        one_way_m: finer("one_way_km", given.one_way_km, METRES)?,
        claimed_m: given.claimed_km.map(|km| finer("claimed_km", km, METRES)).transpose()?,
        hours: if given.night { Hours::Night } else { Hours::Day },
        day: DayKind::Workday,
        away_minutes: finer("away_h", given.away_h, MINUTES)?,
        receipts: whole("receipts", given.receipts)?,
        unreceipted: whole("unreceipted", given.unreceipted)?,
        lodging: whole("lodging", given.lodging)?,
    })
}
