nav-board = Доска
nav-jobs = Заявки
nav-inbox = Входящие
nav-month = Месяц
nav-admin = Управление
nav-desk = Обращения
