//! Between a link and the state: sees the first event and the last, and looks at the clock when one was applied.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use link::Sink;
use link::event::{Body, Event};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::frames;
use crate::measure::{Task, Watch, now};

/// What the taps of all links share.
#[derive(Default)]
pub struct Tally {
    /// Runs that ended.
    pub finished: AtomicU64,
    pub began: OnceLock<Watch>,
    pub late: Mutex<Vec<u64>>,
    /// Told when the last run has ended.
    pub done: Notify,
}

pub struct Tap {
    pub inner: Arc<dyn Sink>,
    pub tally: Arc<Tally>,
    pub task: Task,
}

impl Sink for Tap {
    fn deliver(&self, events: &mut Vec<Event>) {
        let (mut spoke, mut finished, mut stamps) = (false, 0, Vec::new());
        for event in events.iter() {
            spoke |= !matches!(event.body, Body::NodeState(_));
            match &event.body {
                Body::RunFinished(_) => finished += 1,
                Body::TextDelta { text } if self.task.paced => stamps.extend(frames::stamps(text)),
                _ => {}
            }
        }
        if spoke {
            self.tally.began.get_or_init(Watch::start);
        }
        self.inner.deliver(events);
        if !stamps.is_empty() {
            let now = now();
            self.tally.late.lock().extend(stamps.into_iter().map(|sent| now.saturating_sub(sent)));
        }
        let runs = frames::runs(self.task.frames);
        if finished > 0 && self.tally.finished.fetch_add(finished, Ordering::AcqRel) + finished == runs {
            self.tally.done.notify_one();
        }
    }
}
