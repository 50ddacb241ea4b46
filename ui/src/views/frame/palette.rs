//! "Go to anything": one field over everything that has a name.

mod entries;

use leptos::html;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use crate::acts::open::Where;
use crate::parts::dialog::{Beside, Modal};
use crate::parts::icon::{Drawing, Icon};
use crate::parts::kbd::Kbd;
use crate::parts::mark::Mark;
use crate::state::State;
use crate::state::apply::Key;

use entries::{Entry, Face, entries, found};

/// More than this nobody reads.
const SHOWN: usize = 50;

/// The palette.
#[component]
pub fn Palette() -> impl IntoView {
    let state = State::here();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    // Anew when agents come or go, not when one of them changes: rows stay where they are.
    let all = Memo::new(move |_| state.told.read(Key::Tree, entries));
    let hits = Memo::new(move |_| all.with(|all| typed.with(|typed| found(all, typed, SHOWN))));
    let take = move |index: usize, place: Where| {
        let entry = hits.with_untracked(|hits| hits.get(index).cloned());
        if let Some(entry) = entry {
            state.frame.close();
            entry.target.go(state, place);
        }
    };
    let keyed = move |event: KeyboardEvent| {
        let last = hits.with_untracked(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = if *at >= last { 0 } else { *at + 1 }),
            "ArrowUp" => at.update(|at| *at = at.checked_sub(1).unwrap_or(last)),
            "Enter" => take(at.get_untracked(), if event.ctrl_key() { Where::Beside } else { Where::Here }),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <Modal name="Go to anything" beside=Beside::Closes class="palette" close=Callback::new(move |()| state.frame.close())>
            <Typing typed at keyed=Callback::new(keyed) />
            <Hits hits at take=Callback::new(move |index| take(index, Where::Here)) />
            <footer class="palette-foot">
                <Kbd keys="↑ ↓" />"choose"<Kbd keys="Enter" />"open"<Kbd keys="Ctrl Enter" />"open beside"
            </footer>
        </Modal>
    }
}

#[component]
fn Typing(typed: RwSignal<String>, at: RwSignal<usize>, keyed: Callback<KeyboardEvent>) -> impl IntoView {
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| field.get().map(|field| field.focus()));
    view! {
        <div class="palette-field">
            <Drawing of=Icon::Search />
            <input
                class="palette-input words"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", at.get())
                aria-label="Go to anything"
                placeholder="A node, an agent, a session, a screen…"
                autocomplete="off"
                spellcheck="false"
                node_ref=field
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=move |event| keyed.run(event)
            />
        </div>
    }
}

#[component]
fn Hits(hits: Memo<Vec<Entry>>, at: RwSignal<usize>, take: Callback<usize>) -> impl IntoView {
    let list = NodeRef::<html::Ul>::new();
    Effect::new(move |_| {
        let row = list.get().and_then(|list| list.children().item(at.get() as u32));
        if let Some(row) = row {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            row.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
    let row = move |(index, entry): (usize, Entry)| {
        view! {
            <li
                id=format!("palette-{index}")
                class="palette-row"
                class=("palette-on", move || at.get() == index)
                role="option"
                aria-selected=move || (at.get() == index).to_string()
                on:mousemove=move |_| if at.get_untracked() != index { at.set(index) }
                on:click=move |_| take.run(index)
            >
                {match entry.face {
                    Face::Mark(shape) => view! { <Mark of=shape /> }.into_any(),
                    Face::Icon(icon) => view! { <Drawing of=icon /> }.into_any(),
                }}
                <span class="cut">{entry.text}</span>
                <span class="cut palette-aside">{entry.aside}</span>
                <span class="grow"></span>
                <span class="palette-kind">{entry.kind}</span>
            </li>
        }
    };
    view! {
        <ul class="palette-list" id="palette-list" role="listbox" node_ref=list>
            {move || hits.get().into_iter().enumerate().map(row).collect_view()}
        </ul>
        <Show when=move || hits.with(Vec::is_empty)>
            <p class="palette-none">"Nothing has these letters in its name."</p>
        </Show>
    }
}
