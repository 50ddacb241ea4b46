//! The stream of all nodes: as the column at the right, and as a screen.

mod filter;
mod head;
mod hue;
mod line;
mod tail;

use contract::Topic;
use contract::activity::Filter;
use leptos::prelude::*;

use crate::parts::button::{Button, Look};
use crate::state::State;

use filter::{Scope, filter};
use head::{Choice, Foot, Head, Scopes, Words};
use tail::Tail;

/// Lines asked for at first; older ones are fetched when the person scrolls up to them.
const LINES: u32 = 300;

/// The column: head, lines, foot.
#[component]
pub fn Stream() -> impl IntoView {
    let choice = Choice::new();
    view! {
        <div class="stream">
            <Head choice />
            <Body choice />
        </div>
    }
}

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {
    let choice = Choice::new();
    view! {
        <div class="stream stream-screen">
            <header class="stream-title">
                <h1>"Activity"</h1>
                <span class="grow"></span>
                <Words choice />
                <Scopes choice />
            </header>
            <Body choice />
        </div>
    }
}

/// The lines that are wanted, and the foot.
#[component]
fn Body(choice: Choice) -> impl IntoView {
    let state = State::here();
    let wanted = Memo::new(move |_| {
        let focused = state.panes.with(|panes| panes.get(panes.focus()).cloned());
        choice.text.with(|text| filter(choice.scope.get(), focused.as_ref(), text))
    });
    Effect::new(move |_| {
        if let Some(filter) = wanted.get() {
            state.topics.want(Topic::Activity { filter, limit: LINES }, state.told, state.toasts);
        }
    });
    let stopped = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let (known, none) = state.told.stream(|stream| (stream.known, stream.lines.is_empty()));
        match (wanted.with(Option::is_none), known, none) {
            (true, ..) => Shown::Nobody,
            (_, false, _) => Shown::Comes,
            (.., true) => Shown::Nothing,
            _ => Shown::Lines,
        }
    });
    view! {
        {move || match shown.get() {
            Shown::Lines => view! { <Tail filter=wanted stopped /> }.into_any(),
            Shown::Comes => view! { <Bones /> }.into_any(),
            Shown::Nothing => view! { <Nothing choice wanted /> }.into_any(),
            Shown::Nobody => view! {
                <p class="stream-none">"The focused pane shows nobody yet. Open an agent in it to see what it does."</p>
            }.into_any(),
        }}
        <Foot stopped />
    }
}

/// What stands where the lines are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Comes,
    Nobody,
    Nothing,
    Lines,
}

/// Stands for lines that are on their way.
#[component]
fn Bones() -> impl IntoView {
    let line = || view! { <i></i> };
    view! { <div class="stream-bones" aria-hidden="true">{line()}{line()}{line()}{line()}{line()}</div> }
}

#[component]
fn Nothing(choice: Choice, wanted: Memo<Option<Filter>>) -> impl IntoView {
    let narrowed = move || wanted.with(|wanted| *wanted != Some(Filter::default()));
    let says = move || match (narrowed(), choice.scope.get()) {
        (false, _) => "Nothing has happened yet. What agents do, on any node, is written here as it happens.",
        (true, Scope::Focused) => "Nothing of the agent in the focused pane passes.",
        (true, Scope::All) => "Nothing passes the filter.",
    };
    view! {
        <div class="stream-none">
            <p>{says}</p>
            <Show when=narrowed>
                <Button look=Look::Plain press=move |()| choice.clear()>"Show everything"</Button>
            </Show>
        </div>
    }
}
