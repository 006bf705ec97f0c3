//! The desk over HTTP: units, customers, requests, complaints, and the customer's side.

pub(super) mod complaints;
pub(super) mod contracts;
pub(super) mod customers;
pub(super) mod hooks;
pub(super) mod installations;
pub(super) mod portal;
mod portal_page;
mod request_bodies;
pub(super) mod requests;
pub(super) mod solutions;
pub(super) mod units;
