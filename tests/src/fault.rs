//! What goes wrong on the way to the stand-in of a payment provider and back.

use std::sync::Mutex;

use futures_util::{future::ready, stream};
use poem::{Body, Response, http::StatusCode};

/// What becomes of the next call that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is not carried out, and answered with this status.
    Refused(u16),
    /// It is carried out, and the answer is lost on the way: this status comes instead.
    AnswerLost(u16),
    /// It is carried out, and the connection breaks before its answer is there.
    CutOff,
}

impl Fault {
    /// One of each.
    pub const EACH: [Self; 3] = [Self::Refused(503), Self::AnswerLost(500), Self::CutOff];
}

/// The fault that waits for such a call.
#[derive(Debug, Default)]
pub(crate) struct NextFault(Mutex<Option<Fault>>);

impl NextFault {
    pub(crate) fn set(&self, fault: Fault) {
        *self.0.lock().expect("nobody panicked over it") = Some(fault);
    }

    /// Carries a call out unless it is refused; gives its answer, or what the shop is sent instead.
    pub(crate) fn strike(&self, call: impl FnOnce() -> Response) -> Response {
        let fault = self.0.lock().expect("nobody panicked over it").take();
        if let Some(Fault::Refused(status)) = fault {
            return without_answer(status);
        }
        let answer = call();
        match fault {
            Some(Fault::AnswerLost(status)) => without_answer(status),
            Some(Fault::CutOff) => Response::builder().body(broken()),
            Some(Fault::Refused(_)) | None => answer,
        }
    }
}

/// What a client reads of an answer that never comes.
fn broken() -> Body {
    let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
    Body::from_bytes_stream(stream::once(ready(Err::<Vec<u8>, _>(cut))))
}

fn without_answer(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    Response::builder().status(status).body("{}")
}
