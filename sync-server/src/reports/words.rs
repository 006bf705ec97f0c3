//! Titles of reports and their columns, in the languages of the people who read them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A language of titles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Persian, right to left.
    #[default]
    Fa,
    /// Russian.
    Ru,
    /// English.
    En,
}

impl Language {
    /// Whether it is read from the right.
    #[must_use]
    pub const fn is_right_to_left(self) -> bool {
        matches!(self, Self::Fa)
    }
}

/// The title of a report or column; its key, if it has none.
#[must_use]
pub fn title(key: &'static str, language: Language) -> &'static str {
    let found = TITLES.iter().find(|(known, ..)| *known == key);
    found.map_or(key, |(_, fa, ru, en)| match language {
        Language::Fa => fa,
        Language::Ru => ru,
        Language::En => en,
    })
}

/// Key, Persian, Russian, English.
const TITLES: &[(&str, &str, &str, &str)] = &[
    // Reports.
    ("scores", "امتیاز نمایندگی‌ها", "Оценки представителей", "Scores"),
    ("components", "اجزای امتیاز", "Составляющие оценки", "Components"),
    ("evidence", "شواهد", "Основания", "Evidence"),
    ("ratings", "رتبه تکنسین‌ها", "Рейтинги техников", "Ratings"),
    ("figures", "رقم‌های ماه", "Показатели месяца", "Figures of the month"),
    ("pareto", "بیشترین‌ها", "Самое частое", "Most frequent"),
    ("figure-cases", "موردهای هر رقم", "Случаи по показателям", "Cases of the figures"),
    ("kpis", "شاخص‌ها", "Показатели", "Key figures"),
    ("parts", "قطعات پرمصرف", "Запчасти", "Most used parts"),
    ("install-repair", "نصب به تعمیر", "Установки и ремонты", "Installs and repairs"),
    ("long-faults", "خرابی‌های طولانی", "Долгие неисправности", "Long faults"),
    ("repeats", "مراجعه تکراری", "Повторные визиты", "Repeat visits"),
    ("utilisation", "بهره‌وری", "Загрузка", "Utilisation"),
    ("travel", "هزینه ایاب و ذهاب", "Поездки", "Travel"),
    ("closed-jobs", "کارهای بسته‌شده", "Закрытые заявки", "Closed jobs"),
    ("claims", "صورت‌های سفر", "Заявки на оплату поездок", "Travel claims"),
    ("surveys-list", "فهرست نظرسنجی", "Список опросов", "Surveys of jobs"),
    ("deadlines", "مهلت‌ها", "Сроки", "Deadlines"),
    ("requests", "درخواست‌ها", "Обращения", "Requests"),
    ("complaint-files", "پرونده‌های شکایت", "Дела о жалобах", "Complaint files"),
    ("activities", "اقدام‌ها", "Действия", "Activities"),
    ("corrective-actions", "اقدام‌های اصلاحی", "Корректирующие действия", "Corrective actions"),
    // Columns.
    ("action", "شماره اقدام", "Номер действия", "Action"),
    ("about", "دربارهٔ", "О чём", "About"),
    ("owner_name", "مسئول", "Ответственный", "Responsible"),
    ("made_at", "زمان ثبت", "Записано", "Written down at"),
    ("done_at", "زمان انجام", "Сделано", "Done at"),
    ("late_hours", "ساعت دیرکرد", "Опоздание, ч", "Hours late"),
    ("what", "چه", "Что", "What"),
    ("figure", "رقم", "Показатель", "Figure"),
    ("cases", "موردها", "Случаи", "Cases"),
    ("met", "رسیده", "Выполнено в норме", "Met"),
    ("share", "سهم", "Доля", "Share"),
    ("share_so_far", "سهم تا این‌جا", "Доля нарастающим итогом", "Share so far"),
    ("mean_hours", "میانگین ساعت", "Среднее, ч", "Mean hours"),
    ("group", "دسته", "Группа", "Group"),
    ("measure", "یکا", "Единица", "Measure"),
    ("request", "شناسه درخواست", "Код обращения", "Request id"),
    ("channel", "راه ورود", "Канал", "Channel"),
    ("unit", "واحد", "Подразделение", "Unit"),
    ("priority", "اولویت", "Приоритет", "Priority"),
    ("product", "محصول", "Изделие", "Product"),
    ("received_at", "زمان دریافت", "Получено", "Received at"),
    ("registering_hours", "تا ثبت، ساعت", "До регистрации, ч", "Hours until registered"),
    ("touched_at", "نخستین اقدام", "Первое действие", "First touched at"),
    ("answered_at", "زمان آخرین پاسخ", "Последний ответ", "Last answered at"),
    ("finished_at", "زمان انجام", "Выполнено", "Finished at"),
    ("ended_at", "زمان پایان", "Завершено", "Ended at"),
    ("files", "پرونده‌ها", "Дела", "Files"),
    ("dismissed", "ناپذیرفته", "Не приняты", "Dismissed"),
    ("rejected", "رد شده", "Отклонены", "Rejected"),
    ("upheld", "وارد", "Обоснованы", "Upheld"),
    ("settled", "حل‌شده", "Улажены", "Settled"),
    ("settled_early", "حل در تماس اول و دوم", "За 1–2 контакта", "Settled at contact 1 or 2"),
    ("settled_early_share", "سهم حل زودهنگام", "Доля за 1–2 контакта", "Share settled early"),
    ("recorded_at", "زمان نوشتن", "Записано", "Recorded at"),
    ("happened_at", "زمان رخداد", "Произошло", "Happened at"),
    ("author", "از سوی", "Автор", "Author"),
    ("activity", "اقدام", "Действие", "Activity"),
    ("shown", "دیده‌شده برای مشتری", "Видно клиенту", "Shown to the customer"),
    ("trip", "شناسه سفر", "Код поездки", "Trip id"),
    ("kind", "نوع", "Вид", "Kind"),
    ("metres", "متر", "Метры", "Metres"),
    ("state", "وضعیت", "Состояние", "State"),
    ("price_rial", "بهای تعرفه، ریال", "По тарифу, риалов", "Price by tariff, rial"),
    ("estimate_rial", "برآورد گوشی، ریال", "Оценка телефона, риалов", "Phone's estimate, rial"),
    ("flags", "نشانه‌ها", "Пометки", "Flags"),
    ("decided_at", "زمان تصمیم", "Решено", "Decided at"),
    ("survey", "شناسه نظرسنجی", "Код опроса", "Survey id"),
    ("completed_at", "زمان پاسخ", "Отвечено", "Answered at"),
    ("via", "از راه", "Способ", "Way"),
    ("fate", "اعتبار", "Учёт", "Fate"),
    ("clock", "ساعت", "Срок", "Clock"),
    ("due_at", "سررسید", "Крайний срок", "Due at"),
    ("used_hours", "ساعت مصرف‌شده", "Использовано, ч", "Hours used"),
    ("target_hours", "ساعت مجاز", "Норма, ч", "Target hours"),
    ("month", "ماه", "Месяц", "Month"),
    ("agency", "شناسه نمایندگی", "Код представителя", "Agency id"),
    ("agency_name", "نمایندگی", "Представитель", "Agency"),
    ("name", "نام", "Название", "Name"),
    ("stage", "وضعیت", "Состояние", "Stage"),
    ("score", "امتیاز دقیق", "Точная оценка", "Exact score"),
    ("score_shown", "امتیاز", "Оценка", "Score"),
    ("band", "رده", "Категория", "Band"),
    ("coverage", "پوشش", "Охват", "Coverage"),
    ("closed_jobs", "کارهای بسته‌شده", "Закрыто заявок", "Closed jobs"),
    ("deduction", "کسر تخلف", "Вычет", "Deduction"),
    ("rules_version", "نسخه قواعد", "Версия правил", "Rules"),
    ("response_sla", "پاسخ به‌موقع", "Ответ в срок", "Response in time"),
    ("repair_time", "زمان تعمیر", "Срок ремонта", "Repair in time"),
    ("first_time_fix", "رفع در مراجعه اول", "С первого визита", "Fixed at first visit"),
    ("repeat_visits", "مراجعه تکراری", "Повторы", "Repeats"),
    ("parts_norm", "مصرف قطعه", "Норма запчастей", "Parts against norm"),
    ("custody", "امانات", "Хранение", "Custody"),
    ("invoices", "فاکتورها", "Счета", "Invoices"),
    ("csat", "رضایت مشتری", "Удовлетворённость", "Customer satisfaction"),
    ("complaints", "شکایات", "Жалобы", "Complaints"),
    ("row", "ردیف شاهد", "Строка", "Row"),
    ("component", "جزء", "Составляющая", "Component"),
    ("weight", "وزن", "Вес", "Weight"),
    ("numerator", "صورت", "Числитель", "Numerator"),
    ("denominator", "مخرج", "Знаменатель", "Denominator"),
    ("raw", "مقدار خام", "Исходное значение", "Raw value"),
    ("x", "مقدار تعدیل‌شده", "Сглаженное значение", "Shrunk value"),
    ("points", "امتیاز جزء", "Баллы", "Points"),
    ("effective_weight", "وزن مؤثر", "Действующий вес", "Effective weight"),
    ("lost", "امتیاز ازدست‌رفته", "Потеряно", "Points lost"),
    ("case_type", "نوع مورد", "Вид случая", "Case type"),
    ("case_id", "شناسه مورد", "Код случая", "Case id"),
    ("job", "شناسه کار", "Код заявки", "Job id"),
    ("outcome", "نتیجه", "Исход", "Outcome"),
    ("value", "مقدار", "Значение", "Value"),
    ("reason", "دلیل", "Причина", "Reason"),
    ("excluded_by", "حذف‌شده توسط", "Кем исключено", "Left out by"),
    ("known_at", "زمان آگاهی", "Когда стало известно", "Known at"),
    ("source_event_id", "رویداد", "Событие", "Event"),
    ("technician", "شناسه تکنسین", "Код техника", "Technician id"),
    ("stars_shown", "ستاره", "Звёзды", "Stars"),
    ("standing", "اعتبار", "Статус", "Standing"),
    ("surveys", "نظرسنجی‌ها", "Опросы", "Surveys"),
    ("rating", "رتبه دقیق", "Точный рейтинг", "Exact rating"),
    ("lower", "کران پایین", "Нижняя граница", "Lower bound"),
    ("satisfied_share", "سهم راضی", "Доля довольных", "Satisfied"),
    ("satisfied_low", "کران پایین سهم", "Доля, от", "Satisfied, low"),
    ("satisfied_high", "کران بالای سهم", "Доля, до", "Satisfied, high"),
    ("part_no", "شماره قطعه", "Номер детали", "Part number"),
    ("quantity", "تعداد", "Количество", "Quantity"),
    ("jobs", "کارها", "Заявки", "Jobs"),
    ("cost", "هزینه", "Стоимость", "Cost"),
    ("currency", "ارز", "Валюта", "Currency"),
    ("model", "مدل", "Модель", "Model"),
    ("batch", "سری ساخت", "Партия", "Batch"),
    ("installs", "نصب‌ها", "Установки", "Installs"),
    ("warranty_repairs", "تعمیر گارانتی", "Гарантийные ремонты", "Warranty repairs"),
    ("installs_per_repair", "نصب به تعمیر", "Установок на ремонт", "Installs per repair"),
    ("fault", "گروه خرابی", "Неисправность", "Fault"),
    ("repairs", "تعمیرها", "Ремонты", "Repairs"),
    ("median_hours", "میانه ساعت", "Медиана, ч", "Median hours"),
    ("p90_hours", "صدک ۹۰ ساعت", "90-й процентиль, ч", "90th percentile hours"),
    ("longest_hours", "بیشترین ساعت", "Максимум, ч", "Longest hours"),
    ("within_7_days", "تا ۷ روز", "До 7 дней", "Within 7 days"),
    ("within_14_days", "تا ۱۴ روز", "До 14 дней", "Within 14 days"),
    ("within_30_days", "تا ۳۰ روز", "До 30 дней", "Within 30 days"),
    ("work_hours", "ساعت کار", "Работа, ч", "Work hours"),
    ("travel_hours", "ساعت رفت‌وآمد", "В пути, ч", "Travel hours"),
    ("available_hours", "ساعت موجود", "Доступно, ч", "Available hours"),
    ("trips", "سفرها", "Поездки", "Trips"),
    ("kilometres", "کیلومتر", "Километры", "Kilometres"),
    ("total_rial", "جمع ریال", "Всего, риалов", "Total rial"),
    ("rial_per_job", "ریال برای هر کار", "Риалов на заявку", "Rial per job"),
    ("rial_per_km", "ریال برای هر کیلومتر", "Риалов на км", "Rial per km"),
    ("violations", "تخلف‌ها", "Нарушения", "Violations"),
    ("number", "شماره", "Номер", "Number"),
    ("city", "شهر", "Город", "City"),
    ("job_type", "نوع درخواست", "Вид заявки", "Request type"),
    ("opened_at", "زمان ثبت", "Открыта", "Opened at"),
    ("closed_at", "زمان بستن", "Закрыта", "Closed at"),
    ("visits", "مراجعه‌ها", "Визиты", "Visits"),
    ("parts_rial", "قطعات، ریال", "Запчасти, риалов", "Parts, rial"),
    ("labour_hours", "ساعت اجرت", "Труд, ч", "Labour hours"),
    ("response_median_hours", "میانه پاسخ، ساعت", "Ответ, медиана, ч", "Response, median hours"),
    ("response_p90_hours", "صدک ۹۰ پاسخ، ساعت", "Ответ, 90 %, ч", "Response, 90 % hours"),
    ("repair_median_hours", "میانه تعمیر، ساعت", "Ремонт, медиана, ч", "Repair, median hours"),
    ("repair_mean_hours", "میانگین تعمیر، ساعت", "Ремонт, среднее, ч", "Repair, mean hours"),
    ("parts_per_job", "قطعه در هر کار", "Деталей на заявку", "Parts per job"),
    ("parts_rial_per_job", "ریال قطعه در هر کار", "Запчасти на заявку, риалов", "Parts per job, rial"),
    ("nps", "شاخص توصیه (NPS)", "Индекс лояльности NPS", "Net promoter score"),
    ("effort_mean", "میانگین سهولت", "Средняя лёгкость (CES)", "Mean effort (CES)"),
    ("unheard_devices", "دستگاه‌های بی‌خبر", "Устройства без связи", "Devices not heard of"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_stands_once_and_in_every_language() {
        let keys: BTreeSet<&str> = TITLES.iter().map(|(key, ..)| *key).collect();
        assert_eq!(keys.len(), TITLES.len());
        for (key, fa, ru, en) in TITLES {
            assert!(fa.chars().any(|letter| ('\u{600}'..='\u{6ff}').contains(&letter)), "{key}: {fa}");
            assert!(ru.chars().any(|letter| ('\u{400}'..='\u{4ff}').contains(&letter)), "{key}: {ru}");
            assert!(en.is_ascii(), "{key}: {en}");
        }
    }
}
