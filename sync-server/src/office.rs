//! What the office does: its edits, which go through the same commands,
//! documents, gate and log as the technicians', and its questions, which are
//! answered from rows.

mod board;
mod candidates;
mod commands;
mod conflicts;
mod create_once;
mod describe;
mod edit;
mod etag;
mod history;
mod inbox;
mod list;
mod offers;
mod reassign;
mod show;
mod take_over;
mod visible;

pub use board::{Board, BoardJob, BoardTechnician, Breach, UNPLANNED_MAX, board_jobs, show_board};
pub use candidates::{Candidate, Reason, rank_candidates};
pub use commands::{
    NewJob, add_note, assign_job, cancel_job, close_job, create_job, create_job_in, reopen_job,
};
pub use conflicts::{Resolution, Resolved, resolve_conflict};
pub use create_once::{CreatedJob, create_job_once};
pub use describe::HistoryItem;
pub use edit::{Edited, edit_document, edit_document_in};
pub use etag::Etag;
pub use history::{HistoryEntry, job_history};
pub use inbox::{InboxFilter, InboxItem, InboxItemId, InboxPage, InboxState, list_inbox};
pub use list::{JobFilter, JobList, JobOrder, JobRow, PAGE_ROWS_MAX, list_jobs};
pub use offers::{OfferDecision, decide_offer};
pub use reassign::{Handover, find_technician, reassign_job};
pub(crate) use show::document_in;
pub use show::{JobShow, Received, show_job};
pub use take_over::{PastJob, take_over_job_in};
pub(crate) use visible::{jobs_condition, may_see_document, visible_row};
