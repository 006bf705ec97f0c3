var e=`board-view = View
board-view-day = Day
board-view-week = Week
board-view-list = List
board-today = Today
board-earlier = Earlier
board-later = Later
board-find = Find technician or visit
board-find-unplanned = Find in unplanned
board-agency = Agency
board-agency-any = All agencies
board-priority = Priority of the unplanned
board-priority-any = Any priority
board-timeline = Technicians and their visits
board-technicians = { $count ->
    [one] { $count } technician
   *[other] { $count } technicians
}
board-unplanned = Unplanned ({ $count })
board-free = Free
board-synced = synced { $when }
board-never-synced = never synced
board-deadline = Deadline
board-deadline-soon = Due soon
board-deadline-breached = Deadline missed
board-deadline-pending = Missed, evidence pending
board-due = due { $when }
board-warning-overlap = Overlaps another visit
board-warning-leave = On leave that day
board-warning-skill = Lacks the skill
board-warning-area = Outside of the area
board-warning-part = A part is missing
board-move = Move
board-move-to = Move to…
board-move-one = Move { $number }
board-move-many = { $count ->
    [one] Move { $count } visit…
   *[other] Move { $count } visits…
}
board-move-missing = Choose this first.
board-moved = { $count ->
    [one] Moved
   *[other] { $count } visits moved
}
board-undone = Moved back
board-technician = Technician
board-technician-kept = Technician (each keeps the own when left empty)
board-day = Day
board-from = From
board-from-wrong = Write a time like 09:30.
board-minutes = Minutes
board-minutes-wrong = At least { $least } minutes.
board-candidates = Who could go, the best first
board-reason-skill = knows the product (level { $value })
board-reason-no-skill = lacks the skill
board-reason-area = works in this area
board-reason-other-area = works elsewhere
board-reason-agency = of the job’s agency
board-reason-other-agency = of another agency
board-reason-on-leave = on leave
board-reason-busy = has a visit then
board-reason-load = { $value ->
    [0] no visits that day
    [one] { $value } visit that day
   *[other] { $value } visits that day
}
board-reason-distance = { $value } km away
board-unplan = Take off the plan
board-open-job = Open the job
board-only-dispatchers = Dispatchers plan visits.
board-drop-unplan = Take off the plan
board-drop-nowhere = Drop it on a technician’s row
board-select-none = Select none
board-key-move = Move the visit in focus
board-key-select = Select the visit in focus
board-nothing-planned = Nothing is planned here.
board-when = When
board-job = Job
board-state = State
board-customer = Customer
board-views = Saved views
board-views-none = No views are saved yet. Set the filters, then save them here.
board-view-name = Name of this view
board-view-save = Save
board-view-remove = Remove { $name }
`;export{e as default};