//! What a customer writes by mail, with a photo and a page in it.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::scene::{MAILDIR, Scene};

const PHOTO: &[u8] = include_bytes!("photo.png");
/// What would run, if a browser took it for a page.
const PAGE: &str = "<script>document.title = 'broken in'</script>";

impl Scene {
    /// The same scene, whose server takes a customer's mail in.
    ///
    /// # Panics
    ///
    /// When it cannot be stopped or started again.
    pub async fn with_a_mail(self) -> Self {
        self.while_stopped(write).await
    }
}

fn write(data: &Path) {
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(data.join(MAILDIR).join(part)).expect("a folder");
    }
    let part = |mime: &str, name: &str, content: &[u8]| {
        format!(
            "--part\r\nContent-Type: {mime}\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\
             Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            STANDARD.encode(content)
        )
    };
    let mail = format!(
        "From: Maryam <maryam@example.com>\r\nSubject: The washing machine leaks\r\n\
         Message-ID: <leak@example.com>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"part\"\r\n\r\n\
         --part\r\nContent-Type: text/plain\r\n\r\nSee the photo.\r\n{}{}--part--\r\n",
        part("image/png", "leak.png", PHOTO),
        part("text/html", "page.html", PAGE.as_bytes()),
    );
    fs::write(data.join(MAILDIR).join("new/1"), mail).expect("written");
}
