//! Which recorded facts count, for whom and why not. A job, a survey and a
//! complaint become evidence rows here; in which month a row counts follows from
//! when its outcome became known.

mod complaints;
mod duties;
mod jobs;
mod repeats;
mod surveys;

pub use complaints::{Complaint, Objection, complaint_row, violation_row};
pub use duties::{ClockOutcome, DutyFacts, duty_row};
pub use jobs::{ClosedJobFacts, JobStanding, closed_job_rows};
pub use repeats::{ReopenedJob, RipeJob, repeat_rows};
pub use surveys::{
    CountedSurvey, SurveyFacts, SurveyFate, TechnicianSurveys, select_surveys, technician_surveys,
};
