//! A call on its way to a node's link: in its turn, and again when the node is busy.

use std::time::Duration;

use link::call::{Call, CallError, Reply};

use super::{Parts, Post, Urgency};
use crate::apply::Fact;
use crate::gate::{Tries, Undone};

/// How often a call is handed over to a node that says it is busy.
const TRIES: u32 = 4;
/// A longer pause is for whoever asked to decide about.
const PATIENCE: Duration = Duration::from_secs(10);

impl Post {
    /// Hands a call to the link in its turn. One that the node was too busy for did nothing there, and is handed over
    /// again after a pause, a few times. `ready` is asked each time, when the turn has come.
    ///
    /// # Errors
    /// As `link` gives them; a node without a link is not connected; what `ready` said.
    pub(crate) async fn hand_over<E, F>(
        &self,
        parts: &Parts,
        call: Call,
        urgency: Urgency,
        tries: Tries,
        ready: impl Fn() -> F,
    ) -> Result<Reply, Undone<E>>
    where
        F: Future<Output = Result<(), Undone<E>>>,
    {
        let mut left = match tries {
            Tries::Once => 1,
            Tries::Several => TRIES,
        };
        loop {
            if self.link().is_none() {
                return Err(Undone::Call(CallError::NotConnected));
            }
            self.bucket.turn(urgency, |waiting| self.tell_queue(parts, waiting)).await;
            ready().await?;
            let answer = match self.link() {
                Some(link) => link.call(call.clone()).await,
                None => Err(CallError::NotConnected),
            };
            left -= 1;
            match &answer {
                Err(error) if error.is_busy() => {
                    let rest = self.bucket.busy(error.retry_after());
                    if left > 0 && rest <= PATIENCE {
                        continue;
                    }
                }
                Ok(_) => self.bucket.fine(),
                Err(_) => {}
            }
            return answer.map_err(Undone::Call);
        }
    }

    fn tell_queue(&self, parts: &Parts, waiting: usize) {
        parts.core.feed(&self.id, [Fact::Queued(u32::try_from(waiting).unwrap_or(u32::MAX))]);
    }
}
