//! Stops what runs: a press on the button, or Esc twice, the first of which only asks.

use std::time::Duration;

use contract::calls::Abort;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::KeyboardEvent;

use super::seat::Seat;
use crate::core;

/// The second Esc must come within this.
const AGAIN: Duration = Duration::from_millis(1_500);

/// The way to stop a pane's session.
#[derive(Clone, Copy)]
pub struct Stop {
    seat: Seat,
    pub running: Memo<bool>,
    /// Whether the first Esc was pressed a moment ago.
    pub asked: RwSignal<bool>,
}

impl Stop {
    pub fn new(seat: Seat) -> Self {
        let head = seat.head();
        let running = Memo::new(move |_| head.with(|head| head.running.is_some()));
        Self { seat, running, asked: RwSignal::new(false) }
    }

    /// A key was pressed in the pane.
    pub fn pressed(self, event: &KeyboardEvent) {
        if event.key() != "Escape" || event.default_prevented() || event.repeat() || !self.running.get_untracked() {
            return;
        }
        event.prevent_default();
        if self.asked.get_untracked() {
            self.stop();
        } else {
            self.asked.set(true);
            set_timeout(move || _ = self.asked.try_set(false), AGAIN);
        }
    }

    /// Stops.
    pub fn stop(self) {
        self.asked.set(false);
        let toasts = self.seat.state.toasts;
        let Some(of) = self.seat.of.get_untracked() else {
            return;
        };
        spawn_local(async move {
            match core::call(Abort { of }).await {
                Ok(true) => (),
                Ok(false) => toasts.note("Nothing was running any more."),
                Err(fault) => toasts.fault(&fault),
            }
        });
    }
}
