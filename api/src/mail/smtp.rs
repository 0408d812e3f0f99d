//! Mail through a server, by lettre.

use std::time::Duration;

use futures_util::future::BoxFuture;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{Mail, MailError, Mailer};
use crate::config::SmtpServer;
use crate::error::{Error, Result};

/// Longest wait for one command of the server.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A mail server.
#[derive(Debug)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
}

impl SmtpMailer {
    /// Prepares the connection; nothing is sent yet. The sender defaults to `no-reply@` the public host.
    ///
    /// # Errors
    /// [`Error::Internal`] when the address or the sender cannot be used.
    pub fn try_new(server: &SmtpServer, public_host: &str) -> Result<Self> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(server.url.expose())
            .map_err(Error::internal)?
            .timeout(Some(TIMEOUT))
            .build();
        let from = server
            .from
            .clone()
            .unwrap_or_else(|| format!("no-reply@{public_host}"));
        Ok(Self {
            transport,
            from: from.parse().map_err(Error::internal)?,
            host: public_host.to_owned(),
        })
    }

    fn message(&self, mail: &Mail) -> std::result::Result<Message, MailError> {
        Message::builder()
            .from(self.from.clone())
            .to(mail.to.clone())
            .subject(mail.subject.clone())
            // The same id when a job runs twice, so that the receiver's server can drop the copy.
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|error| MailError::Refused(error.to_string()))
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, std::result::Result<(), MailError>> {
        Box::pin(async move {
            let message = self.message(mail)?;
            match self.transport.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(MailError::Refused(error.to_string())),
                Err(error) => Err(MailError::Unavailable(error.to_string())),
            }
        })
    }
}
