//! The picture of an enrolment code (QR), from which a phone reads where the server is
//! and what to type there.

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;
use utoipa::ToSchema;

/// What a phone's camera reads begins with this.
const SCHEME: &str = "hamgam:enrol";

/// A QR code, to be drawn in a box of `size` by `size` with a margin of four.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Picture {
    /// What is in it: `hamgam:enrol?code=…&server=…`.
    text: String,
    /// How many squares stand in a row.
    size: usize,
    /// The dark squares, as the path of an SVG picture.
    path: String,
}

impl Picture {
    /// Draws a code; none where the address is longer than a picture can hold.
    pub(super) fn of(code: &str, server: Option<&str>) -> Option<Self> {
        let mut text = format!("{SCHEME}?code={code}");
        if let Some(server) = server {
            text += &format!("&server={}", encoded(server));
        }
        let drawn = QrCode::with_error_correction_level(&text, EcLevel::M).ok()?;
        let (size, squares) = (drawn.width(), drawn.to_colors());
        Some(Self { text, size, path: path(size, &squares) })
    }
}

/// What would end the value, or is not plain, is written as its bytes.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn path(size: usize, squares: &[Color]) -> String {
    let mut path = String::new();
    for (y, row) in squares.chunks(size).enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            path += &format!("M{x} {y}h1v1h-1z");
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_has_its_text_and_its_three_corners() {
        let picture = Picture::of("AB12-CD34", Some("https://service.example:8420/")).expect("drawn");
        assert_eq!(picture.text, "hamgam:enrol?code=AB12-CD34&server=https://service.example:8420/");
        // The upper left corner is a dark frame of seven; the next square is light.
        assert!(picture.path.starts_with("M0 0h1v1h-1zM1 0"), "{}", picture.path);
        assert!(!picture.path.contains("M7 0h1"), "{}", picture.path);
        assert_eq!(encoded("https://x/?a=1&b=ی"), "https://x/%3Fa%3D1%26b%3D%DB%8C");
        assert!(Picture::of("A", Some(&"x".repeat(5_000))).is_none());
    }
}
