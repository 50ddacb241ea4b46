//! A divider: dragged with the pointer, moved with the arrow keys, balanced by a double click.

use leptos::html;
use leptos::prelude::*;
use web_sys::{KeyboardEvent, PointerEvent};

use crate::state::State;
use crate::state::panes::{Cut, Divider};

/// A step of the arrow keys, as a share of what is divided.
const STEP: f64 = 0.02;

/// A divider. `whole`: the element all tiles stand in.
#[component]
pub fn Bar(path: String, whole: NodeRef<html::Div>) -> impl IntoView {
    let state = State::here();
    let of = StoredValue::new(path);
    let divider = Memo::new(move |_| {
        let found = |all: Vec<Divider>| all.into_iter().find(|one| of.with_value(|path| one.path == *path));
        state.panes.with(|panes| found(panes.dividers()))
    });
    let bar = NodeRef::<html::Div>::new();
    let held = RwSignal::new(false);
    let to = move |share: f64| of.with_value(|path| state.panes.update(|panes| panes.resize(path, share)));
    let grab = move |event: PointerEvent| {
        if event.button() == 0 {
            event.prevent_default();
            held.set(true);
            if let Some(bar) = bar.get_untracked() {
                let _uncaptured = bar.set_pointer_capture(event.pointer_id());
                let _unfocused = bar.focus();
            }
        }
    };
    let drag = move |event: PointerEvent| {
        if held.get_untracked()
            && let Some(share) = divider.get_untracked().and_then(|divider| share_at(&divider, whole, &event))
        {
            to(share);
        }
    };
    let keyed = move |event: KeyboardEvent| {
        let Some(divider) = divider.get_untracked() else { return };
        if let Some(share) = share_by_key(&divider, &event) {
            event.prevent_default();
            to(share);
        }
    };
    let cut = Memo::new(move |_| divider.with(|divider| divider.as_ref().map_or(Cut::Right, |divider| divider.cut)));
    let of_divider = move |pick: fn(&Divider) -> f64| move || divider.with(|divider| divider.as_ref().map_or(0.0, pick).to_string());
    view! {
        <div
            class="divider"
            class=("divider-down", move || cut.get() == Cut::Down)
            class=("divider-held", held)
            role="separator"
            tabindex="0"
            aria-label="Divider between panes"
            aria-orientation=move || if cut.get() == Cut::Right { "vertical" } else { "horizontal" }
            aria-valuemin="12"
            aria-valuemax="88"
            aria-valuenow=of_divider(|divider| (divider.share * 100.0).round())
            title="Drag, or use the arrow keys; double-click balances"
            style:--x=of_divider(|divider| left(divider))
            style:--y=of_divider(|divider| top(divider))
            style:--w=of_divider(|divider| divider.within.w)
            style:--h=of_divider(|divider| divider.within.h)
            node_ref=bar
            on:pointerdown=grab
            on:pointermove=drag
            on:pointerup=move |_| held.set(false)
            on:pointercancel=move |_| held.set(false)
            on:dblclick=move |_| to(0.5)
            on:keydown=keyed
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
