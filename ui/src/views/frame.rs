//! The frame: what surrounds every screen, and the place where the window starts.

pub mod keys;

mod banner;
mod link;
mod palette;
mod shortcuts;
mod side;
mod strip;
mod top;

use leptos::prelude::*;

use crate::acts::{keep, start, theme};
use crate::parts::toast::ToastList;
use crate::state::frame::Open;
use crate::state::{Route, State};
use crate::views::{activity, approvals, nodes, split};

/// The whole window.
#[component]
pub fn Frame() -> impl IntoView {
    let state = State::new();
    provide_context(state);
    start::want_always(state);
    start::start(state);
    start::say_when_painted(state);
    approvals::herald(state);
    theme::wear(state);
    keep::keep(state);
    keys::listen(state);
    Effect::new(|_| {
        if let Some(boot) = document().get_element_by_id("boot") {
            boot.remove();
        }
    });
    let frame = state.frame;
    let stream = Memo::new(move |_| state.route.get() != Route::Activity);
    view! {
        <div
            class="frame"
            class=("frame-no-side", move || !frame.sidebar.get())
            class=("frame-no-stream", move || !(frame.stream.get() && stream.get()))
            class=("frame-side-over", frame.sidebar_over)
            class=("frame-stream-over", frame.stream_over)
        >
            <top::Top />
            <side::Side />
            <main class="frame-main" id="main" tabindex="-1" aria-label=move || state.route.get().title()>
                <banner::Banner />
                {move || screen(state.route.get())}
            </main>
            <Show when=move || stream.get()>
                <aside class="frame-stream" aria-label="Activity">
                    <activity::Stream />
                </aside>
            </Show>
            <div class="frame-veil" on:click=move |_| unfold(state)></div>
            <strip::Strip />
        </div>
        <ToastList />
        <Status />
        {move || frame.dialog.get().map(covering)}
    }
}

fn screen(route: Route) -> AnyView {
    match route {
        Route::Nodes => nodes::Screen().into_any(),
        Route::Split => split::Screen().into_any(),
        Route::Activity => activity::Screen().into_any(),
        Route::Approvals => approvals::Screen().into_any(),
    }
}

fn covering(open: Open) -> AnyView {
    match open {
        Open::Palette => palette::Palette().into_any(),
        Open::Shortcuts => shortcuts::Shortcuts().into_any(),
        Open::AddNode => view! { <nodes::form::NodeDialog /> }.into_any(),
        Open::AddFound(start) => view! { <nodes::form::NodeDialog start /> }.into_any(),
        Open::Nearby => view! { <nodes::nearby::NearbyDialog /> }.into_any(),
        Open::EditNode(id, field) => view! { <nodes::form::NodeDialog edits=(id, field) /> }.into_any(),
        Open::Diagnose(id) => view! { <nodes::diagnose::Diagnose id /> }.into_any(),
        Open::Guard(id) => view! { <nodes::guard::GuardDialog id /> }.into_any(),
        Open::Drift(id) => view! { <nodes::drift::DriftDialog id /> }.into_any(),
        Open::Record(id) => view! { <nodes::record::RecordDialog id /> }.into_any(),
        Open::Link(address) => view! { <link::LinkDialog address /> }.into_any(),
    }
}

/// The one place whose changes are read out: the newest note, and what is only heard.
#[component]
fn Status() -> impl IntoView {
    let state = State::here();
    let newest = move || state.toasts.all().last().map(|toast| toast.text.clone()).unwrap_or_default();
    view! {
        <div class="heard" role="status" aria-live="polite">
            <p>{newest}</p>
            <p>{move || state.frame.heard.get()}</p>
        </div>
    }
}

/// Folds what lies over the screen in a narrow window.
fn unfold(state: State) {
    state.frame.sidebar_over.set(false);
    state.frame.stream_over.set(false);
}
