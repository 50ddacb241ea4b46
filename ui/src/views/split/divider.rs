//! A divider: dragged with the pointer, moved with the arrow keys, balanced by a double click.

use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use crate::state::State;
use crate::state::panes::{Cut, Divider};

/// A step of the arrow keys, as a share of what is divided.
const STEP: f64 = 0.02;

/// What moves a divider.
#[derive(Clone, Copy)]
struct Hold {
    state: State,
    path: StoredValue<String>,
    now: Memo<Option<Divider>>,
    bar: NodeRef<html::Div>,
    whole: NodeRef<html::Div>,
    held: RwSignal<bool>,
}

impl Hold {
    fn to(self, share: f64) {
        self.path.with_value(|path| self.state.panes.update(|panes| panes.resize(path, share)));
    }

    fn grab(self, event: &PointerEvent) {
        if event.button() != 0 {
            return;
        }
        event.prevent_default();
        self.held.set(true);
        if let Some(bar) = self.bar.get_untracked() {
            let _uncaptured = bar.set_pointer_capture(event.pointer_id());
            let _unfocused = bar.focus();
        }
    }

    fn drag(self, event: &PointerEvent) {
        if self.held.get_untracked()
            && let Some(divider) = self.now.get_untracked()
            && let Some(share) = share_at(&divider, self.whole, event)
        {
            self.to(share);
        }
    }

    fn keyed(self, event: &KeyboardEvent) {
        if let Some(divider) = self.now.get_untracked()
            && let Some(share) = share_by_key(&divider, event)
        {
            event.prevent_default();
            self.to(share);
        }
    }
}

/// A divider. `whole`: the element all tiles stand in.
#[component]
pub fn Bar(path: String, whole: NodeRef<html::Div>) -> impl IntoView {
    let state = State::here();
    let path = StoredValue::new(path);
    let now = Memo::new(move |_| {
        let found = |all: Vec<Divider>| all.into_iter().find(|one| path.with_value(|path| one.path == *path));
        state.panes.with(|panes| found(panes.dividers()))
    });
    let (bar, held) = (NodeRef::<html::Div>::new(), RwSignal::new(false));
    let hold = Hold { state, path, now, bar, whole, held };
    let down = Memo::new(move |_| now.with(|now| now.as_ref().is_some_and(|now| now.cut == Cut::Down)));
    let share = move |pick: fn(&Divider) -> f64| move || now.with(|now| now.as_ref().map_or(0.0, pick).to_string());
    view! {
        <div
            class="divider"
            class=("divider-down", down)
            class=("divider-held", held)
            role="separator"
            tabindex="0"
            aria-label="Divider between panes"
            aria-orientation=move || if down.get() { "horizontal" } else { "vertical" }
            aria-valuemin="12"
            aria-valuemax="88"
            aria-valuenow=share(|divider| (divider.share * 100.0).round())
            title="Drag, or use the arrow keys; double-click balances"
            style:--x=share(left)
            style:--y=share(top)
            style:--w=share(|divider| divider.within.w)
            style:--h=share(|divider| divider.within.h)
            node_ref=bar
            on:pointerdown=move |event| hold.grab(&event)
            on:pointermove=move |event| hold.drag(&event)
            on:pointerup=move |_| held.set(false)
            on:pointercancel=move |_| held.set(false)
            on:dblclick=move |_| hold.to(0.5)
            on:keydown=move |event| hold.keyed(&event)
        ></div>
    }
}

fn left(divider: &Divider) -> f64 {
    match divider.cut {
        Cut::Right => divider.within.x + divider.within.w * divider.share,
        Cut::Down => divider.within.x,
    }
}

fn top(divider: &Divider) -> f64 {
    match divider.cut {
        Cut::Right => divider.within.y,
        Cut::Down => divider.within.y + divider.within.h * divider.share,
    }
}

/// The share that puts the divider under the pointer.
fn share_at(divider: &Divider, whole: NodeRef<html::Div>, event: &PointerEvent) -> Option<f64> {
    let room = whole.get_untracked()?.get_bounding_client_rect();
    let within = divider.within;
    Some(match divider.cut {
        Cut::Right => ((f64::from(event.client_x()) - room.left()) / room.width() - within.x) / within.w,
        Cut::Down => ((f64::from(event.client_y()) - room.top()) / room.height() - within.y) / within.h,
    })
}

fn share_by_key(divider: &Divider, event: &KeyboardEvent) -> Option<f64> {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return None;
    }
    let key = event.key();
    let (less, more) = match divider.cut {
        Cut::Right => ("ArrowLeft", "ArrowRight"),
        Cut::Down => ("ArrowUp", "ArrowDown"),
    };
    match key.as_str() {
        key if key == less => Some(divider.share - STEP),
        key if key == more => Some(divider.share + STEP),
        "Home" => Some(0.0),
        "End" => Some(1.0),
        "Enter" => Some(0.5),
        _ => None,
    }
}
