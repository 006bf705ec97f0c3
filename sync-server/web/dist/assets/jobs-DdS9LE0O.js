var e=`jobs-title = Заявки
jobs-search = Поиск
jobs-search-hint = Номер, имя, телефон, адрес, любые слова
jobs-status = Состояние
jobs-status-any = Любое состояние
jobs-sort = Порядок
jobs-sort-newest = Сначала новые
jobs-sort-changed = Сначала изменённые
jobs-sort-window = По времени визита
jobs-number = Номер
jobs-customer = Клиент
jobs-subject = Тема
jobs-city = Город
jobs-window = Визит
jobs-priority = Приоритет
jobs-none = Под эти фильтры не подходит ни одна заявка.
jobs-clear = Сбросить фильтры
`;export{e as default};