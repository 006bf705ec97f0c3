//! The questions that hold where none were entered.

use super::{AnswerKind, Question, QuestionBank, QuestionScope, Texts};

type Row = (&'static str, QuestionScope, AnswerKind, Option<u32>, [&'static str; 3]);

/// Key, scope, kind, weight, and the text in Persian, Russian and English.
const ROWS: &[Row] = &[
    (
        "solved",
        QuestionScope::Technician,
        AnswerKind::Scale,
        Some(30),
        [
            "آیا مشکل دستگاه واقعاً برطرف شد؟",
            "Неисправность действительно устранена?",
            "Was the fault really solved?",
        ],
    ),
    (
        "punctual",
        QuestionScope::Technician,
        AnswerKind::Scale,
        Some(20),
        [
            "آیا تکنسین پیش از آمدن تماس گرفت و در زمان اعلام‌شده رسید؟",
            "Мастер позвонил заранее и приехал в обещанное время?",
            "Did the technician call before and come in the promised time?",
        ],
    ),
    (
        "behaviour",
        QuestionScope::Technician,
        AnswerKind::Scale,
        Some(15),
        [
            "از رفتار و احترام تکنسین چقدر راضی بودید؟",
            "Насколько вежливо вёл себя мастер?",
            "How respectful was the technician?",
        ],
    ),
    (
        "cost_clarity",
        QuestionScope::Technician,
        AnswerKind::Scale,
        Some(15),
        [
            "آیا هزینه طبق تعرفه گرفته شد و رسید داده شد؟",
            "Оплата взята по тарифу и выдана квитанция?",
            "Were you charged by the tariff and given a receipt?",
        ],
    ),
    (
        "explanation",
        QuestionScope::Technician,
        AnswerKind::Scale,
        Some(10),
        [
            "آیا علت خرابی و شیوهٔ استفاده توضیح داده شد؟",
            "Мастер объяснил причину и как пользоваться прибором?",
            "Did the technician explain the cause and how to use the product?",
        ],
    ),
    (
        "cleanliness",
        QuestionScope::Technician,
        AnswerKind::Scale,
        Some(10),
        [
            "آیا محل کار تمیز تحویل داده شد؟",
            "Мастер оставил после себя порядок?",
            "Was the place left clean?",
        ],
    ),
    (
        "agency_service",
        QuestionScope::Representative,
        AnswerKind::Scale,
        None,
        [
            "از پیگیری و پاسخ‌گویی نمایندگی چقدر راضی بودید؟",
            "Насколько вы довольны работой сервисного центра?",
            "How satisfied are you with the service agency?",
        ],
    ),
    (
        "recommend",
        QuestionScope::Company,
        AnswerKind::Nps,
        None,
        [
            "چقدر احتمال دارد ما را به دیگران پیشنهاد کنید؟",
            "Насколько вероятно, что вы порекомендуете нас другим?",
            "How likely are you to recommend us?",
        ],
    ),
    (
        "effort",
        QuestionScope::Company,
        AnswerKind::Ces,
        None,
        [
            "رسیدن به خدمات چقدر آسان بود؟",
            "Насколько легко было получить помощь?",
            "How easy was it to get help?",
        ],
    ),
    (
        "remark",
        QuestionScope::Company,
        AnswerKind::Text,
        None,
        [
            "چه چیز دیگری می‌خواهید بگویید؟",
            "Что ещё вы хотели бы сказать?",
            "What else would you like to say?",
        ],
    ),
];

/// The built-in bank.
pub(crate) fn default_bank() -> QuestionBank {
    let question = |row: &Row| {
        let (key, scope, kind, weight, [fa, ru, en]) = *row;
        let text = Texts { fa: fa.into(), ru: ru.into(), en: en.into() };
        Question { key: key.into(), scope, kind, weight, text }
    };
    QuestionBank { version: "1".into(), questions: ROWS.iter().map(question).collect() }
}
