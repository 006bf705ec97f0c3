//! What the office looks at when the month is over: the table of the agencies, the
//! ratings of the technicians, and one score explained down to a job.

use demo::console::Console;
use serde_json::Value;

use crate::DemoError;
use crate::office::Office;

/// Shows it as the quality officer sees it.
pub(crate) async fn show(console: &mut Console, quality: &Office) -> Result<(), DemoError> {
    let (month, scores) = fullest_month(quality).await?;
    console.scene(&format!("The month {month}: what representatives are scored by"));
    let lines: Vec<&Value> = scores["agencies"].as_array().into_iter().flatten().collect();
    let mut rows = vec![row(["agency", "stage", "score", "band", "coverage", "closed jobs"])];
    for line in &lines {
        rows.push(row([
            &text(&line["name"]),
            &text(&line["stage"]),
            &number(&line["score_shown"], 1),
            &text(&line["band"]),
            &percent(&line["coverage"]),
            &text(&line["closed_jobs"]),
        ]));
    }
    console.table(&rows);
    // The lowest score has the most to explain.
    if let Some(last) = lines.iter().rev().find(|line| line["score"].is_number()) {
        explain(console, quality, &month, last).await?;
    }
    ratings(console, quality).await
}

/// The present month, or the one before if more was done in it.
async fn fullest_month(quality: &Office) -> Result<(String, Value), DemoError> {
    let closed = |scores: &Value| -> i64 {
        let lines = scores["agencies"].as_array().into_iter().flatten();
        lines.filter_map(|line| line["closed_jobs"].as_i64()).sum()
    };
    let present = quality.get("/v1/scores").await?;
    let before = quality.get(&format!("/v1/scores?month={}", previous(&text(&present["month"])))).await?;
    let fullest = if closed(&before) > closed(&present) { before } else { present };
    Ok((text(&fullest["month"]), fullest))
}

/// `1404-01` follows `1403-12`.
fn previous(month: &str) -> String {
    let (year, number) = month.split_once('-').unwrap_or(("1404", "01"));
    let (year, number): (i64, i64) = (year.parse().unwrap_or(1404), number.parse().unwrap_or(1));
    if number == 1 { format!("{:04}-12", year - 1) } else { format!("{year:04}-{:02}", number - 1) }
}

async fn explain(
    console: &mut Console,
    quality: &Office,
    month: &str,
    line: &Value,
) -> Result<(), DemoError> {
    let agency = text(&line["agency"]);
    let page = quality.get(&format!("/v1/scores/{agency}/{month}")).await?;
    console.scene(&format!("Why {} has {}", text(&line["name"]), number(&line["score_shown"], 1)));
    let mut rows = vec![row(["component", "cases", "value", "points", "weight", "points lost"])];
    for part in page["components"].as_array().into_iter().flatten() {
        let applies = part["applies"].as_bool().unwrap_or(false);
        let of = format!("{} / {}", text(&part["numerator"]), text(&part["denominator"]));
        rows.push(row([
            &text(&part["component"]),
            if applies { &of } else { "not applicable" },
            &number(&part["x"], 3),
            &number(&part["points"], 1),
            &number(&part["effective_weight"], 1),
            &number(&part["lost"], 2),
        ]));
    }
    console.table(&rows);
    let jobs = quality.get(&format!("/v1/scores/{agency}/{month}/jobs")).await?;
    let Some(costliest) = jobs["jobs"].as_array().and_then(|jobs| jobs.first()).cloned() else {
        return Ok(());
    };
    let job = text(&costliest["job"]);
    let said = format!(
        "job {} cost {} points: without it {} instead of {}",
        text(&costliest["number"]),
        number(&costliest["cost"], 2),
        number(&costliest["score_without"], 2),
        number(&jobs["score"], 2),
    );
    console.line("costliest", &said);
    let shown = quality.get(&format!("/v1/scores/{agency}/{month}/evidence?job={job}")).await?;
    for case in shown["rows"].as_array().into_iter().flatten() {
        let because = case["reason"].as_str().map(|reason| format!(" ({reason})")).unwrap_or_default();
        let said = format!(
            "{}{because}: {} of {}, known {}",
            text(&case["outcome"]),
            text(&case["value"]),
            text(&case["weight"]),
            text(&case["known_at"]),
        );
        console.line(&text(&case["component"]), &said);
    }
    Ok(())
}

async fn ratings(console: &mut Console, quality: &Office) -> Result<(), DemoError> {
    let ratings = quality.get("/v1/ratings").await?;
    console.scene("Technicians, rated by their customers alone");
    let mut rows = vec![row(["technician", "stars", "surveys", "lower bound", "satisfied", ""])];
    for line in ratings["technicians"].as_array().into_iter().flatten() {
        let rating = &line["rating"];
        let standing = text(&rating["standing"]);
        rows.push(row([
            &text(&line["name"]),
            &number(&rating["stars_shown"], 1),
            &text(&rating["surveys"]),
            &number(&rating["lower"], 3),
            &percent(&rating["satisfied"]["share"]),
            if standing == "rated" { "" } else { &standing },
        ]));
    }
    console.table(&rows);
    Ok(())
}

fn row(cells: [&str; 6]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn number(value: &Value, places: usize) -> String {
    value.as_f64().map_or_else(|| "–".to_owned(), |number| format!("{number:.places$}"))
}

fn percent(value: &Value) -> String {
    value.as_f64().map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", 100.0 * share))
}

#[cfg(test)]
mod tests {
    use super::previous;

    #[test]
    fn the_month_before_the_first_is_the_last_of_the_year_before() {
        assert_eq!(previous("1404-01"), "1403-12");
        assert_eq!(previous("1404-10"), "1404-09");
    }
}
