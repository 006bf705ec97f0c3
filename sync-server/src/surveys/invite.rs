//! The letter with the link: queued when the job is closed, written when it is sent.

use domain::{FieldValue, Instant, JobField, JobView};
use rusqlite::{Connection, Transaction};
use serde_json::Value;

use super::opened::text;
use super::show::case_words;
use super::{Language, SurveyAbout, SurveyId, SurveyLinks, SurveyState, find_survey};
use crate::error::CoreError;
use crate::mail::{self, Letter, NewMail};
use crate::readmodel::Fold;
use crate::sync::{ReferenceKind, read_reference};

/// How long a customer with a link is not called.
const LINK_DAYS: i64 = 3;

/// The customer's row, if the job names an account that is known.
fn customer(tx: &Transaction<'_>, view: &JobView) -> Result<Value, CoreError> {
    let Some(FieldValue::Id(account)) = view.fields.get(&JobField::AccountId) else { return Ok(Value::Null) };
    let row = read_reference(tx, ReferenceKind::Customer, *account)?;
    let json = row.and_then(|row| row.json).unwrap_or_default();
    Ok(serde_json::from_str(&json).unwrap_or_default())
}

/// The language that the customer is known to read.
pub(super) fn language_of(tx: &Transaction<'_>, view: &JobView) -> Result<Option<String>, CoreError> {
    let customer = customer(tx, view)?;
    let known = customer.get("language").and_then(Value::as_str).and_then(Language::of_code);
    Ok(known.map(|language| language.code().to_owned()))
}

/// Queues the letter if there is an address; says from when the customer may be
/// called instead.
pub(super) fn queue(
    tx: &Transaction<'_>,
    fold: &Fold<'_>,
    view: &JobView,
    (survey, round): (SurveyId, i64),
) -> Result<Instant, CoreError> {
    let own = text(view, JobField::ContactEmail).map(str::to_owned);
    let address = match own {
        Some(address) => Some(address),
        None => {
            customer(tx, view)?.get("email").and_then(Value::as_str).map(|address| address.trim().to_owned())
        }
    };
    queue_to(tx, (survey, round), address.as_deref(), fold.received_at)
}

/// The same for an address that is known, or for none.
pub(super) fn queue_to(
    tx: &Transaction<'_>,
    (survey, round): (SurveyId, i64),
    address: Option<&str>,
    now: Instant,
) -> Result<Instant, CoreError> {
    let Some(address) = address.filter(|address| mail::is_address(address)) else { return Ok(now) };
    mail::queue(tx, &NewMail::survey(survey, round, address), now)?;
    Ok(now.plus_days(LINK_DAYS))
}

/// The letter as it is sent, if the survey still waits for answers to this asking.
pub(crate) fn invitation(
    connection: &Connection,
    links: &SurveyLinks,
    (survey, round): (SurveyId, i64),
    now: Instant,
) -> Result<Option<Letter>, CoreError> {
    let Some(survey) = find_survey(connection, survey)? else { return Ok(None) };
    if survey.state != SurveyState::Open || survey.round != round {
        return Ok(None);
    }
    let (number, subject) = case_words(connection, &survey)?;
    let address = links.address(survey.id, now);
    let languages = match survey.language.as_deref().and_then(Language::of_code) {
        Some(known) => vec![known],
        None => Language::ALL.to_vec(),
    };
    let what = what_of(number.as_deref(), &subject);
    let parts: Vec<String> = languages
        .iter()
        .map(|language| words(*language, ended(*language, survey.about), &what, &address))
        .collect();
    let subject = title(languages.first().copied().unwrap_or(Language::Fa)).to_owned();
    Ok(Some(Letter { subject, body: parts.join("\n\n— — —\n\n"), file: None }))
}

/// The job in one line; what people typed cannot begin another.
fn what_of(number: Option<&str>, subject: &str) -> String {
    let line = format!("{} {subject}", number.unwrap_or_default());
    let line: String = line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    line.trim().chars().take(200).collect()
}

const fn title(language: Language) -> &'static str {
    match language {
        Language::Fa => "نظر شما دربارهٔ خدمات ما",
        Language::Ru => "Ваше мнение о нашей работе",
        Language::En => "How was our service?",
    }
}

const fn ended(language: Language, about: SurveyAbout) -> &'static str {
    match (language, about) {
        (Language::Fa, SurveyAbout::Job) => "کار شما پایان یافت",
        (Language::Ru, SurveyAbout::Job) => "Работа завершена",
        (Language::En, SurveyAbout::Job) => "your job has been finished",
        (Language::Fa, SurveyAbout::Request) => "درخواست شما بسته شد",
        (Language::Ru, SurveyAbout::Request) => "Ваше обращение закрыто",
        (Language::En, SurveyAbout::Request) => "your request has been closed",
    }
}

fn words(language: Language, ended: &str, what: &str, address: &str) -> String {
    match language {
        Language::Fa => format!(
            "مشتری گرامی،\n\n{ended}: {what}\nخواهشمندیم با چند پاسخ کوتاه بگویید از خدمات ما چقدر راضی \
             بودید:\n\n{address}\n\nاین نشانی فقط برای شماست و یک بار به کار می‌رود."
        ),
        Language::Ru => format!(
            "Здравствуйте!\n\n{ended}: {what}\nПожалуйста, ответьте на несколько коротких \
             вопросов:\n\n{address}\n\nСсылка предназначена только для вас и действует один раз."
        ),
        Language::En => format!(
            "Dear customer,\n\n{ended}: {what}\nPlease answer a few short questions \
             about it:\n\n{address}\n\nThe link is for you alone and works once."
        ),
    }
}
