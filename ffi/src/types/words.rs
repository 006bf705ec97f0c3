//! The words of the domain.

use client_core::domain::{
    ActorClass, AttachmentKind, Coverage, DocKind, EventKind, JobField, JobKind, JobText, PartSource,
    ReceiptKind, Role, StatusConflictKind, TripField,
};
use client_core::{
    BlobState, EntryState, Finish, JobScope, JobSort, ReferenceKind, Resolution, Retry, SessionState,
};

/// Where a job stands.
pub type JobStatus = client_core::domain::Status;

/// Where a job stands.
#[uniffi::remote(Enum)]
pub enum JobStatus {
    /// Registered, nobody assigned.
    New,
    /// Given to a technician.
    Assigned,
    /// The technician accepted.
    Accepted,
    /// On the way.
    Travelling,
    /// Arrived.
    OnSite,
    /// Work in progress.
    Working,
    /// Stopped for a part.
    WaitingPart,
    /// Stopped for the customer.
    WaitingCustomer,
    /// Called off by the office.
    Cancelled,
    /// The technician has finished.
    Done,
    /// The office has closed it.
    Closed,
}

/// When the same call may succeed.
#[uniffi::remote(Enum)]
pub enum Retry {
    /// At once.
    Now,
    /// Later, as it is.
    Later,
    /// After signing in.
    AfterSignIn,
    /// Not as it is: something has to be changed first.
    Never,
}

/// What kind of document.
#[uniffi::remote(Enum)]
pub enum DocKind {
    /// A visit to a customer or bench work.
    Job,
    /// One journey of one technician.
    Trip,
}

/// Where a job is done.
#[uniffi::remote(Enum)]
pub enum JobKind {
    /// At the customer's.
    Visit,
    /// At the workshop.
    Bench,
}

/// What happened.
#[uniffi::remote(Enum)]
pub enum EventKind {
    /// The job was created.
    Registered,
    /// The dispatcher gave it to a technician.
    Assigned,
    /// The dispatcher took it back.
    Unassigned,
    /// The technician accepted it.
    Accepted,
    /// The technician declined it, with a reason.
    Declined,
    /// The technician proposes another time or technician.
    Proposal,
    /// The customer was contacted.
    Contacted,
    /// A time was promised to the customer, with a reason.
    Promised,
    /// The customer replied.
    CustomerReplied,
    /// The customer was answered.
    Answered,
    /// The case was handed to another team.
    HandedOver,
    /// On the way.
    Travelling,
    /// On site.
    Arrived,
    /// Work began or went on.
    Working,
    /// Work waits for a part, with a reason.
    WaitingPart,
    /// Work waits for the customer, with a reason.
    WaitingCustomer,
    /// The technician finished the work.
    Done,
    /// The office closed the job.
    Closed,
    /// The office cancelled the job, with a reason.
    Cancelled,
    /// The job was opened again, with a reason.
    Reopened,
    /// Taken over from an earlier system as finished work.
    Imported,
}

/// Where a part came from.
#[uniffi::remote(Enum)]
pub enum PartSource {
    /// The technician's van stock.
    Van,
    /// The agency's stock.
    Agency,
    /// Sent from the warehouse for this job.
    Warehouse,
    /// Brought by the customer.
    Customer,
    /// Bought on the way.
    Purchase,
}

/// Who pays for a part.
#[uniffi::remote(Enum)]
pub enum Coverage {
    /// The maker, under warranty.
    Warranty,
    /// Covered by a support contract.
    Contract,
    /// The customer.
    Customer,
    /// The maker, as goodwill.
    Goodwill,
}

/// What an attachment shows.
#[uniffi::remote(Enum)]
pub enum AttachmentKind {
    /// A photograph.
    Photo,
    /// The customer's signature.
    Signature,
    /// A receipt.
    Receipt,
}

/// What a receipt of a trip is for.
#[uniffi::remote(Enum)]
pub enum ReceiptKind {
    /// Road toll.
    Toll,
    /// Parking.
    Parking,
    /// Ferry.
    Ferry,
    /// A night's lodging.
    Lodging,
    /// Anything else.
    Other,
}

/// The texts of a job that several people may edit together.
#[uniffi::remote(Enum)]
pub enum JobText {
    /// What is wrong and why.
    Diagnosis,
    /// What was done about it.
    Solution,
}

/// A person's role.
#[uniffi::remote(Enum)]
pub enum Role {
    /// Goes from customer to customer.
    Technician,
    /// Registers requests, assigns visits, settles conflicts.
    Dispatcher,
    /// Runs a service agency.
    Representative,
    /// Keeps people, devices and reference data.
    Administrator,
    /// Answers for quality at the head office.
    Quality,
    /// Calls customers after the work.
    CustomerRelations,
    /// Works at the desk.
    Desk,
}

/// Which side wrote something.
#[uniffi::remote(Enum)]
pub enum ActorClass {
    /// The office.
    Office,
    /// A technician's device.
    Technician,
    /// The server itself.
    Server,
}

/// How two events of a job clash.
#[uniffi::remote(Enum)]
pub enum StatusConflictKind {
    /// Finished in the field while the office cancelled it.
    DoneWhileCancelled,
    /// Begun in the field while the office cancelled it.
    StartedWhileCancelled,
    /// Taken up by one technician while the office gave it to another or took it back.
    TwoTechnicians,
    /// Work that went on while the office closed the job.
    AfterTheEnd,
}

/// What became of an edit.
#[uniffi::remote(Enum)]
pub enum EntryState {
    /// It waits for the server's verdict.
    Pending,
    /// It is durable on the server.
    Accepted,
    /// The server refused it.
    Refused,
    /// It could not be made again after an edit that it built on was refused.
    Unplayable,
    /// It was made again as another entry, or would change nothing any more.
    Superseded,
}

/// What a person decided about an edit that needed attention.
#[uniffi::remote(Enum)]
pub enum Resolution {
    /// It is given up.
    Discarded,
    /// Another edit took its place.
    Corrected,
    /// The office was asked to decide.
    Offered,
}

/// Where an attachment's bytes are.
#[uniffi::remote(Enum)]
pub enum BlobState {
    /// On this phone, waiting to be sent.
    ToUpload,
    /// On this phone and on the server.
    Uploaded,
    /// Asked for, on the server only.
    ToDownload,
    /// Fetched from the server.
    Downloaded,
    /// On this phone; the server does not take it.
    Refused,
}

/// Which jobs a list shows.
#[uniffi::remote(Enum)]
pub enum JobScope {
    /// Everything in scope.
    All,
    /// Those whose promised window touches today.
    Today,
    /// Those that somebody still has to do.
    Open,
    /// Open ones whose promised window has passed.
    Overdue,
    /// Done, closed and cancelled ones.
    Over,
    /// Those that left the scope and are still on the phone.
    Left,
}

/// In which order.
#[uniffi::remote(Enum)]
pub enum JobSort {
    /// The promised window, earliest first.
    Window,
    /// What happened last, newest first.
    Updated,
    /// The number that people use.
    Number,
}

/// What kind of reference row.
#[uniffi::remote(Enum)]
pub enum ReferenceKind {
    /// A part of the catalogue.
    Part,
    /// A customer account.
    Customer,
    /// A device under service.
    Asset,
    /// A version of a tariff.
    Tariff,
    /// The ways from the agency's base to a place.
    Distance,
    /// How the agency travels.
    TravelBase,
    /// What became of a trip's claim.
    TravelClaim,
    /// An approved solution of the knowledge base.
    Solution,
}

/// How a sync ended.
#[uniffi::remote(Enum)]
pub enum Finish {
    /// Everything was exchanged.
    Complete,
    /// The time was up; the next sync goes on from here.
    OutOfTime,
    /// It was cancelled; the next sync goes on from here.
    Cancelled,
}

/// Whether a person is signed in.
#[uniffi::remote(Enum)]
pub enum SessionState {
    /// Edits and syncs go on.
    SignedIn,
    /// The server ended the session: edits go on, a sync asks to sign in.
    SignInAgain,
    /// The person signed out: nothing is edited until they sign in again.
    SignedOut,
}

/// A single-value field of a job.
#[uniffi::remote(Enum)]
pub enum JobField {
    /// The customer account.
    AccountId,
    /// The account's name.
    AccountName,
    /// Whom to ask for.
    ContactName,
    /// The number to call; a technician may correct it.
    ContactPhone,
    /// A second number; a technician may correct it.
    ContactMobile,
    /// E-mail address.
    ContactEmail,
    /// Who asked for the service.
    InitiatorName,
    /// The initiator's number.
    InitiatorPhone,
    /// Authorised representative, user of the service, seller…
    InitiatorRole,
    /// The place.
    SiteName,
    /// The address; a technician may correct it.
    SiteAddress,
    /// The city.
    SiteCity,
    /// The zone that travel is priced by.
    SiteZone,
    /// Latitude in millionths of a degree.
    SiteLat,
    /// Longitude in millionths of a degree.
    SiteLon,
    /// The device under service.
    AssetId,
    /// Serial number; a technician may correct it.
    AssetSerial,
    /// Model.
    AssetModel,
    /// Production batch.
    AssetBatch,
    /// Imported, produced or assembled.
    AssetOrigin,
    /// When the warranty ends.
    AssetWarrantyUntil,
    /// The number that people use; given by the server.
    RequestNumber,
    /// What it is about.
    RequestSubject,
    /// What the customer said.
    RequestDescription,
    /// How it came in.
    RequestChannel,
    /// What kind of request.
    RequestType,
    /// How soon.
    RequestPriority,
    /// How bad.
    RequestSeverity,
    /// Category (big, small, …).
    RequestCategory,
    /// Cause of the problem.
    RequestCause,
    /// When the customer asked.
    RequestReceivedAt,
    /// The team responsible.
    RequestTeam,
    /// The person accountable.
    RequestOwner,
    /// The seller's own number.
    RequestSellerNo,
    /// Goods delivery code.
    RequestDeliveryCode,
    /// What the registrar adds.
    RequestRegistrarComment,
    /// Estimated time needed.
    RequestEstimatedMinutes,
    /// Estimated end.
    RequestEstimatedEnd,
    /// Who goes.
    AssignmentTechnician,
    /// For which agency.
    AssignmentRepresentative,
    /// The promised window's start.
    AssignmentWindowStart,
    /// The promised window's end.
    AssignmentWindowEnd,
    /// What the technician should know.
    AssignmentNote,
    /// The user was shown how to use the product.
    OutcomeTrainingGiven,
    /// The leaflet was handed over.
    OutcomeLeaflet,
    /// Somebody has to come again.
    OutcomeFollowUpNeeded,
    /// Hours spent, in thousandths.
    OutcomeHours,
    /// Days spent, in thousandths.
    OutcomeDays,
    /// Fault group found.
    OutcomeFault,
    /// The result in a sentence.
    OutcomeResult,
}

/// A single-value field of a trip.
#[uniffi::remote(Enum)]
pub enum TripField {
    /// In the city or out of it.
    Kind,
    /// Where it began.
    From,
    /// Where it ended.
    To,
    /// When it began.
    StartedAt,
    /// When it ended.
    EndedAt,
    /// Metres driven, both ways.
    DistanceM,
    /// Why prior approval is asked for.
    ApprovalRequest,
    /// What the technician adds.
    Note,
    /// The fare in rial that the phone showed to the customer.
    EstimateMinor,
    /// The version of the tariff that it was worked out by.
    EstimateTariff,
}
