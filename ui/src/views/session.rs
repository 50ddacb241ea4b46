//! One session in a pane: its transcript and its composer. The pane's head (mark, names,
//! split, close) and its focus stand in `views::split`.

use leptos::prelude::*;

use crate::state::PaneId;

/// The inside of a pane that shows an agent. Its session may still be in the making.
#[component]
pub fn Pane(pane: PaneId) -> impl IntoView {
    let _shown = crate::state::State::here().pane(pane);
}
