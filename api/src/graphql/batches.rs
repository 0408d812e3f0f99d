//! The batches of a request's loaders, run by the request's own task.
//!
//! async-graphql hands a batch to a spawner when its first key is asked for. On a runtime of several threads a spawned
//! task may start while the other resolvers are still asking, and one batch becomes two. Here a batch starts only when
//! every resolver that was ready has asked, and costs no task.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use async_graphql::runtime::Timer;
use futures_util::future::{self, BoxFuture, FutureExt};
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::task::{FutureObj, Spawn, SpawnError};

/// Batches asked for and not yet begun; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Batches(Arc<Mutex<Vec<FutureObj<'static, ()>>>>);

impl Batches {
    /// Carries out `work` and the batches it asks for, which end with it.
    pub async fn drive<F: Future>(&self, work: F) -> F::Output {
        let mut work = pin!(work);
        let mut running = FuturesUnordered::new();
        poll_fn(|cx| {
            loop {
                if let Poll::Ready(output) = work.as_mut().poll(cx) {
                    return Poll::Ready(output);
                }
                running.extend(self.take());
                let mut has_answers = false;
                while let Poll::Ready(Some(())) = running.poll_next_unpin(cx) {
                    has_answers = true;
                }
                if !has_answers {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    fn take(&self) -> Vec<FutureObj<'static, ()>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Spawn for Batches {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(batch);
        Ok(())
    }
}

/// No pause before a batch: [`Batches::drive`] begins it late enough.
pub struct NoPause;

impl Timer for NoPause {
    fn delay(&self, _pause: Duration) -> BoxFuture<'static, ()> {
        future::ready(()).boxed()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_graphql::dataloader::{DataLoader, Loader};
    use futures_util::future::join_all;

    use super::{Batches, NoPause};

    #[derive(Default)]
    struct Doubled(AtomicUsize);

    impl Loader<u32> for Doubled {
        type Value = u32;
        type Error = Infallible;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, Infallible> {
            self.0.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            Ok(keys.iter().map(|key| (*key, key * 2)).collect())
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn keys_asked_for_at_once_are_one_batch_and_their_next_keys_another() {
        for _ in 0..500 {
            let batches = Batches::default();
            let loader = DataLoader::new(Doubled::default(), batches.clone(), NoPause);
            let twice = async |key: u32| {
                let once = loader.load_one(key).await.expect("it is infallible");
                let twice = loader.load_one(once.expect("all are known")).await;
                twice.expect("it is infallible")
            };
            let fours = batches.drive(join_all((0..100).map(twice))).await;
            assert!((0..100).map(|key| Some(key * 4)).eq(fours));
            assert_eq!(loader.loader().0.load(Ordering::Relaxed), 2);
        }
    }
}
