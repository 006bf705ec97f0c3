nav-board = تابلوی اعزام
nav-jobs = کارها
nav-inbox = صندوق تصمیم
nav-month = کارنامهٔ ماه
nav-admin = مدیریت
nav-desk = میز خدمت
