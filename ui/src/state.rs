//! What is true (`told`, only ever changed by the core's batches), where the person is
//! (`route`, `panes`, `frame`), and the small clocks and notes around it.
//!
//! A component takes it with [`State::here`]. Everything in it is `Copy` and cheap.

pub mod apply;
pub mod clock;
pub mod counts;
pub mod drafts;
pub mod frame;
pub mod layout;
pub mod model;
mod names;
pub mod panes;
pub mod route;
#[cfg(test)]
pub mod samples;
pub mod toasts;
pub mod told;
pub mod topics;

use leptos::prelude::*;

pub use clock::Clock;
pub use drafts::Drafts;
pub use frame::FrameState;
pub use panes::{PaneId, PaneState, Panes};
pub use route::Route;
pub use toasts::Toasts;
pub use told::Told;
pub use topics::Topics;

/// The window's whole state, handed around by context.
#[derive(Clone, Copy)]
pub struct State {
    /// What the core told.
    pub told: Told,
    /// What this window asked to be told.
    pub topics: Topics,
    /// Which screen is shown.
    pub route: RwSignal<Route>,
    /// The split window: tiles, what each shows, which has the focus.
    pub panes: RwSignal<Panes>,
    /// Sidebar, stream, dialogs.
    pub frame: FrameState,
    /// Notes in the corner.
    pub toasts: Toasts,
    /// What is being typed to each session.
    pub drafts: Drafts,
    /// The time, for what counts down.
    pub clock: Clock,
}

impl State {
    /// A window that was told nothing yet.
    pub fn new() -> Self {
        Self {
            told: Told::new(),
            topics: Topics::new(),
            route: RwSignal::new(Route::Nodes),
            panes: RwSignal::new(Panes::default()),
            frame: FrameState::new(),
            toasts: Toasts::new(),
            drafts: Drafts::new(),
            clock: Clock::new(),
        }
    }

    /// The state of the window that the calling component belongs to.
    pub fn here() -> Self {
        expect_context()
    }

    /// What one pane shows; changes only when that pane does.
    pub fn pane(self, id: PaneId) -> Memo<PaneState> {
        Memo::new(move |_| self.panes.with(|panes| panes.get(id).cloned().unwrap_or_default()))
    }

    /// Whether a pane has the focus.
    pub fn focused(self, id: PaneId) -> Memo<bool> {
        Memo::new(move |_| self.panes.with(|panes| panes.focus() == id))
    }
}
