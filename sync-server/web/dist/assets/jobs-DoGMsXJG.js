var e=`jobs-title = کارها
jobs-search = جست‌وجو
jobs-search-hint = شماره، نام، تلفن، نشانی، هر واژه
jobs-status = وضعیت
jobs-status-any = هر وضعیتی
jobs-sort = ترتیب
jobs-sort-newest = تازه‌ترین نخست
jobs-sort-changed = آخرین تغییر نخست
jobs-sort-window = بر پایهٔ قرار مراجعه
jobs-number = شماره
jobs-customer = مشتری
jobs-subject = موضوع
jobs-city = شهر
jobs-window = قرار مراجعه
jobs-priority = اولویت
jobs-none = هیچ کاری با این پالایه‌ها جور نیست.
jobs-clear = پاک کردن پالایه‌ها
`;export{e as default};