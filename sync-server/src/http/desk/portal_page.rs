//! The page on which a customer follows a request.

use desk::RequestStatus;

use super::intake_page::file_field;
use crate::desk::{PortalActivity, PortalRequest, when};
use crate::http::customer_page::Page;
use crate::http::docs_page::html::escape;
use crate::surveys::Language;

/// What the page says, in one language.
pub(super) struct Words {
    title: &'static str,
    number: &'static str,
    status: &'static str,
    promised: &'static str,
    technician: &'static str,
    history: &'static str,
    you: &'static str,
    confirm: &'static str,
    confirm_why: &'static str,
    reply: &'static str,
    send: &'static str,
    over: &'static str,
    pub(super) forged: [&'static str; 2],
    pub(super) expired: [&'static str; 2],
    pub(super) wrong: [&'static str; 2],
    pub(super) not_now: [&'static str; 2],
    pub(super) trouble: [&'static str; 2],
}

impl Words {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Fa => &FA,
            Language::Ru => &RU,
            Language::En => &EN,
        }
    }
}

/// What is said to who writes to a request that is over.
pub(super) const fn closed_words(language: Language) -> [&'static str; 2] {
    match language {
        Language::Fa => [
            "این درخواست بسته شده است",
            "نوشتهٔ شما گم نشد و به دست همکاران ما می‌رسد. اگر مشکل ادامه دارد، با ما تماس بگیرید تا دوباره باز شود.",
        ],
        Language::Ru => [
            "Обращение уже закрыто",
            "Ваши слова не пропали: их увидят наши сотрудники. Если вопрос не решён, позвоните нам, и мы откроем его снова.",
        ],
        Language::En => [
            "This request is closed",
            "What you wrote is not lost: our people will see it. If it is not settled, call us and we shall open it again.",
        ],
    }
}

/// A reply that was sent and could not be kept, as it was typed.
pub(super) struct Refused(pub(super) String);

/// The page.
pub(super) fn show(
    shown: &PortalRequest,
    language: Language,
    refused: Option<&Refused>,
    nonce: &str,
) -> String {
    let words = Words::of(language);
    let request = &shown.request;
    let mut page = Page::begin(language, words.title, nonce);
    let row =
        |name: &str, text: &str| format!("<dt>{}</dt><dd><bdi>{}</bdi></dd>", escape(name), escape(text));
    let about = format!("{} {}", request.number, request.fields.subject.as_deref().unwrap_or_default());
    let mut rows = row(words.number, about.trim()) + &row(words.status, status(language, request.status));
    if let Some(until) = request.promised_at.filter(|_| !request.status.is_over()) {
        rows.push_str(&row(words.promised, &when(language, until)));
    }
    for technician in shown.visits.iter().filter_map(|visit| visit.technician_name.as_deref()) {
        rows.push_str(&row(words.technician, technician));
    }
    page.push(&format!("<dl>{rows}</dl>"));
    let action = format!(
        "<form method=\"post\" enctype=\"multipart/form-data\" action=\"?lang={}\">",
        language.code()
    );
    if shown.may_confirm {
        page.push(&format!(
            "<div class=\"box\">{action}<p>{}</p><button name=\"act\" value=\"confirm\">{}</button></form></div>",
            escape(words.confirm_why),
            escape(words.confirm)
        ));
    }
    page.push(&format!("<h2>{}</h2><ol class=\"story\">", escape(words.history)));
    for activity in &shown.activities {
        page.push(&told(activity, language));
    }
    page.push("</ol>");
    if shown.may_reply {
        page.push(if refused.is_some() { "<div class=\"box wrong\">" } else { "<div class=\"box\">" });
        if refused.is_some() {
            page.paragraph(&words.wrong.join(": "), "why");
        }
        page.push(&format!(
            "{action}<label class=\"ask\" for=\"text\">{}</label>\
             <textarea id=\"text\" name=\"text\" maxlength=\"20000\" dir=\"auto\">{}</textarea>{}\
             <button name=\"act\" value=\"reply\">{}</button></form></div>",
            escape(words.reply),
            escape(refused.map_or("", |Refused(typed)| typed)),
            file_field(language),
            escape(words.send)
        ));
    } else {
        page.paragraph(words.over, "box");
    }
    page.end()
}

fn told(activity: &PortalActivity, language: Language) -> String {
    let what = match activity.to.as_deref() {
        Some(to) => crate::desk::visit_title(language, to),
        None => crate::desk::activity_title(language, &activity.kind),
    };
    let who = if activity.is_own { format!(" ({})", Words::of(language).you) } else { String::new() };
    let mut html = format!(
        "<li class=\"box\"><b>{}{}</b> <span class=\"small\"><bdi>{}</bdi></span>",
        escape(&what),
        escape(&who),
        escape(&when(language, activity.at))
    );
    if let Some(until) = activity.until {
        html.push_str(&format!("<p><bdi>{}</bdi></p>", escape(&when(language, until))));
    }
    if let Some(text) = &activity.text {
        let lines: Vec<String> = text.lines().map(|line| escape(line).to_string()).collect();
        html.push_str(&format!("<p dir=\"auto\">{}</p>", lines.join("<br>")));
    }
    // Files that were sent without words are named in their place.
    let is_said = activity.text.as_ref().is_some_and(|text| *text == activity.files.join(", "));
    for name in activity.files.iter().filter(|_| !is_said) {
        html.push_str(&format!("<p class=\"small\">📎 <bdi>{}</bdi></p>", escape(name)));
    }
    html + "</li>"
}

pub(super) const fn status(language: Language, status: RequestStatus) -> &'static str {
    use RequestStatus as S;
    let (fa, ru, en) = match status {
        S::New => ("ثبت شده", "Принято", "Registered"),
        S::Open | S::WaitingSolution | S::Examined | S::Decided | S::WithSales | S::Offered => {
            ("در دست انجام", "В работе", "In work")
        }
        S::WaitingCustomer => ("منتظر پاسخ شما", "Ждём вашего ответа", "Waiting for you"),
        S::Scheduled => ("زمان‌بندی شده", "Назначено", "Scheduled"),
        S::Done => ("انجام شده", "Выполнено", "Done"),
        S::Closed => ("بسته", "Закрыто", "Closed"),
        S::Cancelled => ("لغو شده", "Отменено", "Called off"),
    };
    match language {
        Language::Fa => fa,
        Language::Ru => ru,
        Language::En => en,
    }
}

const FA: Words = Words {
    title: "پیگیری درخواست شما",
    number: "درخواست",
    status: "وضعیت",
    promised: "زمان وعده داده شده",
    technician: "تکنسین",
    history: "آنچه انجام شده",
    you: "شما",
    confirm: "کار درست انجام شد و تحویل گرفتم",
    confirm_why: "کار شما انجام شده است. اگر همه چیز درست است، تأیید کنید؛ وگرنه پایین همین صفحه بنویسید.",
    reply: "پیام شما",
    send: "فرستادن",
    over: "این درخواست بسته شده است. برای باز کردن دوبارهٔ آن با ما تماس بگیرید.",
    forged: [
        "این پیوند درست نیست",
        "شاید بخشی از نشانی جا افتاده باشد. لطفاً نشانی را کامل از پیام رونویسی کنید یا با ما تماس بگیرید.",
    ],
    expired: [
        "مهلت این پیوند گذشته است",
        "پیوند تازه در آخرین پیام ماست. اگر آن را ندارید با ما تماس بگیرید.",
    ],
    wrong: ["چیزی ثبت نشد", "لطفاً پیام یا فایل‌ها را ببینید و دوباره بفرستید."],
    not_now: ["هنوز زود است", "این کار هنوز پایان نیافته است."],
    trouble: ["اکنون نشد", "لطفاً چند دقیقهٔ دیگر دوباره بکوشید. همین پیوند همچنان کار می‌کند."],
};

const RU: Words = Words {
    title: "Ваше обращение",
    number: "Обращение",
    status: "Состояние",
    promised: "Обещанное время",
    technician: "Мастер",
    history: "Что сделано",
    you: "вы",
    confirm: "Всё сделано, работу принимаю",
    confirm_why: "Работа выполнена. Если всё в порядке, подтвердите; если нет, напишите ниже.",
    reply: "Ваше сообщение",
    send: "Отправить",
    over: "Обращение закрыто. Чтобы открыть его снова, позвоните нам.",
    forged: [
        "Ссылка неверна",
        "Возможно, она скопирована не полностью. Скопируйте её из сообщения целиком или позвоните нам.",
    ],
    expired: [
        "Срок действия ссылки истёк",
        "Новая ссылка — в последнем нашем сообщении. Если его нет, позвоните нам.",
    ],
    wrong: ["Ничего не записано", "Проверьте, пожалуйста, сообщение и файлы и отправьте снова."],
    not_now: ["Ещё рано", "Работа ещё не закончена."],
    trouble: [
        "Сейчас не получилось",
        "Попробуйте, пожалуйста, через несколько минут: ссылка продолжает действовать.",
    ],
};

const EN: Words = Words {
    title: "Your request",
    number: "Request",
    status: "Status",
    promised: "Promised time",
    technician: "Technician",
    history: "What was done",
    you: "you",
    confirm: "The work is done, I have taken it over",
    confirm_why: "The work is done. If all is well, confirm it; if not, write below.",
    reply: "Your message",
    send: "Send",
    over: "This request is closed. Call us to have it opened again.",
    forged: [
        "This link is not valid",
        "It may have been cut off. Please copy the whole link from the message, or call us.",
    ],
    expired: ["This link has expired", "A new one is in our last message. If you do not have it, call us."],
    wrong: ["Nothing was kept", "Please look at your message and files, and send them again."],
    not_now: ["Not yet", "The work is not done yet."],
    trouble: ["That did not work", "Please try again in a few minutes: the link stays good."],
};
