//! Between a link and the core: every event goes on untouched; what the fleet itself must know is noted in passing.

use std::sync::Arc;

use link::event::{Body, Event, NodeState, RunEnd};

use super::{Parts, Post, Signals};

/// Listens to one node's link.
pub struct Tap {
    core: Arc<dyn link::Sink>,
    signals: Arc<Signals>,
}

impl Tap {
    /// In front of the core's own sink for the node.
    pub fn new(parts: &Parts, post: &Post) -> Arc<Tap> {
        Arc::new(Tap { core: parts.core.sink(&post.id), signals: post.signals.clone() })
    }
}

impl link::Sink for Tap {
    fn deliver(&self, events: &mut Vec<Event>) {
        let mut news = News::default();
        events.iter().for_each(|event| news.note(event));
        // First the state, then the signals: whoever is woken finds it there.
        self.core.deliver(events);
        news.tell(&self.signals);
    }
}

/// What a burst of events means for the fleet itself. Most bursts mean nothing.
#[derive(Default)]
struct News {
    states: Vec<NodeState>,
    ended: Vec<(Arc<str>, RunEnd)>,
    relist: bool,
    reread: bool,
    asked: bool,
}

impl News {
    fn note(&mut self, event: &Event) {
        match &event.body {
            Body::NodeState(state) => self.states.push(state.clone()),
            Body::RunFinished(end) => {
                if let Some(run) = &event.run {
                    self.ended.push((run.clone(), end.clone()));
                }
            }
            Body::SessionChanged(_) | Body::SessionRemoved => self.relist = true,
            Body::Gap { .. } => self.reread = true,
            Body::ApprovalRequested(_) => self.asked = true,
            _ => {}
        }
    }

    fn tell(self, signals: &Signals) {
        self.ended.iter().for_each(|(run, end)| signals.run_over(run, end));
        if !self.ended.is_empty() {
            // What was missed of a session while it was busy can be read now.
            signals.wanted.notify_one();
        }
        if self.relist {
            signals.relist.notify_one();
        }
        if self.reread {
            signals.reread.notify_one();
        }
        if self.asked {
            signals.asked.notify_one();
        }
        self.states.iter().for_each(|state| signals.moved(state));
    }
}
