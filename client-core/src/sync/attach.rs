//! Moves attachments in chunks that resume: the server says how much it has,
//! the phone sends the rest; a download goes on where its file ends.

use domain::limits::ATTACHMENT_CHUNK_BYTES;
use wire::ErrorCode;

use super::reply;
use super::run::{Ended, Run};
use super::transport::{HttpRequest, HttpResponse, Method};
use crate::store::blob_files::{self, Bytes, Finished};
use crate::store::blob_rows::{self, Blob, BlobState};
use crate::{ClientError, ClientEvent};

const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(60);

/// What the server says of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// It has so many bytes from the start.
    Part(u64),
    /// It has all of them, and their hash is right.
    Whole,
}

impl Run<'_> {
    /// Sends what waits, then fetches what was asked for. One that the server
    /// does not take does not keep the others.
    pub(super) async fn attach_all(&mut self) -> Result<(), Ended> {
        for blob in self.blobs(BlobState::ToUpload).await? {
            self.check_limits()?;
            self.note_try(&blob).await?;
            self.upload(&blob).await?;
        }
        for blob in self.blobs(BlobState::ToDownload).await? {
            self.check_limits()?;
            self.note_try(&blob).await?;
            self.download(&blob).await?;
        }
        Ok(())
    }

    async fn blobs(&self, state: BlobState) -> Result<Vec<Blob>, Ended> {
        let core = self.core.clone();
        let blobs = self
            .worker
            .run(move || Ok(core.store.read(|connection| blob_rows::in_state(connection, state))?))
            .await?;
        Ok(blobs)
    }

    async fn note_try(&self, blob: &Blob) -> Result<(), Ended> {
        let (core, hash) = (self.core.clone(), blob.hash);
        self.worker
            .run(move || {
                core.store.write(core.ids(), |transaction, _| blob_rows::tried(transaction, hash))?;
                Ok(())
            })
            .await?;
        Ok(())
    }

    async fn upload(&mut self, blob: &Blob) -> Result<(), Ended> {
        let path = path_of(blob);
        let response = self.send_authorised(|| request(Method::Head, &path, Vec::new(), Vec::new())).await?;
        let mut held = match response.status {
            404 => Held::Part(0),
            _ => held_of(&response)?,
        };
        let mut restarts = 0;
        while let Held::Part(offset) = held {
            self.check_limits()?;
            let chunk = self.chunk(blob, offset).await?;
            let response = self
                .send_authorised(|| {
                    let headers = vec![
                        ("content-type".to_owned(), "application/octet-stream".to_owned()),
                        ("upload-offset".to_owned(), offset.to_string()),
                        ("upload-length".to_owned(), blob.size.to_string()),
                    ];
                    request(Method::Patch, &path, headers, chunk.clone())
                })
                .await?;
            held = match response.status {
                204 => held_of(&response)?,
                409 if restarts < 3 => {
                    restarts += 1;
                    held_of(&response)?
                }
                _ => return self.upload_failed(blob, &response).await,
            };
            self.note_moved(blob, held).await?;
        }
        self.settle(blob, BlobState::Uploaded).await
    }

    async fn chunk(&self, blob: &Blob, offset: u64) -> Result<Vec<u8>, Ended> {
        let (core, hash) = (self.core.clone(), blob.hash);
        let chunk = self
            .worker
            .run(move || {
                Ok(blob_files::read_chunk(core.store.files(), hash, offset, ATTACHMENT_CHUNK_BYTES)?)
            })
            .await?;
        Ok(chunk)
    }

    async fn note_moved(&self, blob: &Blob, held: Held) -> Result<(), Ended> {
        let Held::Part(offset) = held else { return Ok(()) };
        let (core, hash) = (self.core.clone(), blob.hash);
        self.worker
            .run(move || {
                core.store
                    .write(core.ids(), |transaction, _| blob_rows::set_moved(transaction, hash, offset))?;
                Ok(())
            })
            .await?;
        Ok(())
    }

    /// A refusal is written beside the attachment; bytes that were broken on the
    /// way are sent from the start at the next sync, unless they are broken here.
    async fn upload_failed(&mut self, blob: &Blob, response: &HttpResponse) -> Result<(), Ended> {
        let Some(ClientError::Server { code, message, .. }) = reply::refusal(response) else {
            return Err(reply::not_the_server(response).into());
        };
        let (core, hash) = (self.core.clone(), blob.hash);
        self.worker
            .run(move || {
                let is_passing = code == ErrorCode::Invalid || code == ErrorCode::Conflict;
                let (code, message) = if !is_passing {
                    (code.name(), message)
                } else if blob_files::look(core.store.files(), hash)? == Bytes::Sound {
                    return Ok(());
                } else {
                    let damaged = ClientError::AttachmentDamaged;
                    (damaged.code(), damaged.to_string())
                };
                core.store.write(core.ids(), |transaction, _| {
                    blob_rows::refuse(transaction, hash, code, &message)
                })?;
                Ok(())
            })
            .await?;
        self.core.observers.tell(&[ClientEvent::AttachmentsChanged]);
        Ok(())
    }

    async fn download(&mut self, blob: &Blob) -> Result<(), Ended> {
        let path = path_of(blob);
        loop {
            self.check_limits()?;
            let here = self.downloaded(blob).await?;
            if here >= blob.size {
                return self.finish_download(blob).await;
            }
            let end = blob.size.min(here + ATTACHMENT_CHUNK_BYTES as u64) - 1;
            let response = self
                .send_authorised(|| {
                    let range = ("range".to_owned(), format!("bytes={here}-{end}"));
                    request(Method::Get, &path, vec![range], Vec::new())
                })
                .await?;
            match response.status {
                206 if response.body.len() as u64 == end - here + 1 => {
                    self.append(blob, response.body).await?
                }
                // The whole file, though only a part was asked for.
                200 if response.body.len() as u64 == blob.size => {
                    self.drop_download(blob).await?;
                    self.append(blob, response.body).await?;
                }
                404 if reply::refusal(&response).is_some() => return Ok(()), // not there yet
                _ => {
                    let error = reply::refusal(&response);
                    return Err(error.unwrap_or_else(|| reply::not_the_server(&response)).into());
                }
            }
        }
    }

    async fn downloaded(&self, blob: &Blob) -> Result<u64, Ended> {
        let (core, hash) = (self.core.clone(), blob.hash);
        Ok(self.worker.run(move || Ok(blob_files::partial_len(core.store.files(), hash)?)).await?)
    }

    async fn append(&self, blob: &Blob, chunk: Vec<u8>) -> Result<(), Ended> {
        let (core, hash) = (self.core.clone(), blob.hash);
        self.worker.run(move || Ok(blob_files::append_partial(core.store.files(), hash, &chunk)?)).await?;
        Ok(())
    }

    async fn drop_download(&self, blob: &Blob) -> Result<(), Ended> {
        let (core, hash) = (self.core.clone(), blob.hash);
        self.worker.run(move || Ok(blob_files::drop_partial(core.store.files(), hash)?)).await?;
        Ok(())
    }

    async fn finish_download(&mut self, blob: &Blob) -> Result<(), Ended> {
        let (core, hash) = (self.core.clone(), blob.hash);
        let finished =
            self.worker.run(move || Ok(blob_files::finish_partial(core.store.files(), hash)?)).await?;
        match finished {
            Finished::Whole => self.settle(blob, BlobState::Downloaded).await,
            // Dropped; the next sync begins again.
            Finished::Wrong => Ok(()),
        }
    }

    async fn settle(&mut self, blob: &Blob, state: BlobState) -> Result<(), Ended> {
        let (core, settled) = (self.core.clone(), blob.clone());
        self.worker
            .run(move || {
                core.store
                    .write(core.ids(), |transaction, _| blob_rows::settle(transaction, &settled, state))?;
                Ok(())
            })
            .await?;
        self.report.attachments += 1;
        self.core.observers.tell(&[ClientEvent::AttachmentsChanged]);
        Ok(())
    }
}

fn path_of(blob: &Blob) -> String {
    format!("/v1/attachments/{}", blob.hash)
}

fn request(method: Method, path: &str, headers: Vec<(String, String)>, body: Vec<u8>) -> HttpRequest {
    HttpRequest { method, path: path.to_owned(), headers, body, timeout: TIMEOUT }
}

/// What an answer says of an upload; one without these headers is not the server's.
fn held_of(response: &HttpResponse) -> Result<Held, ClientError> {
    if response.header("upload-complete") == Some("?1") {
        return Ok(Held::Whole);
    }
    response
        .header("upload-offset")
        .and_then(|offset| offset.parse().ok())
        .map(Held::Part)
        .ok_or_else(|| reply::not_the_server(response))
}
