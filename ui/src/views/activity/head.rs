//! What stands over and under the lines: whose lines, which words, and whether it is live.

use std::time::Duration;

use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::filter::Scope;
use crate::parts::button::IconButton;
use crate::parts::icon::Icon;
use crate::parts::segmented::Segmented;
use crate::state::State;
use crate::state::frame::CoreState;
use crate::text::words;

/// The core is asked when the typing rests, not for each letter.
const RESTS: Duration = Duration::from_millis(180);

/// What the person chose.
#[derive(Clone, Copy)]
pub struct Choice {
    pub scope: RwSignal<Scope>,
    /// The words that count, a moment after they were typed.
    pub text: RwSignal<String>,
}

impl Choice {
    pub fn new() -> Self {
        Self { scope: RwSignal::new(Scope::All), text: RwSignal::new(String::new()) }
    }

    /// Back to everything.
    pub fn clear(self) {
        self.scope.set(Scope::All);
        self.text.set(String::new());
    }
}

/// All or the focused pane's. `name` ties the two together; it must be unique in the page.
#[component]
pub fn Scopes(choice: Choice) -> impl IntoView {
    let options = vec![(Scope::All, "All"), (Scope::Focused, "Focused")];
    view! { <Segmented name="Whose activity" options chosen=choice.scope choose=move |scope| choice.scope.set(scope) /> }
}

/// The field for words. `close`: what Esc does once it is empty.
#[component]
pub fn Words(choice: Choice, #[prop(optional)] close: Option<Callback<()>>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    let due = StoredValue::new(None::<TimeoutHandle>);
    let later = move |text: String, after: Duration| {
        if let Some(Some(earlier)) = due.try_update_value(Option::take) {
            earlier.clear();
        }
        due.set_value(set_timeout_with_handle(move || _ = choice.text.try_set(text), after).ok());
    };
    let keyed = move |event: KeyboardEvent| {
        if event.key() != "Escape" {
            return;
        }
        let empty = field.get_untracked().is_none_or(|field| field.value().is_empty());
        match (empty, close) {
            (false, _) => {
                choice.text.set(String::new());
                if let Some(field) = field.get_untracked() {
                    field.set_value("");
                }
            }
            (true, Some(close)) => close.run(()),
            (true, None) => return,
        }
        event.prevent_default();
    };
    if close.is_some() {
        Effect::new(move |_| field.get().map(|field| field.focus()));
    }
    view! {
        <input
            class="stream-words words"
            type="search"
            placeholder="Filter by a word"
            aria-label="Filter the activity by a word"
            autocomplete="off"
            spellcheck="false"
            node_ref=field
            prop:value=move || choice.text.get()
            on:input=move |event| later(event_target_value(&event), RESTS)
            on:keydown=keyed
        />
    }
}

/// The column's head.
#[component]
pub fn Head(choice: Choice) -> impl IntoView {
    let searching = RwSignal::new(false);
    let turn = move |()| {
        choice.text.set(String::new());
        searching.update(|searching| *searching = !*searching);
    };
    view! {
        <header class="stream-head">
            <b>"Activity"</b>
            <span class="grow"></span>
            <IconButton icon=Icon::Search name="Filter by a word" pressed=Signal::from(searching) press=turn />
            <Scopes choice />
        </header>
        <Show when=move || searching.get()>
            <div class="stream-search"><Words choice close=Callback::new(turn) /></div>
        </Show>
    }
}

/// Whether the tail is live, and how much there is of it.
#[component]
pub fn Foot(stopped: RwSignal<bool>) -> impl IntoView {
    let state = State::here();
    let rate = Memo::new(move |_| state.told.vitals().events_per_second);
    let away = move || !matches!(state.frame.core.get(), CoreState::Here);
    let says = move || match (away(), stopped.get()) {
        (true, _) => "Not live: the window cannot reach its core",
        (false, true) => "Stays here while you read",
        (false, false) => "Live",
    };
    view! {
        <footer class="stream-foot">
            <i class="stream-pulse" class=("stream-still", move || away() || stopped.get())></i>
            <span>{says}</span>
            <span class="grow"></span>
            <span aria-hidden="true">{move || words::rate(rate.get())}</span>
        </footer>
    }
}
