//! Answers over server-sent events, after the "distinct connections" mode of the protocol `graphql-sse`: each answer is an event
//! `next`, and after the last one comes `complete`. A query or a mutation has one answer. A stream that ends without, since the
//! server stops, is to be asked for again.
//!
//! A subscription is answered anew, as a request of its own, whenever something it showed may have changed: with the rights
//! its sender has by then. Only answers that differ from the last are sent.

mod seats;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream};
use poem::web::sse::{Event, SSE};
use poem::{IntoResponse, Response};
use tokio::time::Instant;
use uuid::Uuid;

use self::seats::{Seat, Seats};
use super::client::Sender;
use crate::auth::authenticate;
use crate::error::Error;
use crate::graphql::answer::{Answer, Standing};
use crate::graphql::execute::{Ask, Executor, Variables};
use crate::graphql::watch::Watching;
use crate::state::AppState;

/// Between two comments that keep proxies from closing a silent stream.
const KEEP_ALIVE: Duration = Duration::from_secs(12);
/// Time after which it is looked whether the sender still has its rights, though nothing changed.
const CHECK: Duration = Duration::from_mins(1);
/// Time between two answers, and before another try when the shop was too busy: in a rush what many watch changes without end.
const REST: Duration = Duration::from_secs(1);

/// What is asked, kept for as long as it is answered.
pub(super) struct Question {
    pub(super) sender: Sender,
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Variables,
    /// Whether only what writes nothing is carried out.
    pub(super) read_only: bool,
}

/// Why nothing is streamed.
pub(super) enum Refused {
    /// The sender is nobody, or there is no place.
    Failed(Error),
    /// It is not executed.
    Answered(Answer),
}

/// Streams answers.
pub(super) struct Events {
    app: AppState,
    executor: Arc<Executor>,
    seats: Seats,
}

impl Events {
    /// Streams what a schema says about a shop.
    pub(super) fn new(app: AppState, executor: Arc<Executor>) -> Self {
        Self {
            app,
            executor,
            seats: Seats::default(),
        }
    }

    /// Answers a question for as long as there is something to tell and somebody listens.
    ///
    /// # Errors
    /// When its first answer is none.
    pub(super) async fn stream(
        &self,
        question: Question,
        request_id: Uuid,
    ) -> Result<Response, Refused> {
        let mut telling = Telling {
            _seat: self
                .seats
                .take(question.sender.ip)
                .map_err(Refused::Failed)?,
            app: self.app.clone(),
            executor: Arc::clone(&self.executor),
            question,
            request_id,
            sent: Vec::new(),
            events: VecDeque::new(),
            asked: Instant::now(),
            watching: None,
        };
        telling.turn().await?;
        let events = SSE::new(telling.into_stream()).keep_alive(KEEP_ALIVE);
        Ok(events.into_response())
    }
}

/// A stream under way.
struct Telling {
    app: AppState,
    executor: Arc<Executor>,
    question: Question,
    /// Names the stream in all its answers.
    request_id: Uuid,
    /// The answers sent last, by their place.
    sent: Vec<Vec<u8>>,
    /// What is to be sent.
    events: VecDeque<Event>,
    /// When it was looked for an answer last.
    asked: Instant,
    /// None when there is no more to tell.
    watching: Option<Watching>,
    _seat: Seat,
}

impl Telling {
    fn into_stream(self) -> impl Stream<Item = Event> + Send {
        stream::unfold(self, |mut telling| async move {
            telling.next().await.map(|event| (event, telling))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        let mut is_due = false;
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            let watching = self.watching.as_ref()?;
            if !is_due {
                let _waited = tokio::time::timeout(CHECK, watching.changed()).await;
            }
            if watching.is_closed() {
                return None;
            }
            tokio::time::sleep_until(self.asked + REST).await;
            is_due = match self.turn().await {
                Ok(()) => false,
                Err(refused) if refused.is_passing() => true,
                Err(refused) => {
                    let answer = refused.into_answer(self.request_id);
                    self.events.push_back(next_answer(&answer.to_json()));
                    self.complete();
                    false
                }
            };
        }
    }

    /// Answers once more, and queues what is new.
    async fn turn(&mut self) -> Result<(), Refused> {
        self.asked = Instant::now();
        let credentials = self.question.sender.credentials();
        let viewer = authenticate(&self.app, credentials, self.request_id).await;
        let viewer = Arc::new(viewer.map_err(Refused::Failed)?);
        let ask = Ask {
            query: &self.question.query,
            operation_name: self.question.operation_name.as_deref(),
            variables: self.question.variables.clone(),
            read_only: self.question.read_only,
        };
        let told = self.executor.tell(&self.app, viewer, ask).await;
        let told = told.map_err(Refused::Answered)?;
        self.sent.resize(told.answers.len(), Vec::new());
        for (sent, answer) in self.sent.iter_mut().zip(&told.answers) {
            let json = answer.to_json();
            if *sent != json {
                self.events.push_back(next_answer(&json));
                *sent = json;
            }
        }
        if told.watched.is_empty() {
            self.complete();
        } else if self
            .watching
            .as_ref()
            .is_none_or(|watching| *watching.things() != told.watched)
        {
            self.watching = Some(Watching::begin(&self.app, told.watched));
        }
        Ok(())
    }

    fn complete(&mut self) {
        self.watching = None;
        // A line of data, though an empty one: browsers drop an event without any.
        self.events
            .push_back(Event::message("\n").event_type("complete"));
    }
}

fn next_answer(json: &[u8]) -> Event {
    Event::message(String::from_utf8_lossy(json)).event_type("next")
}

impl Refused {
    /// Whether the shop could not answer just now.
    fn is_passing(&self) -> bool {
        match self {
            Self::Failed(error) => matches!(error, Error::Unavailable(_)),
            Self::Answered(answer) => answer.standing == Standing::Unavailable,
        }
    }

    /// The answer that says so.
    fn into_answer(self, request_id: Uuid) -> Answer {
        match self {
            Self::Failed(error) => Answer::failed(&error, request_id),
            Self::Answered(answer) => answer,
        }
    }
}
