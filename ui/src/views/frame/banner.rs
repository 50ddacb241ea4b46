//! What is wrong with the window itself: over the screen, with the way out.

use leptos::prelude::*;

use crate::acts::start;
use crate::parts::button::{Button, IconButton};
use crate::parts::icon::Icon;
use crate::parts::mark::{Mark, Shape};
use crate::parts::said::Said;
use crate::state::State;
use crate::state::frame::CoreState;

/// The core that cannot be reached, and what went wrong while it started.
#[component]
pub fn Banner() -> impl IntoView {
    let state = State::here();
    let frame = state.frame;
    let away = move || match frame.core.get() {
        CoreState::Away(why) => Some(view! {
            <div class="banner" role="alert">
                <Mark of=Shape::Failed />
                <p><Said text=why /></p>
                <Button press=move |()| start::start(state)>"Try again"</Button>
            </div>
        }),
        CoreState::Starting | CoreState::Here => None,
    };
    let dismiss = move |gone: String| frame.start_faults.update(|faults| faults.retain(|fault| *fault != gone));
    view! {
        {away}
        <For each=move || frame.start_faults.get() key=|fault| fault.clone() let:fault>
            <div class="banner banner-note" role="alert">
                <Mark of=Shape::Asks word=Signal::stored("note".to_owned()) />
                <p><Said text=fault.clone() /></p>
                <IconButton icon=Icon::Close name="Dismiss" press=move |()| dismiss(fault.clone()) />
            </div>
        </For>
    }
}
