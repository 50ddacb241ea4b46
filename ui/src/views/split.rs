//! The split window: tiles with panes, and the dividers between them. A pane keeps its place
//! in the page when others come and go, so nothing in it is drawn again.

mod divider;
mod head;
mod picker;
mod tile;

use leptos::html;
use leptos::prelude::*;

use crate::state::State;

use divider::Bar;
use tile::Tile;

/// The screen.
#[component]
pub fn Screen() -> impl IntoView {
    let state = State::here();
    let whole = NodeRef::<html::Div>::new();
    // By id, not by place: the page's order never changes, places are style alone.
    let ids = Memo::new(move |_| state.panes.with(|panes| panes.all().map(|(id, _)| id).collect::<Vec<_>>()));
    let dividers = Memo::new(move |_| {
        state.panes.with(|panes| panes.dividers().into_iter().map(|divider| divider.path).collect::<Vec<_>>())
    });
    view! {
        <h1 class="heard">"Panes"</h1>
        <div class="split" node_ref=whole>
            <For each=move || ids.get() key=|id| *id let:id>
                <Tile id />
            </For>
            <For each=move || dividers.get() key=|path| path.clone() let:path>
                <Bar path whole />
            </For>
        </div>
    }
}
