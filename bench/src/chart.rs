//! Pictures of figures, as SVG files beside the page.

use std::ops::Range;
use std::path::Path;

use plotters::prelude::*;

use crate::failure::Failure;

const SIZE: (u32, u32) = (900, 420);
const FONT: (&str, i32) = ("sans-serif", 18);
const SMALL: (&str, i32) = ("sans-serif", 14);
/// Above the curves and bars, for their names.
const ROOM: f64 = 20.0;
const INK: RGBColor = RGBColor(38, 50, 56);
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 105, 92),
    RGBColor(230, 119, 0),
    RGBColor(57, 73, 171),
    RGBColor(173, 20, 87),
    RGBColor(93, 64, 55),
    RGBColor(84, 110, 122),
];

/// A named row of points.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Both axes count in tens; a flat line is what grows with nothing.
pub(crate) fn curves(path: &Path, title: &str, axes: [&str; 2], series: &[Series]) -> Result<(), Failure> {
    let all = || series.iter().flat_map(|one| one.points.iter().copied());
    let (across, up) = (decades(all().map(|point| point.0)), decades(all().map(|point| point.1)));
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(drawing)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, FONT.into_font().color(&INK))
        .margin(12)
        .margin_right(32)
        .x_label_area_size(40)
        .y_label_area_size(64)
        .build_cartesian_2d(across.log_scale(), (up.start..up.end * ROOM).log_scale())
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .light_line_style(RGBColor(240, 240, 240))
        .x_desc(axes[0])
        .y_desc(axes[1])
        .label_style(SMALL)
        .x_label_formatter(&|value| format!("{value:.0}"))
        .y_label_formatter(&|value| format!("{value}"))
        .draw()
        .map_err(drawing)?;
    for (place, one) in series.iter().enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        let line = LineSeries::new(one.points.iter().copied(), colour.stroke_width(2)).point_size(4);
        let drawn = chart.draw_series(line).map_err(drawing)?;
        drawn
            .label(&one.name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], colour.filled()));
    }
    let mut labels = chart.configure_series_labels();
    let labels = labels.position(SeriesLabelPosition::UpperRight).label_font(SMALL);
    labels.background_style(WHITE.filled()).border_style(INK).draw().map_err(drawing)?;
    area.present().map_err(drawing)
}

/// Groups of bars side by side; the height counts in tens. What failed has no bar.
pub(crate) fn bars(
    path: &Path,
    title: &str,
    unit: &str,
    groups: &[String],
    series: &[(String, Vec<Option<f64>>)],
) -> Result<(), Failure> {
    let values = series.iter().flat_map(|(_, values)| values.iter().flatten().copied());
    let up = decades(values);
    let bottom = up.start;
    let area = SVGBackend::new(path, SIZE).into_drawing_area();
    area.fill(&WHITE).map_err(drawing)?;
    let width = f64::from(u32::try_from(groups.len()).unwrap_or(u32::MAX));
    let mut chart = ChartBuilder::on(&area)
        .caption(title, FONT.into_font().color(&INK))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(64)
        .build_cartesian_2d(0.0..width, (bottom..up.end * ROOM).log_scale())
        .map_err(drawing)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(RGBColor(240, 240, 240))
        .y_desc(unit)
        .label_style(SMALL)
        .disable_x_axis()
        .y_label_formatter(&|value| format!("{value}"))
        .draw()
        .map_err(drawing)?;
    let step = 0.8 / f64::from(u32::try_from(series.len().max(1)).unwrap_or(u32::MAX));
    let mut left_of_series = 0.1;
    for (place, (name, values)) in series.iter().enumerate() {
        let colour = COLOURS[place % COLOURS.len()];
        let mut left = left_of_series;
        let mut rectangles = Vec::new();
        for value in values {
            rectangles.extend(value.map(|top| {
                Rectangle::new([(left, bottom), (left + step * 0.92, top.max(bottom))], colour.filled())
            }));
            left += 1.0;
        }
        left_of_series += step;
        let drawn = chart.draw_series(rectangles).map_err(drawing)?;
        drawn
            .label(name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 14, y + 5)], colour.filled()));
    }
    let mut labels = chart.configure_series_labels();
    let labels = labels.position(SeriesLabelPosition::UpperRight).label_font(SMALL);
    labels.background_style(WHITE.filled()).border_style(INK).draw().map_err(drawing)?;
    let mut middle = 0.5;
    for group in groups {
        let (x, y) = chart.backend_coord(&(middle, bottom));
        let style = SMALL.into_font().color(&INK).pos(plotters::style::text_anchor::Pos::new(
            plotters::style::text_anchor::HPos::Center,
            plotters::style::text_anchor::VPos::Top,
        ));
        area.draw_text(group, &style, (x, y + 8)).map_err(drawing)?;
        middle += 1.0;
    }
    area.present().map_err(drawing)
}

fn drawing(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("a picture cannot be drawn: {error}"))
}

/// Whole powers of ten around the values.
fn decades(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for value in values.filter(|value| *value > 0.0) {
        (least, most) = (least.min(value), most.max(value));
    }
    if least > most {
        return 1.0..10.0;
    }
    let from = 10_f64.powf(least.log10().floor());
    from..10_f64.powf(most.log10().ceil()).max(from * 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_reach_over_all_values_in_tens() {
        assert_eq!(decades([0.3, 42.0].into_iter()), 0.1..100.0);
        assert_eq!(decades([1.0].into_iter()), 1.0..10.0);
        assert_eq!(decades([0.0].into_iter()), 1.0..10.0);
    }

    #[test]
    fn a_picture_holds_its_words_and_every_bar_that_was_measured() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bars.svg");
        let series =
            [("one".to_owned(), vec![Some(3.0), None]), ("two".to_owned(), vec![Some(40.0), Some(7.0)])];
        bars(&path, "A title", "ms", &["near".to_owned(), "far".to_owned()], &series).expect("draws");
        let svg = std::fs::read_to_string(&path).expect("a picture");
        let filled = svg.matches("<rect").count();
        assert!(["A title", "near", "far", "one", "two"].iter().all(|word| svg.contains(word)), "{svg}");
        // The ground, three bars, and the names with their marks on a ground with a border.
        assert_eq!(filled, 8, "{svg}");
    }
}
