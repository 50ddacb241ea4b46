//! The state of a thing: a shape and a colour to see, a word to hear. Drawn, not typed, so
//! that it is crisp at every scale and the same in every font.

use contract::node::{Activity, LinkState};
use leptos::prelude::*;

/// The shapes. Each stands for one state everywhere in the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// ◉ something goes on
    Running,
    /// ◆ a person is needed
    Asks,
    /// ● done, not looked at yet
    Unread,
    /// ✓ well
    Ok,
    /// ○ nothing to do
    Idle,
    /// ✗ failed
    Failed,
    /// ◐ told to rest
    Paused,
    /// ◌ nobody knows
    Offline,
    /// ◔ on its way
    Coming,
}

impl Shape {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Asks => "needs you",
            Self::Unread => "done, unread",
            Self::Ok => "ready",
            Self::Idle => "idle",
            Self::Failed => "failed",
            Self::Paused => "paused",
            Self::Offline => "offline",
            Self::Coming => "connecting",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Running => "mark mark-running",
            Self::Asks => "mark mark-asks",
            Self::Unread => "mark mark-unread",
            Self::Ok => "mark mark-ok",
            Self::Idle => "mark mark-idle",
            Self::Failed => "mark mark-failed",
            Self::Paused => "mark mark-paused",
            Self::Offline => "mark mark-offline",
            Self::Coming => "mark mark-coming",
        }
    }
}

impl From<Activity> for Shape {
    fn from(activity: Activity) -> Self {
        match activity {
            Activity::Asking => Self::Asks,
            Activity::Running => Self::Running,
            Activity::Failed => Self::Failed,
            Activity::Unread => Self::Unread,
            Activity::Idle => Self::Idle,
            Activity::Offline => Self::Offline,
        }
    }
}

impl From<LinkState> for Shape {
    fn from(state: LinkState) -> Self {
        match state {
            LinkState::Ready => Self::Ok,
            LinkState::Idle | LinkState::Connecting | LinkState::Handshaking => Self::Coming,
            LinkState::Pairing | LinkState::Untrusted | LinkState::Unauthorised => Self::Asks,
            LinkState::Incompatible | LinkState::Failed => Self::Failed,
            LinkState::RateLimited | LinkState::BackingOff => Self::Offline,
            LinkState::Paused => Self::Paused,
        }
    }
}

/// A state's mark, 12 by 12 pixels. `word` replaces the shape's own word where it would not fit.
#[component]
pub fn Mark(#[prop(into)] of: Signal<Shape>, #[prop(into, optional)] word: Option<Signal<String>>) -> impl IntoView {
    let said = move || word.map_or_else(|| of.get().word().to_owned(), |word| word.get());
    view! {
        <span class=move || of.get().class() role="img" aria-label=said title=said>
            {move || drawing(of.get())}
        </span>
    }
}

fn drawing(shape: Shape) -> AnyView {
    match shape {
        Shape::Running => view! {
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <circle class="mark-ring" cx="6" cy="6" r="4.75" />
                <circle class="mark-core" cx="6" cy="6" r="2.25" />
            </svg>
        }
        .into_any(),
        Shape::Asks => view! {
            <svg viewBox="0 0 12 12" aria-hidden="true"><path class="mark-core" d="M6 .6 11.4 6 6 11.4.6 6Z" /></svg>
        }
        .into_any(),
        Shape::Unread => view! {
            <svg viewBox="0 0 12 12" aria-hidden="true"><circle class="mark-core" cx="6" cy="6" r="4" /></svg>
        }
        .into_any(),
        Shape::Ok => line("M2 6.6 4.9 9.4 10.1 3"),
        Shape::Failed => line("M2.6 2.6 9.4 9.4M9.4 2.6 2.6 9.4"),
        Shape::Idle => view! {
            <svg viewBox="0 0 12 12" aria-hidden="true"><circle class="mark-ring" cx="6" cy="6" r="4" /></svg>
        }
        .into_any(),
        Shape::Paused => view! {
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <circle class="mark-ring" cx="6" cy="6" r="4.25" />
                <path class="mark-core" d="M6 1.75a4.25 4.25 0 0 0 0 8.5Z" />
            </svg>
        }
        .into_any(),
        Shape::Offline => view! {
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <circle class="mark-ring mark-dashed" cx="6" cy="6" r="4.25" />
            </svg>
        }
        .into_any(),
        Shape::Coming => view! {
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <circle class="mark-track" cx="6" cy="6" r="4.25" />
                <path class="mark-ring" d="M6 1.75A4.25 4.25 0 0 1 10.25 6" />
            </svg>
        }
        .into_any(),
    }
}

fn line(d: &'static str) -> AnyView {
    view! { <svg viewBox="0 0 12 12" aria-hidden="true"><path class="mark-ring mark-line" d=d /></svg> }.into_any()
}
