//! The time as a signal. It ticks once a second, and only while something on the screen counts.

use std::time::Duration;

use leptos::prelude::*;

/// The time of this window.
#[derive(Clone, Copy)]
pub struct Clock {
    now: RwSignal<i64>,
    readers: StoredValue<usize>,
    ticking: StoredValue<Option<IntervalHandle>>,
}

impl Clock {
    pub fn new() -> Self {
        Self { now: RwSignal::new(0), readers: StoredValue::new(0), ticking: StoredValue::new(None) }
    }

    /// Unix milliseconds, anew every second for as long as the calling component lives.
    /// Never show it inside a live region.
    pub fn seconds(self) -> ReadSignal<i64> {
        self.readers.update_value(|readers| *readers += 1);
        self.now.set(now());
        if self.ticking.with_value(Option::is_none) {
            let tick = move || self.now.set(now());
            let handle = set_interval_with_handle(tick, Duration::from_secs(1)).ok();
            self.ticking.set_value(handle);
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
            && let Some(Some(handle)) = self.ticking.try_update_value(Option::take)
        {
            handle.clear();
        }
    }
}

/// Unix milliseconds, now.
pub fn now() -> i64 {
    js_sys::Date::now() as i64
}
