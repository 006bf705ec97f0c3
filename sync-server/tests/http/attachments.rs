//! Attachments over HTTP: chunks that resume, hashes that are verified, bytes
//! that only their document's readers get.

use domain::{Attachment, AttachmentId, AttachmentKind, BlobHash, Hash32, JobCommand};
use reqwest::Method;
use sha2::{Digest, Sha256};
use sync_server::clock::{SystemEntropy, random_bytes};
use wire::Outcome;

use crate::jobs::Phone;
use crate::office::{Answer, Office};

const CHUNK: usize = domain::limits::ATTACHMENT_CHUNK_BYTES;

fn photo(bytes: usize) -> (Vec<u8>, BlobHash) {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    let photo: Vec<u8> = (0..bytes).map(|_| next()).collect();
    let hash = Hash32::from_bytes(Sha256::digest(&photo).into());
    (photo, hash)
}

struct Uploader<'o> {
    office: &'o Office,
    token: String,
    hash: BlobHash,
    length: usize,
}

impl Uploader<'_> {
    async fn ask(&self, method: Method) -> Answer {
        Answer::of(self.office.ask(method, &format!("/v1/attachments/{}", self.hash), Some(&self.token)))
            .await
    }

    async fn patch(&self, offset: usize, chunk: &[u8]) -> Answer {
        let path = format!("/v1/attachments/{}", self.hash);
        let request = self
            .office
            .ask(Method::PATCH, &path, Some(&self.token))
            .header("content-type", "application/octet-stream")
            .header("upload-offset", offset)
            .header("upload-length", self.length);
        Answer::of(request.body(chunk.to_vec())).await
    }

    async fn bring(&self, photo: &[u8]) {
        for (number, chunk) in photo.chunks(CHUNK).enumerate() {
            self.patch(number * CHUNK, chunk).await.expect(204);
        }
    }

    /// Offset and completeness, as the server says.
    async fn state(&self) -> (u16, String, String) {
        let answer = self.ask(Method::HEAD).await;
        let header = |name| answer.header(name).to_owned();
        (answer.status.as_u16(), header("upload-offset"), header("upload-complete"))
    }
}

#[tokio::test]
async fn an_upload_goes_on_where_it_was_cut() {
    let office = Office::open().await;
    let (photo, hash) = photo(CHUNK * 2 + 1000);
    let uploader = Uploader { office: &office, token: office.token("tech").await, hash, length: photo.len() };
    assert_eq!(uploader.state().await.0, 404);
    uploader.patch(0, &photo[..CHUNK]).await.expect(204);
    assert_eq!(uploader.state().await, (200, CHUNK.to_string(), "?0".to_owned()));
    // A piece whose answer was lost comes again; one that was lost leaves a gap.
    for wrong in [0, CHUNK * 2] {
        let refused = uploader.patch(wrong, &photo[wrong..wrong + 10]).await;
        refused.expect_code("conflict");
        assert_eq!(refused.header("upload-offset"), CHUNK.to_string());
    }
    uploader.patch(CHUNK, &photo[CHUNK..CHUNK * 2]).await.expect(204);
    let last = uploader.patch(CHUNK * 2, &photo[CHUNK * 2..]).await;
    assert_eq!(last.header("upload-complete"), "?1");
    assert_eq!(uploader.state().await, (200, photo.len().to_string(), "?1".to_owned()));
    uploader.patch(0, &photo[..CHUNK]).await.expect(204);
    let read = office.ask(Method::GET, &format!("/v1/attachments/{hash}"), Some(&uploader.token));
    let read = read.send().await.expect("an answer");
    assert_eq!(read.headers()["content-type"], "application/octet-stream");
    assert_eq!(read.headers()["content-disposition"], "attachment");
    assert_eq!(read.bytes().await.expect("a body"), photo);
}

#[tokio::test]
async fn an_upload_survives_a_restart() {
    let office = Office::open().await;
    let (photo, hash) = photo(CHUNK + 5);
    let token = office.token("tech").await;
    let uploader = Uploader { office: &office, token: token.clone(), hash, length: photo.len() };
    uploader.patch(0, &photo[..CHUNK]).await.expect(204);
    let office = office.restarted().await;
    let uploader = Uploader { office: &office, token, hash, length: photo.len() };
    assert_eq!(uploader.state().await.1, CHUNK.to_string());
    uploader.patch(CHUNK, &photo[CHUNK..]).await.expect(204);
}

/// Checked by leaving the hash unverified: the other bytes were then kept.
#[tokio::test]
async fn bytes_of_another_hash_are_dropped() {
    let office = Office::open().await;
    let (photo, hash) = photo(1000);
    let uploader = Uploader { office: &office, token: office.token("tech").await, hash, length: photo.len() };
    let mut other = photo.clone();
    other[500] ^= 1;
    uploader.patch(0, &other).await.expect_code("invalid");
    assert_eq!(uploader.state().await.0, 404);
    uploader.bring(&photo).await;
    assert_eq!(uploader.state().await.2, "?1");
}

#[tokio::test]
async fn nobody_spoils_the_upload_of_another() {
    let office = Office::open().await;
    let (photo, hash) = photo(2000);
    let own = Uploader { office: &office, token: office.token("tech").await, hash, length: photo.len() };
    let spoiler = Uploader { office: &office, token: office.token("other_tech").await, hash, length: 3000 };
    own.patch(0, &photo[..1000]).await.expect(204);
    spoiler.patch(0, &[0; 1500]).await.expect(204);
    own.patch(1000, &photo[1000..]).await.expect(204);
    assert_eq!(own.state().await.2, "?1");
}

#[tokio::test]
async fn bytes_are_read_by_who_sees_a_document_that_names_them() {
    let office = Office::open().await;
    let dispatcher = office.token("dispatcher").await;
    let id = office.job_for(&dispatcher, "tech").await;
    let mut phone = Phone::with_job(&office, "tech", &id).await;
    let (photo, hash) = photo(5000);
    let uploader = Uploader { office: &office, token: phone.token.clone(), hash, length: photo.len() };
    uploader.bring(&photo).await;
    let get = |token: &str| {
        let request = office.ask(Method::GET, &format!("/v1/attachments/{hash}"), Some(token));
        async move { Answer::of(request.header("range", "bytes=10-19")).await }
    };
    // No document names it yet: only who brought it reads it.
    get(&phone.token).await.expect(206);
    get(&dispatcher).await.expect_code("not_found");
    let attachment = Attachment {
        hash,
        mime: "image/jpeg".to_owned(),
        size: 5000,
        caption: "The pump".to_owned(),
        kind: AttachmentKind::Photo,
    };
    let add =
        JobCommand::AddAttachment { id: AttachmentId::from_bytes(random_bytes(&SystemEntropy)), attachment };
    let change = phone.edit(add);
    assert_eq!(phone.push(vec![change]).await, [Outcome::Accepted]);
    let part = get(&dispatcher).await;
    assert_eq!(part.header("content-range"), "bytes 10-19/5000");
    assert_eq!(part.header("content-length"), "10");
    part.expect(206);
    get(&office.token("representative").await).await.expect(206);
    get(&office.token("other_tech").await).await.expect_code("not_found");
    let shown = office.get(&format!("/v1/jobs/{id}"), &dispatcher).await.expect(200);
    assert_eq!(shown["attachments"][0]["hash"], hash.to_string());
}

#[tokio::test]
async fn each_wrong_upload_gets_its_code() {
    let office = Office::open().await;
    let (photo, hash) = photo(1000);
    let token = office.token("tech").await;
    let path = format!("/v1/attachments/{hash}");
    let patch = |path: &str, headers: &[(&str, &str)], bytes: Vec<u8>| {
        let mut request = office.ask(Method::PATCH, path, Some(&token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(request.body(bytes))
    };
    let kind = ("content-type", "application/octet-stream");
    let (start, length) = (("upload-offset", "0"), ("upload-length", "1000"));
    patch(&path, &[start, length], photo.clone()).await.expect_code("unsupported_media_type");
    patch(&path, &[kind, length], photo.clone()).await.expect_code("invalid");
    patch(&path, &[kind, start], photo.clone()).await.expect_code("invalid");
    patch(&path, &[kind, ("upload-offset", "-1"), length], photo.clone()).await.expect_code("invalid");
    patch(&path, &[kind, ("upload-offset", "1"), length], photo.clone()).await.expect_code("invalid");
    patch(&path, &[kind, start, ("upload-length", "999999999")], photo.clone())
        .await
        .expect_code("body_too_large");
    patch(&path, &[kind, start, ("upload-length", "300000")], vec![0; CHUNK + 1])
        .await
        .expect_code("body_too_large");
    patch("/v1/attachments/zz", &[kind, start, length], photo.clone()).await.expect_code("not_found");
    let uploader = Uploader { office: &office, token: token.clone(), hash, length: 1000 };
    uploader.bring(&photo).await;
    for range in ["bytes=1000-", "bytes=9-1", "nonsense"] {
        let read = office.ask(Method::GET, &path, Some(&token)).header("range", range);
        Answer::of(read).await.expect_code("invalid");
    }
}

#[tokio::test]
async fn an_empty_attachment_is_an_attachment() {
    let office = Office::open().await;
    let (photo, hash) = photo(0);
    let uploader = Uploader { office: &office, token: office.token("tech").await, hash, length: 0 };
    assert_eq!(uploader.patch(0, &photo).await.header("upload-complete"), "?1");
    assert_eq!(uploader.ask(Method::GET).await.status, 200);
}
