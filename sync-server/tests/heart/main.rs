//! The server's heart in the test's own process: what is admitted, what the feed
//! tells, what the office sees and decides, and that every row follows from the
//! log alone.

mod admission;
mod backup;
mod deadlines;
mod evidence;
mod feed;
mod figures;
mod floods;
mod late;
mod office;
mod phone;
mod rebuild;
mod repair;
mod reports;
mod scores;
mod surveys;
mod world;
