//! The arrangement as text, for the core to keep: what comes back is checked before it is used.

use contract::settings::Layout;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Panes, Route, State};

/// Raised when an older window could not make sense of a newer text.
const VERSION: u32 = 1;

/// What is kept of a window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    version: u32,
    #[serde(default)]
    route: Route,
    panes: Panes,
    sidebar: bool,
    stream: bool,
}

impl Kept {
    /// The window as it is; wakes the reader when any of it changes.
    pub fn of(state: State) -> Self {
        Self {
            version: VERSION,
            route: state.route.get(),
            panes: state.panes.get(),
            sidebar: state.frame.sidebar.get(),
            stream: state.frame.stream.get(),
        }
    }

    /// As text for the core.
    pub fn to_layout(&self) -> Option<Layout> {
        serde_json::to_string(self).ok().map(|json| Layout { json })
    }

    /// Back from text; `None` when it is of another version or does not hold together.
    pub fn read(layout: &Layout) -> Option<Self> {
        let kept: Self = serde_json::from_str(&layout.json).ok()?;
        (kept.version == VERSION && kept.panes.sound()).then_some(kept)
    }

    /// Puts the window back as it was.
    pub fn restore(self, state: State) {
        state.route.set(self.route);
        state.panes.set(self.panes);
        state.frame.sidebar.set(self.sidebar);
        state.frame.stream.set(self.stream);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kept() -> Kept {
        Kept { version: VERSION, route: Route::Split, panes: Panes::default(), sidebar: true, stream: false }
    }

    #[test]
    fn a_layout_comes_back_as_it_was() {
        assert_eq!(Kept::read(&kept().to_layout().unwrap()), Some(kept()));
    }

    #[test]
    fn a_layout_that_is_damaged_or_of_another_version_is_left_alone() {
        let other = Kept { version: VERSION + 1, ..kept() };
        assert_eq!(Kept::read(&other.to_layout().unwrap()), None);
        assert_eq!(Kept::read(&Layout { json: "{".into() }), None);
    }
}
