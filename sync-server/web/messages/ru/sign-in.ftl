sign-in = Войти
sign-in-welcome = Войдите под именем, которое вам дали в офисе.
sign-in-name = Имя пользователя
sign-in-password = Пароль
session-ended = Пожалуйста, войдите снова
session-kept = Всё, что вы ввели на странице, останется.
session-take-other = Продолжить под другим именем
