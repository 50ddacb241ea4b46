//! Which session is busy with what, and what waits behind it. Only in memory:
//! a lane is there while a run is active.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use wire::chat::{OpenToolCall, PeekReply};

use super::Order;

/// All lanes, by session key.
#[derive(Default)]
pub(crate) struct Lanes {
    lanes: Mutex<BTreeMap<String, Lane>>,
}

struct Lane {
    active: Arc<Active>,
    waiting: VecDeque<Order>,
}

/// A run that is active.
pub(super) struct Active {
    pub run_id: String,
    /// Asks it to end.
    pub stop: CancellationToken,
    /// Says that it has, and that everybody was told.
    pub ended: CancellationToken,
    pub progress: Mutex<Progress>,
}

/// What an active run has come to, for those who look in the middle of it.
#[derive(Default)]
pub(super) struct Progress {
    pub text: String,
    pub thinking: String,
    pub tools: Vec<OpenToolCall>,
}

pub(super) enum Entered {
    First(Order, Arc<Active>),
    Behind { order: Order, position: u64 },
    Full,
}

/// What an abort met.
pub(crate) enum Aborted {
    Nothing,
    /// It waited, and will never run.
    Waiting {
        order: Order,
    },
    Active {
        run_id: String,
        session_key: String,
        ended: CancellationToken,
    },
}

impl Active {
    fn of(order: &Order) -> Arc<Self> {
        Arc::new(Self {
            run_id: order.run_id.clone(),
            stop: CancellationToken::new(),
            ended: CancellationToken::new(),
            progress: Mutex::default(),
        })
    }
}

impl Lanes {
    /// Takes an order: it runs at once or waits behind at most `limit` others.
    pub(super) fn enter(&self, order: Order, limit: usize) -> Entered {
        let mut lanes = self.lanes.lock();
        match lanes.get_mut(&order.session_key) {
            Some(lane) if lane.waiting.len() >= limit => Entered::Full,
            Some(lane) => {
                lane.waiting.push_back(order.clone());
                Entered::Behind { order, position: lane.waiting.len() as u64 }
            }
            None => {
                let active = Active::of(&order);
                let lane = Lane { active: Arc::clone(&active), waiting: VecDeque::new() };
                lanes.insert(order.session_key.clone(), lane);
                Entered::First(order, active)
            }
        }
    }

    /// The next order of a lane; without one the lane is gone.
    pub(super) fn next(&self, session_key: &str) -> Option<(Order, Arc<Active>)> {
        let mut lanes = self.lanes.lock();
        let lane = lanes.get_mut(session_key)?;
        match lane.waiting.pop_front() {
            Some(order) => {
                lane.active = Active::of(&order);
                Some((order, Arc::clone(&lane.active)))
            }
            None => {
                lanes.remove(session_key);
                None
            }
        }
    }

    /// Takes a lane away with what waits in it: its task is gone.
    pub(super) fn close(&self, session_key: &str) {
        self.lanes.lock().remove(session_key);
    }

    /// Ends the run of that id, or the active one of that session.
    pub fn abort(&self, session_key: Option<&str>, run_id: Option<&str>) -> Aborted {
        let mut lanes = self.lanes.lock();
        let is_meant = |active: &Active| run_id.is_none_or(|id| id == active.run_id);
        for (key, lane) in lanes.iter_mut().filter(|(key, _)| session_key.is_none_or(|only| only == *key)) {
            if is_meant(&lane.active) {
                lane.active.stop.cancel();
                return Aborted::Active {
                    run_id: lane.active.run_id.clone(),
                    session_key: key.clone(),
                    ended: lane.active.ended.clone(),
                };
            }
            let place = lane.waiting.iter().position(|order| run_id == Some(order.run_id.as_str()));
            if let Some(order) = place.and_then(|place| lane.waiting.remove(place)) {
                return Aborted::Waiting { order };
            }
        }
        Aborted::Nothing
    }

    pub fn clear_queue(&self, session_key: &str) -> VecDeque<Order> {
        let mut lanes = self.lanes.lock();
        lanes.get_mut(session_key).map(|lane| std::mem::take(&mut lane.waiting)).unwrap_or_default()
    }

    /// Whether a run is active, and how many messages wait.
    pub fn standing(&self, session_key: &str) -> (bool, u64) {
        let lanes = self.lanes.lock();
        lanes.get(session_key).map_or((false, 0), |lane| (true, lane.waiting.len() as u64))
    }

    pub fn active(&self) -> u64 {
        self.lanes.lock().len() as u64
    }

    pub fn peek(&self, session_key: &str) -> PeekReply {
        let lanes = self.lanes.lock();
        let Some(lane) = lanes.get(session_key) else {
            return PeekReply::default();
        };
        let progress = lane.active.progress.lock();
        PeekReply {
            active: true,
            session_key: Some(session_key.to_owned()),
            thinking_text: Some(progress.thinking.clone()),
            tool_calls: Some(progress.tools.clone()),
            run_id: Some(lane.active.run_id.clone()),
            text: Some(progress.text.clone()),
        }
    }
}
