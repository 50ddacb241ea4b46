//! The top bar: which screen, the way to everything, day and night.

use leptos::prelude::*;

use crate::acts::theme;
use crate::parts::button::IconButton;
use crate::parts::icon::{Drawing, Icon, Wheel};
use crate::parts::kbd::Kbd;
use crate::state::counts::asking;
use crate::state::frame::Open;
use crate::state::{Route, State};

/// The bar.
#[component]
pub fn Top() -> impl IntoView {
    let state = State::here();
    let night = move || theme::dark(state);
    let icon = Signal::derive(move || if night() { Icon::Day } else { Icon::Night });
    let name = Signal::derive(move || if night() { "Switch to day" } else { "Switch to night" }.to_owned());
    view! {
        <header class="top">
            <IconButton
                icon=Icon::Sidebar
                name="Sidebar (Ctrl B)"
                pressed=state.frame.sidebar
                press=move |()| toggle_sidebar(state)
            />
            <span class="top-brand"><Wheel /><span class="top-name">"Pilothouse"</span></span>
            <nav class="top-tabs" aria-label="Screens">
                {Route::ALL.map(|route| view! { <Tab route /> })}
            </nav>
            <button type="button" class="top-omni" on:click=move |_| state.frame.open(Open::Palette)>
                <Drawing of=Icon::Search />
                <span class="cut">"Go to anything"</span>
                <span class="grow"></span>
                <Kbd keys="Ctrl K" />
            </button>
            <span class="top-end">
                <IconButton icon name press=move |()| theme::turn(state) />
                <IconButton icon=Icon::Keyboard name="Keyboard shortcuts (Ctrl /)" press=move |()| state.frame.open(Open::Shortcuts) />
                <IconButton
                    icon=Icon::Stream
                    name="Activity column (Ctrl Shift B)"
                    pressed=state.frame.stream
                    press=move |()| toggle_stream(state)
                />
            </span>
        </header>
    }
}

#[component]
fn Tab(route: Route) -> impl IntoView {
    let state = State::here();
    let current = Memo::new(move |_| state.route.get() == route);
    let waiting = Memo::new(move |_| match route {
        Route::Approvals => state.told.approvals(|approvals| asking(approvals).len()),
        Route::Nodes | Route::Split | Route::Activity => 0,
    });
    view! {
        <button
            type="button"
            class="top-tab"
            class=("top-tab-on", current)
            aria-current=move || current.get().then_some("page")
            title=format!("{} (Ctrl {})", route.title(), route.key())
            on:click=move |_| state.route.set(route)
        >
            <Drawing of=route.icon() />
            <span>{route.title()}</span>
            <Show when=move || { waiting.get() > 0 }>
                <span class="count count-asks" aria-label=move || format!("{} waiting", waiting.get())>{move || waiting.get()}</span>
            </Show>
        </button>
    }
}

/// Shows or hides the sidebar, over the screen where there is no room beside it.
pub fn toggle_sidebar(state: State) {
    toggle(state.frame.sidebar, state.frame.sidebar_over, "(max-width: 719px)");
}

/// Shows or hides the stream's column, over the screen where there is no room beside it.
pub fn toggle_stream(state: State) {
    toggle(state.frame.stream, state.frame.stream_over, "(max-width: 999px)");
}

fn toggle(beside: RwSignal<bool>, over: RwSignal<bool>, narrow: &str) {
    let narrow = window().match_media(narrow).ok().flatten().is_some_and(|query| query.matches());
    let which = if narrow { over } else { beside };
    which.update(|open| *open = !*open);
}
