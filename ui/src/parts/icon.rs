//! Small line drawings for buttons and tabs. They never say anything alone: whoever shows
//! one gives it a name.

use leptos::prelude::*;

/// The drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    Nodes,
    Split,
    Activity,
    Approvals,
    Search,
    Plus,
    Close,
    More,
    SplitRight,
    SplitDown,
    Day,
    Night,
    Sidebar,
    Stream,
    Copy,
    Check,
    Up,
    Down,
    Right,
    Keyboard,
    Alarm,
}

impl Icon {
    /// Its lines, in a box of 16 by 16.
    fn path(self) -> &'static str {
        match self {
            Self::Nodes => "M3 3.5h4v4H3zM9 3.5h4v4H9zM3 9.5h4v3.5H3zM9 9.5h4v3.5H9z",
            Self::Split => "M2.5 3h11v10h-11zM8 3v10",
            Self::Activity => "M2 8.5h2.8L6.5 4l3 8.5 1.7-4H14",
            Self::Approvals => "M8 1.9 14.1 8 8 14.1 1.9 8zM5.8 8.1l1.6 1.5 2.8-3.1",
            Self::Search => "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3l3.4 3.4",
            Self::Plus => "M8 3v10M3 8h10",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::More => "M3.5 8h.01M8 8h.01M12.5 8h.01",
            Self::SplitRight => "M2.5 3h11v10h-11zM8 3v10M10.8 6.5v3M9.3 8h3",
            Self::SplitDown => "M2.5 3h11v10h-11zM2.5 8h11M8 9.2v2.6M6.7 10.5h2.6",
            Self::Day => {
                "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1"
            }
            Self::Night => "M13 9.6A5.5 5.5 0 0 1 6.4 3 5.5 5.5 0 1 0 13 9.6z",
            Self::Sidebar => "M2.5 3h11v10h-11zM6 3v10",
            Self::Stream => "M2.5 3h11v10h-11zM10 3v10",
            Self::Copy => "M5.5 5.5h7.5V13H5.5zM3 10.5V3h7.5",
            Self::Check => "M3.2 8.6 6.4 11.8 12.8 4.4",
            Self::Up => "M4.5 9.8 8 6.2l3.5 3.6",
            Self::Down => "M4.5 6.2 8 9.8l3.5-3.6",
            Self::Right => "M6.2 4.5 9.8 8l-3.6 3.5",
            Self::Keyboard => "M2 4.5h12v7H2zM4.5 7h.01M7 7h.01M9.5 7h.01M12 7h.01M5 9.3h6",
            Self::Alarm => "M8 2.2 14.2 13H1.8zM8 6.3v3M8 11.1h.01",
        }
    }
}

/// A drawing, 16 by 16 pixels, in the colour of the text around it.
#[component]
pub fn Drawing(#[prop(into)] of: Signal<Icon>) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d=move || of.get().path() />
        </svg>
    }
}

/// The brand: a ship's wheel.
#[component]
pub fn Wheel() -> impl IntoView {
    view! {
        <svg class="icon icon-wheel" viewBox="0 0 20 20" aria-hidden="true">
            <circle cx="10" cy="10" r="5.4" />
            <path d="M10 10V4.6M10 10v5.4M10 10H4.6M10 10h5.4M10 4.6V1.6M10 15.4v3M4.6 10h-3M15.4 10h3M6.2 6.2 4.1 4.1M13.8 13.8l2.1 2.1M6.2 13.8l-2.1 2.1M13.8 6.2l2.1-2.1" />
            <circle class="icon-hub" cx="10" cy="10" r="1.9" />
        </svg>
    }
}
