//! What the pages by which a customer comes in say, in three languages.

use desk::RequestKind;

use crate::surveys::Language;

/// What they say, in one language.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) why: &'static str,
    pub(super) to: &'static str,
    pub(super) no_address: &'static str,
    pub(super) ask_code: &'static str,
    pub(super) code_title: &'static str,
    pub(super) sent: &'static str,
    pub(super) code: &'static str,
    pub(super) code_wrong: &'static str,
    pub(super) go_on: &'static str,
    pub(super) another: &'static str,
    pub(super) own: &'static str,
    pub(super) none: &'static str,
    pub(super) new: &'static str,
    pub(super) look_again: &'static str,
    pub(super) kind: &'static str,
    pub(super) subject: &'static str,
    pub(super) description: &'static str,
    pub(super) name: &'static str,
    pub(super) product: &'static str,
    pub(super) serial: &'static str,
    pub(super) files: &'static str,
    pub(super) files_why: &'static str,
    pub(super) send: &'static str,
    pub(super) forged: [&'static str; 2],
    pub(super) expired: [&'static str; 2],
    pub(super) too_many: [&'static str; 2],
    pub(super) unreadable: [&'static str; 2],
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

/// What a type of request is to a customer.
pub(super) const fn kind_words(language: Language, kind: RequestKind) -> &'static str {
    let (fa, ru, en) = match kind {
        RequestKind::Complaint => ("شکایت", "Жалоба", "Complaint"),
        RequestKind::Information => ("پرسش", "Вопрос", "Question"),
        RequestKind::Purchase => ("خرید", "Покупка", "Buying"),
        RequestKind::Service | RequestKind::Installation | RequestKind::PreSale => {
            ("تعمیر و خدمات", "Ремонт и обслуживание", "Repair and service")
        }
    };
    match language {
        Language::Fa => fa,
        Language::Ru => ru,
        Language::En => en,
    }
}

const FA: Words = Words {
    title: "ثبت درخواست",
    why: "شمارهٔ همراه یا نشانی ایمیل خود را بنویسید. کدی به آن می‌فرستیم تا بدانیم از آن شماست.",
    to: "شمارهٔ همراه یا ایمیل",
    no_address: "این نه شمارهٔ تلفن است و نه نشانی ایمیل. لطفاً دوباره بنویسید.",
    ask_code: "فرستادن کد",
    code_title: "کد خود را بنویسید",
    sent: "اگر این نشانی درست باشد، کدی شش‌رقمی به آن می‌رسد و ده دقیقه اعتبار دارد:",
    code: "کد شش‌رقمی",
    code_wrong: "این کد درست نیست یا مهلتش گذشته است. پس از پنج بار باید کد تازه بخواهید.",
    go_on: "ادامه",
    another: "درخواست کد تازه",
    own: "درخواست‌های باز شما",
    none: "درخواست بازی ندارید.",
    new: "درخواست تازه",
    look_again: "چیزی ثبت نشد. لطفاً نوع و موضوع را بنویسید؛ هر فایل تا ۱۰ مگابایت و همه با هم تا ۴۰ مگابایت.",
    kind: "نوع درخواست",
    subject: "موضوع در یک خط",
    description: "شرح",
    name: "نام شما",
    product: "دستگاه یا محصول",
    serial: "شمارهٔ سریال",
    files: "عکس یا فایل",
    files_why: "هر فایل تا ۱۰ مگابایت، همه با هم تا ۴۰ مگابایت.",
    send: "ثبت درخواست",
    forged: [
        "این پیوند درست نیست",
        "شاید بخشی از نشانی جا افتاده باشد. لطفاً از آغاز شروع کنید یا با ما تماس بگیرید.",
    ],
    expired: ["مهلت این صفحه گذشته است", "لطفاً دوباره کد بخواهید."],
    too_many: ["تعداد درخواست‌ها زیاد است", "لطفاً چند دقیقهٔ دیگر دوباره بکوشید یا با ما تماس بگیرید."],
    unreadable: ["چیزی ثبت نشد", "آنچه فرستاده شد خوانده نشد. لطفاً دوباره بکوشید."],
    trouble: ["اکنون نشد", "لطفاً چند دقیقهٔ دیگر دوباره بکوشید."],
};

const RU: Words = Words {
    title: "Новое обращение",
    why: "Укажите номер телефона или электронную почту. Мы пришлём код, чтобы убедиться, что адрес ваш.",
    to: "Телефон или почта",
    no_address: "Это не похоже ни на номер телефона, ни на адрес почты. Проверьте, пожалуйста.",
    ask_code: "Получить код",
    code_title: "Введите код",
    sent: "Если адрес верен, на него придёт код из шести цифр; он действует десять минут:",
    code: "Код из шести цифр",
    code_wrong: "Код неверен или устарел. После пяти попыток нужен новый код.",
    go_on: "Дальше",
    another: "Запросить новый код",
    own: "Ваши открытые обращения",
    none: "Открытых обращений нет.",
    new: "Новое обращение",
    look_again: "Ничего не записано. Укажите вид и тему; файл до 10 МиБ, все вместе до 40 МиБ.",
    kind: "Вид обращения",
    subject: "Тема одной строкой",
    description: "Описание",
    name: "Ваше имя",
    product: "Изделие",
    serial: "Серийный номер",
    files: "Фото или файл",
    files_why: "Файл до 10 МиБ, все вместе до 40 МиБ.",
    send: "Отправить",
    forged: ["Ссылка неверна", "Возможно, она скопирована не полностью. Начните сначала или позвоните нам."],
    expired: ["Срок действия страницы истёк", "Запросите, пожалуйста, код ещё раз."],
    too_many: ["Слишком много попыток", "Попробуйте через несколько минут или позвоните нам."],
    unreadable: ["Ничего не записано", "Отправленное не удалось прочитать. Попробуйте ещё раз."],
    trouble: ["Сейчас не получилось", "Попробуйте, пожалуйста, через несколько минут."],
};

const EN: Words = Words {
    title: "Register a request",
    why: "Write your mobile number or e-mail address. We send a code to it, so that we know it is yours.",
    to: "Mobile number or e-mail",
    no_address: "This is neither a telephone number nor an e-mail address. Please write it again.",
    ask_code: "Send me a code",
    code_title: "Write your code",
    sent: "If this address is right, a code of six digits comes to it, good for ten minutes:",
    code: "Six digits",
    code_wrong: "This code is wrong or too old. After five tries, ask for a new one.",
    go_on: "Go on",
    another: "Ask for a new code",
    own: "Your open requests",
    none: "You have no open requests.",
    new: "A new request",
    look_again: "Nothing was kept. Please say the kind and the subject; a file has at most 10 MiB, all together 40 MiB.",
    kind: "Kind of request",
    subject: "Subject, in a line",
    description: "Description",
    name: "Your name",
    product: "Device or product",
    serial: "Serial number",
    files: "Photo or file",
    files_why: "Each at most 10 MiB, all together at most 40 MiB.",
    send: "Register it",
    forged: ["This link is not valid", "It may have been cut off. Please begin anew, or call us."],
    expired: ["This page has expired", "Please ask for a code once more."],
    too_many: ["Too many tries", "Please try again in a few minutes, or call us."],
    unreadable: ["Nothing was kept", "What was sent could not be read. Please try again."],
    trouble: ["That did not work", "Please try again in a few minutes."],
};
