var e=`board-view = نما
board-view-day = روز
board-view-week = هفته
board-view-list = فهرست
board-today = امروز
board-earlier = پیش‌تر
board-later = بعدتر
board-find = یافتن تکنسین یا مراجعه
board-find-unplanned = یافتن در برنامه‌ریزی‌نشده‌ها
board-agency = نمایندگی
board-agency-any = همهٔ نمایندگی‌ها
board-priority = اولویت برنامه‌ریزی‌نشده‌ها
board-priority-any = هر اولویتی
board-timeline = تکنسین‌ها و مراجعه‌هایشان
board-technicians = { $count } تکنسین
board-unplanned = برنامه‌ریزی‌نشده ({ $count })
board-free = آزاد
board-synced = همگام‌سازی { $when }
board-never-synced = هنوز همگام نشده
board-deadline = مهلت
board-deadline-soon = نزدیک به سررسید
board-deadline-breached = مهلت گذشته
board-deadline-pending = گذشته، در انتظار مدرک
board-due = سررسید { $when }
board-warning-overlap = هم‌زمان با مراجعه‌ای دیگر
board-warning-leave = آن روز در مرخصی
board-warning-skill = بدون مهارت لازم
board-warning-area = بیرون از محدودهٔ کار
board-warning-part = قطعه موجود نیست
board-move = جابه‌جا کن
board-move-to = جابه‌جایی به…
board-move-one = جابه‌جایی { $number }
board-move-many = جابه‌جایی { $count } مراجعه…
board-move-missing = نخست این را انتخاب کنید.
board-moved = { $count ->
    [1] جابه‌جا شد
   *[other] { $count } مراجعه جابه‌جا شد
}
board-undone = به جای پیشین برگشت
board-technician = تکنسین
board-technician-kept = تکنسین (اگر خالی بماند، هر یک تکنسین خود را نگه می‌دارد)
board-day = روز
board-from = از ساعت
board-from-wrong = ساعت را مانند ۰۹:۳۰ بنویسید.
board-minutes = دقیقه
board-minutes-wrong = دست‌کم { $least } دقیقه.
board-candidates = چه کسی می‌تواند برود، بهترین نخست
board-reason-skill = محصول را می‌شناسد (سطح { $value })
board-reason-no-skill = مهارت لازم را ندارد
board-reason-area = در همین محدوده کار می‌کند
board-reason-other-area = جای دیگری کار می‌کند
board-reason-agency = از نمایندگی همین کار
board-reason-other-agency = از نمایندگی دیگر
board-reason-on-leave = در مرخصی
board-reason-busy = در آن ساعت مراجعه دارد
board-reason-load = { $value ->
    [0] آن روز مراجعه‌ای ندارد
   *[other] { $value } مراجعه در آن روز
}
board-reason-distance = فاصله { $value } کیلومتر
board-unplan = برداشتن از برنامه
board-open-job = باز کردن کار
board-only-dispatchers = برنامه‌ریزی با مسئول اعزام است.
board-drop-unplan = برداشتن از برنامه
board-drop-nowhere = روی ردیف یک تکنسین رها کنید
board-select-none = لغو انتخاب
board-key-move = جابه‌جایی مراجعهٔ در کانون
board-key-select = انتخاب مراجعهٔ در کانون
board-nothing-planned = اینجا چیزی برنامه‌ریزی نشده است.
board-when = زمان
board-job = کار
board-state = وضعیت
board-customer = مشتری
board-views = نماهای ذخیره‌شده
board-views-none = هنوز نمایی ذخیره نشده است. پالایه‌ها را تنظیم و همین‌جا ذخیره کنید.
board-view-name = نام این نما
board-view-save = ذخیره
board-view-remove = حذف { $name }
`;export{e as default};