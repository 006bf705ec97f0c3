var e=`# The phone: a technician's screens.
phone-tab-today = Заявки
phone-tab-trips = Поездки
phone-tab-outbox = К отправке
phone-tab-attention = Внимание
phone-tab-more = Ещё
phone-back = Назад
phone-gone = Программа телефона не отвечает. Всё введённое сохранено; страница продолжит, как только программа вернётся.
phone-error-client-gone = Программа телефона не отвечает, поэтому это ещё не сохранено. Введённое остаётся здесь: попробуйте снова.
phone-syncing = Обмен с офисом…
phone-offline = Нет сети. Всё сохраняется в телефоне.
phone-connected = Подключено
phone-synced = С офисом: { $time }
phone-never-synced = Обмена с офисом ещё не было
phone-sync-now = Обменяться сейчас
phone-network = Сеть
phone-network-on = Включить сеть
phone-network-off = Выключить сеть
phone-network-what = Здесь можно отключить телефону сеть, как в подвале или в дороге, и увидеть, что работа продолжается.
phone-saved-here =
    { $count ->
        [one] Сохранено в телефоне; { $count } правка ждёт отправки
        [few] Сохранено в телефоне; { $count } правки ждут отправки
       *[other] Сохранено в телефоне; { $count } правок ждут отправки
    }
phone-at-office = В офисе
phone-saved = Сохранено в телефоне
phone-typing = Вводится…
phone-sign-in-title = Вход на этом телефоне
phone-sign-in = Войти
phone-code = Код от офиса
phone-code-hint = Офис даёт код, который действует один раз.
phone-by-name = Войти по имени и паролю
phone-by-code = Войти по коду
phone-name = Имя
phone-password = Пароль
phone-search = Поиск: имя, номер, адрес
phone-which-jobs = Какие заявки
phone-scope-today = Сегодня
phone-scope-open = Открытые
phone-scope-overdue = Просроченные
phone-scope-over = Завершённые
phone-scope-left = Снятые с вас
phone-no-jobs = Здесь заявок нет.
phone-no-window = Время не назначено
phone-no-subject = Без темы
phone-late = Срок: { $since }
phone-waits-count = { $count } к отправке
phone-refused-count =
    { $count ->
        [one] { $count } правка отклонена
        [few] { $count } правки отклонены
       *[other] { $count } правок отклонено
    }
phone-left = Эту заявку с вас сняли. Сделанное до того, как вы узнали об этом, попадёт в офис.
phone-conflicts =
    { $count ->
        [one] { $count } место записали двое; решит офис.
        [few] { $count } места записали двое; решит офис.
       *[other] { $count } мест записали двое; решит офис.
    }
phone-other-steps = Другое…
phone-step-accept = Принять заявку
phone-step-start-travel = Выехать
phone-step-arrive = Я на месте
phone-step-start-work = Начать работу
phone-step-stop-work = Приостановить работу
phone-step-complete = Завершить работу
phone-step-decline = Отказаться от заявки
phone-step-contacted = Связался с клиентом
phone-step-promise = Обещать клиенту время
phone-step-propose-date = Предложить другую дату
phone-step-wait-for-part = Ждать запчасть
phone-step-wait-for-customer = Ждать клиента
phone-step-reopen = Открыть заявку снова
phone-reason = Причина
phone-remark = Примечание
phone-day = День
phone-time = Время
phone-customer = Клиент
phone-navigate = Маршрут
phone-correct-contact = Исправить номер или адрес
phone-correct-serial = Исправить серийный номер
phone-facts = О заявке
phone-fact-description = Слова клиента
phone-fact-office-note = От офиса
phone-fact-registrar = Примечание регистратора
phone-fact-kind = Вид
phone-fact-priority = Приоритет
phone-fact-severity = Серьёзность
phone-fact-category = Категория
phone-fact-cause = Причина
phone-fact-estimated = Оценка времени
phone-fact-model = Модель
phone-fact-batch = Партия
phone-fact-warranty = Гарантия до
phone-of-job = По этой заявке
phone-link-parts = Запчасти
phone-link-photos = Фото
phone-link-signature = Подпись
phone-link-trip = Поездка
phone-checklist = Контрольный список
phone-item-power-off = Питание и вода отключены до работы
phone-item-leaks = Протечек нет
phone-item-wiring = Проводка и заземление исправны
phone-item-test-run = Пробный запуск выполнен
phone-item-place-clean = Место оставлено чистым
phone-answer-yes = Да
phone-answer-no = Нет
phone-answer-not-applicable = Не нужно
phone-diagnosis = Диагноз
phone-solution = Что сделано
phone-notes = Заметки
phone-new-note = Новая заметка
phone-add-note = Добавить заметку
phone-by-me = Я
phone-by-other = Другой человек
phone-void = Аннулировать
phone-void-because = Аннулировано: { $reason }
phone-voided = Аннулирована
phone-labour = Рабочее время
phone-runs = идёт
phone-history = История
phone-happened = Что произошло
phone-my-edits = Мои правки
phone-find-part = Найти запчасть
phone-find-part-hint = Номер или название по каталогу
phone-type-part = В каталоге нет
phone-new-part = Новая запчасть
phone-correct-part = Исправить запчасть
phone-part-no = Номер запчасти
phone-part-name = Название запчасти
phone-quantity = Количество
phone-pieces = { $count } шт.
phone-fewer = На одну меньше
phone-more-pieces = На одну больше
phone-serial-in = Серийный номер установленной
phone-serial-out = Серийный номер снятой
phone-serials = Установлена: { $in } · снята: { $out }
phone-source = Откуда
phone-source-van = Запас в машине
phone-source-agency = Склад представителя
phone-source-warehouse = Со склада
phone-source-customer = От клиента
phone-source-purchase = Куплена в дороге
phone-coverage = Кто платит
phone-coverage-warranty = Гарантия
phone-coverage-contract = Договор обслуживания
phone-coverage-customer = Клиент
phone-coverage-goodwill = Изготовитель, из лояльности
phone-unit-price = Цена за штуку, риалов
phone-no-number = Это не подходящее число.
phone-correct = Исправить
phone-caption = Что на фото
phone-take-photo = Сделать фото
phone-photo-of-job = Фото заявки
phone-bring-photo = Загрузить фото
phone-photo-before = Предыдущее
phone-photo-after = Следующее
phone-blob-to-upload = Ждёт отправки
phone-blob-uploaded = В офисе
phone-blob-to-download = Только в офисе
phone-blob-downloaded = В телефоне
phone-blob-refused = Офис не принимает
phone-signature-what = Подписью клиент подтверждает выполненную работу.
phone-signer = Имя подписавшего
phone-signer-hint = Без росписи пальцем подписью служит введённое имя.
phone-signature-pad = Подпись: распишитесь пальцем здесь
phone-wipe = Стереть
phone-save-signature = Сохранить подпись
phone-signed = Подписано
phone-signature-of = Подпись: { $name }
phone-not-signed = Клиент ещё не подписал.
phone-result = Итог работы
phone-fault = Найденная неисправность
phone-training-given = Клиенту показано, как пользоваться
phone-leaflet = Инструкция передана
phone-follow-up-needed = Нужен повторный визит
phone-start-trip = Начать поездку
phone-set-out = Выехать
phone-earlier-trip = У заявки уже есть поездка: открыть
phone-no-trips = Поездок пока нет.
phone-no-start = Без начала
phone-no-distance = без расстояния
phone-under-way = В пути
phone-trip-jobs =
    { $count ->
        [one] { $count } заявка
        [few] { $count } заявки
       *[other] { $count } заявок
    }
phone-span = { $from }–{ $to }
phone-km = { $km } км
phone-way = Путь
phone-end-trip = Завершить поездку
phone-kilometres = Пройдено километров
phone-kilometres-hint = Туда и обратно, по одометру
phone-trip-field-kind = Вид
phone-trip-field-from = Откуда
phone-trip-field-to = Куда
phone-trip-field-started-at = Начало
phone-trip-field-ended-at = Окончание
phone-trip-field-distance-m = Расстояние
phone-trip-field-approval-request = Запрос одобрения
phone-trip-field-note = Примечание
phone-trip-field-estimate-minor = Стоимость, показанная клиенту
phone-trip-field-estimate-tariff = Тариф оценки
phone-stops = Заявки в поездке
phone-add-stop = Добавить заявку
phone-take-off = Убрать
phone-job-not-here = Заявки нет в телефоне
phone-receipts = Расходы в пути
phone-add-receipt = Добавить расход
phone-receipt-kind = За что
phone-receipt-toll = Дорожный сбор
phone-receipt-parking = Парковка
phone-receipt-ferry = Паром
phone-receipt-lodging = Ночлег
phone-receipt-other = Другое
phone-amount = Сумма, риалов
phone-receipt-photo = Сфотографировать чек
phone-receipt-photographed = Снято; переснять
phone-estimate = Ожидаемая стоимость
phone-paid-distance = Оплачиваемое расстояние
phone-allowance = Суточные
phone-lodging = Ночлег
phone-total = Итого
phone-payer-maker = Платит изготовитель
phone-payer-representative = Платит представитель
phone-payer-customer = Платит клиент
phone-payer-seller = Платит продавец
phone-by-tariff = По тарифу { $tariff }, заявок: { $jobs }
phone-needs-approval = Эту поездку нужно одобрить заранее.
phone-will-be-reviewed = Офис проверит: { $reasons }
phone-proofs = Нужно показать: { $proofs }
phone-proof-device-label = фото таблички прибора
phone-proof-warranty-card = гарантийный талон
phone-proof-identity = личность клиента
phone-record-estimate = Записать как показанную клиенту
phone-review-km-over-10pct = более чем на десятую больше известного расстояния
phone-review-km-over-25pct = более чем на четверть больше известного расстояния
phone-review-unreceipted-over-limit = расходы без фото сверх предела
phone-review-lodging-over-cap = ночлег сверх предела
phone-review-trip-over-cap = поездка сверх предела
phone-review-day-over-cap = день сверх предела
phone-review-month-over-cap = месяц сверх предела
phone-review-km-over-day-cap = километры дня сверх предела
phone-review-distance-guessed = расстояние оценено
phone-review-no-prior-approval = без предварительного одобрения
phone-review-no-payer = плательщик неизвестен
phone-review-payer-needs-approval = нужно согласие плательщика
phone-review-distance-unknown = расстояние неизвестно
phone-review-receipt-currency = чек в другой валюте
phone-review-claim-range = невозможная сумма
phone-review-no-tariff = на этот день нет тарифа
phone-review-changed-after-decision = изменено после решения
phone-claim = Решение офиса
phone-claim-state = Состояние
phone-claim-amount = Сумма
phone-claim-draft = Черновик
phone-claim-needs-review = Ждёт проверки
phone-claim-auto-approved = Одобрено по правилам
phone-claim-approved = Одобрено
phone-claim-adjusted = Скорректировано
phone-claim-rejected = Отклонено
phone-claim-settled = Выплачено
phone-claim-void = Аннулировано
phone-nothing-waits = Ничего не ждёт. Всё в офисе.
phone-waits-since =
    { $count ->
        [one] Ждёт { $count } правка, сделана { $since }.
        [few] Ждут { $count } правки; самая ранняя сделана { $since }.
       *[other] Ждут { $count } правок; самая ранняя сделана { $since }.
    }
phone-uploads =
    { $count ->
        [one] { $count } фото ждёт отправки.
       *[other] { $count } фото ждут отправки.
    }
phone-open-job = Открыть заявку
phone-open-trip = Открыть поездку
phone-attention-what = Офис не принял эти правки. Каждая остаётся, пока вы не решите.
phone-nothing-refused = Ничего не требует внимания.
phone-no-reason = Причина не указана.
phone-corrected = Исправленный текст
phone-offer = Спросить офис
phone-offer-what = Офис увидит введённое и решит.
phone-discard = Отказаться
phone-discard-what = Правка не будет учтена. Она останется в истории.
phone-my-rating = Моя оценка
phone-no-rating = Ни один опрос пока не учтён.
phone-stars = { $stars } из 5 звёзд
phone-provisional = Опросов мало: оценка ещё изменится.
phone-surveys = Опросы
phone-at-least = Скорее всего не ниже
phone-satisfied = Довольных клиентов
phone-excluded = Не учтено
phone-effects = Опросы
phone-rating-of = На { $at }
phone-ask-again = Спросить офис снова
phone-set-aside = Повреждённая база отложена в { $path }; из неё спасено правок: { $edits }.
phone-unreadable =
    { $count ->
        [one] { $count } запись не читается этим приложением.
        [few] { $count } записи не читаются этим приложением.
       *[other] { $count } записей не читаются этим приложением.
    }
phone-diagnostics = Сохранить диагностику
phone-sign-out-what =
    { $count ->
        [0] Всё в офисе.
        [one] Ждёт { $count } правка. Она останется в телефоне и уйдёт после нового входа.
        [few] Ждут { $count } правки. Они останутся в телефоне и уйдут после нового входа.
       *[other] Ждут { $count } правок. Они останутся в телефоне и уйдут после нового входа.
    }
phone-edit-unreadable = Правка, которую эта версия не читает
phone-edit-job = Новая заявка
phone-edit-fields = Исправление
phone-edit-event = Шаг
phone-edit-part = Запчасть
phone-edit-void-part = Запчасть аннулирована
phone-edit-labour = Рабочее время
phone-edit-answer = Контрольный список
phone-edit-note = Заметка
phone-edit-void-note = Заметка аннулирована
phone-edit-text = Текст
phone-edit-words = Слова
phone-edit-attachment = Вложение
phone-edit-trip = Поездка
phone-edit-trip-fields = Поездка
phone-edit-trip-job = Заявка добавлена в поездку
phone-edit-trip-without-job = Заявка убрана из поездки
phone-edit-receipt = Расход
phone-edit-void-receipt = Расход аннулирован
phone-edit-void-trip = Поездка аннулирована
phone-edit-assignment = Назначение
phone-kind-photo = Фото
phone-kind-signature = Подпись
phone-kind-receipt = Чек
phone-entry-pending = Ждёт отправки
phone-entry-accepted = В офисе
phone-entry-refused = Отклонена
phone-entry-unplayable = Не удалось повторить
phone-entry-superseded = Заменена более поздней
phone-event-registered = Зарегистрирована
phone-event-assigned = Назначена
phone-event-unassigned = Снята с исполнителя
phone-event-accepted = Принята
phone-event-declined = Отклонена исполнителем
phone-event-proposal = Предложена другая дата
phone-event-contacted = Связь с клиентом
phone-event-promised = Обещано время
phone-event-customer-replied = Клиент ответил
phone-event-answered = Клиенту ответили
phone-event-handed-over = Передана
phone-event-travelling = В пути
phone-event-arrived = Прибыл
phone-event-working = Работа начата
phone-event-waiting-part = Ждёт запчасть
phone-event-waiting-customer = Ждёт клиента
phone-event-done = Выполнена
phone-event-closed = Закрыта
phone-event-cancelled = Отменена
phone-event-reopened = Открыта снова
phone-event-imported = Перенесена из прежнего учёта
phone-field-account-id = Учётная запись клиента
phone-field-account-name = Клиент
phone-field-contact-name = Контакт
phone-field-contact-phone = Телефон
phone-field-contact-mobile = Мобильный
phone-field-contact-email = Эл. почта
phone-field-initiator-name = Заявитель
phone-field-initiator-phone = Телефон заявителя
phone-field-initiator-role = Роль заявителя
phone-field-site-name = Объект
phone-field-site-address = Адрес
phone-field-site-city = Город
phone-field-site-zone = Зона
phone-field-site-lat = Широта
phone-field-site-lon = Долгота
phone-field-asset-id = Прибор
phone-field-asset-serial = Серийный номер
phone-field-asset-model = Модель
phone-field-asset-batch = Партия
phone-field-asset-origin = Происхождение
phone-field-asset-warranty-until = Гарантия до
phone-field-request-number = Номер
phone-field-request-subject = Тема
phone-field-request-description = Описание
phone-field-request-channel = Канал
phone-field-request-type = Вид
phone-field-request-priority = Приоритет
phone-field-request-severity = Серьёзность
phone-field-request-category = Категория
phone-field-request-cause = Причина
phone-field-request-received-at = Получена
phone-field-request-team = Группа
phone-field-request-owner = Ответственный
phone-field-request-seller-no = Номер продавца
phone-field-request-delivery-code = Код доставки
phone-field-request-registrar-comment = Примечание регистратора
phone-field-request-estimated-minutes = Оценка, минут
phone-field-request-estimated-end = Ожидаемое окончание
phone-field-assignment-technician = Техник
phone-field-assignment-representative = Представитель
phone-field-assignment-window-start = С
phone-field-assignment-window-end = До
phone-field-assignment-note = От офиса
phone-field-outcome-training-given = Клиент обучен
phone-field-outcome-leaflet = Инструкция передана
phone-field-outcome-follow-up-needed = Нужен повторный визит
phone-field-outcome-hours = Часы
phone-field-outcome-days = Дни
phone-field-outcome-fault = Неисправность
phone-field-outcome-result = Итог
`;export{e as default};