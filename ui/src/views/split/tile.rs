//! A pane in its place: head, and inside it a session or an invitation to choose one.

use leptos::prelude::*;

use crate::state::panes::Place;
use crate::state::{PaneId, State};
use crate::views::session::Pane;

use super::head::Head;
use super::picker::Picker;

const NOWHERE: Place = Place { x: 0.0, y: 0.0, w: 1.0, h: 1.0 };

/// A pane.
#[component]
pub fn Tile(id: PaneId) -> impl IntoView {
    let state = State::here();
    let shown = state.pane(id);
    let focused = state.focused(id);
    let place = Memo::new(move |_| {
        state
            .panes
            .with(|panes| panes.places().into_iter().find(|(known, _)| *known == id))
            .map_or(NOWHERE, |(_, at)| at)
    });
    let share = move |pick: fn(Place) -> f64| move || pick(place.get()).to_string();
    let chosen = Memo::new(move |_| shown.with(|shown| shown.node.is_some()));
    let name = move || shown.with(|shown| format!("Pane {}", shown.agent.as_deref().unwrap_or("without an agent")));
    let focus = move || {
        if !focused.get_untracked() {
            state.panes.update(|panes| panes.focus_on(id));
        }
    };
    view! {
        <section
            class="tile"
            class=("tile-focused", focused)
            style:--x=share(|at| at.x)
            style:--y=share(|at| at.y)
            style:--w=share(|at| at.w)
            style:--h=share(|at| at.h)
            aria-label=name
            on:pointerdown=move |_| focus()
            on:focusin=move |_| focus()
        >
            <Head id />
            {move || match chosen.get() {
                true => view! { <Pane pane=id /> }.into_any(),
                false => view! { <Picker id /> }.into_any(),
            }}
        </section>
    }
}
