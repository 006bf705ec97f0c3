//! What a customer is sent so that he can come in: a code, or a link of the desk's. Written
//! when it is sent; what came to nothing meanwhile is not sent.

use domain::{Instant, Uuid};
use rusqlite::Connection;

use super::codes::{CODE_MINUTES, code_to_send};
use super::intake_links::find_link;
use crate::error::CoreError;
use crate::mail::Letter;
use crate::surveys::{Language, SurveyLinks};

/// What is said, in a line and in full.
struct Said {
    line: &'static str,
    about: String,
    more: &'static str,
}

/// The letter with a code (`code`) or a link (`intake`).
pub(crate) fn intake_letter(
    connection: &Connection,
    links: &SurveyLinks,
    of: (&str, Uuid),
    now: Instant,
) -> Result<Option<Letter>, CoreError> {
    let said = said(connection, links, of, now)?;
    Ok(said.map(|Said { line, about, more }| Letter {
        subject: line.to_owned(),
        body: format!("{line}:\n\n{about}\n\n{more}"),
        file: None,
    }))
}

/// The same as a short message.
pub(crate) fn intake_text(
    connection: &Connection,
    links: &SurveyLinks,
    of: (&str, Uuid),
    now: Instant,
) -> Result<Option<String>, CoreError> {
    Ok(said(connection, links, of, now)?.map(|Said { line, about, more }| format!("{line}: {about}\n{more}")))
}

fn said(
    connection: &Connection,
    links: &SurveyLinks,
    (kind, id): (&str, Uuid),
    now: Instant,
) -> Result<Option<Said>, CoreError> {
    if kind == "code" {
        let code = code_to_send(connection, links, id, now)?;
        return Ok(code.map(|(language, digits)| of_code(language, digits)));
    }
    let link = find_link(connection, id)?;
    Ok(link.map(|link| of_link(link.language, links.intake_address(id, now))))
}

const _: () = assert!(CODE_MINUTES == 10, "the words below say ten minutes");

fn of_code(language: Language, digits: String) -> Said {
    let (line, more) = match language {
        Language::Fa => (
            "کد شما",
            "این کد ده دقیقه اعتبار دارد. آن را به کسی ندهید؛ اگر شما نخواسته‌اید، این پیام را نادیده بگیرید.",
        ),
        Language::Ru => (
            "Ваш код",
            "Код действует десять минут. Никому его не сообщайте; если вы его не запрашивали, не обращайте внимания.",
        ),
        Language::En => (
            "Your code",
            "It is good for ten minutes. Give it to nobody; if you did not ask for it, forget it.",
        ),
    };
    Said { line, about: digits, more }
}

fn of_link(language: Language, address: String) -> Said {
    let (line, more) = match language {
        Language::Fa => (
            "ثبت و پیگیری درخواست‌های شما",
            "این نشانی فقط برای شماست: هر که آن را داشته باشد، درخواست‌های باز شما را می‌بیند.",
        ),
        Language::Ru => ("Ваши обращения", "Ссылка только для вас: по ней видны ваши открытые обращения."),
        Language::En => {
            ("Your requests", "This link is for you alone: whoever has it sees your open requests.")
        }
    };
    Said { line, about: address, more }
}
