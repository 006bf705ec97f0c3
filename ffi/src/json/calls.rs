//! The calls by their names.

use serde_json::Value;

use super::arguments::{Arguments, in_camel_case};
use super::shape::{Method, Surface};
use super::written;
use crate::FieldError;
use crate::client::FieldClient;

/// Lists the calls, and makes the function that carries one out. A call that gives
/// nothing stands under `nothing`, one that does not wait under `at_once`.
macro_rules! calls {
    (
        values { $($method:ident($($argument:ident),* $(; $fixed:expr)?))* }
        nothing { $($quiet:ident($($its:ident),*))* }
        at_once { $($quick:ident)* }
    ) => {
        /// Every call that [`FieldClient::call_json`] carries out, by its name in Rust.
        pub const CALLS: &[&str] = &[
            $(stringify!($method),)* $(stringify!($quiet),)* $(stringify!($quick),)*
            "leave_policy_to_server",
        ];

        async fn carry_out(
            client: &FieldClient,
            name: &str,
            method: &Method,
            arguments: &Arguments<'_>,
        ) -> Result<Value, FieldError> {
            match name {
                $(stringify!($method) => {
                    let call = client.$method($(arguments.take(stringify!($argument))?,)* $($fixed)?);
                    given(Box::pin(call).await?, method)
                })*
                $(stringify!($quiet) => {
                    let call = client.$quiet($(arguments.take(stringify!($its))?),*);
                    Box::pin(call).await.map(|()| Value::Null)
                })*
                $(stringify!($quick) => given(client.$quick()?, method),)*
                "leave_policy_to_server" => client.leave_policy_to_server().map(|()| Value::Null),
                _ => Err(unknown(name)),
            }
        }
    };
}

calls! {
    values {
        accept(job)
        add_attachment(job, kind, mime, bytes, caption)
        add_labour(job, started_at, ended_at)
        add_note(job, text)
        add_part(job, part)
        add_receipt(trip, receipt)
        add_trip_job(trip, job)
        answer(job, item, answer)
        arrive(job, position)
        ask_approval(trip, reason)
        attachments()
        complete(job, completion)
        contacted(job, remark)
        correct(entry, typed)
        correct_part(job, line, part)
        create_job(kind, fields)
        decline(job, reason)
        end_labour(job, labour, ended_at)
        enrol(code)
        estimate_fare(trip)
        estimate_fare_of(trip)
        export_diagnostics()
        fetch_rating()
        history(doc)
        job(job)
        jobs(filter, sort, page)
        keep_photo(mime, bytes)
        needs_attention()
        outbox(limit)
        problems()
        promise(job, until, reason)
        propose_date(job, until, reason)
        record_estimate(trip)
        record_trip(trip)
        reference(kind, id)
        remove_trip_job(trip, job)
        reopen(job, reason)
        search(text, page)
        search_reference(kind, text, limit)
        session()
        set_job_fields(job, edits)
        set_text(job, text, value, seen)
        set_trip_fields(trip, edits)
        sign_in(name, password)
        splice_text(job, text, at, delete, insert)
        start_travel(job, position)
        start_work(job, position)
        stop_work(job)
        sync(choices; None)
        synced_at()
        totals()
        trip(trip)
        trips(page)
        trips_of_job(job)
        try_again(entry)
        void_note(job, note, reason)
        void_part(job, line, reason)
        void_receipt(trip, receipt, reason)
        void_trip(trip, reason)
        wait_for_customer(job, reason)
        wait_for_part(job, reason)
    }
    nothing {
        discard(entry)
        offer_to_office(entry, remark)
        request_attachment(attachment)
        sign_out()
    }
    at_once {
        set_aside
    }
}

/// Carries out the call of a name, as the surface writes it.
pub(super) async fn call(client: &FieldClient, name: &str, arguments: &str) -> Result<Value, FieldError> {
    let surface = Surface::of_library()?;
    let in_rust = CALLS.iter().find(|known| in_camel_case(known) == name).ok_or_else(|| unknown(name))?;
    let method = surface.methods.get(name).ok_or_else(|| unknown(name))?;
    carry_out(client, in_rust, method, &Arguments::read(surface, method, arguments)?).await
}

fn given<T: uniffi::Lower<crate::UniFfiTag>>(value: T, method: &Method) -> Result<Value, FieldError> {
    match &method.answer {
        Some(shape) => written(value, shape),
        None => Err(FieldError::fault("the surface says that the call gives nothing")),
    }
}

fn unknown(name: &str) -> FieldError {
    FieldError::bad_value(&format!("there is no call {name}"))
}
