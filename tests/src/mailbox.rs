//! Keeps mails instead of sending them.

use std::sync::{Arc, Mutex};

use api::mail::{Mail, MailError, Mailer};
use futures_util::future::BoxFuture;

/// Mails of one app, in the order they were sent; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Mailbox(Arc<State>);

#[derive(Debug, Default)]
struct State {
    mails: Mutex<Vec<Mail>>,
    is_down: Mutex<bool>,
}

impl Mailbox {
    /// All mails so far.
    #[must_use]
    pub fn all(&self) -> Vec<Mail> {
        self.0.mails.lock().expect("no holder panics").clone()
    }

    /// Mails to one address.
    #[must_use]
    pub fn to(&self, address: &str) -> Vec<Mail> {
        self.all()
            .into_iter()
            .filter(|mail| mail.to.email.to_string() == address)
            .collect()
    }

    /// The newest mail to an address.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn last_to(&self, address: &str) -> Mail {
        self.to(address)
            .pop()
            .unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// Refuses mails for now, as an unreachable mail server does, or takes them again.
    pub fn set_down(&self, is_down: bool) {
        *self.0.is_down.lock().expect("no holder panics") = is_down;
    }
}

impl Mailer for Mailbox {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), MailError>> {
        Box::pin(async move {
            if *self.0.is_down.lock().expect("no holder panics") {
                return Err(MailError::Unavailable("the mailbox is down".to_owned()));
            }
            let mut mails = self.0.mails.lock().expect("no holder panics");
            // A mail handed over twice is one mail, as its id says.
            if mails.iter().all(|known| known.id != mail.id) {
                mails.push(mail.clone());
            }
            Ok(())
        })
    }
}
