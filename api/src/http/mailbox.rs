//! `/dev/mail`: what the shop would have mailed, while no mail server is set. Development only: mails carry tokens.

use std::fmt::Write;
use std::path::PathBuf;

use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, Request, Response};

use crate::error::{Error, Result};
use crate::mail::outbox::{self, StoredMail};

/// Mails shown, newest first.
const SHOWN: usize = 50;

const CONTENT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
);

/// Shows a folder of mails.
pub(super) struct Mailbox {
    folder: PathBuf,
}

impl Mailbox {
    /// Shows this folder.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    async fn mails(&self) -> Result<Vec<StoredMail>> {
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || outbox::list(&folder, SHOWN))
            .await
            .map_err(Error::internal)?
    }
}

impl Endpoint for Mailbox {
    type Output = Response;

    async fn call(&self, _request: Request) -> poem::Result<Response> {
        let mails = match self.mails().await {
            Ok(mails) => mails,
            Err(error) => {
                tracing::error!(%error, "the folder of mails cannot be read");
                return Ok(StatusCode::INTERNAL_SERVER_ERROR.into());
            }
        };
        let mut response = Response::builder()
            .content_type("text/html; charset=utf-8")
            .body(page(&mails));
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }
}

fn page(mails: &[StoredMail]) -> String {
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mails</title>\
         <style>body{font:15px/1.5 system-ui,sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem}\
         article{border-top:1px solid #bbb;padding:1rem 0}pre{white-space:pre-wrap;font:inherit;overflow-wrap:anywhere}\
         time{color:#555}</style><h1>Mails</h1>",
    );
    if mails.is_empty() {
        page.push_str("<p>No mail has been sent yet. Reload the page after registering a member or placing an order.</p>");
    }
    for mail in mails {
        let written = write!(
            page,
            "<article><h2>{}</h2><p>To {} <time>{}</time></p><pre>{}</pre></article>",
            escape(&mail.subject),
            escape(&mail.to),
            mail.sent_at.format("%Y-%m-%d %H:%M:%S UTC"),
            escape(&mail.text),
        );
        debug_assert!(written.is_ok(), "a String takes any text");
    }
    page.push_str("</html>");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::{StoredMail, page};

    #[test]
    fn mails_are_shown_as_text() {
        let mail = StoredMail {
            id: uuid::Uuid::nil(),
            to: "Ann <ann@example.test>".to_owned(),
            subject: "<script>alert(1)</script>".to_owned(),
            sent_at: chrono::DateTime::UNIX_EPOCH,
            text: "a & b \"c\"".to_owned(),
        };
        let html = page(&[mail]);
        assert!(!html.contains("<script>"));
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(html.contains("Ann &lt;ann@example.test&gt;"));
        assert!(html.contains("a &amp; b &quot;c&quot;"));
        assert!(html.contains("1970-01-01 00:00:00 UTC"));
    }
}
