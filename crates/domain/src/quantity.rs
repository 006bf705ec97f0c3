//! Integer money, quantities and distances. Nothing is floating point.

use serde::{Deserialize, Serialize};

/// A currency by its ISO 4217 code, three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The Iranian rial.
    pub const IRR: Self = Self(*b"IRR");

    /// Reads three capital letters.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let code: [u8; 3] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }
    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        let code = String::deserialize(input)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("a currency is three capital letters"))
    }
}

/// An amount in the minor unit of its currency (rial have none: 1 is one rial).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// How many minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: Currency,
}

/// A quantity in thousandths of its unit: 1500 is one and a half.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Thousandths(pub i64);

/// A place in millionths of a degree (about 11 cm), WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Latitude, -90 000 000 to 90 000 000.
    pub lat_microdegrees: i64,
    /// Longitude, -180 000 000 to 180 000 000.
    pub lon_microdegrees: i64,
}

impl Position {
    /// Whether both coordinates are on the globe.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.lat_microdegrees.abs() <= 90_000_000 && self.lon_microdegrees.abs() <= 180_000_000
    }
}
