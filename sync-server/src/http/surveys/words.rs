//! The words of the customer's pages.

use crate::surveys::{AnswerKind, Language};

/// What a page says, in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) intro: &'static str,
    pub(super) job: &'static str,
    pub(super) came: &'static str,
    pub(super) no_answer: &'static str,
    pub(super) scale: [&'static str; 2],
    pub(super) nps: [&'static str; 2],
    pub(super) ces: [&'static str; 2],
    pub(super) send: &'static str,
    pub(super) privacy: &'static str,
    pub(super) thanks: [&'static str; 2],
    pub(super) forged: [&'static str; 2],
    pub(super) expired: [&'static str; 2],
    pub(super) taken: [&'static str; 2],
    pub(super) not_asked: [&'static str; 2],
    pub(super) wrong: [&'static str; 2],
    pub(super) trouble: [&'static str; 2],
    pub(super) mistake: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Fa => &FA,
            Language::Ru => &RU,
            Language::En => &EN,
        }
    }
    /// What the ends of a scale mean.
    pub(super) const fn ends(&self, kind: AnswerKind) -> [&'static str; 2] {
        match kind {
            AnswerKind::Scale | AnswerKind::Text => self.scale,
            AnswerKind::Nps => self.nps,
            AnswerKind::Ces => self.ces,
        }
    }
}

/// A number in the digits of a language.
pub(super) fn digits(language: Language, number: i64) -> String {
    let latin = number.to_string();
    match language {
        Language::Ru | Language::En => latin,
        Language::Fa => {
            let persian = |digit: u32| char::from_u32(u32::from('۰') + digit);
            latin.chars().map(|letter| letter.to_digit(10).and_then(persian).unwrap_or(letter)).collect()
        }
    }
}

const FA: Words = Words {
    title: "نظر شما دربارهٔ خدمات ما",
    intro: "با پاسخ به این چند پرسش به بهتر شدن خدمات کمک می‌کنید. پاسخ دادن به همهٔ پرسش‌ها لازم نیست.",
    job: "کار",
    came: "تکنسین",
    no_answer: "بدون پاسخ",
    scale: ["اصلاً", "کاملاً"],
    nps: ["به هیچ وجه", "حتماً"],
    ces: ["بسیار دشوار", "بسیار آسان"],
    send: "فرستادن پاسخ‌ها",
    privacy: "پاسخ‌های شما به واحد کیفیت دفتر مرکزی می‌رسد. تکنسین نمی‌بیند چه کسی پاسخ داده است.",
    thanks: ["سپاسگزاریم", "پاسخ‌های شما ثبت شد. می‌توانید این صفحه را ببندید."],
    forged: [
        "این پیوند درست نیست",
        "شاید بخشی از نشانی جا افتاده باشد. لطفاً نشانی را کامل از نامه رونویسی کنید یا با ما تماس بگیرید.",
    ],
    expired: [
        "مهلت این پیوند گذشته است",
        "متأسفیم؛ دیگر نمی‌توان با این پیوند پاسخ داد. اگر نکته‌ای دارید لطفاً با ما تماس بگیرید.",
    ],
    taken: ["پاسخ شما پیش‌تر ثبت شده است", "برای هر کار یک بار می‌توان پاسخ داد. از همراهی شما سپاسگزاریم."],
    not_asked: [
        "اکنون پرسشی نداریم",
        "این کار دوباره در دست انجام است یا لغو شده است. پس از پایان کار دوباره از شما می‌پرسیم.",
    ],
    wrong: ["لطفاً پاسخ‌ها را ببینید", "چیزی ثبت نشد. دست‌کم به یک پرسش پاسخ دهید و موارد زیر را درست کنید."],
    trouble: ["اکنون نشد", "لطفاً چند دقیقهٔ دیگر دوباره بکوشید. همین پیوند همچنان کار می‌کند."],
    mistake: "این پاسخ پذیرفته نشد",
};

const RU: Words = Words {
    title: "Ваше мнение о нашей работе",
    intro: "Ответьте, пожалуйста, на несколько вопросов — это поможет нам работать лучше. Отвечать на все не обязательно.",
    job: "Работа",
    came: "Мастер",
    no_answer: "Без ответа",
    scale: ["Совсем нет", "Полностью"],
    nps: ["Ни за что", "Обязательно"],
    ces: ["Очень трудно", "Очень легко"],
    send: "Отправить ответы",
    privacy: "Ответы получает отдел качества головного офиса. Мастер не видит, кто ответил.",
    thanks: ["Спасибо!", "Ваши ответы записаны. Страницу можно закрыть."],
    forged: [
        "Ссылка неверна",
        "Возможно, она скопирована не полностью. Скопируйте её из письма целиком или позвоните нам.",
    ],
    expired: [
        "Срок действия ссылки истёк",
        "К сожалению, ответить по ней уже нельзя. Если вам есть что сказать, позвоните нам.",
    ],
    taken: ["Ответы уже получены", "На вопросы о каждой работе можно ответить один раз. Спасибо!"],
    not_asked: [
        "Сейчас вопросов нет",
        "Работа возобновлена или отменена. Когда она будет закончена, мы спросим вас снова.",
    ],
    wrong: [
        "Проверьте, пожалуйста, ответы",
        "Ничего не записано. Ответьте хотя бы на один вопрос и исправьте отмеченное.",
    ],
    trouble: [
        "Сейчас не получилось",
        "Попробуйте, пожалуйста, через несколько минут: ссылка продолжает действовать.",
    ],
    mistake: "Этот ответ не принят",
};

const EN: Words = Words {
    title: "How was our service?",
    intro: "A few answers help us to do better. You need not answer every question.",
    job: "Job",
    came: "Technician",
    no_answer: "No answer",
    scale: ["Not at all", "Fully"],
    nps: ["Not at all likely", "Very likely"],
    ces: ["Very hard", "Very easy"],
    send: "Send the answers",
    privacy: "Your answers go to the quality unit of the head office. The technician does not see who answered.",
    thanks: ["Thank you", "Your answers have been written down. You may close this page."],
    forged: [
        "This link is not valid",
        "It may have been cut off. Please copy the whole link from the letter, or call us.",
    ],
    expired: [
        "This link has expired",
        "We are sorry: it takes no more answers. If there is something to say, please call us.",
    ],
    taken: ["Your answers are here already", "Each job can be answered for once. Thank you for your help."],
    not_asked: [
        "There is nothing to ask now",
        "Work on this job goes on, or it was cancelled. We shall ask you when it is finished.",
    ],
    wrong: [
        "Please look at the answers",
        "Nothing was kept. Answer one question at least, and correct what is marked.",
    ],
    trouble: ["That did not work", "Please try again in a few minutes: the link stays good."],
    mistake: "This answer was not taken",
};
