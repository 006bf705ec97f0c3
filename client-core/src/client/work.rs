//! What a technician does on a visit, verb by verb. Each verb is one transaction:
//! the event, and the labour that begins or ends with it.

use domain::{
    DocId, EventKind, FieldValue, Instant, JobCommand, JobField, JobFieldEdit, JobText, NewEvent, Position,
    Status, Thousandths,
};

use super::execute::Moment;
use super::{Client, EditReceipt};
use crate::ClientError;

/// How a visit ended. What is left out stays as it stands in the job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// The result in a sentence.
    pub result: Option<String>,
    /// The fault group that was found.
    pub fault: Option<String>,
    /// What was done about it, in place of what stands there.
    pub solution: Option<String>,
    /// Whether the user was shown how to use the product.
    pub training_given: Option<bool>,
    /// Whether the leaflet was handed over.
    pub leaflet: Option<bool>,
    /// Whether somebody has to come again.
    pub follow_up_needed: Option<bool>,
    /// Hours spent, where the stretches of labour do not say it.
    pub hours: Option<Thousandths>,
    /// Days spent.
    pub days: Option<Thousandths>,
    /// Where the technician is.
    pub position: Option<Position>,
}

/// An event that only says that something happened.
type Said<'a> = (EventKind, Option<&'a str>);

impl Client {
    /// Accepts a job.
    ///
    /// # Errors
    ///
    /// As [`execute`](Self::execute); so with every verb here.
    pub fn accept(&self, job: DocId) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Accepted, None), None, None)
    }

    /// Declines a job.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept), and when the reason is empty.
    pub fn decline(&self, job: DocId, reason: &str) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Declined, Some(reason)), None, None)
    }

    /// Records that the customer was contacted, and what came of it.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn contacted(&self, job: DocId, remark: Option<&str>) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Contacted, remark), None, None)
    }

    /// Promises a time to the customer.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept), and when the reason is empty.
    pub fn promise(&self, job: DocId, until: Instant, reason: &str) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Promised, Some(reason)), Some(until), None)
    }

    /// Proposes another date to the office.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn propose(
        &self,
        job: DocId,
        until: Instant,
        reason: Option<&str>,
    ) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Proposal, reason), Some(until), None)
    }

    /// Sets out.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn start_travel(&self, job: DocId, position: Option<Position>) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Travelling, None), None, position)
    }

    /// Arrives.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn arrive(&self, job: DocId, position: Option<Position>) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Arrived, None), None, position)
    }

    /// Begins or goes on with the work, and starts a stretch of labour. Where both
    /// run already, nothing is written.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn start_work(&self, job: DocId, position: Option<Position>) -> Result<EditReceipt, ClientError> {
        self.edit_job(job, |moment| {
            let mut commands = Vec::new();
            if moment.job.status != Status::Working {
                let event = NewEvent::new(moment.ids.event(), EventKind::Working);
                commands.push(JobCommand::Record { event: NewEvent { position, ..event } });
            }
            if moment.open_labour().next().is_none() {
                let id = moment.ids.labour();
                commands.push(JobCommand::AddLabour { id, started_at: moment.now, ended_at: None });
            }
            Ok(commands)
        })
    }

    /// Ends the technician's own stretches of labour; the job's status stays.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn stop_work(&self, job: DocId) -> Result<EditReceipt, ClientError> {
        self.edit_job(job, |moment| Ok(moment.end_labour().collect()))
    }

    /// Stops for a part.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept), and when the reason is empty.
    pub fn wait_for_part(&self, job: DocId, reason: &str) -> Result<EditReceipt, ClientError> {
        self.stop_with(job, EventKind::WaitingPart, reason)
    }

    /// Stops for the customer.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept), and when the reason is empty.
    pub fn wait_for_customer(&self, job: DocId, reason: &str) -> Result<EditReceipt, ClientError> {
        self.stop_with(job, EventKind::WaitingCustomer, reason)
    }

    /// Finishes the work: what came of it, the end of the labour, and `done`.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn complete(&self, job: DocId, completion: Completion) -> Result<EditReceipt, ClientError> {
        let position = completion.position;
        let solution = completion.solution.clone();
        let edits = outcome_of(completion);
        self.edit_job(job, |moment| {
            let mut commands: Vec<JobCommand> = moment.end_labour().collect();
            if let Some(value) = solution {
                commands.push(JobCommand::ReplaceText { text: JobText::Solution, value });
            }
            if !edits.is_empty() {
                commands.push(JobCommand::SetFields { edits });
            }
            let event = NewEvent::new(moment.ids.event(), EventKind::Done);
            commands.push(JobCommand::Record { event: NewEvent { position, ..event } });
            Ok(commands)
        })
    }

    /// Opens a job again.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept), and when the reason is empty.
    pub fn reopen(&self, job: DocId, reason: &str) -> Result<EditReceipt, ClientError> {
        self.say(job, (EventKind::Reopened, Some(reason)), None, None)
    }

    fn say(
        &self,
        job: DocId,
        (kind, reason): Said<'_>,
        until: Option<Instant>,
        position: Option<Position>,
    ) -> Result<EditReceipt, ClientError> {
        let reason = reason.map(str::to_owned);
        let event = NewEvent { reason, until, position, ..NewEvent::new(self.ids().event(), kind) };
        self.execute(job, &domain::EditCommand::Job(JobCommand::Record { event }))
    }

    fn stop_with(&self, job: DocId, kind: EventKind, reason: &str) -> Result<EditReceipt, ClientError> {
        self.edit_job(job, |moment| {
            let event = NewEvent::new(moment.ids.event(), kind).because(reason);
            Ok(moment.end_labour().chain([JobCommand::Record { event }]).collect())
        })
    }
}

impl Moment<'_> {
    fn open_labour(&self) -> impl Iterator<Item = &domain::LabourLine> {
        self.job.labour.iter().filter(|line| line.technician == self.me && line.ended_at.is_none())
    }

    /// Ends each open stretch now; a clock that was set back meanwhile makes it end
    /// where it began.
    fn end_labour(&self) -> impl Iterator<Item = JobCommand> {
        self.open_labour()
            .map(|line| JobCommand::EndLabour { id: line.id, ended_at: self.now.max(line.started_at) })
    }
}

fn outcome_of(completion: Completion) -> Vec<JobFieldEdit> {
    let Completion { result, fault, training_given, leaflet, follow_up_needed, hours, days, .. } = completion;
    let values = [
        (JobField::OutcomeResult, result.map(FieldValue::Text)),
        (JobField::OutcomeFault, fault.map(FieldValue::Text)),
        (JobField::OutcomeTrainingGiven, training_given.map(FieldValue::Bool)),
        (JobField::OutcomeLeaflet, leaflet.map(FieldValue::Bool)),
        (JobField::OutcomeFollowUpNeeded, follow_up_needed.map(FieldValue::Bool)),
        (JobField::OutcomeHours, hours.map(|hours| FieldValue::Int(hours.0))),
        (JobField::OutcomeDays, days.map(|days| FieldValue::Int(days.0))),
    ];
    let given = values.into_iter().filter(|(_, value)| value.is_some());
    given.map(|(field, value)| JobFieldEdit { field, value }).collect()
}
