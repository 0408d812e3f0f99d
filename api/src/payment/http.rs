//! How providers are called.

use std::time::Duration;

use reqwest::redirect::Policy;

use crate::error::{Error, Result};

/// Longest wait for a connection, and for an answer.
const CONNECTING: Duration = Duration::from_secs(5);
const ANSWERING: Duration = Duration::from_secs(15);

/// A client that gives up in time and sends what it is given nowhere else.
///
/// # Errors
/// When the system offers no TLS.
pub(super) fn client() -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(CONNECTING)
        .timeout(ANSWERING)
        .redirect(Policy::none())
        .build()
        .map_err(Error::internal)
}
