//! The desk over HTTP: units, customers, requests, complaints, and the customer's side.

pub(super) mod actions;
pub(super) mod complaints;
pub(super) mod contracts;
pub(super) mod customers;
mod form;
pub(super) mod hooks;
pub(super) mod installations;
pub(super) mod intake;
pub(super) mod intake_json;
mod intake_page;
mod intake_words;
pub(super) mod portal;
mod portal_page;
pub(super) mod request_bodies;
pub(super) mod requests;
pub(super) mod sales;
pub(super) mod solutions;
pub(super) mod units;
