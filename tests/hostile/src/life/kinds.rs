//! Every kind of command, so that none is left out.

use domain::{EditCommand, JobCommand, TripCommand};

macro_rules! kinds {
    ($($command:ident :: $variant:ident => $name:literal,)*) => {
        /// The names of all kinds.
        pub(super) const ALL: &[&str] = &[$($name,)*];

        /// The kind of a command.
        pub(super) const fn kind_of(command: &EditCommand) -> &'static str {
            match command { $(kinds!(@pattern $command $variant) => $name,)* }
        }
    };
    (@pattern JobCommand $variant:ident) => { EditCommand::Job(JobCommand::$variant { .. }) };
    (@pattern TripCommand $variant:ident) => { EditCommand::Trip(TripCommand::$variant { .. }) };
}

kinds! {
    JobCommand::Create => "job create",
    JobCommand::SetFields => "job set fields",
    JobCommand::Assign => "assign",
    JobCommand::Record => "record an event",
    JobCommand::AddPart => "add a part",
    JobCommand::CorrectPart => "correct a part",
    JobCommand::VoidPart => "void a part",
    JobCommand::AddLabour => "add labour",
    JobCommand::EndLabour => "end labour",
    JobCommand::Answer => "answer the checklist",
    JobCommand::AddNote => "add a note",
    JobCommand::VoidNote => "void a note",
    JobCommand::SpliceText => "splice a text",
    JobCommand::ReplaceText => "replace a text",
    JobCommand::AddAttachment => "add an attachment",
    TripCommand::Create => "trip create",
    TripCommand::SetFields => "trip set fields",
    TripCommand::AddJob => "add a job to a trip",
    TripCommand::RemoveJob => "remove a job from a trip",
    TripCommand::AddReceipt => "add a receipt",
    TripCommand::VoidReceipt => "void a receipt",
    TripCommand::Void => "void a trip",
}
