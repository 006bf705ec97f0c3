sign-in = ورود
sign-in-welcome = با نامی که دفتر به شما داده است وارد شوید.
sign-in-name = نام کاربری
sign-in-password = گذرواژه
session-ended = لطفاً دوباره وارد شوید
session-kept = آنچه در صفحه نوشته‌اید سر جایش می‌ماند.
session-take-other = ادامه با کاربر دیگر
