//! What the organisation had before it had Hamgam: lists of customers, devices
//! and parts, written as CSV files and taken over by the server's own `import`.

use std::path::Path;

use domain::Uuid;
use sync_server::import::id_by_number;

use crate::DemoError;
use crate::inside::run_tool;
use crate::office::rfc3339;
use crate::organisation::{Customer, Organisation};
use crate::words::CITIES;

/// Writes the lists beside the server's data folder and imports them into it.
/// Nobody may serve it meanwhile.
pub(crate) fn import(organisation: &Organisation, data: &Path) -> Result<(), DemoError> {
    let folder = data.with_extension("import");
    std::fs::create_dir_all(&folder).map_err(DemoError::files("make a folder for the lists"))?;
    let lists = [
        ("customers", customers(organisation)),
        ("assets", assets(organisation)),
        ("parts", parts(organisation)),
    ];
    for (kind, list) in lists {
        let file = folder.join(format!("{kind}.csv"));
        write(&file, &list)?;
        run_tool(data, &["import", kind, &file.to_string_lossy(), "--currency", "IRR"])?;
    }
    Ok(())
}

/// The id under which the import knows a customer, as jobs name it.
pub(crate) fn account_id(customer: &Customer) -> Uuid {
    id_by_number("customer", &customer.number)
}

/// The id under which the import knows a customer's device.
pub(crate) fn asset_id(customer: &Customer) -> Uuid {
    id_by_number("asset", &customer.serial)
}

type List = Vec<Vec<String>>;

fn customers(organisation: &Organisation) -> List {
    let row = |customer: &Customer| {
        vec![
            customer.number.clone(),
            customer.name.clone(),
            customer.phone.clone(),
            customer.address.clone(),
            CITIES[customer.city].name.to_owned(),
            degrees(customer.lat),
            degrees(customer.lon),
        ]
    };
    list(
        &["number", "name", "phone", "address", "city", "lat", "lon"],
        organisation.customers.iter().map(row),
    )
}

fn assets(organisation: &Organisation) -> List {
    let row = |customer: &Customer| {
        vec![
            customer.serial.clone(),
            customer.product.model.to_owned(),
            customer.batch.clone(),
            customer.product.origin.to_owned(),
            rfc3339(customer.warranty_until),
            customer.number.clone(),
        ]
    };
    let columns = ["serial", "model", "batch", "origin", "warranty_until", "customer"];
    list(&columns, organisation.customers.iter().map(row))
}

fn parts(organisation: &Organisation) -> List {
    let row = organisation
        .parts
        .iter()
        .map(|part| vec![part.number.clone(), part.name.clone(), part.price_rial.to_string()]);
    list(&["part_no", "name", "price"], row)
}

fn list(columns: &[&str], rows: impl Iterator<Item = Vec<String>>) -> List {
    let header = columns.iter().map(|column| (*column).to_owned()).collect();
    std::iter::once(header).chain(rows).collect()
}

/// Millionths of a degree as people write them.
fn degrees(millionths: i64) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

fn write(file: &Path, list: &List) -> Result<(), DemoError> {
    let failed = |error: csv::Error| DemoError::files("write a list")(std::io::Error::other(error));
    let mut writer = csv::Writer::from_path(file).map_err(failed)?;
    for row in list {
        writer.write_record(row).map_err(failed)?;
    }
    writer.flush().map_err(DemoError::files("write a list"))
}
