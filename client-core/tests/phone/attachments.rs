//! Attachments go in chunks that resume, and never delay jobs.

use client_core::{BlobState, ClientError, NewAttachment, SyncOptions, WithAttachments};
use domain::{AttachmentKind, BlobHash};
use sha2::{Digest, Sha256};

use crate::server::{Fault, Server};
use crate::world::{Phone, assert_converged, new_job, sync};

fn photo() -> NewAttachment {
    NewAttachment {
        kind: AttachmentKind::Photo,
        mime: "image/jpeg".to_owned(),
        caption: "the leak".to_owned(),
    }
}

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| u8::try_from(i * 7 % 251).expect("small")).collect()
}

#[test]
fn an_upload_goes_on_where_it_was_cut_and_is_complete() {
    let (phone, server) = (Phone::new(90), Server::new(90));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Pump leaks");
    let photo_bytes = bytes(700_000); // three chunks
    let added = client.add_attachment(job, photo(), &photo_bytes).expect("adds");
    assert_eq!(added.hash, BlobHash::from_bytes(Sha256::digest(&photo_bytes).into()));
    assert_eq!(client.totals().expect("totals").uploads, 1);
    // The exchange and HEAD pass, one chunk arrives and its reply is lost.
    server.next([Fault::None, Fault::None, Fault::LoseReply]);
    client.sync_blocking(&server, &SyncOptions::default()).expect_err("cut");
    assert_eq!(server.job(job).attachments.len(), 1, "jobs do not wait for bytes");
    server.taken("/v1/attachments");
    let report = sync(&client, &server);
    assert_eq!(report.attachments, 1);
    let requests = server.taken("/v1/attachments");
    assert_eq!(requests.len(), 3, "one question, the two chunks that were missing: {requests:?}");
    assert_eq!(server.state().blobs[&added.hash.to_string()].0, photo_bytes);
    assert_eq!(client.attachments().expect("reads")[0].state, BlobState::Uploaded);
    assert_converged(&client, &server);
    sync(&client, &server);
    assert!(server.taken("/v1/attachments").is_empty(), "nothing is asked twice");
}

#[test]
fn a_download_goes_on_and_its_bytes_are_checked() {
    let (phone, server) = (Phone::new(91), Server::new(91));
    let client = phone.open_signed_in(&server);
    let whole = bytes(600_000);
    let hash = BlobHash::from_bytes(Sha256::digest(&whole).into());
    let attachment = domain::Attachment {
        hash,
        mime: "image/jpeg".to_owned(),
        size: whole.len() as u64,
        caption: String::new(),
        kind: AttachmentKind::Photo,
    };
    client.request_attachment(&attachment).expect("asks");
    sync(&client, &server); // the server has it not yet
    assert!(matches!(client.attachment_file(hash), Err(ClientError::AttachmentAbsent)));
    server.state().blobs.insert(hash.to_string(), (whole.clone(), true));
    server.next([Fault::None, Fault::None, Fault::Unreachable]);
    client.sync_blocking(&server, &SyncOptions::default()).expect_err("cut");
    sync(&client, &server);
    let file = client.attachment_file(hash).expect("is here");
    assert_eq!(std::fs::read(file).expect("reads"), whole);

    let mut wrong = attachment.clone();
    wrong.hash = BlobHash::from_bytes([9; 32]);
    server.state().blobs.insert(wrong.hash.to_string(), (whole, true));
    client.request_attachment(&wrong).expect("asks");
    sync(&client, &server);
    assert!(matches!(client.attachment_file(wrong.hash), Err(ClientError::AttachmentAbsent)));
}

#[test]
fn a_file_is_attached_by_copying_it_and_one_too_large_is_refused() {
    let (phone, server) = (Phone::new(92), Server::new(92));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Pump leaks");
    let source = phone.folder().join("camera.jpg");
    std::fs::write(&source, bytes(1_000)).expect("writes");
    let added = client.add_attachment_file(job, photo(), &source).expect("adds");
    std::fs::remove_file(source).expect("the gallery is emptied");
    assert_eq!(
        std::fs::read(client.attachment_file(added.hash).expect("here")).expect("reads"),
        bytes(1_000)
    );
    let large = vec![0; usize::try_from(domain::limits::ATTACHMENT_BYTES_MAX).expect("fits") + 1];
    let refused = client.add_attachment(job, photo(), &large).expect_err("too large");
    assert_eq!(refused.code(), "attachment_too_large");
    let options = SyncOptions { attachments: WithAttachments::No, ..SyncOptions::default() };
    client.sync_blocking(&server, &options).expect("syncs");
    assert_eq!(client.totals().expect("totals").uploads, 1);
}

#[test]
fn one_that_the_server_refuses_does_not_keep_the_others() {
    let (phone, server) = (Phone::new(93), Server::new(93));
    let client = phone.open_signed_in(&server);
    let job = new_job(&client, "Pump leaks");
    client.add_attachment(job, photo(), &bytes(10)).expect("adds");
    client.add_attachment(job, photo(), &bytes(20)).expect("adds");
    // The exchange passes; the first upload's chunk is refused.
    server.next([Fault::None, Fault::None, Fault::Problem(wire::ErrorCode::BodyTooLarge)]);
    let report = sync(&client, &server);
    assert_eq!(report.attachments, 1);
    let states: Vec<_> = client.attachments().expect("reads").into_iter().map(|blob| blob.state).collect();
    assert!(states.contains(&BlobState::Refused) && states.contains(&BlobState::Uploaded), "{states:?}");
}
