var e=`jobs-title = Jobs
jobs-search = Search
jobs-search-hint = Number, name, phone, address, any words
jobs-status = State
jobs-status-any = Any state
jobs-sort = Order
jobs-sort-newest = Newest first
jobs-sort-changed = Last changed first
jobs-sort-window = By the appointment
jobs-number = Number
jobs-customer = Customer
jobs-subject = Subject
jobs-city = City
jobs-window = Appointment
jobs-priority = Priority
jobs-none = No jobs fit these filters.
jobs-clear = Clear the filters
`;export{e as default};