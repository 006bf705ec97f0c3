var e=`board-view = Вид
board-view-day = День
board-view-week = Неделя
board-view-list = Список
board-today = Сегодня
board-earlier = Раньше
board-later = Позже
board-find = Найти техника или визит
board-find-unplanned = Найти среди незапланированных
board-agency = Представительство
board-agency-any = Все представительства
board-priority = Приоритет незапланированных
board-priority-any = Любой приоритет
board-timeline = Техники и их визиты
board-technicians = { $count ->
    [one] { $count } техник
    [few] { $count } техника
   *[other] { $count } техников
}
board-unplanned = Не запланировано ({ $count })
board-free = Свободен
board-synced = синхр. { $when }
board-never-synced = ещё не синхронизирован
board-deadline = Срок
board-deadline-soon = Срок близко
board-deadline-breached = Срок пропущен
board-deadline-pending = Пропущен, ждём подтверждения
board-due = срок { $when }
board-warning-overlap = Пересекается с другим визитом
board-warning-leave = В этот день в отпуске
board-warning-skill = Нет нужного навыка
board-warning-area = Вне зоны работы
board-warning-part = Нет запчасти
board-move = Перенести
board-move-to = Перенести…
board-move-one = Перенести { $number }
board-move-many = { $count ->
    [one] Перенести { $count } визит…
    [few] Перенести { $count } визита…
   *[other] Перенести { $count } визитов…
}
board-move-missing = Сначала выберите это.
board-moved = { $count ->
    [1] Перенесено
    [one] Перенесён { $count } визит
    [few] Перенесено { $count } визита
   *[other] Перенесено { $count } визитов
}
board-undone = Возвращено на место
board-technician = Техник
board-technician-kept = Техник (если пусто, каждый визит остаётся у своего)
board-day = День
board-from = С
board-from-wrong = Напишите время, например 09:30.
board-minutes = Минуты
board-minutes-wrong = Не меньше { $least } минут.
board-candidates = Кто может поехать, лучшие сверху
board-reason-skill = знает изделие (уровень { $value })
board-reason-no-skill = нет навыка
board-reason-area = работает в этой зоне
board-reason-other-area = работает в другой зоне
board-reason-agency = из представительства заявки
board-reason-other-agency = из другого представительства
board-reason-on-leave = в отпуске
board-reason-busy = в это время на визите
board-reason-load = { $value ->
    [0] в этот день визитов нет
    [one] { $value } визит в этот день
    [few] { $value } визита в этот день
   *[other] { $value } визитов в этот день
}
board-reason-distance = { $value } км
board-unplan = Снять с плана
board-open-job = Открыть заявку
board-only-dispatchers = Визиты планируют диспетчеры.
board-drop-unplan = Снять с плана
board-drop-nowhere = Отпустите на строке техника
board-select-none = Снять выделение
board-key-move = Перенести визит в фокусе
board-key-select = Выделить визит в фокусе
board-nothing-planned = Здесь ничего не запланировано.
board-when = Время
board-job = Заявка
board-state = Состояние
board-customer = Клиент
board-views = Сохранённые виды
board-views-none = Видов пока нет. Задайте фильтры и сохраните их здесь.
board-view-name = Название вида
board-view-save = Сохранить
board-view-remove = Удалить { $name }
`;export{e as default};