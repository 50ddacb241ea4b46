//! The keyboard: chords that work everywhere, in one table. What a chord means is decided
//! without a browser; doing it stands below.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use super::top::{toggle_sidebar, toggle_stream};
use crate::state::frame::Open;
use crate::state::panes::{Cut, Toward};
use crate::state::{Route, State};

/// What a chord does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Palette,
    Shortcuts,
    Go(Route),
    Sidebar,
    Stream,
    Split(Cut),
    ClosePane,
    Focus(Toward),
    Undo,
    Back,
}

/// The sheet: where it works, then chord and meaning.
pub const SHEET: [(&str, &[(&str, &str)]); 3] = [
    (
        "Everywhere",
        &[
            ("Ctrl K", "Go to anything"),
            ("Ctrl 1 … 4", "Nodes, Split, Activity, Approvals"),
            ("Ctrl B", "Sidebar"),
            ("Ctrl Shift B", "Activity column"),
            ("Ctrl Z", "Undo what the note in the corner offers"),
            ("Esc", "One level back"),
            ("?  or  Ctrl /", "This sheet"),
        ],
    ),
    (
        "Panes",
        &[
            ("Ctrl D", "Split to the right"),
            ("Ctrl Shift D", "Split downwards"),
            ("Ctrl W", "Close the pane"),
            ("Ctrl Alt ← → ↑ ↓", "Focus the neighbour"),
            ("← → on a divider", "Move it; double-click balances"),
        ],
    ),
    (
        "Lists",
        &[
            ("↑ ↓", "Walk through the sidebar"),
            ("Enter", "Open in the focused pane"),
            ("Ctrl Enter", "Open beside; so does Ctrl-click"),
        ],
    ),
];

/// A key press, as far as chords go.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    pub key: &'a str,
    /// Ctrl, or the command key.
    pub ctrl: bool,
    pub shift: bool,
    pub alt: bool,
    /// The focus is where letters are typed.
    pub typing: bool,
}

/// What a press means on this screen, if anything.
pub fn meaning(press: Press<'_>, route: Route) -> Option<Act> {
    let key = press.key.to_lowercase();
    match (press.ctrl, press.alt, press.shift, key.as_str()) {
        (true, true, _, "arrowleft") => Some(Act::Focus(Toward::Left)),
        (true, true, _, "arrowright") => Some(Act::Focus(Toward::Right)),
        (true, true, _, "arrowup") => Some(Act::Focus(Toward::Up)),
        (true, true, _, "arrowdown") => Some(Act::Focus(Toward::Down)),
        (true, false, _, "k") => Some(Act::Palette),
        (true, false, _, "/") => Some(Act::Shortcuts),
        (true, false, false, "b") => Some(Act::Sidebar),
        (true, false, true, "b") => Some(Act::Stream),
        (true, false, false, "d") => Some(Act::Split(Cut::Right)),
        (true, false, true, "d") => Some(Act::Split(Cut::Down)),
        (true, false, false, "w") if route == Route::Split => Some(Act::ClosePane),
        (true, false, false, "z") if !press.typing => Some(Act::Undo),
        (true, false, false, digit) => Route::of_key(digit).map(Act::Go),
        (false, false, _, "?") if !press.typing => Some(Act::Shortcuts),
        (false, false, false, "escape") => Some(Act::Back),
        _ => None,
    }
}

/// Listens for as long as the calling component lives.
pub fn listen(state: State) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| pressed(state, &event));
    on_cleanup(move || handle.remove());
}

fn pressed(state: State, event: &KeyboardEvent) {
    let key = event.key();
    let press = Press {
        key: &key,
        ctrl: event.ctrl_key() || event.meta_key(),
        shift: event.shift_key(),
        alt: event.alt_key(),
        typing: event.target().is_some_and(|target| types(target.unchecked_ref())),
    };
    let Some(act) = meaning(press, state.route.get_untracked()) else {
        return;
    };
    // A dialog keeps the keyboard; only the palette may take its place.
    let covered = state.frame.dialog.with_untracked(Option::is_some);
    if (covered && act != Act::Palette) || event.default_prevented() {
        return;
    }
    if run(state, act) {
        event.prevent_default();
    }
}

fn types(target: &Element) -> bool {
    target.closest("input:not([type=radio]):not([type=checkbox]), textarea, [contenteditable]").ok().flatten().is_some()
}

/// Does it; answers whether there was something to do.
fn run(state: State, act: Act) -> bool {
    let frame = state.frame;
    match act {
        Act::Palette => frame.open(Open::Palette),
        Act::Shortcuts => frame.open(Open::Shortcuts),
        Act::Go(route) => state.route.set(route),
        Act::Sidebar => toggle_sidebar(state),
        Act::Stream => toggle_stream(state),
        Act::Split(cut) => {
            if state.route.get_untracked() == Route::Split {
                state.panes.update(|panes| _ = panes.split(panes.focus(), cut));
            }
            state.route.set(Route::Split);
        }
        Act::ClosePane => state.panes.update(|panes| panes.close(panes.focus())),
        Act::Focus(toward) => {
            state.route.set(Route::Split);
            state.panes.update(|panes| panes.focus_toward(toward));
        }
        Act::Undo => return state.toasts.undo_last(),
        Act::Back => {
            let open = frame.sidebar_over.get_untracked() || frame.stream_over.get_untracked();
            super::unfold(state);
            return open;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(chord: &str) -> Press<'_> {
        let key = chord.rsplit(' ').next().unwrap_or_default();
        let has = |name| chord.split(' ').any(|part| part == name);
        Press { key, ctrl: has("Ctrl"), shift: has("Shift"), alt: has("Alt"), typing: has("typing") }
    }

    #[test]
    fn each_chord_means_what_the_sheet_says() {
        for (chord, act) in [
            ("Ctrl k", Some(Act::Palette)),
            ("Ctrl /", Some(Act::Shortcuts)),
            ("Ctrl 2", Some(Act::Go(Route::Split))),
            ("Ctrl Shift D", Some(Act::Split(Cut::Down))),
            ("Ctrl Alt ArrowLeft", Some(Act::Focus(Toward::Left))),
            ("Ctrl 9", None),
            ("k", None),
        ] {
            assert_eq!(meaning(press(chord), Route::Nodes), act, "{chord}");
        }
    }

    #[test]
    fn letters_that_are_typed_are_never_chords() {
        assert_eq!(meaning(press("typing ?"), Route::Nodes), None);
        assert_eq!(meaning(press("typing Ctrl z"), Route::Nodes), None);
        assert_eq!(meaning(press("?"), Route::Nodes), Some(Act::Shortcuts));
    }

    #[test]
    fn closing_a_pane_works_only_where_panes_are() {
        assert_eq!(meaning(press("Ctrl w"), Route::Nodes), None);
        assert_eq!(meaning(press("Ctrl w"), Route::Split), Some(Act::ClosePane));
    }
}
