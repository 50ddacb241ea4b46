//! The time as signals. A hand moves only while something on the screen reads it.

use std::time::Duration;

use leptos::prelude::*;

/// The time of this window.
#[derive(Clone, Copy)]
pub struct Clock {
    second: Hand,
    minute: Hand,
}

impl Clock {
    pub fn new() -> Self {
        Self { second: Hand::new(Duration::from_secs(1)), minute: Hand::new(Duration::from_secs(30)) }
    }

    /// Unix milliseconds, anew every second for as long as the calling component lives:
    /// for what counts down. Never show it inside a live region.
    pub fn seconds(self) -> ReadSignal<i64> {
        self.second.read()
    }

    /// Unix milliseconds, anew twice a minute: for "4 min ago".
    pub fn minutes(self) -> ReadSignal<i64> {
        self.minute.read()
    }
}

#[derive(Clone, Copy)]
struct Hand {
    every: Duration,
    now: RwSignal<i64>,
    readers: StoredValue<usize>,
    moving: StoredValue<Option<IntervalHandle>>,
}

impl Hand {
    fn new(every: Duration) -> Self {
        Self { every, now: RwSignal::new(0), readers: StoredValue::new(0), moving: StoredValue::new(None) }
    }

    fn read(self) -> ReadSignal<i64> {
        let first = self.readers.try_update_value(|readers| {
            *readers += 1;
            *readers == 1
        });
        if first == Some(true) {
            self.now.set(now());
            let moved = move || self.now.set(now());
            self.moving.set_value(set_interval_with_handle(moved, self.every).ok());
        }
        on_cleanup(move || self.leave());
        self.now.read_only()
    }

    fn leave(self) {
        let left = self.readers.try_update_value(|readers| {
            *readers = readers.saturating_sub(1);
            *readers
        });
        if left == Some(0)
            && let Some(Some(handle)) = self.moving.try_update_value(Option::take)
        {
            handle.clear();
        }
    }
}

/// Unix milliseconds, now.
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}
