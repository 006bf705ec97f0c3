nav-board = Board
nav-jobs = Jobs
nav-inbox = Inbox
nav-month = Month
nav-admin = Administration
nav-desk = Desk
