//! Mail: texts by language, and the two ways out, a mail server or files in the data folder.
//!
//! Nothing here is called while a transaction is open: use cases push `Job::Mail`, the worker calls [`deliver`].

pub mod outbox;
mod smtp;
mod text;

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use lettre::message::Mailbox;
use uuid::Uuid;

use crate::config::{Config, Mode};
use crate::error::{Error, Result};
use crate::job::MailJob;
use crate::state::AppState;

pub use outbox::FileOutbox;
pub use smtp::SmtpMailer;

/// One mail, ready to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Names the mail for good: a second delivery of the same job carries the same id.
    pub id: Uuid,
    /// Receiver; parsed, so that a line break in an address cannot become a header.
    pub to: Mailbox,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The way out is closed for now; the same mail may be sent again.
    #[error("the mail server does not answer: {0}")]
    Unavailable(String),
    /// The mail will never be accepted.
    #[error("the mail was refused: {0}")]
    Refused(String),
}

/// A way out for mails.
pub trait Mailer: fmt::Debug + Send + Sync {
    /// Hands one mail over; answers when it is accepted.
    ///
    /// # Errors
    /// Whether trying again makes sense is the variant's to say.
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, std::result::Result<(), MailError>>;
}

/// The mailer of a configuration.
///
/// # Errors
/// The mail server's address cannot be used, or the folder cannot be created.
pub fn from_config(config: &Config) -> Result<Arc<dyn Mailer>> {
    let host = config.public_url.host_str().unwrap_or("localhost");
    if let Some(server) = &config.smtp {
        return Ok(Arc::new(SmtpMailer::try_new(server, host)?));
    }
    if config.mode == Mode::Production {
        tracing::warn!("no mail server is set (VITRINE_SMTP_URL): mails stay in the data folder");
    }
    Ok(Arc::new(FileOutbox::open(&config.data_dir.mail(), host)?))
}

/// Renders and sends the mail of a job; the job's id becomes the mail's.
///
/// # Errors
/// [`Error::Unavailable`] when trying again makes sense, [`Error::Internal`] when the mail is refused for good.
pub async fn deliver(app: &AppState, id: Uuid, job: &MailJob) -> Result<()> {
    let shop = app.channels.find(None)?;
    let rendered = text::render(job, &shop.name);
    let to = rendered.to.parse::<Mailbox>().map_err(Error::internal)?;
    let mail = Mail {
        id,
        to,
        subject: one_line(&rendered.subject),
        text: rendered.text,
    };
    app.mailer.send(&mail).await.map_err(|error| match error {
        MailError::Unavailable(reason) => {
            tracing::warn!(mail.id = %id, mail.error = reason, "mail is not going out");
            Error::Unavailable("the mail server")
        }
        MailError::Refused(reason) => Error::internal(reason),
    })
}

/// A header's value holds no line break, whoever chose the words in it.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_cannot_start_a_header() {
        assert_eq!(
            one_line("Order\r\nBcc: x@evil.test"),
            "Order  Bcc: x@evil.test"
        );
        assert!("a@b.test\r\nBcc: x@evil.test".parse::<Mailbox>().is_err());
    }
}
